"""A part: one mesh of a character as plain arrays, with its skinning weights and shape keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Face = tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """points [N,3] metres; faces: point indices, any polygon; weights [N,J]; keys: name -> offsets [N,3];
    slots [F]: which of `materials` each face shows; uvs [N,2] or None."""

    name: str
    points: Floats
    faces: list[Face]
    weights: Floats
    keys: dict[str, Floats] = field(default_factory=dict)
    slots: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    materials: tuple[str, ...] = ()
    uvs: Floats | None = None

    def __post_init__(self) -> None:
        if len(self.slots) != len(self.faces):
            object.__setattr__(self, "slots", np.zeros(len(self.faces), dtype=np.int64))

    def centres(self) -> Floats:
        """Middle of every face [F,3]."""
        return np.array([self.points[list(face)].mean(axis=0) for face in self.faces])

    def normals(self) -> Floats:
        """Outward unit normal at every point [N,3], by area-weighted faces (Newell's method)."""
        normals = np.zeros_like(self.points)
        for face in self.faces:
            corners = self.points[list(face)]
            normal = np.cross(corners, np.roll(corners, -1, axis=0)).sum(axis=0)
            normals[list(face)] += normal
        return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def keep_faces(part: Part, chosen: NDArray[np.bool_]) -> Part:
    """Only the chosen faces [F], and the points they use."""
    faces = [face for face, wanted in zip(part.faces, chosen, strict=True) if wanted]
    used = np.unique(np.array([i for face in faces for i in face], dtype=np.int64))
    renumber = np.full(len(part.points), -1, dtype=np.int64)
    renumber[used] = np.arange(len(used))
    return replace(
        part,
        points=part.points[used],
        faces=[tuple(int(renumber[i]) for i in face) for face in faces],
        weights=part.weights[used],
        keys={name: offsets[used] for name, offsets in part.keys.items()},
        slots=part.slots[chosen],
        uvs=None if part.uvs is None else part.uvs[used],
    )


def slice_faces(part: Part, origin: Floats, normal: Floats, where: NDArray[np.bool_] | None = None) -> Part:
    """Cut the faces which a plane crosses in two along it (only faces in `where` [F], if given); nothing is removed."""
    return slice_level(part, (part.points - origin) @ normal, where)


def slice_level(part: Part, heights: Floats, where: NDArray[np.bool_] | None = None) -> Part:
    """Cut the faces along the line where `heights` [N] is zero; nothing is removed.

    Points close to the line move onto it, because slivers beside a cut dent a subdivided surface.
    """
    part, heights = _snap_to_level(part, heights, where)
    cuts: dict[tuple[int, int], int] = {}
    faces: list[Face] = []
    slots: list[int] = []
    for index, face in enumerate(part.faces):
        pieces = [face]
        if where is None or where[index]:
            pieces = _split_face(face, heights, cuts, len(part.points))
        faces += pieces
        slots += [int(part.slots[index])] * len(pieces)
    if not cuts:
        return part
    ends = np.array(list(cuts.keys()))
    blend = heights[ends[:, 0]] / (heights[ends[:, 0]] - heights[ends[:, 1]])

    def extend(values: Floats) -> Floats:
        cut = values[ends[:, 0]] * (1 - blend[:, None]) + values[ends[:, 1]] * blend[:, None]
        return np.concatenate([values, cut])

    return replace(
        part,
        points=extend(part.points),
        faces=faces,
        weights=extend(part.weights),
        keys={name: extend(offsets) for name, offsets in part.keys.items()},
        slots=np.array(slots),
        uvs=None if part.uvs is None else extend(part.uvs),
    )


def _snap_to_level(
    part: Part, heights: Floats, where: NDArray[np.bool_] | None, reach: float = 0.3
) -> tuple[Part, Floats]:
    """Move points onto the line where it crosses one of their edges within `reach` of its length."""
    nearest: dict[int, tuple[float, int]] = {}
    for index, face in enumerate(part.faces):
        if where is not None and not where[index]:
            continue
        for a, b in zip(face, face[1:] + face[:1], strict=True):
            for start, end in ((a, b), (b, a)):
                if heights[start] * heights[end] < 0:
                    share = float(heights[start] / (heights[start] - heights[end]))
                    if share < min(reach, nearest.get(start, (1.0, 0))[0]):
                        nearest[start] = share, end
    if not nearest:
        return part, heights
    starts = np.array(list(nearest))
    shares = np.array([share for share, _ in nearest.values()])[:, None]
    ends = np.array([end for _, end in nearest.values()])

    def moved(values: Floats) -> Floats:
        result = values.copy()
        result[starts] = values[starts] * (1 - shares) + values[ends] * shares
        return result

    heights = heights.copy()
    heights[starts] = 0.0
    keys = {name: moved(offsets) for name, offsets in part.keys.items()}
    uvs = None if part.uvs is None else moved(part.uvs)
    return replace(part, points=moved(part.points), weights=moved(part.weights), keys=keys, uvs=uvs), heights


def _split_face(face: Face, heights: Floats, cuts: dict[tuple[int, int], int], count: int) -> list[Face]:
    signs = [heights[i] >= 0 for i in face]
    if len(face) > 3 and sum(a != b for a, b in zip(signs, signs[1:] + signs[:1], strict=True)) > 2:
        triangles = [(face[0], face[k], face[k + 1]) for k in range(1, len(face) - 1)]
        return [piece for triangle in triangles for piece in _split_face(triangle, heights, cuts, count)]
    above: list[int] = []
    below: list[int] = []
    for a, b in zip(face, face[1:] + face[:1], strict=True):
        if heights[a] >= 0:
            above.append(a)
        if heights[a] <= 0:
            below.append(a)
        if heights[a] * heights[b] < 0:
            edge = (min(a, b), max(a, b))
            cut = cuts.setdefault(edge, count + len(cuts))
            above.append(cut)
            below.append(cut)
    return [tuple(piece) for piece in (above, below) if len(piece) >= 3]


def push(part: Part, distance: Floats | float) -> Part:
    """Move every point along its normal by `distance` (metres, one number or [N])."""
    return replace(part, points=part.points + part.normals() * np.broadcast_to(distance, len(part.points))[:, None])


def relax(part: Part, rounds: int, strength: float = 0.5) -> Part:
    """Smooth the surface: every point moves towards the mean of its neighbours; borders stay."""
    edges = np.array([sorted((a, b)) for face in part.faces for a, b in zip(face, face[1:] + face[:1], strict=True)])
    edges, uses = np.unique(edges, axis=0, return_counts=True)
    border = np.unique(edges[uses == 1])
    points = part.points.copy()
    for _ in range(rounds):
        total = np.zeros_like(points)
        count = np.zeros(len(points))
        for a, b in ((0, 1), (1, 0)):
            np.add.at(total, edges[:, a], points[edges[:, b]])
            np.add.at(count, edges[:, a], 1)
        moved = points + strength * (total / np.maximum(count, 1)[:, None] - points)
        moved[border] = points[border]
        points = moved
    return replace(part, points=points)


def hem(part: Part, depth: float) -> Part:
    """Turn the open borders inwards by `depth` metres, so that cloth looks as if it had a thickness."""
    directed: dict[tuple[int, int], int] = {}
    for index, face in enumerate(part.faces):
        for a, b in zip(face, face[1:] + face[:1], strict=True):
            directed[a, b] = index
    border = [(a, b, index) for (a, b), index in directed.items() if (b, a) not in directed]
    rim = sorted({a for a, _, _ in border} | {b for _, b, _ in border})
    inner = {point: len(part.points) + i for i, point in enumerate(rim)}
    points = part.points[rim] - part.normals()[rim] * depth
    faces = part.faces + [(b, a, inner[a], inner[b]) for a, b, _ in border]
    return replace(
        part,
        points=np.concatenate([part.points, points]),
        faces=faces,
        weights=np.concatenate([part.weights, part.weights[rim]]),
        keys={name: np.concatenate([offsets, offsets[rim]]) for name, offsets in part.keys.items()},
        slots=np.concatenate([part.slots, part.slots[[index for _, _, index in border]]]).astype(np.int64),
        uvs=None if part.uvs is None else np.concatenate([part.uvs, part.uvs[rim]]),
    )


def join(name: str, parts: Sequence[Part]) -> Part:
    """One part of several; materials are merged by name, missing shape keys stand still."""
    materials = tuple(dict.fromkeys(material for part in parts for material in part.materials))
    keys = dict.fromkeys(key for part in parts for key in part.keys)
    starts = np.cumsum([0] + [len(part.points) for part in parts])
    slots = [np.array([materials.index(part.materials[s]) for s in part.slots], dtype=np.int64) for part in parts]
    return Part(
        name,
        np.concatenate([part.points for part in parts]),
        [tuple(i + int(at) for i in face) for part, at in zip(parts, starts, strict=False) for face in part.faces],
        np.concatenate([part.weights for part in parts]),
        {key: np.concatenate([part.keys.get(key, np.zeros_like(part.points)) for part in parts]) for key in keys},
        np.concatenate(slots),
        materials,
        np.concatenate([part.uvs if part.uvs is not None else np.zeros((len(part.points), 2)) for part in parts])
        if any(part.uvs is not None for part in parts)
        else None,
    )
