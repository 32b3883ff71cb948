"""Hair: a cap grown from the scalp, and locks combed over it along the head, hanging or gathered into a knot."""

# Blender's types: the stubs call much optional which is there by construction here.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportReturnType=false, reportOptionalIterable=false, reportOptionalSubscript=false
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree
from numpy.typing import NDArray

from .parts import Part, join, keep_faces, slice_level
from .people import Person

Floats = NDArray[np.float64]
STEPS = 12  # rows of points along a lock
SHADES = ("Hair", "Hair dark", "Hair light")


@dataclass(frozen=True)
class HairStyle:
    """Lengths in metres.

    back, front: length at the back of the head and over the forehead; lift: how far locks stand off the head;
    parting: where hair parts, to the character's left; sideways, forwards, up: which way the front is combed;
    knot: gathers the hair at a height above the eyes and a size, instead of letting it hang; tousle: 0..1.
    """

    back: float
    front: float
    lift: float = 0.008
    parting: float = 0.02
    sideways: float = 1.0
    forwards: float = 0.0
    up: float = 0.0
    locks: int = 260
    width: float = 0.014
    tousle: float = 0.12
    fall: float = 0.6
    hairline: float = 0.0
    thickness: float = 0.008
    knot: tuple[float, float] | None = None


@dataclass(frozen=True)
class Head:
    """What locks are combed over: the head's surface, the middle between the eyes, and the head's size (1 = adult)."""

    surface: BVHTree
    eyes: Floats
    size: float


def make_hair(person: Person, weights: Floats, style: HairStyle, seed: int = 3) -> Part:
    """Cap and locks as one part, which follows the bones of the crown."""
    chance = np.random.default_rng(seed)
    head = _head(person)
    ground = scalp(person, weights, style.hairline)
    height = np.clip(_above_hairline(person, ground.points, style.hairline) / 0.02, 0, 1)
    cap = replace(ground, points=ground.points + ground.normals() * (0.0015 + style.thickness * height)[:, None])
    crown = ground.weights[np.argmax(ground.points[:, 2])]
    roots = _roots(ground, style.locks, chance)
    # Hair is shorter where it begins, at the temples and the nape.
    above = _above_hairline(person, np.array([root for root, _ in roots]), style.hairline) / (0.035 * head.size)
    paths = [
        _comb(head, root, normal, style, float(np.clip(0.45 + 0.55 * share, 0.45, 1)), chance)
        for (root, normal), share in zip(roots, above, strict=True)
    ]
    widths = style.width * head.size * chance.uniform(0.7, 1.25, len(paths))
    if style.knot:
        paths += _knot(head, style.knot, chance)
        widths = np.concatenate([widths, np.full(len(paths) - len(widths), 0.016)])
    locks = [_ribbon(head, path, width, crown) for path, width in zip(paths, widths, strict=True)]
    locks = [replace(lock, materials=(str(chance.choice(SHADES, p=(0.6, 0.25, 0.15))),)) for lock in locks]
    return join("Hair", [cap, *locks])


def _head(person: Person) -> Head:
    faces = [tuple(map(int, face)) for face in person.groups["body"][0]]
    low = person.joint("neck")[2] - 0.2
    size = _head_measures(person)[1]
    # Without the ears: locks lie over them, not in their folds.
    faces = [
        face for face in faces if person.points[face[0], 2] > low and abs(person.points[face[0], 0]) < 0.078 * size
    ]
    return Head(BVHTree.FromPolygons([Vector(point) for point in person.points], faces), *_head_measures(person))


def scalp(person: Person, weights: Floats, hairline: float = 0.0) -> Part:
    """The skin from which hair grows, as a part; `hairline` metres higher on the forehead."""
    faces = [tuple(map(int, face)) for face in person.groups["body"][0]]
    part = Part("Hair cap", person.points, faces, weights, materials=("Hair",))
    part = keep_faces(part, part.centres()[:, 2] > person.joint("neck")[2])
    part = slice_level(part, _above_hairline(person, part.points, hairline))
    return keep_faces(part, _above_hairline(person, part.centres(), hairline) > 0)


def _above_hairline(person: Person, points: Floats, hairline: float) -> Floats:
    """Metres above the hairline [N], which runs over the forehead, down the temples, around the ears to the nape."""
    eyes, size = _head_measures(person)
    rays = points - (eyes + np.array([0.0, 0.095 * size, 0.0]))
    turn = np.degrees(np.abs(np.arctan2(rays[:, 0], -rays[:, 1])))
    line = np.interp(
        turn,
        [0, 25, 42, 55, 66, 76, 90, 104, 118, 135, 180],
        [0.066, 0.064, 0.05, 0.028, 0.004, 0.010, 0.030, 0.020, -0.03, -0.06, -0.07],
    )
    lift = hairline * np.clip((60 - turn) / 40, 0, 1)
    # Ears stand off the head; they and whatever lies below them at the side never grow hair.
    off = np.abs(points[:, 0]) > 0.079 * size
    return np.where(off & (rays[:, 2] < 0.04 * size), -1.0, rays[:, 2] - (line + lift) * size)


def _head_measures(person: Person) -> tuple[Floats, float]:
    eyes = (person.joint("l-eye") + person.joint("r-eye")) / 2
    return eyes, float((person.points[:13380, 2].max() - eyes[2]) / 0.115)


def _roots(ground: Part, count: int, chance: np.random.Generator) -> list[tuple[Floats, Floats]]:
    """Evenly scattered points of the scalp with their normals: each time about the farthest from those chosen."""
    normals = ground.normals()
    far = np.full(len(ground.points), np.inf)
    chosen: list[int] = [int(chance.integers(len(ground.points)))]
    while len(chosen) < min(count, len(ground.points)):
        far = np.minimum(far, np.linalg.norm(ground.points - ground.points[chosen[-1]], axis=1))
        chosen.append(int(np.argmax(far * chance.uniform(0.8, 1.0, len(far)))))
    return [(ground.points[i], normals[i]) for i in chosen]


def _comb(
    head: Head, root: Floats, normal: Floats, style: HairStyle, fade: float, chance: np.random.Generator
) -> Floats:
    """The path [STEPS+1,3] of one lock; `fade` shortens it."""
    if style.knot:
        return _comb_to_knot(head, root, style, chance)
    front = float(np.clip((head.eyes[1] + 0.085 * head.size - root[1]) / (0.08 * head.size), 0, 1))
    fade = fade * (1 - front) + front
    length = (style.back * (1 - front) + style.front * front) * fade * chance.uniform(0.85, 1.1) * head.size
    away = float(np.clip((root[0] - style.parting) / 0.025, -1, 1))
    comb = np.array([away * (0.5 * (1 - front) + style.sideways * front), 0.5 - (0.5 + style.forwards) * front, 0.0])
    comb[2] = style.up * front - 0.2
    comb = comb + chance.normal(size=3) * style.tousle
    lift = style.lift * chance.uniform(0.4, 1.3)
    path, point = [root], root
    direction = _unit(comb - (comb @ normal) * normal + 0.2 * normal)
    for step in range(1, STEPS + 1):
        share = step / STEPS
        direction = _unit(direction + np.array([0.0, 0.0, -style.fall * (0.25 + share) * 4 / STEPS]))
        point = point + direction * length / STEPS
        point, direction = _keep_off(head, point, direction, style.thickness + lift * min(1.0, 3 * share))
        path.append(point)
    return np.array(path)


def _knot_place(head: Head, knot: tuple[float, float]) -> Floats:
    aim = head.eyes + np.array([0.0, 0.4, knot[0]])
    near, normal, _, _ = head.surface.find_nearest(Vector(aim))
    return np.array(near) + np.array(normal) * knot[1] * 0.45


def _comb_to_knot(head: Head, root: Floats, style: HairStyle, chance: np.random.Generator) -> Floats:
    assert style.knot is not None
    goal = _knot_place(head, style.knot) + chance.normal(size=3) * 0.006
    lift = style.lift * chance.uniform(0.4, 1.2)
    path, point = [root], root
    for step in range(1, STEPS + 1):
        share = step / STEPS
        to_goal = goal - point
        # From the forehead hair first runs back over the head; a side parting bends it to its side.
        over = np.array([np.sign(root[0] - style.parting) * 0.35, 0.7, 0.25]) * max(0.0, 1 - 2.2 * share)
        direction = _unit(_unit(to_goal) + over * float(root[1] < head.eyes[1] + 0.09 * head.size))
        point = point + direction * np.linalg.norm(to_goal) / (STEPS - step + 1)
        point, _ = _keep_off(head, point, direction, style.thickness + lift * float(np.sin(np.pi * share)))
        path.append(point)
    path[-1] = goal
    return _smooth(np.array(path), 2)


def _knot(head: Head, knot: tuple[float, float], chance: np.random.Generator) -> list[Floats]:
    """Locks wound into a bun: spirals over a flattened ball."""
    centre = _knot_place(head, knot) + np.array([0.0, knot[1] * 0.35, 0.0])
    paths = []
    for i in range(34):
        polar = np.linspace(0.15, 0.97, STEPS + 1) * np.pi
        spin = 2 * np.pi * i / 34 + chance.normal() * 0.1 + 1.5 * polar
        ball = np.column_stack([np.sin(polar) * np.cos(spin), -np.cos(polar), np.sin(polar) * np.sin(spin)])
        paths.append(centre + ball * np.array([1.0, 0.75, 1.0]) * knot[1] * chance.uniform(0.94, 1.05))
    return paths


def _keep_off(head: Head, point: Floats, direction: Floats, distance: float) -> tuple[Floats, Floats]:
    """Push a point out of the head to a distance from it, and turn the direction along the surface."""
    near, normal, _, _ = head.surface.find_nearest(Vector(point))
    near, normal = np.array(near), np.array(normal)
    if float((point - near) @ normal) >= distance:
        return point, direction
    return near + normal * distance, _unit(direction - min(0.0, float(direction @ normal)) * normal)


def _ribbon(head: Head, path: Floats, width: float, weight: Floats) -> Part:
    """A tapered lock, arched across (5 points wide), around a path."""
    along = np.gradient(path, axis=0)
    near = [head.surface.find_nearest(Vector(point)) for point in path]
    outward = np.array([_unit(p - np.array(n[0])) * 0.5 + np.array(n[1]) for p, n in zip(path, near, strict=True)])
    across = np.cross(along, _smooth(outward, 3))
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    across = _smooth(across, 3)
    out = np.cross(across, along)
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    share = np.linspace(0, 1, len(path))
    half = 0.5 * width * np.clip(0.6 + 1.6 * share, 0, 1) * np.clip((1 - share) * 2.6, 0.04, 1) ** 0.7
    rows = [
        path + across * (side * half)[:, None] + out * ((0.45 - 0.55 * side**2) * half)[:, None]
        for side in (-1.0, -0.6, 0.0, 0.6, 1.0)
    ]
    points = np.stack(rows, axis=1).reshape(-1, 3)
    faces = [(5 * i + k, 5 * i + k + 1, 5 * i + k + 6, 5 * i + k + 5) for i in range(len(path) - 1) for k in range(4)]
    weights = np.repeat(weight[None], len(points), axis=0)
    return Part("Lock", points, faces, weights, materials=("Hair",))


def _smooth(rows: Floats, rounds: int) -> Floats:
    rows = rows.copy()
    for _ in range(rounds):
        rows[1:-1] = 0.25 * rows[:-2] + 0.5 * rows[1:-1] + 0.25 * rows[2:]
    return rows


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
