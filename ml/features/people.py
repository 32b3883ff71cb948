"""Everybody in front of the camera, followed with steady identities.

Each person's body is read in the region where it was last; every now and then, and where somebody was lost, the whole
picture is searched. Who comes back, or comes out from behind another, is known again by place and by the colours of
the clothes. One of two readings that lie on the same body is wrong: the one that had to jump, or that changed clothes.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from .appearance import Appearance, look_of, similarity
from .interface import PoseSeen
from .regions import Region
from .searching import Finder, Searcher
from .unchanged import Unchanged

Image = NDArray[np.uint8]

_TRUNK: Final = [11, 12, 23, 24]
_STILL: Final = 0.05
"""A region stays where it is until the body moved by this share of it: that steadies the points inside (second
differences of their errors 2.1 px instead of 2.4 with MediaPipe's smoothing and 3.4 with none)."""
_JUMP: Final = 0.5
"""Move of the hips in regions between two pictures that no person makes ..."""
_SUSPICIOUS: Final = 0.15
"""... and one that needs the clothes to agree."""
_RESIZED: Final = 1.8
_SAME_BODY: Final = 0.3
"""Distance of two trunks, in trunk lengths, below which they are one."""
_NEAR: Final = 0.45
"""Distance of two people's hips, in regions, below which their clothes cannot be told apart safely."""
_KNOWN_AGAIN: Final = 0.72
"""Similarity of clothes from which somebody who was lost is known again ..."""
_KNOWN_HERE: Final = 0.45
"""... and where they were lost a moment ago."""
_SWAPPED: Final = 0.1
_ENTANGLED: Final = 90
"""Pictures after two people crossed in which it is checked who is who."""
_MOMENT: Final = 20
"""Pictures."""
_RECENTLY: Final = 60
_OFTEN, _SELDOM = 4, 30
"""Pictures from one search of the whole picture to the next, with and without somebody lost a moment ago."""
_LOOKS: Final = 5
"""Pictures from one look at somebody's clothes to the next."""
_SMALL: Final = 0.3
"""People smaller than this share of the largest are passers-by in the distance."""
_FAINT: Final = 0.35
"""Mean visibility below which a reading found by searching is no person."""


@dataclass
class Person:
    """One person through the footage."""

    identity: int
    region: Region
    """Where to look next, or where they were last."""
    live: bool = True
    appearance: Appearance = field(default_factory=Appearance)
    last_seen: int = 0
    """Number of the picture."""
    seen: int = 0
    """Pictures."""
    prominence: float = 0.0
    """Sum over the pictures of how large and central they were, 0..1 each."""
    reading: Reading | None = None
    """The latest, of the picture that `unchanged` knows."""
    unchanged: Unchanged = field(default_factory=Unchanged)


class Reader(Protocol):
    """Reads a body in a region."""

    def read(self, image: Image, region: Region) -> Reading | None: ...

    def close(self) -> None: ...


class Reading(Protocol):
    @property
    def pose(self) -> PoseSeen: ...

    @property
    def region(self) -> Region: ...


class PeopleTracker:
    """Follows up to `most` people at once; give it every picture in turn."""

    def __init__(self, finder: Finder, reader: Reader, most: int = 6) -> None:
        self.people: list[Person] = []
        self._reader = reader
        self._search = Searcher(finder)
        self._new_shot = False
        self._shot_began = 0
        self._most = most
        self._picture = -1
        self._searches = 0
        self._entangled: dict[tuple[int, int], int] = {}

    def look(self, image: Image, new_shot: bool = False) -> dict[int, PoseSeen]:
        """Identity -> body in this picture. new_shot: the picture has nothing to do with the one before."""
        self._picture += 1
        self._new_shot = new_shot
        if new_shot:
            self._shot_began = self._picture
            for person in self.people:
                person.live = False
        readings: dict[int, Reading] = {}
        for person in self._live():
            reading = self._follow(person, image)
            if reading is None:
                person.live = False
            else:
                readings[person.identity] = reading
        self._settle_doubles(image, readings)
        self._untangle(image, readings)
        if self._search_is_due():
            self._take_in(image, readings)
        for person in self._live():
            self._note(person, image, readings)
        return {identity: reading.pose for identity, reading in readings.items()}

    def close(self) -> None:
        self._reader.close()
        self._search.close()

    def _live(self) -> list[Person]:
        return [person for person in self.people if person.live]

    def _follow(self, person: Person, image: Image) -> Reading | None:
        height, width = image.shape[:2]
        if person.reading is not None and person.unchanged.same(image, person.region):
            return person.reading
        reading = self._reader.read(image, person.region)
        if reading is None or not reading.region.usable(width, height):
            return None
        moved = _apart(reading.region, person.region)
        resized = not 1 / _RESIZED < reading.region.side / person.region.side < _RESIZED
        if moved > _JUMP or resized:
            return None
        if moved > _SUSPICIOUS:
            alike = similarity(look_of(image, reading.pose), person.appearance)
            if alike is not None and alike < _KNOWN_HERE:
                return None
        return reading

    def _note(self, person: Person, image: Image, readings: dict[int, Reading]) -> None:
        reading = readings[person.identity]
        person.last_seen = self._picture
        person.seen += 1
        person.prominence += prominence(reading.region, image.shape[1], image.shape[0])
        person.reading = reading
        if _moved(reading.region, person.region):
            person.region = reading.region
        if person.seen % _LOOKS and person.seen > _LOOKS:
            return
        alone = all(
            _apart(reading.region, other.region) > _NEAR
            for identity, other in readings.items()
            if identity != person.identity
        )
        if alone and not self._is_entangled(person):
            person.appearance = person.appearance.mixed(look_of(image, reading.pose))

    def _settle_doubles(self, image: Image, readings: dict[int, Reading]) -> None:
        """Of two readings on one body, drop the one that fits less well what was known of its person."""
        for first, second in itertools.combinations(self._live(), 2):
            one, other = readings.get(first.identity), readings.get(second.identity)
            if one is None or other is None or not same_body(one.pose, other.pose):
                continue
            self._entangled[first.identity, second.identity] = self._picture
            wrong = first if self._fit(first, one, image) < self._fit(second, other, image) else second
            wrong.live = False
            del readings[wrong.identity]

    def _fit(self, person: Person, reading: Reading, image: Image) -> float:
        alike = similarity(look_of(image, reading.pose), person.appearance)
        return (0.5 if alike is None else alike) - _apart(reading.region, person.region)

    def _untangle(self, image: Image, readings: dict[int, Reading]) -> None:
        """People who crossed and came out with each other's clothes are changed back."""
        by_identity = {person.identity: person for person in self.people}
        for pair, since in list(self._entangled.items()):
            if self._picture - since > _ENTANGLED:
                del self._entangled[pair]
            elif all(identity in readings for identity in pair):
                first, second = (by_identity[identity] for identity in pair)
                looks = [look_of(image, readings[identity].pose) for identity in pair]
                straight = _sum(similarity(looks[0], first.appearance), similarity(looks[1], second.appearance))
                crossed = _sum(similarity(looks[0], second.appearance), similarity(looks[1], first.appearance))
                if crossed > straight + _SWAPPED:
                    a, b = pair
                    readings[a], readings[b] = readings[b], readings[a]
                    first.region, second.region = second.region, first.region

    def _is_entangled(self, person: Person) -> bool:
        return any(person.identity in pair for pair in self._entangled)

    def _search_is_due(self) -> bool:
        live = self._live()
        if not live:
            return True
        if len(live) >= self._most:
            return False
        recently = any(0 < self._picture - p.last_seen < _RECENTLY for p in self.people if not p.live)
        often = recently or self._picture - self._shot_began < _MOMENT
        return self._picture % (_OFTEN if often else _SELDOM) == 0

    def _take_in(self, image: Image, readings: dict[int, Reading]) -> None:
        """Search the picture, and follow from now on who is found and not yet followed."""
        height, width = image.shape[:2]
        lost = [person.region for person in self.people if not person.live]
        self._searches += 1
        # The finder often reports the clearest body alone: every other time it is not shown those who are followed.
        shown = _painted_over(image, readings) if readings and self._searches % 2 else image
        for found in self._search.search(shown, lost, not readings, self._picture == self._shot_began):
            if len(self._live()) >= self._most:
                return
            if any(_apart(found, person.region) < 0.15 for person in self._live()):
                continue
            largest = max((person.region.side for person in self._live()), default=0.0)
            if found.side < _SMALL * largest:
                continue
            reading = self._reader.read(image, found)
            if reading is None or not reading.region.usable(width, height):
                continue
            if float(reading.pose.visibility.mean()) < _FAINT:
                continue
            if any(same_body(reading.pose, other.pose) for other in readings.values()):
                continue
            person = self._who(image, reading)
            person.live, person.region, person.reading = True, reading.region, None
            readings[person.identity] = reading

    def _who(self, image: Image, reading: Reading) -> Person:
        """Somebody known who was lost, or somebody new."""
        look = look_of(image, reading.pose)
        best, best_score = None, 0.0
        for person in self.people:
            if person.live:
                continue
            alike = similarity(look, person.appearance)
            alike = _KNOWN_HERE if alike is None else alike
            here = self._picture - person.last_seen <= _MOMENT and _apart(reading.region, person.region) < _JUMP
            if alike >= (_KNOWN_HERE if here and not self._new_shot else _KNOWN_AGAIN):
                score = alike + (0.2 if here else 0.0)
                if score > best_score:
                    best, best_score = person, score
        if best is None:
            best = Person(len(self.people), reading.region, appearance=look)
            self.people.append(best)
        return best


def prominence(region: Region, width: int, height: int) -> float:
    """How large and central somebody is in the picture, 0..1."""
    size = min(1.0, region.side / (1.25 * height))
    aside = abs(region.x / width - 0.5) * 2
    return size**2 * float(np.exp(-(aside**2)))


def same_body(first: PoseSeen, second: PoseSeen) -> bool:
    """Whether two readings lie on the same trunk."""
    one, other = first.image[_TRUNK, :2], second.image[_TRUNK, :2]
    length = min(float(np.linalg.norm(t[:2].mean(axis=0) - t[2:].mean(axis=0))) for t in (one, other))
    width = min(float(np.linalg.norm(t[0] - t[1])) for t in (one, other))
    return float(np.linalg.norm(one - other, axis=-1).mean()) < _SAME_BODY * max(length, width, 1.0)


def _painted_over(image: Image, readings: dict[int, Reading]) -> Image:
    """The picture with a plain patch where people are known to be."""
    painted = image.copy()
    colour = image[:: max(1, image.shape[0] // 16), :: max(1, image.shape[1] // 16)].mean(axis=(0, 1))
    for reading in readings.values():
        points = reading.pose.image[:, :2]
        margin = 0.04 * reading.region.side
        left, top = np.maximum(points.min(axis=0) - margin, 0).astype(int)
        right, bottom = np.maximum(points.max(axis=0) + margin, 0).astype(int)
        painted[top:bottom, left:right] = colour.astype(np.uint8)
    return painted


def _apart(first: Region, second: Region) -> float:
    """Distance of two regions' middles in sides of the larger."""
    return float(np.hypot(first.x - second.x, first.y - second.y)) / max(first.side, second.side)


def _moved(new: Region, before: Region) -> bool:
    turned = abs((new.turn - before.turn + np.pi) % (2 * np.pi) - np.pi)
    grown = abs(float(np.log(new.side / before.side)))
    return _apart(new, before) > _STILL or grown > 2 * _STILL or turned > 2 * _STILL


def _sum(*values: float | None) -> float:
    return sum(0.5 if value is None else value for value in values)
