"""Skin, eyes, lashes, teeth and tongue of a person, as parts with ARKit shape keys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .clothes import Cut, trim
from .parts import Part, join, keep_faces
from .people import Person

Floats = NDArray[np.float64]
STILL = 2e-5  # metres: a shape key which moves a part less than this does not move it


def base_part(person: Person, name: str, groups: tuple[str, ...], weights: Floats, material: str) -> Part:
    """Groups of the base mesh as one part, with the shape keys which move it."""
    faces = np.concatenate([person.groups[group][0] for group in groups])
    part = Part(name, person.points, [tuple(map(int, face)) for face in faces], weights, person.actions)
    part = keep_faces(replace(part, materials=(material,)), np.ones(len(faces), dtype=bool))
    return only_moving(part)


def only_moving(part: Part) -> Part:
    keys = {name: offsets for name, offsets in part.keys.items() if np.abs(offsets).max() > STILL}
    return replace(part, keys=keys)


def skin(person: Person, weights: Floats, neck: Cut, sleeves: tuple[Cut, Cut] | None) -> tuple[Part, list[Part]]:
    """The face (head and neck, with all shape keys) and the bare arms below the sleeves.

    Skin under clothes is left out, so that nothing pokes through when the character moves.
    """
    whole = base_part(person, "Skin", ("body",), weights, "Skin")
    corners = person.groups["body"][1]
    in_mouth = (person.uvs[corners].mean(axis=1) - [0.84, 0.07]) / [0.1, 0.075]
    near_middle = np.abs(whole.centres()[:, 0]) < 0.1
    whole = replace(
        whole,
        slots=((np.abs(in_mouth).max(axis=1) < 1) & near_middle).astype(np.int64),
        materials=("Skin", "Mouth"),
    )
    head = replace(trim(whole, neck), name="Face")
    # Every key is kept on the face, also those which move only the eyes or the tongue, so that it answers to all names.
    head = replace(head, keys={name: head.keys.get(name, np.zeros_like(head.points)) for name in person.actions})
    arms = []
    for side, cut in zip(("L", "R"), sleeves or (), strict=False):
        arms.append(replace(trim(whole, cut), name=f"Arm.{side}", keys={}))
    return head, arms


def eyes(person: Person, weights: Floats) -> Part:
    """Two smooth eyeballs with a bulging cornea, turned by the eyeLook shapes as MakeHuman's coarse eyes are."""
    return join("Eyes", [_eye(person, weights, side) for side in ("l", "r")])


def _eye(person: Person, weights: Floats, side: str, segments: int = 24) -> Part:
    coarse = np.unique(person.groups[f"helper-{side}-eye"][0])
    centre, radius = fit_sphere(person.points[coarse])
    angles = np.radians([0, 7, 14, 20, 26, 30, 40, 55, 75, 100, 130, 155, 180])
    iris = np.radians(29.0)
    rings = []
    for angle in angles:
        bulge = 1.0 + 0.07 * max(0.0, 1 - (angle / iris) ** 2)
        spin = np.linspace(0, 2 * np.pi, segments, endpoint=False)
        ring = [np.sin(angle) * np.cos(spin), np.full(segments, -np.cos(angle)), np.sin(angle) * np.sin(spin)]
        rings.append(np.column_stack(ring) * radius * bulge)
    points = np.concatenate([rings[0][:1], *rings[1:-1], rings[-1][:1]])
    # The texture is a picture of the eye from the front, stretched so that it holds the back too.
    flat = np.concatenate([np.full(1, angles[0]), np.repeat(angles[1:-1], segments), np.full(1, angles[-1])]) / np.pi
    around = np.arctan2(points[:, 2], points[:, 0])
    uvs = 0.5 + 0.5 * flat[:, None] ** 0.7 * np.column_stack([np.cos(around), np.sin(around)])
    faces = _sphere_faces(len(angles), segments)
    keys = {}
    for name, offsets in person.actions.items():
        if name.startswith("eyeLook") and np.abs(offsets[coarse]).max() > STILL:
            turn = _best_turn(person.points[coarse] - centre, person.points[coarse] + offsets[coarse] - centre)
            keys[name] = points @ turn.T - points
    bound = np.repeat(weights[coarse].mean(axis=0, keepdims=True), len(points), axis=0)
    return Part("Eye", points + centre, faces, bound, keys, materials=("Eyes",), uvs=uvs)


def _sphere_faces(rings: int, segments: int) -> list[tuple[int, ...]]:
    last = 1 + (rings - 2) * segments
    faces: list[tuple[int, ...]] = []
    for i in range(segments):
        j = (i + 1) % segments
        faces.append((0, 1 + j, 1 + i))
        for ring in range(rings - 3):
            a = 1 + ring * segments
            b = a + segments
            faces.append((a + i, a + j, b + j, b + i))
        faces.append((last - segments + i, last - segments + j, last))
    return [face[::-1] for face in faces]


def fit_sphere(points: Floats) -> tuple[Floats, float]:
    """Centre and radius of the sphere nearest to points [N,3], by linear least squares."""
    system = np.column_stack([2 * points, np.ones(len(points))])
    solution, *_ = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)
    centre = solution[:3]
    return centre, float(np.sqrt(solution[3] + centre @ centre))


def _best_turn(a: Floats, b: Floats) -> Floats:
    """The rotation [3,3] which best takes points a to b (Kabsch's algorithm)."""
    u, _, vt = np.linalg.svd(a.T @ b)
    flip = np.diag([1.0, 1.0, float(np.sign(np.linalg.det(vt.T @ u.T)))])
    return np.asarray(vt.T @ flip @ u.T, dtype=np.float64)


def mouth(person: Person, weights: Floats) -> list[Part]:
    """Teeth and tongue."""
    teeth = [
        replace(base_part(person, "Teeth", (f"helper-{row}-teeth",), weights, "Teeth"), name=f"Teeth {row}")
        for row in ("upper", "lower")
    ]
    return [*teeth, base_part(person, "Tongue", ("helper-tongue",), weights, "Tongue")]
