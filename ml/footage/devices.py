"""Cameras and microphones: what is plugged in, and a camera with its microphone as footage.

Cameras open by FFmpeg's device formats where PyAV has them (avfoundation on macOS, dshow on Windows) and by OpenCV
elsewhere (PyAV's Linux build has no v4l2); microphones by PortAudio (sounddevice).
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import av
import av.device
import av.error
import cv2
import numpy as np
from numpy.typing import NDArray

from .interface import FootageError, FootageInfo, Frame, Image

_FORMATS = {"darwin": "avfoundation", "win32": "dshow"}
_FPS = 30.0
_SOUND_SECONDS = 30
"""Seconds of sound kept while nobody reads it."""


@dataclass(frozen=True)
class Device:
    """Something to record from."""

    kind: str
    """camera or microphone."""
    name: str
    source: str
    """What `open_footage` (cameras) or `record`'s microphone takes."""


def list_devices() -> list[Device]:
    """Cameras, then microphones."""
    return [*cameras(), *microphones()]


def cameras() -> list[Device]:
    """The cameras of this computer, in the system's order."""
    if sys.platform.startswith("linux"):
        return [Device("camera", name, f"camera:{number}") for number, name in _linux_cameras()]
    format = _FORMATS.get(sys.platform)
    if format is None or format not in av.formats_available:
        return []
    try:
        found = av.device.enumerate_input_devices(format)
    except (av.error.FFmpegError, OSError):
        return []
    videos = [device for device in found if "video" in device.media_types]
    return [Device("camera", device.description, f"camera:{number}") for number, device in enumerate(videos)]


def microphones() -> list[Device]:
    """The inputs PortAudio knows; none where it is not installed."""
    try:
        devices = _sounddevice().query_devices()
    except FootageError:
        return []
    return [
        Device("microphone", str(device["name"]), str(number))
        for number, device in enumerate(devices)
        if device["max_input_channels"] > 0
    ]


def _linux_cameras() -> list[tuple[int, str]]:
    found = []
    for folder in Path("/sys/class/video4linux").glob("video*"):
        number = folder.name.removeprefix("video")
        # A webcam shows further nodes for its metadata; index 0 is the one with pictures.
        index = folder / "index"
        if number.isdigit() and (not index.exists() or index.read_text().strip() == "0"):
            found.append((int(number), (folder / "name").read_text(errors="replace").strip()))
    return sorted(found)


def camera_number(wanted: str, known: list[Device]) -> int:
    """The number of a camera given by number or (part of its) name."""
    if wanted.isdigit():
        return int(wanted)
    for device in known:
        if wanted.lower() in device.name.lower():
            return int(device.source.removeprefix("camera:"))
    names = ", ".join(device.name for device in known) or "none is plugged in"
    raise FootageError(f"There is no camera called {wanted!r} (found: {names}); choose another one.")


class _Camera(Protocol):
    def read(self) -> Image | None: ...
    def close(self) -> None: ...


class CameraFootage:
    """Live pictures of a camera and, if asked for, sound of a microphone, on one clock that starts with `frames`."""

    def __init__(self, camera: str, microphone: str | None = None) -> None:
        self.warnings: list[str] = []
        self._name = f"camera:{camera}"
        self._camera = _open_camera(camera)
        first = self._camera.read()
        if first is None:
            self._camera.close()
            raise FootageError(f"The camera {camera} gives no picture; close other programs that use it.")
        self._closed = threading.Event()
        self._begun: float | None = None
        self._microphone = microphone
        self._info = FootageInfo(
            name=self._name, width=first.shape[1], height=first.shape[0], fps=_FPS, duration=None,
            has_sound=microphone is not None, live=True,
        )  # fmt: skip

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
        """Pictures as they come, at the times they come; `start` and `fps` have no meaning for a live source."""
        index = 0
        while not self._closed.is_set():
            image = self._camera.read()
            if image is None:
                self.warnings.append(f"The camera {self._name} stopped giving pictures.")
                return
            now = self._now()
            if end is not None and now >= end:
                return
            yield Frame(index, now, image, now)
            index += 1

    def sound_blocks(self, rate: int = 16000) -> Iterator[NDArray[np.float32]]:
        if self._microphone is None:
            return
        blocks: queue.Queue[NDArray[np.float32]] = queue.Queue(_SOUND_SECONDS * 50)

        def heard(data: NDArray[np.float32], _count: int, _time: Any, _status: Any) -> None:
            if not blocks.full():
                blocks.put_nowait(data[:, 0].copy())

        with open_microphone(self._microphone, rate, heard):
            late = self._now()
            yield np.zeros(round(late * rate), dtype=np.float32)
            while not self._closed.is_set():
                try:
                    yield blocks.get(timeout=0.1)
                except queue.Empty:
                    continue

    def sound(self, rate: int = 16000) -> NDArray[np.float32]:
        """A live source has no whole sound; read `sound_blocks`."""
        return np.zeros(0, dtype=np.float32)

    def close(self) -> None:
        if not self._closed.is_set():
            self._closed.set()
            self._camera.close()

    def __enter__(self) -> CameraFootage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _now(self) -> float:
        now = time.monotonic()
        if self._begun is None:
            self._begun = now
        return now - self._begun


def _open_camera(wanted: str) -> _Camera:
    format = _FORMATS.get(sys.platform)
    if format is not None and format in av.formats_available:
        return _PyAvCamera(format, wanted)
    return _OpenCvCamera(camera_number(wanted, cameras()))


class _PyAvCamera:
    def __init__(self, format: str, wanted: str) -> None:
        number = camera_number(wanted, cameras())
        known = {device.source: device.name for device in cameras()}
        name = known.get(f"camera:{number}", "")
        url = f"video={name}" if format == "dshow" else f"{number}:none"
        options = {"framerate": f"{_FPS:g}", "video_size": "1280x720"}
        try:
            self._container: Any = av.open(url, format=format, options=options)
        except (av.error.FFmpegError, OSError) as error:
            raise FootageError(
                f"The camera {name or wanted} cannot be opened ({error.strerror}); "
                "allow this program to use the camera and close others that do."
            ) from error
        self._frames = self._container.decode(video=0)

    def read(self) -> Image | None:
        try:
            return next(self._frames).to_ndarray(format="rgb24")
        except (StopIteration, av.error.FFmpegError):
            return None

    def close(self) -> None:
        self._container.close()


class _OpenCvCamera:
    def __init__(self, number: int) -> None:
        known = [device.source for device in cameras()]
        if f"camera:{number}" not in known:
            there = ", ".join(known) or "none is plugged in"
            raise FootageError(f"There is no camera number {number} (found: {there}); plug one in or choose another.")
        self._capture = cv2.VideoCapture(number)
        if not self._capture.isOpened():
            raise FootageError(f"Camera number {number} cannot be opened; close other programs that use it.")
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, 1280)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, 720)

    def read(self) -> Image | None:
        there, image = self._capture.read()
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), dtype=np.uint8) if there else None

    def close(self) -> None:
        self._capture.release()


def open_microphone(wanted: str, rate: int, heard: Any) -> Any:
    """A running PortAudio stream (a context manager) that calls heard(samples [N, 1], count, time, status)."""
    sounddevice = _sounddevice()
    device: int | str | None = int(wanted) if wanted.isdigit() else (None if wanted == "default" else wanted)
    try:
        return sounddevice.InputStream(
            samplerate=rate, channels=1, dtype="float32", device=device, blocksize=rate // 50, callback=heard
        )
    except (sounddevice.PortAudioError, ValueError) as error:
        raise FootageError(
            f"The microphone {wanted!r} cannot be opened ({error}); choose another one or allow its use."
        ) from error


def _sounddevice() -> Any:
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise FootageError(
            "The system library PortAudio is missing, so there are no microphones; "
            "install it (Debian and Ubuntu: apt install libportaudio2)."
        ) from error
    return sounddevice
