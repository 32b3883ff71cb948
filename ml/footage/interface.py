"""What every kind of footage looks like to the stages after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""[H, W, 3] RGB."""


class FootageError(ValueError):
    """Footage that cannot be used; the message is one sentence: what is wrong, where, and what to do."""


@dataclass(frozen=True)
class FootageInfo:
    """What is known before the first frame is decoded."""

    name: str
    """File name without its folder, or the source as the user wrote it."""
    width: int
    """Pixels of the picture as it is meant to be seen: turned upright, with square pixels."""
    height: int
    fps: float
    """Nominal frames per second; `frames` resamples to it unless told otherwise."""
    duration: float | None
    """Seconds; None for a live source and where the file does not say."""
    has_sound: bool
    rotation: int = 0
    """Degrees counter-clockwise by which the stored picture was turned to stand upright."""
    variable_rate: bool = False
    """Frames come at uneven intervals (phones and screen recorders write such files)."""
    live: bool = False
    """A camera, or something that behaves like one: frames come in real time until it is closed."""


@dataclass(frozen=True)
class Frame:
    """One picture of the resampled footage."""

    index: int
    time: float
    """Seconds from the first picture of the footage: a multiple of 1 / fps after `start`."""
    image: Image
    """Treat as read-only: neighbours may share one picture where the footage repeats it."""
    shown_at: float
    """When this very picture was taken, by the footage's own clock; it is the one nearest to `time`."""


class Footage(Protocol):
    """A source of frames and sound; use it as a context manager."""

    @property
    def info(self) -> FootageInfo: ...

    @property
    def warnings(self) -> list[str]:
        """Sentences for the user about what was found wrong so far; grows while frames are read."""
        ...

    def frames(
        self,
        start: float | None = None,
        end: float | None = None,
        fps: float | None = None,
        max_side: int | None = None,
    ) -> Iterator[Frame]:
        """Frames at constant rate from `start` to before `end` (seconds). `max_side` scales larger pictures down."""
        ...

    def sound_blocks(self, rate: int = 16000) -> Iterator[NDArray[np.float32]]:
        """Mono samples [N] in -1..1, block by block; the first sample belongs to time 0."""
        ...

    def sound(self, rate: int = 16000) -> NDArray[np.float32]:
        """All of the sound, mono [N]; empty where there is none."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Footage: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...
