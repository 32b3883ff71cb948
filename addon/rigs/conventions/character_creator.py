"""Reallusion Character Creator and iClone (CC_Base_Hip ...)."""

from .convention import Convention, both_sides, fingers

CONVENTION = Convention(
    kind="character_creator",
    label="Character Creator skeleton",
    prefix="CC_Base_",
    bones={
        "hips": "Hip", "spine": "Waist", "chest": "Spine01", "upperChest": "Spine02", "neck": "NeckTwist01",
        "head": "Head", "jaw": "JawRoot",
        **both_sides(
            {
                "UpperLeg": "{side}_Thigh", "LowerLeg": "{side}_Calf", "Foot": "{side}_Foot", "Toes": "{side}_ToeBase",
                "Shoulder": "{side}_Clavicle", "UpperArm": "{side}_Upperarm", "LowerArm": "{side}_Forearm",
                "Hand": "{side}_Hand", "Eye": "{side}_Eye",
                **fingers("{side}_{finger}{joint}", ("Thumb", "Index", "Mid", "Ring", "Pinky")),
            },
            "L", "R",
        ),
    },
)  # fmt: skip
