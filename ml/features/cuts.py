"""Shot cuts: the moments at which a film jumps to another picture."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_SIZE: Final = (32, 18)
_LEAST: Final = 0.09
"""Mean difference of two pictures (of the whole range) below which nothing was cut."""
_ABOVE_USUAL: Final = 4.0
"""How many times the usual difference of neighbouring pictures a cut shows."""
_LEAST_HISTOGRAM: Final = 0.25
"""Share of the pixels whose colour must be new: a camera swinging round keeps most of them from one picture to the
next."""
_MEMORY: Final = 0.85


class CutDetector:
    """Asked for each picture in turn whether it begins a new shot.

    A cut changes most of the picture and its colours at once, far more than the pictures before it changed. A light
    switched on counts as a cut too, which only makes the detectors look anew.
    """

    def __init__(self) -> None:
        self._before: NDArray[np.float32] | None = None
        self._usual = 0.02

    def is_cut(self, image: NDArray[np.uint8]) -> bool:
        # Every few pixels are enough, and far quicker to average than all of them.
        step = max(1, image.shape[1] // (8 * _SIZE[0]))
        sparse = np.ascontiguousarray(image[::step, ::step])
        small = cv2.resize(sparse, _SIZE, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        before, self._before = self._before, small
        if before is None:
            return False
        change = float(np.abs(small - before).mean())
        cut = change > max(_LEAST, _ABOVE_USUAL * self._usual) and _new_colours(before, small) > _LEAST_HISTOGRAM
        if not cut:
            self._usual = _MEMORY * self._usual + (1 - _MEMORY) * change
        return cut


def _new_colours(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    """Share of the pixels [0..1] whose colour the other picture lacks."""
    first, second = (_histogram(image) for image in (before, after))
    return float(1 - np.minimum(first, second).sum())


def _histogram(image: NDArray[np.float32]) -> NDArray[np.float64]:
    bins = np.minimum((image.reshape(-1, 3) * 5).astype(int), 4)
    counts = np.bincount(bins @ np.array([25, 5, 1]), minlength=125)
    return counts / counts.sum()
