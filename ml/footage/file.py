"""Video files by PyAV (FFmpeg): every common container and codec, streamed frame by frame."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from .decoding import decoded
from .interface import FootageError, FootageInfo, Frame, Image
from .orientation import UPRIGHT, Orientation, orientation_of
from .resample import constant_rate, nominal_rate
from .sound import decoded_sound

_PROBE_PACKETS = 400
"""Packets whose times are read to learn the rate: a few seconds of any video, without decoding."""
_SEEK_MARGIN = 0.5
"""Seconds before the wanted start at which decoding may begin."""


class FileFootage:
    """One video file. Each call of `frames` or `sound` opens it anew, so that calls may overlap."""

    def __init__(self, path: str | os.PathLike[str], format: str | None = None, name: str | None = None) -> None:
        self._path = os.fspath(path)
        self._format = format
        self._name = name or Path(self._path).name
        self.warnings: list[str] = []
        self._origin = 0.0
        self._orientation = UPRIGHT
        self._info = self._probe()

    @property
    def info(self) -> FootageInfo:
        return self._info

    def frames(
        self,
        start: float | None = None,
        end: float | None = None,
        fps: float | None = None,
        max_side: int | None = None,
    ) -> Iterator[Frame]:
        begin = max(start or 0.0, 0.0)
        check_range(self._info, begin, end, fps)
        count, last = 0, begin
        for frame in constant_rate(self._timed_images(begin, max_side), fps or self._info.fps, begin, end):
            count, last = count + 1, frame.shown_at
            yield frame
        if count == 0:
            raise FootageError(self._nothing(begin))
        self._warn_if_cut_short(last, end)

    def sound_blocks(self, rate: int = 16000) -> Iterator[NDArray[np.float32]]:
        if not self._info.has_sound:
            return
        with self._open() as container:
            yield from decoded_sound(container, rate, self._origin)

    def sound(self, rate: int = 16000) -> NDArray[np.float32]:
        blocks = list(self.sound_blocks(rate))
        return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.float32)

    def close(self) -> None:
        """Nothing stays open between calls."""

    def __enter__(self) -> FileFootage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> Any:
        try:
            # metadata_errors: tags in an unknown encoding must not keep the pictures from being read.
            return av.open(self._path, format=self._format, metadata_errors="ignore")
        except (FileNotFoundError, av.error.FileNotFoundError) as error:
            raise FootageError(f"There is no video at {self._path}; check the path.") from error
        except (PermissionError, av.error.PermissionError) as error:
            raise FootageError(f"{self._path} may not be read; change its permissions.") from error
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise FootageError(
                f"{self._path} is not a video that can be read, or its end is missing; export or copy it again."
            ) from error

    def _probe(self) -> FootageInfo:
        self._check_file()
        with self._open() as container:
            if not container.streams.video:
                what = "only sound" if container.streams.audio else "no pictures"
                raise FootageError(f"{self._path} holds {what}; choose a video with pictures.")
            stream = container.streams.video[0]
            first = self._first_frame(container, stream)
            self._orientation = orientation_of(first)
            self._origin = float(first.time) if first.time is not None else 0.0
            width, height = self._orientation.size(*square_size(first, stream))
            duration = self._duration(container, stream)
            has_sound = bool(container.streams.audio)
        rate, variable = self._rate()
        return FootageInfo(
            name=self._name, width=width, height=height, fps=rate, duration=duration, has_sound=has_sound,
            rotation=self._orientation.rotation, variable_rate=variable,
        )  # fmt: skip

    def _check_file(self) -> None:
        if self._format is not None:
            return
        path = Path(self._path)
        if path.is_dir():
            raise FootageError(f"{self._path} is a folder, not a video; choose a file in it.")
        if not path.exists():
            raise FootageError(f"There is no video at {self._path}; check the path.")
        if path.stat().st_size == 0:
            raise FootageError(f"{self._path} is empty; export or copy the video again.")

    def _first_frame(self, container: Any, stream: Any) -> av.VideoFrame:
        for frame in decoded(container, stream):
            return frame
        raise FootageError(self._nothing(0.0))

    def _nothing(self, begin: float) -> str:
        if begin > 0:
            return f"{self._path} holds no picture at or after {begin:g} s; choose an earlier start."
        return f"{self._path} holds no picture that can be decoded; export or copy the video again."

    def _duration(self, container: Any, stream: Any) -> float | None:
        """Seconds of the pictures; None where neither stream nor container says."""
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        if container.duration is not None:
            return container.duration / av.time_base
        return None

    def _rate(self) -> tuple[float, bool]:
        times: list[float] = []
        with self._open() as container:
            stream = container.streams.video[0]
            average = float(stream.average_rate) if stream.average_rate else None
            declared = float(stream.guessed_rate) if stream.guessed_rate else None
            try:
                for packet in container.demux(stream):
                    if packet.pts is not None and packet.time_base is not None:
                        times.append(float(packet.pts * packet.time_base))
                    if len(times) >= _PROBE_PACKETS:
                        # Reordered frames leave holes near the end of a cut list of times.
                        times = sorted(times)[:-16]
                        break
            except av.error.FFmpegError:
                pass  # what follows is damaged; the times so far tell the rate
        return nominal_rate(times, average, declared)

    def _timed_images(self, begin: float, max_side: int | None) -> Iterator[tuple[float, Image]]:
        with self._open() as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            if begin > _SEEK_MARGIN:
                self._seek(container, begin)
            last = None
            for frame in decoded(container, stream):
                time = float(frame.time) - self._origin if frame.time is not None else None
                if time is None:
                    time = 0.0 if last is None else last + 1 / self._info.fps
                last = time
                if time >= begin - _SEEK_MARGIN:
                    yield time, upright_image(frame, stream, self._orientation, max_side)

    def _seek(self, container: Any, begin: float) -> None:
        try:
            container.seek(int((begin + self._origin - _SEEK_MARGIN) * av.time_base), backward=True)
        except av.error.FFmpegError:
            container.seek(0)

    def _warn_if_cut_short(self, last: float, end: float | None) -> None:
        duration = self._info.duration
        if duration is None:
            return
        expected = duration if end is None else min(duration, end)
        if expected - last > max(0.5, 3 / self._info.fps):
            self.warnings.append(
                f"The pictures end at {last:.1f} s although {self._name} says {duration:.1f} s; "
                "the file is damaged or incomplete."
            )


def check_range(info: FootageInfo, start: float, end: float | None, fps: float | None) -> None:
    """Refuse a stretch of time or a rate that can hold no frame."""
    if fps is not None and not 0 < fps <= 1000:
        raise FootageError(f"The frame rate {fps:g} is not between 0 and 1000 frames per second.")
    if end is not None and end <= start:
        raise FootageError(f"The end ({end:g} s) does not lie after the start ({start:g} s).")
    if info.duration is not None and start >= info.duration > 0:
        raise FootageError(f"{info.name} is {info.duration:.2f} s long; choose a start before its end.")


def square_size(frame: av.VideoFrame, stream: Any) -> tuple[int, int]:
    """Stored width and height with the width stretched to square pixels (old TV and camera formats)."""
    aspect = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    ratio = float(aspect) if aspect else 1.0
    if not 0.2 < ratio < 5:
        ratio = 1.0
    return max(1, round(frame.width * ratio)), frame.height


def upright_image(frame: av.VideoFrame, stream: Any, orientation: Orientation, max_side: int | None) -> Image:
    """The frame as RGB [H, W, 3], upright, with square pixels, scaled down together with the colour conversion."""
    width, height = square_size(frame, stream)
    if max_side is not None and max(width, height) > max_side:
        scale = max_side / max(width, height)
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
    if (width, height) != (frame.width, frame.height):
        frame = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
    return orientation.apply(np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8))
