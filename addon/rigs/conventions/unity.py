"""Unity's humanoid names (LeftUpperLeg, LeftThumbProximal ...): VRM 0.x has the same; thumbs count from Proximal."""

from .convention import Convention, both_sides

_FINGERS = {
    f"{finger}{joint}": f"{{side}}{finger}{joint}"
    for finger in ("Index", "Middle", "Ring", "Little")
    for joint in ("Proximal", "Intermediate", "Distal")
}

CONVENTION = Convention(
    kind="unity",
    label="Unity humanoid skeleton",
    bones={
        "hips": "Hips", "spine": "Spine", "chest": "Chest", "upperChest": "UpperChest", "neck": "Neck",
        "head": "Head", "jaw": "Jaw",
        **both_sides(
            {
                "UpperLeg": "{side}UpperLeg", "LowerLeg": "{side}LowerLeg", "Foot": "{side}Foot",
                "Toes": "{side}Toes", "Shoulder": "{side}Shoulder", "UpperArm": "{side}UpperArm",
                "LowerArm": "{side}LowerArm", "Hand": "{side}Hand", "Eye": "{side}Eye",
                "ThumbMetacarpal": "{side}ThumbProximal", "ThumbProximal": "{side}ThumbIntermediate",
                "ThumbDistal": "{side}ThumbDistal", **_FINGERS,
            },
            "Left", "Right",
        ),
    },
)  # fmt: skip
