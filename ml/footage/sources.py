"""From what the user wrote to the footage it means."""

from __future__ import annotations

import os

from .interface import Footage, FootageError


def open_footage(source: str | os.PathLike[str]) -> Footage:
    """Open a video file, `camera:INDEX_OR_NAME`, or a made-up `test:WIDTHxHEIGHT@FPS/SECONDS`.

    `test:` without /SECONDS behaves like a camera: it runs in real time until it is closed.
    """
    text = os.fspath(source)
    if not text:
        raise FootageError("No video was named; give the path of one.")
    from .synthetic import SyntheticFootage, is_synthetic

    if is_synthetic(text):
        return SyntheticFootage(text)
    if text.startswith("camera:"):
        from .devices import CameraFootage

        return CameraFootage(text.removeprefix("camera:"))
    from .file import FileFootage

    return FileFootage(text)


def open_live(source: str, microphone: str | None = None) -> Footage:
    """Open something to record: a camera with a microphone, or made-up footage with its tone."""
    from .synthetic import SyntheticFootage, is_synthetic

    if is_synthetic(source):
        return SyntheticFootage(source)
    if source.startswith("camera:"):
        from .devices import CameraFootage

        return CameraFootage(source.removeprefix("camera:"), microphone)
    raise FootageError(f"{source!r} is nothing to record from; give camera:0, camera:NAME or test:640x480@30.")
