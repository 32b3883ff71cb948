"""Unreal Engine's mannequins (pelvis, spine_01 ..., thigh_l), and MakeHuman's game engine rig after them."""

from .convention import Convention, both_sides, fingers

CONVENTION = Convention(
    kind="game_engine",
    label="Unreal skeleton",
    spine_by_structure=True,
    bones={
        "hips": "pelvis", "neck": "neck_01", "head": "head",
        **both_sides(
            {
                "UpperLeg": "thigh_{side}", "LowerLeg": "calf_{side}", "Foot": "foot_{side}", "Toes": "ball_{side}",
                "Shoulder": "clavicle_{side}", "UpperArm": "upperarm_{side}", "LowerArm": "lowerarm_{side}",
                "Hand": "hand_{side}",
                **fingers("{finger}_0{joint}_{side}", ("thumb", "index", "middle", "ring", "pinky")),
            },
            "l", "r",
        ),
    },
)  # fmt: skip
