"""Standing a stored picture upright: the display matrix that phones write beside the pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import av
import cv2
import numpy as np

from .interface import Image


@dataclass(frozen=True)
class Orientation:
    """One of the eight ways to lay a picture: transpose first, then mirror."""

    transposed: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    @property
    def rotation(self) -> int:
        """Degrees counter-clockwise, leaving mirroring aside."""
        if self.transposed:
            return 270 if self.mirror_x else 90
        return 180 if self.mirror_x and self.mirror_y else 0

    def size(self, width: int, height: int) -> tuple[int, int]:
        return (height, width) if self.transposed else (width, height)

    def apply(self, image: Image) -> Image:
        if self.transposed:
            image = cv2.transpose(image)  # pyright: ignore[reportAssignmentType]
        if self.mirror_x and self.mirror_y:
            return cv2.flip(image, -1)  # pyright: ignore[reportReturnType]
        if self.mirror_x:
            return cv2.flip(image, 1)  # pyright: ignore[reportReturnType]
        if self.mirror_y:
            return cv2.flip(image, 0)  # pyright: ignore[reportReturnType]
        return image


UPRIGHT = Orientation()
_QUARTER_TURNS = {
    1: Orientation(True, mirror_y=True),
    2: Orientation(False, mirror_x=True, mirror_y=True),
    3: Orientation(True, mirror_x=True),
}
"""By quarter turns counter-clockwise, as `VideoFrame.rotation` counts them."""


def orientation_of(frame: av.VideoFrame) -> Orientation:
    """Read a decoded frame's display matrix (libavutil/display.h), to the nearest quarter turn."""
    try:
        side_data: Any = frame.side_data
    except ValueError:
        # PyAV gives up where one piece is of a kind it does not know (a photograph's EXIF); the turn it still tells.
        return _QUARTER_TURNS.get(round(frame.rotation / 90) % 4, UPRIGHT)
    for data in side_data:
        if data.type.name == "DISPLAYMATRIX":
            return from_display_matrix(np.frombuffer(bytes(data)[:36], dtype="<i4"))
    return UPRIGHT


def from_display_matrix(matrix: np.ndarray) -> Orientation:
    """matrix [9] int32, rows (a b u), (c d v), (x y w): a point (x, y) goes to (a x + c y, b x + d y)."""
    a, b, _, c, d = (int(value) for value in matrix[:5])
    if abs(b) > abs(a):
        return Orientation(True, mirror_x=c < 0, mirror_y=b < 0)
    return Orientation(False, mirror_x=a < 0, mirror_y=d < 0)
