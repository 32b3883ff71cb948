"""Rotations from directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..take import rotation

Floats = NDArray[np.float64]


def unit(v: ArrayLike) -> Floats:
    """Vectors [..., 3] scaled to length 1; a zero vector stays zero."""
    v = np.asarray(v, dtype=np.float64)
    return v / np.maximum(np.linalg.norm(v, axis=-1, keepdims=True), 1e-12)


def frame(primary: ArrayLike, secondary: ArrayLike) -> Floats:
    """Matrices [..., 3, 3] whose first column is `primary`, whose second lies towards `secondary` (Gram-Schmidt)."""
    first = unit(primary)
    second = np.asarray(secondary, dtype=np.float64)
    second = unit(second - np.sum(second * first, axis=-1, keepdims=True) * first)
    return np.stack(np.broadcast_arrays(first, second, np.cross(first, second)), axis=-1)


def turn_onto(rest_primary: ArrayLike, rest_secondary: ArrayLike, primary: ArrayLike, secondary: ArrayLike) -> Floats:
    """The rotations [..., 4] that take rest_primary onto primary, rest_secondary as near secondary as that leaves."""
    rest = frame(rest_primary, rest_secondary)
    return rotation.from_matrix(frame(primary, secondary) @ np.swapaxes(rest, -1, -2))


def about(axis: ArrayLike, radians: ArrayLike) -> Floats:
    """Rotations [..., 4] by `radians` [...] about the unit `axis` [3]."""
    return rotation.from_rotvec(np.asarray(radians, dtype=np.float64)[..., None] * np.asarray(axis, dtype=np.float64))


def limited(q: ArrayLike, radians: float) -> Floats:
    """The same turns, none larger than `radians`."""
    turn = rotation.to_rotvec(q)
    size = np.linalg.norm(turn, axis=-1, keepdims=True)
    return rotation.from_rotvec(turn * np.minimum(1.0, radians / np.maximum(size, 1e-9)))


def smoothstep(x: ArrayLike, low: float, high: float) -> Floats:
    """0 below low, 1 above high, smooth between."""
    t = np.clip((np.asarray(x, dtype=np.float64) - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)
