"""Filters over time (axis 0) that look both ways, so that nothing lags."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, median_filter

from ..take import rotation

Floats = NDArray[np.float64]

STEADY_HZ = (0.8, 4.5)
"""Cutoffs of bones at rest, and of moving ones, in good pictures: see `steady_rotations`."""


def fill_gaps(values: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Linear between seen frames, held before the first and after the last; needs one seen frame. [T, ...]"""
    known = np.flatnonzero(seen)
    if len(known) == len(values):
        return np.array(values, dtype=np.float64)
    place = np.clip(np.searchsorted(known, np.arange(len(values)), side="right") - 1, 0, len(known) - 1)
    before, after = known[place], known[np.minimum(place + 1, len(known) - 1)]
    span = np.maximum(after - before, 1)
    share = np.clip((np.arange(len(values)) - before) / span, 0.0, 1.0)
    share = share.reshape(-1, *([1] * (values.ndim - 1)))
    return values[before] * (1 - share) + values[after] * share


def median3(values: Floats) -> Floats:
    """The median of each frame and its neighbours: spikes of one frame go."""
    if len(values) < 3:
        return values
    return median_filter(values, size=(3, *([1] * (values.ndim - 1))), mode="nearest")


def sigma_frames(fps: float, cutoff_hz: float) -> float:
    """Standard deviation in frames of the Gaussian that passes 1/sqrt(2) at `cutoff_hz`."""
    return fps * np.sqrt(np.log(2.0)) / (2 * np.pi * cutoff_hz)


def smooth(values: Floats, fps: float, cutoff_hz: float, weights: Floats | None = None) -> Floats:
    """Gaussian low-pass; with `weights` (broadcasting against values) by normalised convolution.

    Knutsson and Westin, "Normalized and differential convolution" (CVPR 1993): frames of small weight take the value
    of their neighbours. A Gaussian never overshoots, unlike a Butterworth filter at the ends of fast moves.
    """
    sigma = sigma_frames(fps, cutoff_hz)
    if weights is None:
        return gaussian_filter1d(values, sigma, axis=0, mode="nearest")
    weights = np.broadcast_to(weights, values.shape)
    total = gaussian_filter1d(weights, sigma, axis=0, mode="nearest")
    return gaussian_filter1d(values * weights, sigma, axis=0, mode="nearest") / np.maximum(total, 1e-9)


def smooth_rotations(q: Floats, fps: float, cutoff_hz: float) -> Floats:
    """Low-pass unit quaternions [T, ..., 4] through their signs made continuous."""
    return rotation.normalize(smooth(rotation.continuous(q), fps, cutoff_hz))


def steady_rotations(q: Floats, fps: float, still_hz: float, moving_hz: float) -> Floats:
    """Low-pass unit quaternions [T, J, 4], each the harder the slower it turns: rest is still, moves stay sharp.

    The cutoff goes from `still_hz` to `moving_hz` with the speed of turning; both ways in time, so that nothing lags.
    """
    smooth_q = smooth_rotations(q, fps, still_hz)
    sharp = smooth_rotations(q, fps, moving_hz)
    between = smooth_rotations(q, fps, np.sqrt(still_hz * moving_hz))
    if len(q) < 2:
        return sharp
    step = rotation.angle(between[1:], between[:-1]) * fps
    speed = np.concatenate((step[:1], 0.5 * (step[1:] + step[:-1]), step[-1:]))
    share = np.clip((smooth(speed, fps, still_hz) - _STILL) / (_MOVING - _STILL), 0.0, 1.0)
    return rotation.slerp(smooth_q, sharp, share * share * (3 - 2 * share))


def without_pops(q: Floats, fps: float) -> Floats:
    """Rotations [T, 4] in which what turns faster than anybody does, from one frame to the next, takes its time."""
    q = rotation.continuous(q)
    popped = np.flatnonzero(rotation.angle(q[1:], q[:-1]) * fps > _FASTEST)
    if not len(popped):
        return q
    ease = max(1, round(_POP_EASE * fps))
    kept = q.copy()
    # Pops whose surroundings meet are one.
    for group in np.split(popped, np.flatnonzero(np.diff(popped) > 2 * ease + 1) + 1):
        begin, end = max(0, group[0] - ease), min(len(q) - 1, group[-1] + 1 + ease)
        first, last = (q[end] if begin == 0 else q[begin]), (q[begin] if end == len(q) - 1 else q[end])
        share = np.linspace(0.0, 1.0, end - begin + 1)
        kept[begin : end + 1] = rotation.slerp(first, last, share * share * (3 - 2 * share))
    return rotation.continuous(kept)


_FASTEST = np.radians(800.0)
"""Per second, of a hand against its forearm."""
_POP_EASE = 0.12
"""Seconds before and after a pop."""
_STILL, _MOVING = 0.15, 1.6
"""Radians per second at which a bone counts as still, and as moving."""
