"""What to capture of a video, and what can be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from .features.detect import PARTS
from .footage import FootageError


class CaptureError(FootageError):
    """Footage that can be read but not captured; the message is one sentence."""


@dataclass(frozen=True)
class CaptureOptions:
    """What to capture of a video."""

    face: bool = True
    body: bool = True
    hands: bool = True
    """Fingers; they hang on the body's arms, so there are none without the body."""
    start: float | None = None
    """Seconds."""
    end: float | None = None
    fps: float | None = None
    """Frames per second of the take; None = the footage's own."""
    performer: str | None = None
    """Path of a performer's file (proportions, neutral face); not read yet."""
    person: int | None = None
    """Whom to capture where there are several: 1 = the largest and most central through the footage; None = whoever is
    most prominent at first, without looking through the footage beforehand."""
    mirror: bool = False
    """The video shows a mirror image, as many selfie cameras record: left and right are changed back."""

    @property
    def parts(self) -> tuple[str, ...]:
        """What is detected; hands go with the body."""
        return tuple(part for part in PARTS if getattr(self, part) and (part != "hands" or self.body))
