"""Everybody in the footage, watched from beginning to end, so that each can be captured on their own afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from ..footage.interface import Frame
from .cuts import CutDetector
from .detect import Cancelled
from .interface import PoseSeen, Seen
from .mediapipe_pose import body_look, body_models
from .mediapipe_regions import BodyFinder, BodyReader
from .people import PeopleTracker, Person

_SHORTEST: Final = 0.02
"""Share of the pictures in which somebody must be seen to count, ..."""
_FEWEST: Final = 8
"""... and pictures; but never more than half of them."""
_FAINTEST: Final = 0.4
"""Median of the mean visibility of somebody's points: things taken for people are below."""
_SLIGHTEST: Final = 0.02
"""Prominence beside the most prominent person's below which somebody is a passer-by in the distance."""


@dataclass(frozen=True)
class Track:
    """One person through the footage."""

    poses: dict[int, PoseSeen]
    """Number of the picture -> the body, in the pixels of the pictures that were watched."""
    prominence: float


def watch_everybody(
    frames: Iterable[Frame],
    progress: Callable[[int, float], None] = lambda count, time: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Track]:
    """Everybody of note, the most prominent (largest, most central, longest seen) first."""
    look = body_look()
    tracker, cuts = PeopleTracker(BodyFinder(), BodyReader(look)), CutDetector()
    poses: dict[int, dict[int, PoseSeen]] = {}
    pictures, previous = 0, None
    try:
        for count, frame in enumerate(frames, start=1):
            if cancelled():
                raise Cancelled
            if frame.image is not previous:
                previous = frame.image
                image = np.ascontiguousarray(frame.image)
                for identity, pose in tracker.look(image, cuts.is_cut(image)).items():
                    poses.setdefault(identity, {})[pictures] = pose
                pictures += 1
            progress(count, frame.time)
        return _of_note(tracker.people, poses, pictures)
    finally:
        tracker.close()
        if look is not None:
            look.close()


def _of_note(people: list[Person], poses: dict[int, dict[int, PoseSeen]], pictures: int) -> list[Track]:
    least = min(max(_FEWEST, _SHORTEST * pictures), pictures / 2)
    tracks = [
        Track(poses[person.identity], person.prominence)
        for person in people
        if person.seen >= least and _visible(poses[person.identity]) >= _FAINTEST
    ]
    tracks.sort(key=lambda track: -track.prominence)
    return [track for track in tracks if track.prominence >= _SLIGHTEST * tracks[0].prominence]


def _visible(poses: dict[int, PoseSeen]) -> float:
    return float(np.median([pose.visibility.mean() for pose in poses.values()]))


class KnownBody:
    """The body's detector where the body is known already: one person of `watch_everybody`."""

    follows_body: ClassVar[bool] = False

    def __init__(self, track: Track) -> None:
        self._track = track
        self._picture = -1

    def detect(self, image: NDArray[np.uint8], pose: PoseSeen | None = None) -> Seen:
        self._picture += 1
        return Seen(pose=self._track.poses.get(self._picture))

    def new_shot(self) -> None:
        """Nothing is remembered here."""

    def models(self) -> dict[str, str]:
        return body_models()

    def close(self) -> None:
        """Nothing is open."""
