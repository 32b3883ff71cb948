"""From features to a body that stands and walks on a floor: the hips' path, planted feet, fingers at rest."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ..body.contacts import runs
from ..body.legs_on_floor import raise_sunken_feet, reach_ankle, stand_on_floor
from ..performers.pose import complete_rotations
from ..take import CAPTURED_BONES, STANDARD_REST, joint_positions, parent_indices, rotation
from .pose import BODY_BONES, FPS, PARENTS, REST, BodyMotion, Floats, bone, motion_of

Flags = NDArray[np.bool_]

FULL_REST: Final = np.array([STANDARD_REST[name] for name in CAPTURED_BONES])
FINGERS: Final = tuple(
    index for index, name in enumerate(CAPTURED_BONES)
    if any(finger in name for finger in ("Thumb", "Index", "Middle", "Ring", "Little"))
)  # fmt: skip
_PARENTS: Final = parent_indices(CAPTURED_BONES)
_CURL: Final = {"Proximal": 18.0, "Intermediate": 24.0, "Distal": 14.0}
_WAY_SECONDS: Final = 0.6
"""Spread of the smoothing that tells the way from the sway about it: longer than a step."""
_STRAIGHT: Final = 0.99
"""Share of a leg's length that it is stretched to at most."""
_FEET: Final = ("leftFoot", "leftToes", "rightFoot", "rightToes")
_Y, _Z = np.eye(3)[1:]


def standing_body(features: Floats, seed: int) -> tuple[Floats, Floats]:
    """Rotations [T, 52, 4] and hips [T, 3] of somebody who stays where they stand."""
    motion = motion_of(features, travelling=True)
    hips = motion.hips - [*motion.hips[:, :2].mean(axis=0), 0.0]
    turns = with_fingers(motion.rotations, seed)
    return stand_on_floor(turns, hips, FULL_REST, np.ones((len(hips), 4), dtype=bool), FPS)


def walking_body(features: Floats, contacts: Flags, seed: int) -> tuple[Floats, Floats, Floats]:
    """Rotations, hips and the way [T, 2] under them of somebody who walks; contacts [T, 4] say which foot stands.

    The way is what the standing foot covers, so that legs and path agree before anything is planted.
    """
    motion = motion_of(features)
    way = _way(motion, contacts)
    hips = motion.hips.copy()
    hips[:, :2] += way
    hips[:, 2] -= _sunk(motion, contacts)
    turns = _without_swivel(with_fingers(motion.rotations, seed), contacts)
    turns, hips = stand_on_floor(turns, hips, FULL_REST, contacts, FPS)
    # Long steps need lower hips than the other foot asks for: sink, then let the knees take what remains.
    hips[:, 2] -= _out_of_reach(turns, hips, contacts)
    turns = raise_sunken_feet(turns, hips, FULL_REST, FPS)
    turns, hips = stand_on_floor(turns, hips, FULL_REST, contacts, FPS, largest_shift=0.0)
    _keep_above_floor(turns, hips)
    return turns, hips, gaussian_filter1d(way, _WAY_SECONDS * FPS, axis=0)


def _way(motion: BodyMotion, contacts: Flags) -> Floats:
    joints = joint_positions(motion.rotations, motion.hips, REST, PARENTS)
    speed = np.gradient(joints[:, [bone(name) for name in _FEET], :2], axis=0)
    weight = gaussian_filter1d(contacts.astype(np.float64), 1.0, axis=0)[..., None] + 1e-6
    passed = -(speed * weight).sum(axis=1) / weight.sum(axis=1)
    passed = gaussian_filter1d(passed, 1.5, axis=0)
    passed[:, 0] -= gaussian_filter1d(passed[:, 0], 2 * _WAY_SECONDS * FPS)  # straight on
    return np.cumsum(passed, axis=0)


def _sunk(motion: BodyMotion, contacts: Flags) -> float:
    """How far the standing feet are above the floor, in the middle."""
    joints = joint_positions(motion.rotations, motion.hips, REST, PARENTS)
    feet = [bone(name) for name in _FEET]
    heights = joints[:, feet, 2] - REST[feet, 2]
    return float(np.median(heights[contacts])) if contacts.any() else 0.0


def _out_of_reach(turns: Floats, hips: Floats, contacts: Flags) -> Floats:
    """[T] how far the hips have to sink for legs that are nearly straight to reach standing feet, without a jolt."""
    joints = joint_positions(turns, hips, FULL_REST, _PARENTS)
    sink = np.zeros(len(hips))
    for side, column in (("left", 0), ("right", 2)):
        bones = (CAPTURED_BONES.index(side + part) for part in ("UpperLeg", "LowerLeg", "Foot", "Toes"))
        thigh, shin, foot, toe = bones
        rest = FULL_REST
        length = _STRAIGHT * (np.linalg.norm(rest[shin] - rest[thigh]) + np.linalg.norm(rest[foot] - rest[shin]))
        # The ankle that stands: as high over the floor as its turn puts it over the toes.
        over = joints[:, foot, 2] - joints[:, toe, 2] + rest[toe, 2]
        ankle = np.where(contacts[:, column + 1], over, rest[foot, 2])
        apart = np.linalg.norm(joints[:, foot, :2] - joints[:, thigh, :2], axis=1)
        highest = ankle + np.sqrt(np.maximum(length**2 - apart**2, 0.0))
        standing = contacts[:, column : column + 2].any(axis=1)
        sink = np.maximum(sink, np.where(standing, joints[:, thigh, 2] - highest, 0.0))
    reach = 2 * round(0.1 * FPS) + 1
    return gaussian_filter1d(maximum_filter1d(sink.clip(0.0), reach), 0.07 * FPS)


def _without_swivel(turns: Floats, contacts: Flags) -> Floats:
    """Standing feet keep pointing where they point in the middle of their stance."""
    result = turns.copy()
    ease = round(0.15 * FPS)
    for side, column in (("left", 0), ("right", 2)):
        foot, toe = (CAPTURED_BONES.index(f"{side}{part}") for part in ("Foot", "Toes"))
        yaw = rotation.to_rotvec(rotation.twist(turns[:, foot], _Z))[:, 2]
        change, share = np.zeros(len(yaw)), np.zeros(len(yaw))
        for begin, end in runs(contacts[:, column : column + 2].any(axis=1)):
            at = np.arange(max(0, begin - ease), min(len(yaw), end + ease))
            outside = np.maximum(begin - at, at - (end - 1)).clip(0)
            weight = 0.5 + 0.5 * np.cos(np.pi * np.minimum(outside / (ease + 1), 1.0))
            inside = np.clip(at, begin, end - 1)
            change[at] += weight * (float(np.median(yaw[begin:end])) - yaw[inside])
            share[at] += weight
        turn = rotation.from_rotvec((change / np.maximum(share, 1.0))[:, None] * _Z)
        for index in (foot, toe):
            result[:, index] = rotation.multiply(turn, turns[:, index])
    return result


def _keep_above_floor(turns: Floats, hips: Floats) -> None:
    """Feet that swing a little too low are lifted, in place; those that stand are where they have to be."""
    joints = joint_positions(turns, hips, FULL_REST, _PARENTS)
    for side in ("left", "right"):
        bones = (CAPTURED_BONES.index(side + part) for part in ("UpperLeg", "LowerLeg", "Foot", "Toes"))
        thigh, shin, foot, toe = bones
        sunken = np.maximum(FULL_REST[foot, 2] - joints[:, foot, 2], FULL_REST[toe, 2] - joints[:, toe, 2]).clip(0.0)
        reach_ankle(turns, joints, joints[:, foot] + sunken[:, None] * _Z, (thigh, shin, foot))


def with_fingers(body: Floats, seed: int) -> Floats:
    """[T, 52, 4] with fingers curled as in a hand at rest, a little different on each hand and finger."""
    full = complete_rotations(BODY_BONES, body)
    rng = np.random.default_rng([seed, 0xF1])
    slow = gaussian_filter1d(rng.normal(size=(len(body), 2)), 1.5 * FPS, axis=0)
    slow /= max(float(np.abs(slow).max()), 1e-9)
    index = {name: i for i, name in enumerate(CAPTURED_BONES)}
    for hand, (side, sign) in enumerate((("left", 1.0), ("right", -1.0))):
        base = full[:, index[f"{side}Hand"]]
        for finger in ("Index", "Middle", "Ring", "Little"):
            turn, own = base, float(rng.uniform(0.7, 1.4))
            for part, degrees in _CURL.items():
                curl = np.radians(sign * degrees * own * (1 + 0.35 * slow[:, hand]))
                turn = rotation.multiply(turn, rotation.from_rotvec(curl[:, None] * _Y))
                full[:, index[f"{side}{finger}{part}"]] = turn
    return full
