"""CMU motion capture skeletons as BVH, and MakeHuman's cmu_mb rig (LowerBack, Spine, Spine1, Neck1)."""

from .convention import Convention, both_sides

CONVENTION = Convention(
    kind="cmu",
    label="CMU motion capture skeleton",
    spine_by_structure=True,
    bones={
        "hips": "Hips", "spine": "LowerBack", "chest": "Spine", "upperChest": "Spine1", "neck": "Neck",
        "head": "Head",
        **both_sides(
            {
                "UpperLeg": "{side}UpLeg", "LowerLeg": "{side}Leg", "Foot": "{side}Foot", "Toes": "{side}ToeBase",
                "Shoulder": "{side}Shoulder", "UpperArm": "{side}Arm", "LowerArm": "{side}ForeArm",
                "Hand": "{side}Hand",
            },
            "Left", "Right",
        ),
    },
)  # fmt: skip
