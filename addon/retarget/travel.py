"""The way over the floor, apart from the sway of each step: what a root bone or the object carries."""

from __future__ import annotations

import numpy as np

from .rig import Floats

_SWAY = 0.5
"""Seconds: standard deviation of the smoothing; quicker to and fro stays in the hips."""


def travelled(path: Floats, fps: float) -> Floats:
    """How far [T, 3] a path has gone over the floor since its start: level, and without the sway of steps."""
    way = path - path[0]
    sigma = _SWAY * fps
    reach = int(3 * sigma)
    if reach < 1 or len(path) < 2:
        return way * [1.0, 1.0, 0.0]
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    # Beyond its ends the way goes on as it came (point reflection), so that a walk begins and ends with its speed.
    ahead = 2 * way[-1] - way[-2 : -2 - reach : -1] if len(way) > reach else np.tile(way[-1], (reach, 1))
    behind = 2 * way[0] - way[reach:0:-1] if len(way) > reach else np.tile(way[0], (reach, 1))
    long = np.concatenate([behind, way, ahead])
    smooth = np.stack([np.convolve(long[:, axis], kernel, mode="valid") for axis in range(3)], axis=-1)
    return (smooth - smooth[0]) * [1.0, 1.0, 0.0]
