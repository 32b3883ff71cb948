"""Whether a region of the picture shows anything new: where it does not, what was read there last still holds."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .crops import crop_about
from .regions import Region

_SIDE: Final = 32
"""Cells across a region; each is the mean of many pixels, so that noise averages out and a moved finger does not."""
_LEAST_CHANGE: Final = 1.5
"""Of 255, by which some cell must change: half of what the quietest movement of a hand shows."""


class Unchanged:
    """Remembers what a region looked like when it was last read."""

    def __init__(self) -> None:
        self._region: Region | None = None
        self._cells: NDArray[np.float32] | None = None

    def same(self, image: NDArray[np.uint8], region: Region) -> bool:
        """Whether the region is the one of the last reading and looks alike; if not, this look is remembered."""
        cells = _look(image, region)
        before = self._cells if region == self._region else None
        if before is not None and float(np.abs(cells - before).max()) < _LEAST_CHANGE:
            return True
        self._region, self._cells = region, cells
        return False


def _look(image: NDArray[np.uint8], region: Region) -> NDArray[np.float32]:
    """Mean brightness of the cells [32, 32] of the upright square about a region."""
    crop = crop_about(region.centre, region.side)
    height, width = image.shape[:2]
    top, bottom = max(0, crop.top), min(height, crop.top + crop.side)
    left, right = max(0, crop.left), min(width, crop.left + crop.side)
    if bottom <= top or right <= left:
        return np.zeros((_SIDE, _SIDE), np.float32)
    # Green alone holds nearly all of the brightness, and some 8 x 8 pixels of each cell are enough.
    step = max(1, crop.side // (8 * _SIDE))
    green = np.ascontiguousarray(image[top:bottom:step, left:right:step, 1])
    return cv2.resize(green, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
