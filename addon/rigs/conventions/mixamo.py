"""Mixamo (mixamorig:Hips ...), and what took its names over without the prefix: Ready Player Me, many BVH files."""

from .convention import Convention, both_sides, fingers

CONVENTION = Convention(
    kind="mixamo",
    label="Mixamo skeleton",
    prefix=r"mixamorig\d*[:_]?",
    spine_by_structure=True,
    bones={
        "hips": "Hips", "spine": "Spine", "chest": "Spine1", "upperChest": "Spine2", "neck": "Neck", "head": "Head",
        "jaw": "Jaw",
        **both_sides(
            {
                "UpperLeg": "{side}UpLeg", "LowerLeg": "{side}Leg", "Foot": "{side}Foot", "Toes": "{side}ToeBase",
                "Shoulder": "{side}Shoulder", "UpperArm": "{side}Arm", "LowerArm": "{side}ForeArm",
                "Hand": "{side}Hand", "Eye": "{side}Eye",
                **fingers("{side}Hand{finger}{joint}", ("Thumb", "Index", "Middle", "Ring", "Pinky")),
            },
            "Left", "Right",
        ),
    },
)  # fmt: skip
