"""Lashes: MakeHuman's lash strips, cut into single tapered hairs which follow the lids."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .parts import Face, Part, join
from .people import Person

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def lashes(person: Person, weights: Floats, lower: bool = True) -> Part:
    """Upper lashes, and shorter lower ones if wanted."""
    parts = []
    for side in ("l", "r"):
        parts.append(_row(person, weights, side, "2", hairs=34, length=1.0))
        if lower:
            parts.append(_row(person, weights, side, "1", hairs=18, length=0.35))
    return join("Lashes", parts)


def _row(person: Person, weights: Floats, side: str, row: str, hairs: int, length: float) -> Part:
    faces = person.groups[f"helper-{side}-eyelashes-{row}"][0]
    grid = strip_grid([tuple(map(int, face)) for face in faces], person.points, person.joint(f"{side}-eye"))
    shares = _hair_shares(grid, len(person.points), hairs, length)
    mix = lambda values: shares @ values  # noqa: E731
    moving = {name: offsets for name, offsets in person.actions.items() if np.abs(offsets[grid]).max() > 2e-5}
    polygons: list[Face] = []
    for i in range(hairs):
        a, b, c, d, tip = range(5 * i, 5 * i + 5)
        polygons += [(a, b, d, c), (c, d, tip)]
    keys = {name: mix(offsets) for name, offsets in moving.items()}
    return Part("Lashes", mix(person.points), polygons, mix(weights), keys, materials=("Lashes",))


def _hair_shares(grid: Ints, count: int, hairs: int, length: float) -> Floats:
    """How much of each base point goes into each hair point [5 x hairs, count]: two at the root, two half-way, the tip.

    Hairs in the middle of the lid are longest and lean outwards a little.
    """
    rows, columns = grid.shape
    chance = np.random.default_rng(5)
    shares = np.zeros((5 * hairs, count))
    for i in range(hairs):
        at = (i + 0.5) / hairs * (columns - 1)
        reach = (rows - 1) * length * (0.75 + 0.25 * np.sin(np.pi * (i + 0.5) / hairs)) * chance.uniform(0.85, 1.0)
        lean = chance.uniform(-0.25, 0.25)
        half = 0.15 if length > 0.5 else 0.06
        spots = [(at - half, 0.0), (at + half, 0.0), (at + lean / 2 - 0.6 * half, reach / 2)]
        spots += [(at + lean / 2 + 0.6 * half, reach / 2), (at + lean, reach)]
        for k, (column, row) in enumerate(spots):
            _share(shares[5 * i + k], grid, float(np.clip(row, 0, rows - 1)), float(np.clip(column, 0, columns - 1)))
    return shares


def _share(shares: Floats, grid: Ints, row: float, column: float) -> None:
    """Bilinear weights of the grid points around (row, column)."""
    r, c = min(int(row), grid.shape[0] - 2), min(int(column), grid.shape[1] - 2)
    fr, fc = row - r, column - c
    for dr, dc, amount in ((0, 0, (1 - fr) * (1 - fc)), (0, 1, (1 - fr) * fc), (1, 0, fr * (1 - fc)), (1, 1, fr * fc)):
        shares[grid[r + dr, c + dc]] += amount


def strip_grid(faces: list[Face], points: Floats, eye: Floats) -> Ints:
    """A strip of quads as rows of point indices [R,C], the row at the lid (nearest the eye) first."""
    sides = _sides(faces)
    longest = max(len(side) for side in sides)
    root = min(
        (side for side in sides if len(side) == longest),
        key=lambda side: float(np.linalg.norm(points[side] - eye, axis=1).mean()),
    )
    rows, left = [root], set(range(len(faces)))
    while left:
        row = rows[-1]
        following: list[int] = []
        for a, b in pairwise(row):
            index = next(i for i in left if a in faces[i] and b in faces[i])
            left.discard(index)
            face = faces[index]
            at = face.index(a)
            other = face[at - 1] if face[at - 1] != b else face[(at + 1) % 4]
            across = face[(at + 2) % 4]
            following += [other, across] if not following else [across]
        rows.append(following)
    return np.array(rows)


def _sides(faces: list[Face]) -> list[list[int]]:
    """The four sides of a strip's border, corner to corner."""
    uses = Counter(point for face in faces for point in face)
    edges = Counter(frozenset(edge) for face in faces for edge in zip(face, face[1:] + face[:1], strict=True))
    beside: dict[int, list[int]] = {}
    for edge, count in edges.items():
        if count == 1:
            a, b = edge
            beside.setdefault(a, []).append(b)
            beside.setdefault(b, []).append(a)
    corner = next(point for point in beside if uses[point] == 1)
    loop = [corner, beside[corner][0]]
    while loop[-1] != corner:
        loop.append(next(point for point in beside[loop[-1]] if point != loop[-2]))
    stops = [i for i, point in enumerate(loop) if uses[point] == 1]
    return [loop[a : b + 1] for a, b in pairwise(stops)]
