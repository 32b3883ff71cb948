"""Square pieces of a picture around a part of the body, so that small parts are seen as large ones."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from .interface import Floats

Image = NDArray[np.uint8]
_LARGEST = 640
"""Pixels of a piece's side above which it is scaled down: the models look at 192 to 256 pixels."""


@dataclass(frozen=True)
class Crop:
    """A square of a picture, in whole pixels; it may reach beyond the picture's edges."""

    left: int
    top: int
    side: int

    @property
    def centre(self) -> NDArray[np.float64]:
        return np.array([self.left + self.side / 2, self.top + self.side / 2])

    def cut(self, image: Image) -> Image:
        """The square [S, S, 3]; black beyond the picture's edges."""
        height, width = image.shape[:2]
        right, bottom = self.left + self.side, self.top + self.side
        inside = image[max(0, self.top) : max(0, min(height, bottom)), max(0, self.left) : max(0, min(width, right))]
        if inside.size == 0:
            return np.zeros((self.side, self.side, 3), dtype=np.uint8)
        if inside.shape[:2] != (self.side, self.side):
            inside = cv2.copyMakeBorder(
                inside, max(0, -self.top), max(0, bottom - height), max(0, -self.left), max(0, right - width),
                cv2.BORDER_CONSTANT,
            )  # fmt: skip
        if self.side > _LARGEST:
            inside = cv2.resize(inside, (_LARGEST, _LARGEST), interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(inside, dtype=np.uint8)

    def to_picture(self, normalised: Floats) -> Floats:
        """Points [N, 3] in 0..1 of the square to pixels of the picture; depth is scaled alike."""
        return (normalised * self.side + np.array([self.left, self.top, 0.0])).astype(np.float32)


def crop_about(centre: ArrayLike, side: float) -> Crop:
    """The square of `side` pixels about a point (x, y)."""
    x, y = np.asarray(centre, dtype=np.float64)[:2]
    whole = max(16, round(side))
    return Crop(round(x - whole / 2), round(y - whole / 2), whole)


def steady(wanted: Crop, before: Crop | None, drift: float = 0.12, growth: float = 1.2) -> Crop:
    """`before` as long as `wanted` differs little from it: a still square keeps the points inside it still."""
    if before is None:
        return wanted
    moved = float(np.linalg.norm(wanted.centre - before.centre)) > drift * before.side
    resized = not 1 / growth <= wanted.side / before.side <= growth
    return wanted if moved or resized else before
