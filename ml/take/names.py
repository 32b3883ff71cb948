"""The names a take is written in: ARKit blend shapes and VRM 1.0 humanoid bones.

Sources: Apple ARKit `ARFaceAnchor.BlendShapeLocation` (52 locations) and the VRM 1.0 specification
`VRMC_vrm/humanoid.md` (55 bones and their hierarchy).
"""

from __future__ import annotations

from typing import Final

FACE_NAMES: Final[tuple[str, ...]] = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight",
    "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight",
    "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight", "tongueOut",
)  # fmt: skip

_CENTRE_PARENTS: Final[dict[str, str | None]] = {
    "hips": None, "spine": "hips", "chest": "spine", "upperChest": "chest", "neck": "upperChest", "head": "neck",
    "leftEye": "head", "rightEye": "head", "jaw": "head",
}  # fmt: skip
_FINGERS: Final = {
    "Thumb": ("Metacarpal", "Proximal", "Distal"),
    "Index": ("Proximal", "Intermediate", "Distal"),
    "Middle": ("Proximal", "Intermediate", "Distal"),
    "Ring": ("Proximal", "Intermediate", "Distal"),
    "Little": ("Proximal", "Intermediate", "Distal"),
}


def _leg(side: str) -> dict[str, str | None]:
    chain = [f"{side}{part}" for part in ("UpperLeg", "LowerLeg", "Foot", "Toes")]
    return dict(zip(chain, ["hips", *chain], strict=False))


def _arm(side: str) -> dict[str, str | None]:
    chain = [f"{side}{part}" for part in ("Shoulder", "UpperArm", "LowerArm", "Hand")]
    return dict(zip(chain, ["upperChest", *chain], strict=False))


def _hand(side: str) -> dict[str, str | None]:
    parents: dict[str, str | None] = {}
    for finger, joints in _FINGERS.items():
        chain = [f"{side}{finger}{joint}" for joint in joints]
        parents.update(zip(chain, [f"{side}Hand", *chain], strict=False))
    return parents


BONE_PARENTS: Final[dict[str, str | None]] = {
    **_CENTRE_PARENTS,
    **_leg("left"), **_leg("right"),
    **_arm("left"), **_arm("right"),
    **_hand("left"), **_hand("right"),
}  # fmt: skip
"""Each VRM 1.0 humanoid bone and its parent, parents before children; hips has none."""

BONE_NAMES: Final[tuple[str, ...]] = tuple(BONE_PARENTS)

CAPTURED_BONES: Final[tuple[str, ...]] = tuple(
    name for name in BONE_NAMES if name not in ("leftEye", "rightEye", "jaw")
)
"""What a captured take holds: eyes and jaw are carried by `gaze` and the face weights instead."""

CONTACT_NAMES: Final[tuple[str, ...]] = ("leftFoot", "leftToes", "rightFoot", "rightToes")

EMOTION_NAMES: Final[tuple[str, ...]] = (
    "neutral", "happiness", "sadness", "anger", "fear", "disgust", "surprise",
)  # fmt: skip


def mirrored(name: str) -> str:
    """The same name on the other side of the body: leftHand -> rightHand, mouthSmileLeft -> mouthSmileRight."""
    for left, right in (("left", "right"), ("Left", "Right")):
        if left in name:
            return name.replace(left, right)
        if right in name:
            return name.replace(right, left)
    return name


def sided(name: str) -> tuple[str, str]:
    """An ARKit name without its side, and that: mouthSmileLeft -> mouthSmile, Left; jawOpen -> jawOpen and nothing."""
    side = next((end for end in ("Left", "Right") if name.endswith(end)), "")
    return name.removesuffix(side), side
