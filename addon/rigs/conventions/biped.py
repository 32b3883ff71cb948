"""3ds Max Biped and Valve's after it (Bip01 Pelvis, ValveBiped.Bip01_L_Thigh ...)."""

from .convention import FINGER_JOINTS, Convention, both_sides

_FINGERS = {
    finger + joint: f"{{side}}_Finger{number}{place or ''}"
    for number, (finger, joints) in enumerate(FINGER_JOINTS.items())
    for place, joint in enumerate(joints)
}

CONVENTION = Convention(
    kind="biped",
    label="Biped skeleton",
    prefix=r"(ValveBiped\.)?Bip0*\d*[ _]",
    spine_by_structure=True,
    bones={
        "hips": "Pelvis", "spine": "Spine", "chest": "Spine1", "upperChest": "Spine2", "neck": "Neck|Neck1",
        "head": "Head|Head1",
        **both_sides(
            {
                "UpperLeg": "{side}_Thigh", "LowerLeg": "{side}_Calf", "Foot": "{side}_Foot", "Toes": "{side}_Toe0",
                "Shoulder": "{side}_Clavicle", "UpperArm": "{side}_UpperArm", "LowerArm": "{side}_Forearm",
                "Hand": "{side}_Hand", **_FINGERS,
            },
            "L", "R",
        ),
    },
)  # fmt: skip
