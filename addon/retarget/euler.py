"""Euler angles in Blender's orders, without flips from frame to frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...ml.take import rotation
from .rig import Floats

_AXES = {"X": 0, "Y": 1, "Z": 2}
_LOCKED = 1e-3
"""Cosine of the middle angle below which the outer angles cannot be told apart."""
_EVEN = frozenset({"XYZ", "YZX", "ZXY"})


def to_euler(quaternions: Floats, order: str) -> Floats:
    """Angles [T, ..., 3] about X, Y, Z in radians of turns [T, ..., 4]; order "XYZ" turns about X first, as in Blender.

    Of the two triples that mean the same turn (and their full turns) each frame takes the one nearest the frame before.
    """
    i, j, k = (_AXES[letter] for letter in order)
    sign = 1.0 if order in _EVEN else -1.0
    m = rotation.to_matrix(quaternions)
    # The matrix is R_k R_j R_i; its row k holds the middle angle's sine (Shoemake, "Euler Angle Conversion", 1994).
    cosine = np.hypot(m[..., i, i], m[..., j, i])
    middle = np.arctan2(-sign * m[..., k, i], cosine)
    locked = cosine < _LOCKED
    first = np.where(
        locked, np.arctan2(-sign * m[..., j, k], m[..., j, j]), np.arctan2(sign * m[..., k, j], m[..., k, k])
    )
    last = np.where(locked, 0.0, np.arctan2(sign * m[..., j, i], m[..., i, i]))
    one, other = np.empty((*middle.shape, 3)), np.empty((*middle.shape, 3))
    for place, angle, turned in ((i, first, first + np.pi), (j, middle, np.pi - middle), (k, last, last + np.pi)):
        one[..., place], other[..., place] = angle, turned
    return _nearest_path(one, other, locked, (i, k, sign * np.sign(middle)))


def _nearest_path(one: Floats, other: Floats, locked: NDArray[np.bool_], outer: tuple[int, int, Floats]) -> Floats:
    """Frame by frame the nearer of two equal triples, moved by full turns.

    Where the middle angle locks the outer two onto one axis only their sum (or difference) counts: `outer` names them
    and the sign, and the last one stays as it was in the frame before.
    """
    i, k, sense = outer
    path = np.empty_like(one)
    before = np.zeros(one.shape[1:])
    for t in range(len(one)):
        if locked[t].any():
            _keep_last(one[t], before, locked[t], i, k, sense[t])
            other[t] = np.where(locked[t][..., None], one[t], other[t])
        pair = np.stack((one[t], other[t]))
        pair += 2 * np.pi * np.round((before - pair) / (2 * np.pi))
        nearer = np.abs(pair - before).sum(axis=-1).argmin(axis=0)
        path[t] = before = np.where(nearer[..., None] == 0, pair[0], pair[1])
    return path


def _keep_last(triple: Floats, before: Floats, locked: NDArray[np.bool_], i: int, k: int, sense: Floats) -> None:
    """Locked triples with the last angle of the frame before, and the first one making up for it; in place."""
    change = np.where(locked, before[..., k] - triple[..., k], 0.0)
    triple[..., k] += change
    triple[..., i] += sense * change
