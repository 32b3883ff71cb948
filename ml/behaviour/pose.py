"""A body's motion as numbers a network can learn: local rotations, the hips over a smoothed way, its speed.

F = 137 features a frame: 22 bones' rotations relative to their parents (the hips' relative to the heading) as the first
two columns of their matrices (Zhou et al., "On the Continuity of Rotation Representations", CVPR 2019), the hips'
height and sway about the smoothed way, the way's speed forward and sideways. Lengths count in leg lengths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..take import BONE_PARENTS, CAPTURED_BONES, STANDARD_REST, parent_indices, rotation

Floats = NDArray[np.float64]

FPS: Final = 30.0
BODY_BONES: Final[tuple[str, ...]] = tuple(
    name for name in CAPTURED_BONES
    if not any(finger in name for finger in ("Thumb", "Index", "Middle", "Ring", "Little"))
)  # fmt: skip
"""The 22 bones that motion capture knows."""
REST: Final = np.array([STANDARD_REST[name] for name in BODY_BONES])
"""[22, 3] everything is learned on the standard adult."""
PARENTS: Final = parent_indices(BODY_BONES)
LEG: Final = float(np.linalg.norm(REST[BODY_BONES.index("leftUpperLeg")] - REST[BODY_BONES.index("leftFoot")]))
FEATURES: Final = 6 * len(BODY_BONES) + 5
_SMOOTH_WAY: Final = 0.5
"""Seconds (standard deviation) over which heading and way are smoothed: longer than a step."""
_FORWARD: Final = np.array([0.0, -1.0, 0.0])


@dataclass(frozen=True)
class BodyMotion:
    """T frames at FPS of the standard adult."""

    rotations: Floats
    """[T, 22, 4] global."""
    hips: Floats
    """[T, 3] metres."""


def features_of(motion: BodyMotion) -> Floats:
    """[T, F]"""
    heading = _heading(motion.rotations[:, 0])
    local = np.empty_like(motion.rotations)
    for bone, parent in enumerate(PARENTS):
        above = heading if parent < 0 else motion.rotations[:, parent]
        local[:, bone] = rotation.multiply(rotation.conjugate(above), motion.rotations[:, bone])
    columns = rotation.to_matrix(local)[..., :2]  # [T, 22, 3, 2]
    way = gaussian_filter1d(motion.hips[:, :2], _SMOOTH_WAY * FPS, axis=0, mode="nearest")
    speed = np.gradient(way, axis=0) * FPS
    back = rotation.conjugate(heading)
    sway = rotation.rotate(back, _level(motion.hips[:, :2] - way))[:, :2]
    going = rotation.rotate(back, _level(speed))[:, :2]
    height = motion.hips[:, 2:] - REST[0, 2]
    return np.concatenate((columns.reshape(len(columns), -1), height / LEG, sway / LEG, going / LEG), axis=1)


def motion_of(features: Floats, travelling: bool = False) -> BodyMotion:
    """The motion that features [T, F] stand for, facing -Y; `travelling` follows its speed, else it stays in place."""
    count = len(features)
    columns = features[:, : 6 * len(BODY_BONES)].reshape(count, len(BODY_BONES), 3, 2)
    local = rotation.from_matrix(_orthonormal(columns))
    turns = np.empty((count, len(BODY_BONES), 4))
    for bone, parent in enumerate(PARENTS):
        turns[:, bone] = local[:, bone] if parent < 0 else rotation.multiply(turns[:, parent], local[:, bone])
    height, sway, going = np.split(features[:, 6 * len(BODY_BONES) :] * LEG, [1, 3], axis=1)
    hips = np.concatenate((sway, height + REST[0, 2]), axis=1)
    if travelling:
        hips[:, :2] += np.cumsum(going, axis=0) / FPS
    return BodyMotion(turns, hips)


def speed_of(features: Floats) -> Floats:
    """[T, 2] metres a second to the left (+X) and backward (+Y) at which the ground passes under a body in place."""
    return features[:, -2:] * LEG


def _heading(hips: Floats) -> Floats:
    """The smoothed turn about Z [T, 4] of the hips' front."""
    front = rotation.rotate(hips, _FORWARD)
    front[:, 2] = 0
    front = gaussian_filter1d(front, _SMOOTH_WAY * FPS, axis=0, mode="nearest")
    angle = np.arctan2(front[:, 0], -front[:, 1])
    return rotation.from_rotvec(np.stack((0 * angle, 0 * angle, angle), axis=1))


def _level(plane: Floats) -> Floats:
    return np.concatenate((plane, np.zeros((len(plane), 1))), axis=1)


def _orthonormal(columns: Floats) -> Floats:
    """Gram-Schmidt: [..., 3, 2] to rotation matrices [..., 3, 3]."""
    first = columns[..., 0] / np.maximum(np.linalg.norm(columns[..., 0], axis=-1, keepdims=True), 1e-9)
    second = columns[..., 1] - (first * columns[..., 1]).sum(-1, keepdims=True) * first
    second /= np.maximum(np.linalg.norm(second, axis=-1, keepdims=True), 1e-9)
    return np.stack((first, second, np.cross(first, second)), axis=-1)


def feature_weights() -> Floats:
    """[F] how much each feature counts in the components: thighs, upper arms and the trunk carry what hangs on them."""
    weights = np.ones(FEATURES)
    for index, name in enumerate(BODY_BONES):
        heavy = any(part in name for part in ("hips", "spine", "chest", "UpperLeg", "UpperArm", "LowerArm", "LowerLeg"))
        weights[6 * index : 6 * index + 6] = 1.5 if heavy else 0.8
    weights[-5:-2] = 6.0
    return weights


def bone(name: str) -> int:
    """The index of a bone among BODY_BONES."""
    return BODY_BONES.index(name)


assert all(BONE_PARENTS[name] is None or BONE_PARENTS[name] in BODY_BONES for name in BODY_BONES)
