"""MakeHuman's and MPFB's default rig (root, upperleg01.L ...): five spine bones counted from the top."""

from .convention import FINGER_JOINTS, Convention, both_sides

_FINGERS = {
    finger + joint: f"finger{number}-{place}.{{side}}"
    for number, (finger, joints) in enumerate(FINGER_JOINTS.items(), start=1)
    for place, joint in enumerate(joints, start=1)
}

CONVENTION = Convention(
    kind="makehuman",
    label="MakeHuman skeleton",
    spine_by_structure=True,
    bones={
        "hips": "root", "neck": "neck01", "head": "head", "jaw": "jaw",
        **both_sides(
            {
                "UpperLeg": "upperleg01.{side}", "LowerLeg": "lowerleg01.{side}", "Foot": "foot.{side}",
                "Toes": "toe1-1.{side}", "Shoulder": "clavicle.{side}", "UpperArm": "upperarm01.{side}",
                "LowerArm": "lowerarm01.{side}", "Hand": "wrist.{side}", "Eye": "eye.{side}", **_FINGERS,
            },
            "L", "R",
        ),
    },
)  # fmt: skip
