"""What a detector is, so that another one can take its place."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class FaceSeen:
    points: Floats
    """[478, 3] in pixels of the image given."""
    confidence: float
    look: Future[Floats] | None = None
    """`Features.face_look` of this frame, worked out while the detector goes on."""


@dataclass(frozen=True)
class PoseSeen:
    image: Floats
    """[33, 3] pixels."""
    world: Floats
    """[33, 3] metres about the middle of the hips."""
    visibility: Floats
    """[33] 0..1."""
    confidence: float
    look: Floats | Future[Floats] | None = None
    """`Features.pose_look` of this frame, or where it will be."""
    region: Floats | None = None
    """`Features.pose_region` of this frame."""


@dataclass(frozen=True)
class HandSeen:
    points: Floats
    """[21, 3] pixels."""
    world: Floats
    """[21, 3] metres."""
    is_left: bool
    """The performer's left hand, as far as the hand alone tells."""
    confidence: float


@dataclass(frozen=True)
class Seen:
    """What one detector saw in one picture."""

    face: FaceSeen | None = None
    pose: PoseSeen | None = None
    hands: tuple[HandSeen, ...] = field(default=())


class Detector(Protocol):
    """Sees one part of the performer; one thread makes, uses and closes it."""

    follows_body: ClassVar[bool]
    """Whether it wants to be told the body, and so waits for that detector."""

    def detect(self, image: NDArray[np.uint8], pose: PoseSeen | None) -> Seen:
        """Look at the next picture [H, W, 3] RGB of the footage; `pose` is the body in this very picture, if known."""
        ...

    def new_shot(self) -> None:
        """The next picture has nothing to do with the last one: forget where things were."""
        ...

    def models(self) -> dict[str, str]:
        """Model file name -> sha256."""
        ...

    def close(self) -> None: ...


class DetectorMaker(Protocol):
    """Makes a detector in the thread that will use it; a detector's class is one."""

    @property
    def follows_body(self) -> bool: ...

    def __call__(self) -> Detector: ...


@dataclass(frozen=True)
class Maker:
    """A maker that is more than a class: one that hands out a detector made to measure."""

    make: Callable[[], Detector]
    follows_body: bool = False

    def __call__(self) -> Detector:
        return self.make()
