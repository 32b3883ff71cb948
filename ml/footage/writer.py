"""Writing video files: H.264 and AAC in MP4, written beside their final name and moved into place."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import av.error
import numpy as np
from numpy.typing import ArrayLike, NDArray

from .interface import FootageError, Image

_CLOCK = 90000
"""Ticks per second of the pictures' times, as in most containers."""
_QUALITY = "20"
"""x264's constant rate factor: looks like the original."""


class VideoWriter:
    """Writes RGB pictures and mono sound to an MP4; use it as a context manager.

    Leaving the block well moves the file into place; leaving it by an exception leaves nothing behind. Odd sizes are
    padded to even ones by repeating the last row or column, because H.264 with 4:2:0 colour has no odd sizes.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        fps: float,
        size: tuple[int, int],
        sound: ArrayLike | None = None,
        rate: int = 16000,
        with_sound: bool = False,
    ) -> None:
        """size: (width, height). sound: mono samples [N] of the whole video; or with_sound, then `write_sound` bit by
        bit. rate: samples per second."""
        self._path = Path(path)
        self._partial = self._path.with_name(f".{self._path.name}.{os.getpid()}.partial")
        self._size = size
        self._fps = fps
        self._count = 0
        self._last_tick = -1
        self._samples = 0
        self._rate = rate
        self._container = self._open()
        self._video = self._add_video()
        self._audio: Any = None
        self._pending = None if sound is None else np.asarray(sound, dtype=np.float32).reshape(-1)
        if with_sound or self._pending is not None:
            self._audio = self._container.add_stream("aac", rate=rate)
            self._audio.codec_context.layout = "mono"

    def write(self, image: Image, time: float | None = None) -> None:
        """Append a picture [H, W, 3] RGB of the writer's size; at `time` seconds, else one frame after the last."""
        time = self._count / self._fps if time is None else time
        tick = max(round(time * _CLOCK), self._last_tick + 1)
        frame = av.VideoFrame.from_ndarray(even(image, self._size), format="rgb24")
        frame.pts, frame.time_base = tick, Fraction(1, _CLOCK)
        self._last_tick = tick
        self._count += 1
        self._mux(self._video, frame)
        if self._pending is not None:
            # Sound keeps pace with the pictures, so that players can stream the file.
            until = round((self._count / self._fps) * self._rate)
            self.write_sound(self._pending[: max(0, until - self._samples)])

    def write_sound(self, samples: NDArray[np.float32]) -> None:
        """Append mono samples in -1..1."""
        if self._audio is None or len(samples) == 0:
            return
        if self._pending is not None:
            self._pending = self._pending[len(samples) :]
        data = np.ascontiguousarray(samples, dtype=np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(data, format="flt", layout="mono")
        frame.sample_rate = self._rate
        frame.pts, frame.time_base = self._samples, Fraction(1, self._rate)
        self._samples += data.shape[1]
        self._mux(self._audio, frame)

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        whole = False
        try:
            if kind is None:
                self._finish()
                whole = self._count > 0
        finally:
            # On a full disk closing fails too; what matters is the first error and that nothing stays behind.
            try:
                self._container.close()
            except (av.error.FFmpegError, OSError) as error:
                whole, failed = False, error
            else:
                failed = None
            if whole:
                os.replace(self._partial, self._path)
            else:
                self._partial.unlink(missing_ok=True)
        if failed is not None and kind is None:
            raise self._unwritable(failed)

    def _unwritable(self, error: Exception) -> FootageError:
        reason = getattr(error, "strerror", None) or str(error)
        return FootageError(f"{self._path} cannot be written ({reason}); make room, or choose another folder.")

    def _finish(self) -> None:
        if self._pending is not None:
            self.write_sound(self._pending)
        if self._count:
            self._mux(self._video, None)
            if self._audio is not None:
                self._mux(self._audio, None)

    def _open(self) -> Any:
        try:
            # FFmpeg opens the file only with the first picture; say at once that it cannot.
            self._partial.touch()
            return av.open(os.fspath(self._partial), "w", format="mp4")
        except (av.error.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error

    def _add_video(self) -> Any:
        codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
        stream: Any = self._container.add_stream(codec, rate=Fraction(self._fps).limit_denominator(1001))
        stream.width, stream.height = (side + side % 2 for side in self._size)
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _CLOCK)
        if codec == "libx264":
            stream.options = {"crf": _QUALITY, "preset": "veryfast"}
        return stream

    def _mux(self, stream: Any, frame: Any) -> None:
        try:
            self._container.mux(stream.encode(frame))
        except (av.error.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error


def even(image: Image, size: tuple[int, int]) -> Image:
    """The picture of `size` (width, height) with its last column and row repeated where a side is odd."""
    height, width = image.shape[:2]
    if (width, height) != size:
        raise ValueError(f"A picture of {width} x {height} was given to a video of {size[0]} x {size[1]}.")
    if width % 2 or height % 2:
        image = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(image)
