"""A screen without a monitor (Xvfb) whose picture is read from the file it draws into."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path

import cv2
import numpy as np


class VirtualScreen:
    """An Xvfb server; use it as a context manager."""

    def __init__(self, folder: Path, width: int = 1600, height: int = 1000) -> None:
        self._folder = folder
        self._size = f"{width}x{height}x24"

    @staticmethod
    def available() -> bool:
        return shutil.which("Xvfb") is not None

    def __enter__(self) -> VirtualScreen:
        self._folder.mkdir(parents=True, exist_ok=True)
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", self._size, "-fbdir", str(self._folder), "-ac"]
        self._process = subprocess.Popen(
            [*command, "-nolisten", "tcp"], pass_fds=[writing], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        os.close(writing)
        with os.fdopen(reading) as answer:
            self.display = f":{answer.readline().strip()}"
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait(10)

    def photograph(self, path: Path) -> np.ndarray:
        """Write the screen's picture as a .png; returns it as [H, W, 3] BGR."""
        data = (self._folder / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", data[:100])  # the X window dump format, see X11/XWDFile.h
        size, width, height, line, colors = header[0], header[4], header[5], header[12], header[19]
        pixels = np.frombuffer(data, np.uint8, line * height, size + colors * 12)
        image = np.ascontiguousarray(pixels.reshape(height, line // 4, 4)[:, :width, :3])
        partial = path.with_suffix(".partial.png")
        cv2.imwrite(str(partial), image)
        os.replace(partial, path)
        return image
