"""Inverse kinematics of two bones in closed form: hip, knee and ankle, or shoulder, elbow and wrist."""

from __future__ import annotations

import numpy as np

from ...ml.take import rotation
from .rig import Floats


def reach(
    upper: Floats, lower: Floats, bones: tuple[Floats, Floats], target: Floats, bend: Floats, longest: Floats
) -> tuple[Floats, Floats]:
    """New turns (upper, lower) [T, 4] that bring the end to `target` [T, 3] from the limb's start; the limb keeps its
    plane.

    bones: upper and lower bone as posed [T, 3]; bend [T, 3]: the side to which the middle joint bends where the limb is
    (nearly) straight; longest [T]: how far the limb may be stretched. A target beyond is approached.
    """
    first_bone, second_bone = bones
    first, second = np.linalg.norm(first_bone, axis=1), np.linalg.norm(second_bone, axis=1)
    old = first_bone + second_bone
    distance = np.clip(np.linalg.norm(target, axis=1), np.abs(first - second) + 1e-6 * first, longest)
    swing = rotation.between(old, target)
    aim = target / np.maximum(np.linalg.norm(target, axis=1, keepdims=True), 1e-9)
    middle = rotation.rotate(swing, first_bone + 1e-3 * first[:, None] * bend)
    middle -= np.sum(middle * aim, axis=1, keepdims=True) * aim
    middle /= np.maximum(np.linalg.norm(middle, axis=1, keepdims=True), 1e-9)
    cosine = np.clip((first**2 + distance**2 - second**2) / np.maximum(2 * first * distance, 1e-12), -1, 1)
    new_first = first[:, None] * (cosine[:, None] * aim + np.sqrt(1 - cosine**2)[:, None] * middle)
    new_second = distance[:, None] * aim - new_first
    turned = []
    for turn, old_way, new_way in ((upper, first_bone, new_first), (lower, second_bone, new_second)):
        settle = rotation.between(rotation.rotate(swing, old_way), new_way)
        turned.append(rotation.multiply(settle, rotation.multiply(swing, turn)))
    still = np.linalg.norm(target - old, axis=1, keepdims=True) < 1e-7 * (first + second)[:, None]
    return np.where(still, upper, turned[0]), np.where(still, lower, turned[1])
