"""Made-up footage from libavfilter's test picture and tone, so that recording can be tried without devices."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .file import FileFootage, check_range
from .interface import FootageError, FootageInfo, Frame, Image

_PATTERN = re.compile(r"test:(\d{1,5})x(\d{1,5})(?:@(\d{1,3}(?:\.\d+)?))?(?:/(\d+(?:\.\d+)?))?(/silent)?")
_LARGEST_SIDE = 16384
_SMALLEST_SIDE = 64
"""testsrc2 refuses to draw pictures of a few pixels; smaller ones are scaled down."""
TONE_HERTZ = 440


@dataclass(frozen=True)
class TestPattern:
    """What `test:WIDTHxHEIGHT@FPS/SECONDS` asks for; without seconds it runs in real time, like a camera."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    width: int
    height: int
    fps: float
    seconds: float | None
    sound: bool


def is_synthetic(source: str) -> bool:
    """Whether a source is made up rather than a file."""
    return source.startswith("test:")


def parse(text: str) -> TestPattern:
    """Read a `test:` source; FootageError says how it is written."""
    match = _PATTERN.fullmatch(text)
    how = "write it like test:640x480@30/5 (width x height @ frames per second / seconds)"
    if match is None:
        raise FootageError(f"{text!r} is not a test source; {how}.")
    width, height = int(match[1]), int(match[2])
    fps = float(match[3] or 30)
    seconds = float(match[4]) if match[4] else None
    if not (1 <= width <= _LARGEST_SIDE and 1 <= height <= _LARGEST_SIDE and fps > 0 and seconds != 0):
        raise FootageError(f"{text!r} holds a number out of range; {how}.")
    return TestPattern(width, height, fps, seconds, match[5] is None)


class SyntheticFootage(FileFootage):
    """A moving test picture with a tone of TONE_HERTZ."""

    def __init__(self, text: str) -> None:
        self.pattern = parse(text)
        self._closed = False
        super().__init__(_filtergraph(self.pattern), format="lavfi", name=text)

    def frames(
        self,
        start: float | None = None,
        end: float | None = None,
        fps: float | None = None,
        max_side: int | None = None,
    ) -> Iterator[Frame]:
        if self.pattern.seconds is not None:
            yield from super().frames(start, end, fps, max_side)
            return
        check_range(self.info, start or 0.0, end, fps)
        yield from self._in_real_time(start or 0.0, end, max_side)

    def sound_blocks(self, rate: int = 16000) -> Iterator[NDArray[np.float32]]:
        begun = time.monotonic()
        played = 0
        for block in super().sound_blocks(rate):
            if self.pattern.seconds is None:
                if self._closed:
                    return
                played += len(block)
                time.sleep(max(0.0, begun + played / rate - time.monotonic()))
            yield block

    def close(self) -> None:
        self._closed = True

    def _in_real_time(self, start: float, end: float | None, max_side: int | None) -> Iterator[Frame]:
        begun = time.monotonic()
        for index, (shown_at, image) in enumerate(self._timed_images(0.0, max_side)):
            if self._closed or (end is not None and shown_at >= end - start):
                return
            time.sleep(max(0.0, begun + shown_at - time.monotonic()))
            yield Frame(index, shown_at, image, shown_at)

    def _probe(self) -> FootageInfo:
        info = super()._probe()
        return replace(info, duration=self.pattern.seconds, live=self.pattern.seconds is None)

    def _rate(self) -> tuple[float, bool]:
        return self.pattern.fps, False

    def _timed_images(self, begin: float, max_side: int | None) -> Iterator[tuple[float, Image]]:
        # A filter graph cannot be searched; it is played from its beginning.
        for shown_at, image in super()._timed_images(0.0, max_side):
            if shown_at >= begin - 1:
                yield shown_at, image


def _filtergraph(pattern: TestPattern) -> str:
    length = f":duration={pattern.seconds:g}" if pattern.seconds is not None else ""
    size = f"{max(pattern.width, _SMALLEST_SIDE)}x{max(pattern.height, _SMALLEST_SIDE)}"
    graph = f"testsrc2=size={size}:rate={pattern.fps:g}{length},format=rgb24"
    graph += f",scale={pattern.width}:{pattern.height},setsar=1[out0]"
    if pattern.sound:
        graph += f";sine=frequency={TONE_HERTZ}{length}[out1]"
    return graph
