"""Hair: a cap grown from the scalp, and locks combed over it along the head."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from .parts import Part, join, keep_faces
from .people import Person

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class HairStyle:
    """length: metres at the crown; fringe: metres at the forehead; lift: how far locks stand off the head (metres);
    part_side: where the parting lies, in metres to the character's left; wave: sideways swing (metres);
    sweep: how strongly the fringe is combed sideways (0..1); locks: how many; width: metres; tousle 0..1."""

    length: float
    fringe: float
    lift: float = 0.012
    part_side: float = 0.02
    wave: float = 0.0
    sweep: float = 0.6
    locks: int = 260
    width: float = 0.016
    tousle: float = 0.15
    spring: float = 0.2
    hairline: float = 0.0
    cap: float = 0.006


def scalp(person: Person, weights: Floats, hairline: float = 0.0) -> Part:
    """The skin from which hair grows, as a part; `hairline` metres higher on the forehead."""
    faces = [tuple(map(int, face)) for face in person.groups["body"][0]]
    part = Part("Hair cap", person.points, faces, weights, materials=("Hair",))
    height = _above_hairline(person, part.centres(), hairline)
    return keep_faces(part, height > 0)


def _above_hairline(person: Person, points: Floats, hairline: float) -> Floats:
    """Metres above the hairline [N], which runs over the forehead, down the temples, around the ears to the nape."""
    eyes = (person.joint("l-eye") + person.joint("r-eye")) / 2
    size = (person.points[:13380, 2].max() - eyes[2]) / 0.115
    rays = points - (eyes + np.array([0.0, 0.095 * size, 0.0]))
    turn = np.degrees(np.abs(np.arctan2(rays[:, 0], -rays[:, 1])))
    line = np.interp(
        turn,
        [0, 25, 42, 55, 66, 76, 90, 104, 118, 135, 180],
        [0.066, 0.064, 0.05, 0.028, 0.004, 0.010, 0.030, 0.020, -0.03, -0.06, -0.07],
    )
    lift = hairline * np.clip((60 - turn) / 40, 0, 1)
    # Ears stand off the head; they and whatever lies below the neck never grow hair.
    off = np.abs(points[:, 0]) > 0.079 * size
    return np.where(off & (rays[:, 2] < 0.04 * size), -1.0, rays[:, 2] - (line + lift) * size)


def make_hair(person: Person, weights: Floats, style: HairStyle, seed: int = 3) -> Part:
    """Cap and locks as one part; all of it follows the head bone of `weights` it grows from."""
    chance = np.random.default_rng(seed)
    ground = scalp(person, weights, style.hairline)
    height = np.clip(_above_hairline(person, ground.points, style.hairline) / 0.02, 0, 1)
    cap = replace(ground, points=ground.points + ground.normals() * (0.001 + style.cap * height)[:, None])
    tree = _collider(person)
    locks = [
        _lock(person, tree, ground, root, normal, style, chance)
        for root, normal in _roots(ground, style.locks, chance)
    ]
    return join("Hair", [cap, *locks])


def _collider(person: Person) -> BVHTree:
    faces = [tuple(map(int, face)) for face in person.groups["body"][0]]
    low = person.joint("neck")[2] - 0.2
    faces = [face for face in faces if person.points[face[0], 2] > low]
    return BVHTree.FromPolygons([Vector(point) for point in person.points], faces)


def _roots(ground: Part, count: int, chance: np.random.Generator) -> list[tuple[Floats, Floats]]:
    """Evenly scattered points of the scalp with their normals: the farthest of some random candidates each time."""
    normals = ground.normals()
    picks = chance.integers(0, len(ground.points), size=1)
    far = np.linalg.norm(ground.points - ground.points[picks[0]], axis=1)
    chosen = [int(picks[0])]
    while len(chosen) < min(count, len(ground.points)):
        chosen.append(int(np.argmax(far * chance.uniform(0.8, 1.0, len(far)))))
        far = np.minimum(far, np.linalg.norm(ground.points - ground.points[chosen[-1]], axis=1))
    return [(ground.points[i], normals[i]) for i in chosen]


def _lock(
    person: Person,
    tree: BVHTree,
    ground: Part,
    root: Floats,
    normal: Floats,
    style: HairStyle,
    chance: np.random.Generator,
    steps: int = 9,
) -> Part:
    """One flat tapered lock, 3 points wide, combed from its root down along the head."""
    eyes = (person.joint("l-eye") + person.joint("r-eye")) / 2
    front = float(np.clip((eyes[1] + 0.06 - root[1]) / 0.07, 0, 1))
    length = (style.length * (1 - front) + style.fringe * front) * chance.uniform(0.85, 1.1)
    away = np.sign(root[0] - style.part_side) or 1.0
    comb = np.array([away * (0.55 + style.sweep * front), 0.45 - 1.0 * front, -0.25])
    comb = comb + chance.normal(size=3) * style.tousle
    lift = style.lift * chance.uniform(0.5, 1.3)
    phase = chance.uniform(0, 2 * np.pi)
    path, point = [root], root + normal * 0.002
    direction = _unit(comb - (comb @ normal) * normal * 0.8 + normal * style.spring)
    for step in range(1, steps + 1):
        share = step / steps
        pull = np.array([0.0, 0.0, -0.28 - 0.5 * share])
        swing = np.array([np.cos(phase + 5 * share), np.sin(phase + 5 * share), 0.0]) * style.wave * 8
        direction = _unit(direction + pull + swing)
        point = point + direction * length / steps
        point, direction = _keep_off(tree, point, direction, lift * min(1.0, 3 * share) + style.cap)
        path.append(point)
    return _ribbon(np.array(path), tree, style.width * chance.uniform(0.7, 1.2), ground)


def _keep_off(tree: BVHTree, point: Floats, direction: Floats, distance: float) -> tuple[Floats, Floats]:
    near, normal, _, _ = tree.find_nearest(Vector(point))
    if near is None:
        return point, direction
    near, normal = np.array(near), np.array(normal)
    height = float((point - near) @ normal)
    if height >= distance:
        return point, direction
    point = near + normal * distance
    return point, _unit(direction - min(0.0, float(direction @ normal)) * normal)


def _ribbon(path: Floats, tree: BVHTree, width: float, ground: Part) -> Part:
    along = np.gradient(path, axis=0)
    normals = []
    for point in path:
        near, normal, _, _ = tree.find_nearest(Vector(point))
        normals.append(np.array(normal) if near is not None else np.array([0.0, -1.0, 0.0]))
    across = np.cross(along, np.array(normals))
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    out = np.cross(across, along)
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    share = np.linspace(0, 1, len(path))
    half = width * (0.55 + 0.45 * np.sin(np.pi * np.minimum(share * 1.2, 1) ** 0.8)) * np.clip((1.02 - share) * 2.2, 0.03, 1)
    crest = path + out * (0.35 * half)[:, None]
    points = np.stack([path - across * half[:, None], crest, path + across * half[:, None]], axis=1).reshape(-1, 3)
    faces = []
    for i in range(len(path) - 1):
        for k in (0, 1):
            a = 3 * i + k
            faces.append((a, a + 1, a + 4, a + 3))
    uvs = None
    weights = np.repeat(ground.weights[:1], len(points), axis=0)
    return Part("Lock", points, faces, weights, materials=("Hair",), uvs=uvs)


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
