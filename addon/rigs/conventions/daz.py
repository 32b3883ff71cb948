"""Daz Genesis 3 and 8 (hip, lThighBend ...)."""

from .convention import Convention, both_sides, fingers

CONVENTION = Convention(
    kind="daz",
    label="Daz Genesis skeleton",
    spine_by_structure=True,
    bones={
        "hips": "hip", "spine": "abdomenLower", "chest": "chestLower", "upperChest": "chestUpper",
        "neck": "neckLower", "head": "head", "jaw": "lowerJaw",
        **both_sides(
            {
                "UpperLeg": "{side}ThighBend", "LowerLeg": "{side}Shin", "Foot": "{side}Foot", "Toes": "{side}Toe",
                "Shoulder": "{side}Collar", "UpperArm": "{side}ShldrBend", "LowerArm": "{side}ForearmBend",
                "Hand": "{side}Hand", "Eye": "{side}Eye",
                **fingers("{side}{finger}{joint}", ("Thumb", "Index", "Mid", "Ring", "Pinky")),
            },
            "l", "r",
        ),
    },
)  # fmt: skip
