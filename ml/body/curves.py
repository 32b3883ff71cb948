"""Curves over time from which motions are made: eased keys of rotations, smooth noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..take import rotation

Floats = NDArray[np.float64]


def smooth_noise(rng: np.random.Generator, count: int, shape: tuple[int, ...], fps: float, seconds: float) -> Floats:
    """Noise [count, *shape] of unit variance that changes over about `seconds`."""
    sigma = max(fps * seconds / 2, 0.3)
    pad = int(4 * sigma) + 1
    raw = gaussian_filter1d(rng.normal(size=(count + 2 * pad, *shape)), sigma, axis=0, mode="wrap")
    return raw[pad : pad + count] * np.sqrt(2 * np.sqrt(np.pi) * sigma)


def key_times(rng: np.random.Generator, count: int, fps: float, shortest: float, longest: float) -> Floats:
    """Frame numbers of keys, `shortest` to `longest` seconds apart, from before the first to after the last frame."""
    gaps = rng.uniform(shortest, longest, size=int(count / fps / shortest) + 3) * fps
    times = np.cumsum(gaps) - gaps[0] * rng.random() - gaps[0]
    return times[: np.searchsorted(times, count) + 1]


def eased_rotations(keys: Floats, times: Floats, count: int, hold: float = 0.2) -> Floats:
    """Rotations [count, ..., 4] through keys [K, ..., 4] at frame numbers [K]; `hold` of each gap rests at its key."""
    frames = np.arange(count, dtype=np.float64)
    place = np.clip(np.searchsorted(times, frames, side="right") - 1, 0, len(times) - 2)
    share = np.clip((frames - times[place]) / (times[place + 1] - times[place]), 0.0, 1.0)
    share = np.clip((share - hold / 2) / (1 - hold), 0.0, 1.0)
    share = share**3 * (10 - 15 * share + 6 * share**2)
    share = share.reshape(-1, *([1] * (keys.ndim - 2)))
    return rotation.slerp(keys[place], keys[place + 1], np.broadcast_to(share, keys[place].shape[:-1]))


def resampled(rotations: Floats, places: Floats) -> Floats:
    """Rotations [N, ..., 4] at fractional frame numbers `places` [N] of rotations [T, ..., 4]."""
    low = np.clip(np.floor(places).astype(int), 0, len(rotations) - 1)
    high = np.minimum(low + 1, len(rotations) - 1)
    share = (places - low).clip(0, 1).reshape(-1, *([1] * (rotations.ndim - 2)))
    return rotation.slerp(rotations[low], rotations[high], np.broadcast_to(share, rotations[low].shape[:-1]))


def resampled_points(points: Floats, places: Floats) -> Floats:
    """Points [N, ...] at fractional frame numbers."""
    low = np.clip(np.floor(places).astype(int), 0, len(points) - 1)
    high = np.minimum(low + 1, len(points) - 1)
    share = (places - low).clip(0, 1).reshape(-1, *([1] * (points.ndim - 1)))
    return points[low] * (1 - share) + points[high] * share
