"""Unit quaternions as arrays [..., 4] in the order w, x, y, z (numpy only).

All functions broadcast over leading axes. A quaternion q turns a vector v by q v q*; multiply(a, b) turns by b first.
Formulas: Shoemake, "Animating Rotation with Quaternion Curves" (1985), and Diebel, "Representing Attitude" (2006).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

IDENTITY: Final[Floats] = np.array([1.0, 0.0, 0.0, 0.0])
_TINY = 1e-12


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


def normalize(q: ArrayLike) -> Floats:
    """Scale to unit length; a zero quaternion becomes the identity."""
    q = _floats(q)
    length = np.linalg.norm(q, axis=-1, keepdims=True)
    return np.where(length > _TINY, q / np.maximum(length, _TINY), IDENTITY)


def multiply(a: ArrayLike, b: ArrayLike) -> Floats:
    """The Hamilton product a b: turn by b, then by a."""
    aw, ax, ay, az = _parts(_floats(a))
    bw, bx, by, bz = _parts(_floats(b))
    return np.stack(
        (
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ),
        axis=-1,
    )


def _parts(values: Floats) -> tuple[Floats, ...]:
    """The components along the last axis."""
    return tuple(values[..., i] for i in range(values.shape[-1]))


def conjugate(q: ArrayLike) -> Floats:
    """The inverse turn of a unit quaternion."""
    return _floats(q) * np.array([1.0, -1.0, -1.0, -1.0])


def rotate(q: ArrayLike, v: ArrayLike) -> Floats:
    """Turn vectors v [..., 3] by q [..., 4]."""
    w, x, y, z = _parts(_floats(q))
    a, b, c = _parts(_floats(v))
    # v + w t + u x t with t = 2 u x v, written out: np.cross takes several times as long on few vectors.
    ta, tb, tc = 2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)
    return np.stack((a + w * ta + y * tc - z * tb, b + w * tb + z * ta - x * tc, c + w * tc + x * tb - y * ta), axis=-1)


def to_matrix(q: ArrayLike) -> Floats:
    """Rotation matrices [..., 3, 3]; their columns are the turned axes."""
    w, x, y, z = np.moveaxis(normalize(q), -1, 0)
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def from_matrix(m: ArrayLike) -> Floats:
    """Quaternions [..., 4] of rotation matrices [..., 3, 3], by the largest component (Shepperd, 1978)."""
    m = _floats(m)
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    squares = np.stack((1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz), axis=-1)
    xy, xz, yz = m[..., 0, 1] + m[..., 1, 0], m[..., 0, 2] + m[..., 2, 0], m[..., 1, 2] + m[..., 2, 1]
    wx, wy, wz = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    candidates = np.stack(
        (
            np.stack((squares[..., 0], wx, wy, wz), axis=-1),
            np.stack((wx, squares[..., 1], xy, xz), axis=-1),
            np.stack((wy, xy, squares[..., 2], yz), axis=-1),
            np.stack((wz, xz, yz, squares[..., 3]), axis=-1),
        ),
        axis=-2,
    )
    best = np.argmax(squares, axis=-1)
    chosen = np.take_along_axis(candidates, best[..., None, None], axis=-2)[..., 0, :]
    return normalize(chosen)


def from_rotvec(rotvec: ArrayLike) -> Floats:
    """Quaternions of rotation vectors [..., 3] (axis times angle in radians)."""
    rotvec = _floats(rotvec)
    angle = np.linalg.norm(rotvec, axis=-1, keepdims=True)
    # sin(a/2)/a tends to 1/2; np.sinc keeps it finite at zero.
    return np.concatenate((np.cos(angle / 2), 0.5 * np.sinc(angle / (2 * np.pi)) * rotvec), axis=-1)


def to_rotvec(q: ArrayLike) -> Floats:
    """Rotation vectors [..., 3] of the shorter way round, at most pi long."""
    q = normalize(q)
    q = np.where(q[..., :1] < 0, -q, q)
    sine = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, q[..., :1])
    scale: Floats = np.where(sine > _TINY, angle / np.maximum(sine, _TINY), 2.0)
    return q[..., 1:] * scale


def between(a: ArrayLike, b: ArrayLike) -> Floats:
    """The shortest arc that turns direction a [..., 3] to direction b [..., 3]; opposite ones turn half round."""
    start, end = np.broadcast_arrays(_floats(a), _floats(b))
    start = start / np.maximum(np.linalg.norm(start, axis=-1, keepdims=True), _TINY)
    end = end / np.maximum(np.linalg.norm(end, axis=-1, keepdims=True), _TINY)
    real = 1 + np.sum(start * end, axis=-1, keepdims=True)
    # Any axis square to the start serves for the half turn: cross with the axis that it points along least.
    square = np.cross(start, np.eye(3)[np.argmin(np.abs(start), axis=-1)])
    arc = np.concatenate((real, np.cross(start, end)), axis=-1)
    half_turn = np.concatenate((np.zeros_like(real), square), axis=-1)
    return normalize(np.where(real > 1e-9, arc, half_turn))


def slerp(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> Floats:
    """Spherical interpolation from a (t = 0) to b (t = 1) along the shorter arc; t [...] broadcasts."""
    a = normalize(a)
    step = to_rotvec(multiply(conjugate(a), normalize(b)))
    return multiply(a, from_rotvec(_floats(t)[..., None] * step))


def continuous(q: ArrayLike) -> Floats:
    """Flip signs along axis 0 so that neighbours lie on the same half: the same turns, smooth as curves."""
    q = _floats(q).copy()
    if len(q) > 1:
        turned_over = np.sum(q[1:] * q[:-1], axis=-1) < 0
        sign = np.where(np.cumsum(turned_over, axis=0) % 2 == 1, -1.0, 1.0)
        q[1:] *= sign[..., None]
    return q


def angle(a: ArrayLike, b: ArrayLike) -> Floats:
    """The angle in radians [...] between two rotations, 0..pi."""
    return np.linalg.norm(to_rotvec(multiply(conjugate(a), b)), axis=-1)


def twist(q: ArrayLike, axis: ArrayLike) -> Floats:
    """The part of q that turns about the unit `axis` [..., 3]: q = swing * twist."""
    q, axis = _floats(q), _floats(axis)
    along = np.sum(q[..., 1:] * axis, axis=-1, keepdims=True)
    return normalize(np.concatenate((q[..., :1], along * axis), axis=-1))
