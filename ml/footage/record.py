"""Recording a live source to a video file, with a look at each picture on the way."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .interface import Footage, FootageError, Image
from .sources import open_live
from .writer import VideoWriter

_SOUND_RATE = 48000
_LONGEST = 4 * 3600.0
"""Seconds after which a forgotten recording ends by itself."""


@dataclass(frozen=True)
class Recording:
    """What was recorded."""

    path: Path
    frames: int
    seconds: float
    has_sound: bool
    warnings: tuple[str, ...] = ()


def record(
    source: str,
    path: str | os.PathLike[str],
    *,
    microphone: str | None = None,
    seconds: float | None = None,
    preview: Callable[[Image, float], None] = lambda image, time: None,
    stop: threading.Event | None = None,
) -> Recording:
    """Record `source` (camera:... or test:...) to an MP4 until `stop` is set or `seconds` are over.

    microphone: number, name or "default". preview(image [H, W, 3] RGB, seconds) is called for every picture in the
    recording's thread; a slow one costs pictures, so hand the picture on and return. Pictures keep the times they were
    taken at.
    """
    stop = stop or threading.Event()
    limit = min(seconds or _LONGEST, _LONGEST)
    with open_live(source, microphone) as footage:
        info = footage.info
        size = (info.width, info.height)
        with VideoWriter(path, info.fps, size, rate=_SOUND_RATE, with_sound=info.has_sound) as writer:
            listener = _Listener(footage) if info.has_sound else None
            count, last = 0, 0.0
            for frame in footage.frames(end=limit):
                writer.write(frame.image, frame.time)
                count, last = count + 1, frame.time
                if listener is not None:
                    listener.write_heard(writer)
                preview(frame.image, frame.time)
                if stop.is_set():
                    break
            footage.close()
            length = last + 1 / info.fps
            if listener is not None:
                listener.finish(writer, length)
        if count == 0:
            raise FootageError(f"{info.name} gave no picture; nothing was recorded.")
        return Recording(Path(path), count, length, info.has_sound, tuple(footage.warnings))


class _Listener:
    """Reads the sound in a thread of its own and hands it out in step with the pictures."""

    def __init__(self, footage: Footage) -> None:
        self._footage = footage
        self._blocks: queue.SimpleQueue[NDArray[np.float32]] = queue.SimpleQueue()
        self._written = 0
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._listen, name="listen", daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        try:
            for block in self._footage.sound_blocks(_SOUND_RATE):
                self._blocks.put(block)
        except Exception as error:  # noqa: BLE001 - raised again in the recording's thread
            self._error = error

    def write_heard(self, writer: VideoWriter, until: float = _LONGEST) -> None:
        """Write what has been heard so far, not past `until` seconds."""
        if self._error is not None:
            raise self._error
        while not self._blocks.empty():
            block = self._blocks.get()[: max(0, round(until * _SOUND_RATE) - self._written)]
            writer.write_sound(block)
            self._written += len(block)

    def finish(self, writer: VideoWriter, length: float) -> None:
        """Write the rest, up to the pictures' end."""
        self._thread.join(timeout=2.0)
        self.write_heard(writer, length)
