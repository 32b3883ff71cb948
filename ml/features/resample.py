"""From the moments pictures were taken to the frames of a constant rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .arrays import ARRAY_NAMES, Features

_LONGEST_GAP = 0.25
"""Seconds between two pictures over which points are still joined by a straight line."""
_SAME_MOMENT = 0.002


def at_times(features: Features, times: NDArray[np.float64], cuts: Sequence[int] = ()) -> Features:
    """Features at `times` [T]: interpolated between the two pictures around, nearest where one of them lacks the part.

    cuts: frames of `times` that begin a new shot; pictures before and after one are not mixed.

    Repeating a picture's points would make uneven footage stutter; the performer moved on between two pictures.
    """
    count = features.frame_count
    if count == 0:
        raise ValueError("There are no pictures to take features from.")
    if count == len(times) and np.abs(features.times - times).max() <= _SAME_MOMENT:
        return replace(features, times=times)
    after = np.clip(np.searchsorted(features.times, times), 0, count - 1)
    before = np.clip(after - 1, 0, count - 1)
    gap = features.times[after] - features.times[before]
    share = np.where(gap > 0, (times - features.times[before]) / np.where(gap > 0, gap, 1), 0.0).clip(0, 1)
    # Too far apart, or outside: the nearer picture alone.
    share = np.where(gap > _LONGEST_GAP, np.round(share), share)
    for cut in cuts:
        # The frames between the last picture before the cut and the first one after it.
        share = np.where(_spans(features.times, before, after, times[cut]), np.where(times < times[cut], 0, 1), share)
    arrays = {name: _between(getattr(features, name), before, after, share) for name in ARRAY_NAMES}
    return replace(features, times=times, **arrays)


def _spans(
    taken: NDArray[np.float64], before: NDArray[np.intp], after: NDArray[np.intp], moment: float
) -> NDArray[np.bool_]:
    """[T] whether a cut lies between the two pictures around each frame."""
    half = _SAME_MOMENT
    return (taken[before] < moment - half) & (taken[after] >= moment - half)


def _between(
    array: NDArray[np.float32], before: NDArray[np.intp], after: NDArray[np.intp], share: NDArray[np.float64]
) -> NDArray[np.float32]:
    weight = share.reshape(-1, *([1] * (array.ndim - 1))).astype(np.float32)
    first, second = array[before], array[after]
    nearest = np.where(weight < 0.5, first, second)
    mixed = first + weight * (second - first)
    return np.where(np.isfinite(mixed), mixed, nearest)
