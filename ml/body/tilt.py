"""The camera's pitch and roll: one for the whole clip, from what the network takes for upright."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS = 5
_OUTLIER = np.radians(4.0)
_READ_LOW = 2.0
"""Degrees by which the network takes cameras to look further down than they do, on clips not trained on."""
_MISREAD = 4.6
"""Degrees: the standard deviation of what it then is off."""
_CAMERAS = ((0.65, 0.0, 5.0), (0.35, -4.0, 13.0))
"""How cameras are held: share, mean and standard deviation of their pitch in degrees; nearly level, or anyhow."""
_WITHOUT_LEGS = 0.5
"""How far the network's vertical is believed where no legs are seen."""
_FOOT_SIGMA = 0.05
"""Metres by which a standing foot's height is misjudged, for _FEET_MEMORY seconds at a time."""
_FEET_MEMORY = 0.3
_FEWEST_FEET = 2.0
_TILT_SIGMA = np.radians(1.5)
"""By which the network may be corrected: it misjudges a clip's vertical by 5 degrees, but legs judged wrongly tilt the
plane in which their feet seem to stand by more (believed with 3 degrees, dances came to 16 instead of 10)."""


def level_axes(up: Floats, weights: Floats) -> Floats:
    """The turn [3, 3] from the camera's axes (x right, y ahead, z up) to level ones of the same heading.

    up [T, 3]: the vertical in the camera's axes, frame by frame; weights [T]. A robust mean (Weiszfeld) is taken.
    """
    mean = _unit((up * weights[:, None]).sum(axis=0))
    for _ in range(_ROUNDS):
        away = np.linalg.norm(up - mean, axis=1)
        own = weights / np.maximum(away, _OUTLIER)
        mean = _unit((up * own[:, None]).sum(axis=0))
    ahead = _unit(np.array((0.0, 1.0, 0.0)) - mean[1] * mean)
    return np.stack((np.cross(ahead, mean), ahead, mean))


def as_cameras_are(to_level: Floats) -> Floats:
    """The turn [3, 3] with the pitch that is likely after what the network read of it and how cameras are held.

    A trunk that leans looks like a camera that looks down. Of 26 clips not trained on, pitch comes from 3.8 to 2.6
    degrees off; steep cameras are drawn to level by about 3.
    """
    across, ahead, _ = to_level[2]
    read = np.degrees(np.arcsin(np.clip(ahead, -1.0, 1.0))) + _READ_LOW
    shares, likely = [], []
    for share, mean, spread in _CAMERAS:
        total = spread**2 + _MISREAD**2
        shares.append(share * np.exp(-0.5 * (read - mean) ** 2 / total) / np.sqrt(total))
        likely.append((read * spread**2 + mean * _MISREAD**2) / total)
    pitch = np.radians(np.average(likely, weights=shares))
    up = np.array((across, np.sin(pitch), np.sqrt(max(0.0, 1.0 - across**2 - np.sin(pitch) ** 2))))
    return level_axes(up[None], np.ones(1))


def less_tilted(up: Floats, legs: Floats) -> Floats:
    """The verticals [T, 3] in the camera's axes, drawn towards a level camera where legs [T] 0..1 are not seen.

    Without legs the network takes hunched shoulders for a camera that looks down; cameras that show people to the waist
    mostly stand about level, so half of what it says is believed.
    """
    level = np.array((0.0, 0.0, 1.0))
    believed = (_WITHOUT_LEGS + (1 - _WITHOUT_LEGS) * legs)[:, None]
    mixed = level + believed * (up - level)
    return mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)


def level_by_feet(to_level: Floats, feet: Floats, weights: Floats, fps: float) -> Floats:
    """The turn to level axes, corrected so that feet that stand, F of them, stand on one level floor.

    feet [T, F, 3]: their height above their own standing height, on the axes of `to_level`; weights [T, F] 0..1. A
    sloping floor is fitted by least squares; what the network took for upright counts as an observation beside.
    """
    own = weights.reshape(-1) / max(1.0, _FEET_MEMORY * fps)
    if own.sum() < _FEWEST_FEET:
        return to_level
    points = feet.reshape(-1, 3)
    middle = (points * own[:, None]).sum(axis=0) / own.sum()
    x, y, z = (points - middle).T
    rows = np.stack((x, y), axis=1)
    for _ in range(_ROUNDS):
        normal = (rows * own[:, None]).T @ rows / _FOOT_SIGMA**2 + np.eye(2) / _TILT_SIGMA**2
        slope = np.linalg.solve(normal, (rows * own[:, None]).T @ z / _FOOT_SIGMA**2)
        away = np.abs(z - rows @ slope)
        own = weights.reshape(-1) / max(1.0, _FEET_MEMORY * fps) / (1 + (away / (2 * _FOOT_SIGMA)) ** 2)
    up = _unit(np.array((-slope[0], -slope[1], 1.0)))
    return level_axes((up @ to_level)[None], np.ones(1))


def _unit(v: Floats) -> Floats:
    return v / max(float(np.linalg.norm(v)), 1e-12)
