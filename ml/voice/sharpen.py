"""Where the picture shows a speaking mouth, its sound says when the lips meet: m, b and p are shut in time.

A picture every 33 ms catches a closure of 60 ms by luck, and a tracker blurs what it catches. The sound replaces
nothing: it shuts lips that are seen moving, and only as far as it is sure.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, minimum_filter1d

from ..emotion.adjust import lip_gap
from .coarticulation import RATE, close_lips
from .visemes import CLOSURE

Floats = NDArray[np.float64]

_SURE: Final = (0.5, 0.85)
"""Probability of a closure below which nothing is done, and above which the lips shut fully."""
_MOVING_MM: Final = 2.0
"""The lips' gap has to change by so much around a closure: a still mouth is not the one that speaks."""
_AROUND: Final = 0.25
"""Seconds on both sides."""
_MEETING: Final = 0.018
"""Seconds (standard deviation) over which lips meet and part."""


def sharpen_closures(
    weights: NDArray[np.floating], times: Floats, visemes: NDArray[np.floating], confidence: NDArray[np.floating]
) -> Floats:
    """Weights [T, 52] at `times` with lips shut where visemes [N, 15] (100 Hz) say so; unseen frames stay."""
    original = np.asarray(weights, dtype=np.float64)
    if not len(visemes) or len(times) < 3:
        return original
    low, high = _SURE
    sure = np.clip((np.asarray(visemes, dtype=np.float64)[:, CLOSURE] - low) / (high - low), 0, 1)
    shut = gaussian_filter1d(maximum_filter1d(sure, 3), _MEETING * RATE)
    closed = np.interp(times, np.arange(len(shut)) / RATE, shut, right=0.0)
    frame = float(np.median(np.diff(times)))
    reach = 2 * max(1, round(_AROUND / frame)) + 1
    gap = lip_gap(original)
    moving = maximum_filter1d(gap, reach) - minimum_filter1d(gap, reach) > _MOVING_MM
    closed = closed * moving * (np.asarray(confidence) > 0)
    return np.where(closed[:, None] > 0.01, close_lips(original, closed), original)
