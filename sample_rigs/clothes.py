"""Clothes, cut from MakeHuman's smooth body suit by planes set at the person's joints."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .parts import Part, hem, keep_faces, push, relax, slice_faces, slice_level
from .people import Person

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cut:
    """A plane (origin, unit normal towards what stays) which cuts only within `reach` metres of its origin, and only
    further than `aside` metres from the body's middle (sleeves must not cut the hips)."""

    origin: Floats
    normal: Floats
    reach: float = 10.0
    aside: float = 0.0

    def moved(self, distance: float) -> Cut:
        """The same plane, further along its normal."""
        return replace(self, origin=self.origin + self.normal * distance)

    def flipped(self) -> Cut:
        return replace(self, normal=-self.normal)

    def heights(self, points: Floats) -> Floats:
        return (points - self.origin) @ self.normal

    def near(self, points: Floats) -> NDArray[np.bool_]:
        close = np.linalg.norm(points - self.origin, axis=1) < self.reach
        return close & (points[:, 0] * np.sign(self.origin[0]) >= self.aside if self.aside else True)


def split(part: Part, cut: Cut) -> Part:
    """Cut the faces along the plane; nothing is removed."""
    return slice_faces(part, cut.origin, cut.normal, cut.near(part.centres()))


def trim(part: Part, cut: Cut) -> Part:
    """What lies on the plane's side of its normal, connected or not, within the cut's reach; a tidy edge along it."""
    part = split(part, cut)
    centres = part.centres()
    return keep_faces(part, (cut.heights(centres) > 0) & cut.near(centres))


def cut_off(part: Part, cut: Cut) -> Part:
    """The part without what lies behind the plane within the cut's reach."""
    part = split(part, cut)
    centres = part.centres()
    return keep_faces(part, ~((cut.heights(centres) < 0) & cut.near(centres)))


def edging(part: Part, cut: Cut, width: float, slot: int) -> Part:
    """A border of even `width` metres along an edge which a cut has left, in another material."""
    on_edge = (np.abs(cut.heights(part.points)) < 1e-6) & cut.near(part.points)
    sides = {(a, b) for face in part.faces for a, b in zip(face, face[1:] + face[:1], strict=True)}
    ends = np.array([(a, b) for a, b in sides if on_edge[a] and on_edge[b] and (b, a) not in sides])
    shares = np.linspace(0, 1, 6)[:, None, None]
    edge = ((1 - shares) * part.points[ends[:, 0]] + shares * part.points[ends[:, 1]]).reshape(-1, 3)

    def inside(points: Floats) -> Floats:
        return np.array([width - np.linalg.norm(edge - point, axis=1).min() for point in points])

    part = slice_level(part, inside(part.points))
    return replace(part, slots=np.where(inside(part.centres()) > 0, slot, part.slots))


def sleeve_cut(person: Person, side: str, start: str, end: str, share: float) -> Cut:
    """Across an arm ("l" or "r"), `share` of the way between two of its joints; what lies towards the body stays."""
    a, b = person.joint(f"{side}-{start}"), person.joint(f"{side}-{end}")
    origin = a + share * (b - a)
    aside = (abs(person.joint(f"{side}-shoulder")[0]) + abs(origin[0])) / 2
    return Cut(origin, (a - b) / np.linalg.norm(a - b), 0.6, float(aside))


def neck_cut(person: Person, height: float, slope: float = 0.45) -> Cut:
    """Around the neck, `height` metres above its joint, lower at the throat; what lies below stays."""
    normal = np.array([0.0, slope, -1.0])
    return Cut(person.joint("neck") + np.array([0.0, 0.0, height]), normal / np.linalg.norm(normal), 0.45)


def waist_cut(person: Person, share: float) -> Cut:
    """Level, `share` of the way from the hip joints to the lowest rib; what lies above stays."""
    low, high = person.joint("pelvis")[2], person.joint("spine-2")[2]
    return Cut(np.array([0.0, 0.0, low + share * (high - low)]), np.array([0.0, 0.0, 1.0]))


def suit(person: Person, weights: Floats) -> Part:
    """The smooth body suit from neck to wrists and toes."""
    faces = person.groups["helper-tights"][0]
    part = Part("Suit", person.points, [tuple(map(int, face)) for face in faces], weights)
    return keep_faces(part, np.ones(len(faces), dtype=bool))


def shirt(person: Person, weights: Floats, neck: Cut, sleeves: tuple[Cut, Cut], waist: Cut, loose: float) -> Part:
    """A top with collar, cuffs and hem in the material "Shirt trim", `loose` metres wider at the hem."""
    part = relax(suit(person, weights), 4)
    for cut in (neck, *sleeves, waist):
        part = cut_off(part, cut)
    part = replace(part, name="Shirt", materials=("Shirt", "Shirt trim"))
    for cut, width in ((neck, 0.018), (sleeves[0], 0.025), (sleeves[1], 0.025), (waist, 0.03)):
        part = edging(part, cut, width, 1)
    lowness = np.clip((person.joint("spine-1")[2] - part.points[:, 2]) / 0.25, 0, 1)
    torso = np.abs(part.points[:, 0]) < 0.22
    return hem(push(part, 0.009 + loose * lowness * torso), 0.006)


def trousers(person: Person, weights: Floats, waist: Cut, ankle_height: float, flare: float) -> Part:
    """Trousers from the waist to the ankles, wider towards the ankles by `flare` metres."""
    part = relax(suit(person, weights), 3)
    part = cut_off(part, waist.flipped())
    part = keep_faces(part, np.abs(part.centres()[:, 0]) < person.joint("l-elbow")[0])  # no wrists
    ankle = Cut(np.array([0.0, 0.0, ankle_height]), np.array([0.0, 0.0, 1.0]))
    part = cut_off(part, ankle)
    part = replace(part, name="Trousers", materials=("Trousers", "Trousers trim"))
    part = edging(part, ankle, 0.02, 1)
    knee = person.joint("l-knee")[2]
    lower = np.clip((knee - part.points[:, 2]) / (knee - ankle_height), 0, 1)
    return hem(push(part, 0.006 + flare * lower), 0.006)


def shoes(person: Person, weights: Floats, height: float) -> Part:
    """Shoes up to `height` metres with flat soles, standing on Z = 0."""
    part = relax(suit(person, weights), 3)
    top = Cut(np.array([0.0, 0.0, height]), np.array([0.0, 0.0, -1.0]))
    part = trim(part, top)
    part = replace(part, name="Shoes", materials=("Shoes", "Soles"))
    sole = Cut(np.array([0.0, 0.0, 0.022]), np.array([0.0, 0.0, -1.0]))
    part = split(part, sole)
    part = replace(part, slots=(part.centres()[:, 2] < 0.022).astype(np.int64))
    low = part.points[:, 2] < 0.0225
    part = push(part, np.where(low, 0.010, 0.006))
    flat = part.points.copy()
    flat[:, 2] = np.where(flat[:, 2] < 0.012, 0.0, flat[:, 2])
    return hem(replace(part, points=flat), 0.005)
