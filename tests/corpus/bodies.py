"""Bodies on which skeletons are built: the standard adult, MakeHuman people through anny, posed rests."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from understudy.ml.take import BONE_NAMES, STANDARD_REST, joint_positions, parent_indices, rotation

Joints = Mapping[str, np.ndarray]
"""Humanoid name -> joint [3] in metres, facing -Y, Z up."""

A_POSE = {"leftUpperArm": (0, 45, 0), "rightUpperArm": (0, -45, 0), "leftLowerArm": (0, 0, -15),
          "rightLowerArm": (0, 0, 15)}  # fmt: skip
HANGING = {"leftUpperArm": (0, 80, 0), "rightUpperArm": (0, -80, 0)}
ODD = {
    "leftUpperArm": (0, 60, -30), "rightUpperArm": (0, -20, 60), "leftLowerArm": (0, 0, -80),
    "rightLowerArm": (0, 0, 50), "leftUpperLeg": (-30, 0, 10), "leftLowerLeg": (50, 0, 0), "leftFoot": (-20, 0, -10),
    "rightUpperLeg": (0, 15, 0), "spine": (12, 0, 0), "leftHand": (30, 0, 0),
}  # fmt: skip


def standard(pose: Mapping[str, tuple[float, float, float]] | None = None) -> Joints:
    """The take's standard adult in a T-pose, or after turning bones (rotation vectors in degrees, local)."""
    rest = np.array([STANDARD_REST[name] for name in BONE_NAMES])
    parents = parent_indices(BONE_NAMES)
    turns = np.tile(rotation.IDENTITY, (1, len(BONE_NAMES), 1))
    for j, name in enumerate(BONE_NAMES):
        own = rotation.from_rotvec(np.radians((pose or {}).get(name, (0.0, 0.0, 0.0))))
        turns[0, j] = own if parents[j] < 0 else rotation.multiply(turns[0, parents[j]], own)
    places = joint_positions(turns, rest[:1], rest, parents)[0]
    return dict(zip(BONE_NAMES, places, strict=True))


def stretched(joints: Joints, **factors: float) -> Joints:
    """Other proportions: segments multiplied by `arms`, `legs`, `trunk`, `head`, `hands`: a child, a cartoon."""
    from understudy.ml.take import BONE_PARENTS

    found: dict[str, np.ndarray] = {}
    for name in BONE_NAMES:
        parent = BONE_PARENTS[name]
        if parent is None:
            found[name] = np.array(joints[name])
            continue
        factor = factors.get(_region(name), 1.0)
        found[name] = found[parent] + factor * (np.array(joints[name]) - np.array(joints[parent]))
    lift = min(float(found[f"{side}Toes"][2]) for side in ("left", "right"))
    return {name: place - [0.0, 0.0, lift - 0.02] for name, place in found.items()}


def _region(name: str) -> str:
    if any(word in name for word in ("Thumb", "Index", "Middle", "Ring", "Little")):
        return "hands"
    if any(word in name for word in ("LowerArm", "Hand")):
        return "arms"
    if any(word in name for word in ("LowerLeg", "Foot")):
        return "legs"
    if name in ("spine", "chest", "upperChest", "neck"):
        return "trunk"
    return "head" if name in ("head", "jaw", "leftEye", "rightEye") else ""


BODIES: Mapping[str, Joints] = {
    "T": standard(),
    "A": standard(A_POSE),
    "hanging": standard(HANGING),
    "odd": standard(ODD),
    "child": stretched(standard(), arms=0.7, legs=0.7, trunk=0.9),
    "cartoon": stretched(standard(A_POSE), arms=0.8, legs=0.5, trunk=1.1, head=2.0, hands=1.6),
    "long": stretched(standard(), arms=1.3, legs=1.3),
}
