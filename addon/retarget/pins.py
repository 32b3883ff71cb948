"""Standing still: corrections that hold a point in place over its contacts and come and go without a jolt."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .rig import Floats

Bools = NDArray[np.bool_]


def runs(values: Bools) -> list[tuple[int, int]]:
    """(first, one past the last) of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], values, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def pinned(path: Floats, own: Floats, stands: Bools, limit: float, shift: int) -> Floats:
    """Where the point [T, 3] stays while it stands [T]; NaN elsewhere.

    own [T, 3]: the performer's point. A stretch over which that strays further than `limit` from its mean is no
    standing still but several places one after the other (a shuffle, or a slow drift of the capture): between them the
    point moves over in about `shift` frames.
    """
    places = np.full(path.shape, np.nan)
    for first, last in runs(stands):
        bounds = _calm_parts(own, first, last, limit)
        means = [path[a:b].mean(axis=0) for a, b in pairwise(bounds)]
        at = np.arange(first, last, dtype=np.float64)
        place = np.tile(means[0], (last - first, 1))
        for edge, before, after in zip(bounds[1:-1], means, means[1:], strict=False):
            place += eased((at - edge + 0.5 * shift) / shift)[:, None] * (after - before)
        places[first:last] = place
    return places


def _calm_parts(path: Floats, first: int, last: int, limit: float) -> list[int]:
    """Bounds of the parts of a stretch over which the path stays within `limit` of its mean; parted where the point
    moves over, not in the middle of standing."""
    part = path[first:last]
    strays = np.linalg.norm(part - part.mean(axis=0), axis=1).max()
    if strays <= limit or last - first < 4:
        return [first, last]
    middle = first + _parting(part)
    return _calm_parts(path, first, middle, limit)[:-1] + _calm_parts(path, middle, last, limit)


def _parting(part: Floats) -> int:
    """Where to part a stretch in two so that both stray least from their means (least squares); two frames at least."""
    count = len(part)
    centred = part - part.mean(axis=0)
    before = np.cumsum(centred, axis=0)[1 : count - 2]
    sizes = np.arange(2, count - 1, dtype=np.float64)
    gain = np.sum(before**2, axis=1) / sizes + np.sum(before**2, axis=1) / (count - sizes)
    return 2 + int(np.argmax(gain))


def faded(values: Floats, there: Bools, fade: int) -> Floats:
    """`values` [T, K] where they are there [T]; between them they go to 0 and come from it within `fade` frames.

    They leave and arrive with the speed they have inside (cubic Hermite), so that what they correct neither jumps nor
    stops dead.
    """
    result = np.where(there[:, None], values, 0.0)
    stretches = runs(there)
    frames = len(values)
    nothing = np.zeros(values.shape[1])
    for (begin, end), (start, stop) in zip([(0, 0), *stretches], [*stretches, (frames, frames)], strict=True):
        gap = start - end
        if gap <= 0:
            continue
        leaving = (values[end - 1], values[end - 1] - values[end - 2] if end - begin > 1 else nothing)
        first = min(start, frames - 1)
        coming = (values[first], values[first + 1] - values[first] if stop - start > 1 else nothing)
        leaving, coming = leaving if end > 0 else None, coming if start < frames else None
        if leaving and coming and gap < 2 * fade:
            result[end:start] = _hermite(leaving, coming, gap)
            continue
        length = min(fade, gap)
        if leaving:
            result[end : end + length] = _hermite(leaving, (nothing, nothing), length)
        if coming:
            result[start - length : start] = _hermite((nothing, nothing), coming, length)
    return result


def _hermite(start: tuple[Floats, Floats], end: tuple[Floats, Floats], count: int) -> Floats:
    """`count` values [count, K] between two values with speeds (per frame), both left out."""
    span = count + 1
    u = np.arange(1, span)[:, None] / span
    return (
        (2 * u**3 - 3 * u**2 + 1) * start[0]
        + (u**3 - 2 * u**2 + u) * span * start[1]
        + (3 * u**2 - 2 * u**3) * end[0]
        + (u**3 - u**2) * span * end[1]
    )


def bridged(values: Floats, known: Bools, over: Bools) -> Floats:
    """`values` [T, K] at known frames; within each stretch of `over` [T] the frames between are filled linearly."""
    result = values.copy()
    for first, last in runs(over):
        frames = np.flatnonzero(known[first:last]) + first
        if len(frames):
            at = np.arange(first, last)
            for column in range(values.shape[1]):
                result[first:last, column] = np.interp(at, frames, values[frames, column])
    return result


def closed(values: Bools, most: int) -> Bools:
    """With gaps of up to `most` frames between two stretches of True filled."""
    result = values.copy()
    for (_, end), (start, _) in pairwise(runs(values)):
        if start - end <= most:
            result[end:start] = True
    return result


def eased(share: Floats) -> Floats:
    """0..1 with level ends (smoothstep); clipped outside."""
    share = np.clip(share, 0.0, 1.0)
    return share * share * (3 - 2 * share)


def lowest_around(values: Floats, reach: int) -> Floats:
    """A smooth curve [T] that is nowhere above `values` [T]: the minimum over +-reach frames, then its mean."""
    window = 2 * reach + 1
    padded = np.pad(values, 2 * reach, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, window).min(axis=1)
    return np.lib.stride_tricks.sliding_window_view(lowest, window).mean(axis=1)


def lasting_speed(path: Floats, fps: float) -> Floats:
    """Level speed [T] of a path [T, 3] per second: the median over the half second around, so that the quick first and
    last frames of a step do not count."""
    if len(path) < 3:
        return np.zeros(len(path))
    speed = np.linalg.norm(np.gradient(path[:, :2], axis=0), axis=1) * fps
    reach = min(max(1, round(0.25 * fps)), len(path) - 1)
    padded = np.pad(speed, reach, mode="reflect")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1), axis=1)


def smoothed_where(values: Floats, there: Bools, sigma: float) -> Floats:
    """A slow curve [T] through values [T] where they are there: Gaussian weights over `sigma` frames."""
    reach = max(1, min(int(3 * sigma), 4 * len(values)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-6)) ** 2)
    weights = there.astype(np.float64)
    total = np.convolve(np.pad(values * weights, reach, mode="edge"), kernel, mode="valid")
    weight = np.convolve(np.pad(weights, reach, mode="edge"), kernel, mode="valid")
    known = weight > 1e-6
    curve = np.where(known, total / np.maximum(weight, 1e-6), 0.0)
    frames = np.flatnonzero(known)
    return np.interp(np.arange(len(values)), frames, curve[frames]) if len(frames) else curve
