"""Laying a character's face onto the reference face: which point of the one is which of the other. No bpy.

Iterative closest points (Besl and McKay, 1992) over points that keys move, first as a box, then with a scale for each
axis, then bent smoothly. Points are like each other where they lie together and face the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .reference import ReferenceFace

Floats = NDArray[np.float64]
_NORMAL = 0.25
"""How far apart, in distances between the eyes, opposite normals make two points."""
_ROUNDS, _BENDS = 12, 6
_CHUNK = 500


@dataclass(frozen=True)
class Alignment:
    """points [M, 3]: the character's in the reference's frame; nearest [M]: the reference point of each; distance [M];
    scale [3]: reference units for each of the character's; error: the middle distance."""

    points: Floats
    nearest: NDArray[np.int64]
    distance: Floats
    scale: Floats
    error: float


@dataclass(frozen=True)
class Anchors:
    """Where the face is: centre [3] (between the eyes) and the distance between the eyes, in the character's units."""

    centre: Floats
    apart: float


def align(points: Floats, normals: Floats, anchors: Anchors, reference: ReferenceFace, rows: NDArray) -> Alignment:
    """Lay points [M, 3] on the reference's points `rows`."""
    target, target_normals = reference.points[rows], reference.normals[rows]
    scale = np.full(3, 1.0 / anchors.apart)
    shift = -anchors.centre * scale
    use = _spread(points, 1200)
    for step in range(_ROUNDS):
        placed = points[use] * scale + shift
        index, distance = nearest_points(placed, normals[use], target, target_normals)
        near = distance <= max(np.quantile(distance, 0.8), 1e-9)
        wanted = target[index][near]
        own = points[use][near]
        if step < _ROUNDS // 3:
            shift = shift + np.median(wanted - placed[near], axis=0)
            continue
        for axis in range(3):
            mine = own[:, axis] - own[:, axis].mean()
            spread = float(mine @ mine)
            if spread > 0:
                new = float(mine @ (wanted[:, axis] - wanted[:, axis].mean())) / spread
                scale[axis] = np.clip(new, 0.85 * scale[axis], 1.15 * scale[axis])
            shift[axis] = wanted[:, axis].mean() - scale[axis] * own[:, axis].mean()
    placed = points * scale + shift
    placed = _bend(placed, normals, use, target, target_normals)
    index, distance = nearest_points(placed, normals, target, target_normals)
    return Alignment(placed, np.asarray(rows)[index], distance, scale, float(np.median(distance)))


def _bend(points: Floats, normals: Floats, use: NDArray, target: Floats, target_normals: Floats) -> Floats:
    """Move the points smoothly towards their nearest ones: far and soft first, then closer."""
    points = points.copy()
    for step in range(_BENDS):
        width = 0.6 * 0.8**step
        index, distance = nearest_points(points[use], normals[use], target, target_normals)
        pull = target[index] - points[use]
        trust = np.exp(-((distance / 0.4) ** 2))
        for start in range(0, len(points), _CHUNK):
            part = points[start : start + _CHUNK]
            weight = np.exp(-squares(part, points[use]) / (2 * width**2)) * trust
            points[start : start + _CHUNK] = part + 0.7 * (weight @ pull) / (weight.sum(axis=1, keepdims=True) + 1e-3)
    return points


def nearest_points(
    points: Floats, normals: Floats, target: Floats, target_normals: Floats
) -> tuple[NDArray[np.int64], Floats]:
    """Index [M] into target of the point nearest in place and facing, and its distance in place [M]."""
    mine = np.concatenate([points, _NORMAL / 2 * normals], axis=1)
    theirs = np.concatenate([target, _NORMAL / 2 * target_normals], axis=1)
    index = np.empty(len(points), dtype=np.int64)
    for start in range(0, len(points), _CHUNK):
        index[start : start + _CHUNK] = squares(mine[start : start + _CHUNK], theirs).argmin(axis=1)
    return index, np.linalg.norm(points - target[index], axis=1)


def squares(a: Floats, b: Floats) -> Floats:
    """Squared distances [A, B]."""
    return np.maximum((a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T, 0)


def _spread(points: Floats, most: int) -> NDArray[np.int64]:
    return np.arange(len(points))[:: max(1, -(-len(points) // most))]
