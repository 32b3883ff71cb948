"""Left and right kept apart: in poor pictures the detector takes a front for a back now and then, for some frames.

Then every left point jumps to where the right one was and back again. Which frames are the wrong way round is found for
a whole clip at once (Viterbi, 1967): what is continuous counts for, and each moment the wrong way round against.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..features.arrays import Features
from .bank import BODY_BONES
from .landmarks import ANKLE, ELBOW, HIP, KNEE, SHOULDER, WRIST

Floats = NDArray[np.floating]

_PAIRS: Final = np.array([list(mark.values()) for mark in (SHOULDER, ELBOW, WRIST, HIP, KNEE, ANKLE)])
_PAIR_WEIGHTS: Final = np.array((2.0, 0.7, 0.3, 2.0, 0.7, 0.3))
"""Arms and legs move fast by themselves."""
_SWAPPED: Final = [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, *(mark + 1 - 2 * ((mark + 1) % 2) for mark in range(11, 33))]
"""The pose's points with left and right exchanged."""
_WRONG_PER_SECOND: Final = 1.5
"""What a second the wrong way round costs, in sizes of the trunk that a pair of points jumps by on average."""
_READ_PER_SECOND: Final = 8.0
"""What a second against what the picture's reading says costs more."""
_TURNING: Final = 0.3
"""What each change between right and wrong costs."""
_WIDTHS: Final = {"UpperArm": 0.34, "UpperLeg": 0.18}
"""Metres from side to side, seen from the front."""
_FARTHEST: Final = 1.5
"""Sizes of the trunk; farther jumps are no worse."""
_FORGOTTEN: Final = 0.4
"""Seconds unseen after which nothing can be told from where points were."""


def sides_kept(features: Features, reading: Floats, fps: float) -> tuple[Features, NDArray[np.bool_]]:
    """The features with left and right exchanged in frames [T] that are the wrong way round, and which those are.

    reading [T, READING], camera axes: what the picture alone says is seldom the wrong way round.
    """
    image = features.pose_image[..., :2]
    wrong = wrong_way_round(image, features.pose_visibility, _agreement(image, reading), fps)
    if not wrong.any():
        return features, wrong
    arrays = {}
    for name in ("pose_image", "pose_world", "pose_visibility"):
        arrays[name] = getattr(features, name).copy()
        arrays[name][wrong] = arrays[name][wrong][:, _SWAPPED]
    for part in ("hand", "hand_world", "hand_confidence"):
        left, right = (getattr(features, f"{side}_{part}").copy() for side in ("left", "right"))
        left[wrong], right[wrong] = right[wrong], left[wrong].copy()
        arrays |= {f"left_{part}": left, f"right_{part}": right}
    return replace(features, **arrays), wrong


def wrong_way_round(image: Floats, visibility: Floats, agreement: Floats, fps: float) -> NDArray[np.bool_]:
    """Frames [T] of points [T, 33, 2] px (NaN where nobody was found), visibility [T, 33], agreement [T] -1..1."""
    wrong = np.zeros(len(image), dtype=bool)
    seen = np.flatnonzero(np.isfinite(image[:, _PAIRS]).all(axis=(1, 2, 3)))
    if len(seen) < 3:
        return wrong
    pairs, sure = image[seen][:, _PAIRS].astype(np.float64), visibility[seen][:, _PAIRS].mean(axis=2) + 0.05
    same, crossed = (_jumps(pairs, sure, order) for order in ([0, 1], [1, 0]))
    known = np.diff(seen) <= _FORGOTTEN * fps
    stay, change = same * known, crossed * known + _TURNING
    told = agreement[seen] * _READ_PER_SECOND
    own = np.stack((np.maximum(-told, 0.0), _WRONG_PER_SECOND + np.maximum(told, 0.0)), axis=1) / fps
    # Costs of the best way to each frame the right (0) and the wrong way round (1), and where it came from.
    costs, came = own[0], np.zeros((len(seen), 2), dtype=np.intp)
    for t in range(1, len(seen)):
        ways = costs[:, None] + np.array(((stay[t - 1], change[t - 1]), (change[t - 1], stay[t - 1])))
        came[t] = ways.argmin(axis=0)
        costs = ways.min(axis=0) + own[t]
    state = int(costs.argmin())
    for t in range(len(seen) - 1, -1, -1):
        wrong[seen[t]] = state == 1
        state = int(came[t, state])
    return wrong


def _agreement(image: Floats, reading: Floats) -> Floats:
    """[T] from -1 to 1: whether shoulders and hips lie the same way round in the points and in the reading; 0 where the
    body is seen from its side or nothing is read."""
    joints = reading[:, : 3 * len(BODY_BONES)].reshape(len(reading), -1, 3)[..., [0, 2]] * (1.0, -1.0)
    total, sizes = np.zeros(len(reading)), np.zeros(len(reading))
    for mark, part in ((SHOULDER, "UpperArm"), (HIP, "UpperLeg")):
        left, right = (joints[:, BODY_BONES.index(f"{side}{part}")] for side in ("left", "right"))
        seen, read = image[:, mark["left"]] - image[:, mark["right"]], left - right
        size = np.linalg.norm(seen, axis=1)
        total += (seen * read).sum(axis=1) / np.maximum(size, 1.0)
        sizes += _WIDTHS[part]
    return np.clip(np.nan_to_num(total / sizes), -1.0, 1.0)


def _jumps(pairs: Floats, sure: Floats, order: list[int]) -> Floats:
    """[T - 1] how far pairs [T, 6, 2, 2] of points move from frame to frame, in sizes of the trunk.

    order [1, 0]: with left and right exchanged meanwhile.
    """
    trunk = np.linalg.norm(pairs[:, 0].mean(axis=1) - pairs[:, 3].mean(axis=1), axis=1)
    across = np.linalg.norm(pairs[:, 0, 0] - pairs[:, 0, 1], axis=1)
    size = max(float(np.median(np.maximum(trunk, across))), 1.0)
    away = np.linalg.norm(pairs[1:][:, :, order] - pairs[:-1], axis=-1).sum(axis=-1) / size
    weights = np.minimum(sure[1:], sure[:-1]) * _PAIR_WEIGHTS
    return (np.minimum(away, _FARTHEST) * weights).sum(axis=1) / weights.sum(axis=1)
