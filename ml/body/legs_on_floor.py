"""Legs bent so that planted feet stay where they stand: two-bone inverse kinematics."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import CAPTURED_BONES, joint_positions, parent_indices, rotation
from .contacts import runs
from .landmarks import SIDES, Floats
from .orient import unit

_PARENTS: Final = parent_indices(CAPTURED_BONES)
_EASE: Final = 0.15
"""Seconds over which a foot comes to its place before, and leaves it after a contact."""
_LONGEST_REACH: Final = 0.999
_Z: Final = np.array((0.0, 0.0, 1.0))


def plant_feet(rotations: Floats, hips: Floats, rest: Floats, contacts: NDArray[np.bool_], fps: float) -> Floats:
    """Rotations [T, 52, 4] with planted feet [T, 4] (see FOOT_BONES) still, level and on Z = 0."""
    result = rotations.copy()
    for number, side in enumerate(SIDES):
        heel, toes = contacts[:, 2 * number], contacts[:, 2 * number + 1]
        if (heel | toes).any():
            _plant(result, hips, rest, heel, toes, side, fps)
    return result


def _plant(
    rotations: Floats,
    hips: Floats,
    rest: Floats,
    heel: NDArray[np.bool_],
    toes: NDArray[np.bool_],
    side: str,
    fps: float,
) -> None:
    thigh, shin, foot, toe = (
        CAPTURED_BONES.index(f"{side}{part}") for part in ("UpperLeg", "LowerLeg", "Foot", "Toes")
    )
    level_share = _eased(heel & toes, fps)
    level = rotation.twist(rotations[:, foot], _Z)
    turned = rotation.slerp(rotations[:, foot], level, level_share)
    joints = joint_positions(rotations, hips, rest, _PARENTS)
    ankle = joints[:, foot]
    to_toe = rotation.rotate(turned, rest[toe] - rest[foot])
    shift, share = np.zeros_like(ankle), np.zeros(len(ankle))
    for begin, end in runs(heel | toes):
        on_toes = toes[begin:end]
        wanted = np.empty((end - begin, 3))
        if on_toes.any():
            place = np.median((ankle + to_toe)[begin:end][on_toes], axis=0)
            place[2] = rest[toe, 2]
            wanted[:] = place - to_toe[begin:end]
        else:
            wanted[:] = np.median(ankle[begin:end], axis=0)
            wanted[:, 2] = rest[foot, 2]
        _add_run(shift, share, wanted - ankle[begin:end], begin, end, max(1, round(_EASE * fps)))
    target = ankle + shift / np.maximum(share, 1.0)[:, None]
    reach_ankle(rotations, joints, target, (thigh, shin, foot))
    rotations[:, foot] = rotations[:, toe] = turned


def _add_run(shift: Floats, share: Floats, own: Floats, begin: int, end: int, ease: int) -> None:
    """Add one contact's shift [n, 3], held and faded over `ease` frames on both sides."""
    low, high = max(0, begin - ease), min(len(shift), end + ease)
    at = np.arange(low, high)
    outside = np.maximum(begin - at, at - (end - 1)).clip(0)
    weight = 0.5 + 0.5 * np.cos(np.pi * np.minimum(outside / (ease + 1), 1.0))
    shift[low:high] += weight[:, None] * own[np.clip(at - begin, 0, end - begin - 1)]
    share[low:high] += weight


def _eased(flags: NDArray[np.bool_], fps: float) -> Floats:
    """1 inside runs of True, fading to 0 outside."""
    share = np.zeros(len(flags))
    empty = np.zeros((len(flags), 3))
    for begin, end in runs(flags):
        _add_run(empty, share, np.zeros((end - begin, 3)), begin, end, max(1, round(_EASE * fps)))
    return share.clip(0.0, 1.0)


def reach_ankle(rotations: Floats, joints: Floats, target: Floats, leg: tuple[int, int, int]) -> None:
    """Turn thigh and shin, in place, so that the ankle comes to target [T, 3]; knees keep the way they bend."""
    thigh, shin, foot = leg
    hip, knee, ankle = joints[:, thigh], joints[:, shin], joints[:, foot]
    upper = np.linalg.norm(knee - hip, axis=1)
    lower = np.linalg.norm(ankle - knee, axis=1)
    along = target - hip
    length = np.clip(np.linalg.norm(along, axis=1), np.abs(upper - lower) + 0.01, _LONGEST_REACH * (upper + lower))
    along = unit(along)
    cosine = np.clip((upper**2 + length**2 - lower**2) / (2 * upper * length), -1.0, 1.0)
    # Knees bend towards where they do now; a straight leg's knee points to the front of its thigh.
    front = rotation.rotate(rotations[:, thigh], np.array((0.0, -1.0, 0.0)))
    bend = (knee - hip) - along * ((knee - hip) * along).sum(axis=1, keepdims=True)
    bend = bend + 0.02 * (front - along * (front * along).sum(axis=1, keepdims=True))
    knee_to = hip + upper[:, None] * (cosine[:, None] * along + np.sqrt(1 - cosine**2)[:, None] * unit(bend))
    ankle_to = hip + length[:, None] * along
    for bone, old, new in ((thigh, knee - hip, knee_to - hip), (shin, ankle - knee, ankle_to - knee_to)):
        rotations[:, bone] = rotation.multiply(rotation.between(old, new), rotations[:, bone])
