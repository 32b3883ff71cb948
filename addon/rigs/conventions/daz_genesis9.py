"""Daz Genesis 9 (hip, l_thigh ...)."""

from .convention import Convention, both_sides, fingers

CONVENTION = Convention(
    kind="daz",
    label="Daz Genesis 9 skeleton",
    spine_by_structure=True,
    bones={
        "hips": "hip", "neck": "neck1", "head": "head", "jaw": "lowerjaw",
        **both_sides(
            {
                "UpperLeg": "{side}_thigh", "LowerLeg": "{side}_shin", "Foot": "{side}_foot", "Toes": "{side}_toes",
                "Shoulder": "{side}_shoulder", "UpperArm": "{side}_upperarm", "LowerArm": "{side}_forearm",
                "Hand": "{side}_hand", "Eye": "{side}_eye",
                **fingers("{side}_{finger}{joint}", ("thumb", "index", "mid", "ring", "pinky")),
            },
            "l", "r",
        ),
    },
)  # fmt: skip
