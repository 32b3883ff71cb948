"""How far solved bodies are from the truth: pure functions over joints and directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def mpjpe(joints: ArrayLike, truth: ArrayLike, root: int | None = None) -> float:
    """Mean distance of joints [T, J, 3], in their unit; with `root` both are first put over that joint.

    Ionescu et al., "Human3.6M" (PAMI 2014).
    """
    a, b = _floats(joints), _floats(truth)
    if root is not None:
        a, b = a - a[:, root : root + 1], b - b[:, root : root + 1]
    return float(np.linalg.norm(a - b, axis=-1).mean())


def pa_mpjpe(joints: ArrayLike, truth: ArrayLike) -> float:
    """As mpjpe, after each frame's best similarity transform (Procrustes)."""
    a, b = _floats(joints), _floats(truth)
    return float(np.linalg.norm(aligned(a, b) - b, axis=-1).mean())


def aligned(points: Floats, onto: Floats) -> Floats:
    """Each frame's points [T, J, 3] turned, scaled and moved onto others by least squares (Umeyama, 1991)."""
    centre, target = points.mean(axis=1, keepdims=True), onto.mean(axis=1, keepdims=True)
    a, b = points - centre, onto - target
    u, sizes, vt = np.linalg.svd(np.swapaxes(a, 1, 2) @ b)
    flip = np.sign(np.linalg.det(u @ vt))
    u[:, :, -1] *= flip[:, None]
    sizes = sizes.copy()
    sizes[:, -1] *= flip
    scale = sizes.sum(axis=1) / np.maximum((a**2).sum(axis=(1, 2)), 1e-12)
    return scale[:, None, None] * (a @ (u @ vt)) + target


def direction_degrees(ways: ArrayLike, truth: ArrayLike) -> Floats:
    """Angles [...] between directions [..., 3]."""
    a, b = _floats(ways), _floats(truth)
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(axis=-1)))


def jitter(joints: ArrayLike, fps: float) -> float:
    """Mean size of the joints' acceleration [T, J, 3], per second squared."""
    steps = np.diff(_floats(joints), n=2, axis=0)
    return float(np.linalg.norm(steps, axis=-1).mean() * fps * fps) if len(steps) else 0.0


def jitter_ratio(joints: ArrayLike, truth: ArrayLike, fps: float) -> float:
    """Jitter relative to the truth's; 1 is best."""
    return jitter(joints, fps) / max(jitter(truth, fps), 1e-9)


def foot_skate(feet: ArrayLike, planted: ArrayLike, fps: float) -> float:
    """Mean speed along the floor of feet [T, F, 3] while truly planted [T, F], unit per second; 0 if they never are."""
    steps = np.linalg.norm(np.diff(_floats(feet)[..., :2], axis=0), axis=-1) * fps
    held = np.asarray(planted, dtype=bool)
    both = held[1:] & held[:-1]
    return float(steps[both].mean()) if both.any() else 0.0


def f1(found: ArrayLike, truth: ArrayLike) -> float:
    """Harmonic mean of precision and recall of flags; 1 where there is nothing to find and nothing is found."""
    a, b = np.asarray(found, dtype=bool), np.asarray(truth, dtype=bool)
    total = int(a.sum() + b.sum())
    return float(2 * (a & b).sum() / total) if total else 1.0


def path_error(path: ArrayLike, truth: ArrayLike) -> float:
    """Mean distance of two paths [T, 3] along the floor once their means are put together: where it began is free."""
    a, b = _floats(path)[:, :2], _floats(truth)[:, :2]
    return float(np.linalg.norm((a - a.mean(axis=0)) - (b - b.mean(axis=0)), axis=-1).mean())


def lag_frames(joints: ArrayLike, truth: ArrayLike, reach: int = 6) -> float:
    """By how many frames joints [T, J, 3] come later than the truth: the shift of least error, between frames too."""
    a, b = _floats(joints), _floats(truth)
    reach = min(reach, len(a) // 3)
    # Each joint counts from its own mean: what is off all the time tells nothing about when.
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    errors = [
        float(((a[reach + s : len(a) - reach + s] - b[reach : len(b) - reach]) ** 2).sum(-1).mean())
        for s in range(-reach, reach + 1)
    ]
    best = int(np.argmin(errors))
    if best in (0, 2 * reach):
        return float(best - reach)
    before, least, after = errors[best - 1 : best + 2]
    return best - reach + 0.5 * (before - after) / max(before - 2 * least + after, 1e-12)


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)
