"""VRoid Studio and most VRM files made with it (J_Bip_C_Hips ...)."""

from .convention import Convention, both_sides, fingers

CONVENTION = Convention(
    kind="vrm",
    label="VRM skeleton (VRoid)",
    bones={
        "hips": "J_Bip_C_Hips", "spine": "J_Bip_C_Spine", "chest": "J_Bip_C_Chest",
        "upperChest": "J_Bip_C_UpperChest", "neck": "J_Bip_C_Neck", "head": "J_Bip_C_Head",
        **both_sides(
            {
                "UpperLeg": "J_Bip_{side}_UpperLeg", "LowerLeg": "J_Bip_{side}_LowerLeg", "Foot": "J_Bip_{side}_Foot",
                "Toes": "J_Bip_{side}_ToeBase", "Shoulder": "J_Bip_{side}_Shoulder",
                "UpperArm": "J_Bip_{side}_UpperArm", "LowerArm": "J_Bip_{side}_LowerArm", "Hand": "J_Bip_{side}_Hand",
                "Eye": "J_Adj_{side}_FaceEye",
                **fingers("J_Bip_{side}_{finger}{joint}", ("Thumb", "Index", "Middle", "Ring", "Little")),
            },
            "L", "R",
        ),
    },
)  # fmt: skip
