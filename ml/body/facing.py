"""Fronts and backs kept apart over time: in poor pictures a front is read as a back now and then.

A body and its image turned round (left for right, near for far) have nearly the same outline. Which of both a clip's
frames show is found for all of them at once (Viterbi, 1967): people do not turn round from one frame to the next, and
mostly walk the way they face.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .bank import BODY_BONES, MIRRORED_BONES
from .smoothing import fill_gaps, smooth

Floats = NDArray[np.float64]

_BONES: Final = len(BODY_BONES)
_WIDTHS: Final = {"UpperArm": 0.34, "UpperLeg": 0.18}
"""Metres from side to side, seen from the front."""
_TURNED_PER_SECOND: Final = 1.0
"""What a second against the reading costs, for a body seen from front or back and read surely;"""
_WALK_PER_SECOND: Final = 4.0
"""a second of walking backwards."""
_WALKING: Final = (0.3, 0.9)
"""Metres per second from which somebody walks, and surely does."""
_SWITCH: Final = 0.2
"""What each change between as read and turned round costs."""
_PATH_HZ: Final = 0.7


def facing_kept(reading: Floats, directions: Floats, fps: float) -> Floats:
    """Readings [T, READING] on the camera's axes (NaN where nobody was seen) with those turned round that show a front
    for a back or the other way. directions [T, 2]: of the hips, right and up per unit ahead."""
    wrong = np.zeros(len(reading), dtype=bool)
    known = np.flatnonzero(np.isfinite(reading).all(axis=1) & np.isfinite(directions).all(axis=1))
    if len(known) < 3:
        return reading
    across = _across(reading[known])
    back = across * (-1.0, 1.0)
    steps = np.diff(known)
    walk = _walk(reading, directions, known, fps)
    own = np.stack((np.zeros(len(known)), _TURNED_PER_SECOND * np.abs(across[:, 0])), axis=1)
    for state, side in enumerate((across, back)):
        ahead = side[:, 1] * walk[:, 0] - side[:, 0] * walk[:, 1]
        own[:, state] += _WALK_PER_SECOND * np.maximum(-ahead, 0.0)
    own /= fps
    costs, came = own[0], np.zeros((len(known), 2), dtype=np.intp)
    stay = np.linalg.norm(np.diff(across, axis=0), axis=1) / steps
    change = np.linalg.norm(across[1:] - back[:-1], axis=1) / steps + _SWITCH
    for t in range(1, len(known)):
        ways = costs[:, None] + np.array(((stay[t - 1], change[t - 1]), (change[t - 1], stay[t - 1])))
        came[t] = ways.argmin(axis=0)
        costs = ways.min(axis=0) + own[t]
    state = int(costs.argmin())
    for t in range(len(known) - 1, -1, -1):
        wrong[known[t]] = state == 1
        state = int(came[t, state])
    return np.where(wrong[:, None], turned_round(reading), reading)


def turned_round(reading: Floats) -> Floats:
    """What would be read of the body that has the same outline from behind."""
    count = len(reading)
    joints = reading[:, : 3 * _BONES].reshape(count, _BONES, 3)[:, MIRRORED_BONES] * (1.0, -1.0, 1.0)
    turns = reading[:, 3 * _BONES : 9 * _BONES].reshape(count, _BONES, 3, 2)[:, MIRRORED_BONES]
    turns = turns * np.array((1.0, -1.0, 1.0))[:, None] * (-1.0, 1.0)
    return np.concatenate((joints.reshape(count, -1), turns.reshape(count, -1), reading[:, -1:]), axis=1)


def _across(reading: Floats) -> Floats:
    """[N, 2] right and ahead: the way from the body's right to its left, shorter where the reading is torn."""
    joints = reading[:, : 3 * _BONES].reshape(len(reading), _BONES, 3)[..., :2]
    ways = [
        (joints[:, BODY_BONES.index(f"left{part}")] - joints[:, BODY_BONES.index(f"right{part}")]) / width
        for part, width in _WIDTHS.items()
    ]
    hips = reading[:, 3 * _BONES : 3 * _BONES + 6].reshape(-1, 3, 2)[:, :2, 0]
    mean = (ways[0] + ways[1] + hips) / 3
    return mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1.0)


def _walk(reading: Floats, directions: Floats, known: NDArray[np.intp], fps: float) -> Floats:
    """[N, 2] right and ahead: the way somebody walks, as long as it is sure, up to 1."""
    here = np.zeros(len(reading), dtype=bool)
    here[known] = True
    distance = np.exp(reading[:, -1])
    places = fill_gaps(np.stack((directions[:, 0] * distance, distance), axis=1), here)
    if len(places) < 4:
        return np.zeros((len(known), 2))
    speed = np.gradient(smooth(places, fps, _PATH_HZ), axis=0) * fps
    size = np.linalg.norm(speed, axis=1, keepdims=True)
    sure = np.clip((size - _WALKING[0]) / (_WALKING[1] - _WALKING[0]), 0.0, 1.0)
    return (speed / np.maximum(size, 1e-6) * sure)[known]
