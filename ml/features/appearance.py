"""What a person looks like: the colours of shirt and trousers, by which someone who left is known again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .interface import PoseSeen

_LEFT_SHOULDER, _RIGHT_SHOULDER, _LEFT_HIP, _RIGHT_HIP = 11, 12, 23, 24
_KNEES: Final = (25, 26)
_ANKLES: Final = (27, 28)
_VISIBLE: Final = 0.5
_GRID: Final = 10
_HUES, _BRIGHTNESSES = 6, 4
_KEPT: Final = 0.9
"""Of what was known before, with each new look: clothes hardly change, light does."""


@dataclass(frozen=True)
class Appearance:
    """Histograms of colours, each summing to 1; None where that part was never seen."""

    trunk: NDArray[np.float64] | None = None
    legs: NDArray[np.float64] | None = None

    def mixed(self, other: Appearance) -> Appearance:
        return Appearance(_mix(self.trunk, other.trunk), _mix(self.legs, other.legs))


def similarity(first: Appearance, second: Appearance) -> float | None:
    """0 nothing in common .. 1 the same colours; None where no part is known of both."""
    pairs = ((first.trunk, second.trunk, 2.0), (first.legs, second.legs, 1.0))
    known = [(float(np.sqrt(a * b).sum()), weight) for a, b, weight in pairs if a is not None and b is not None]
    if not known:
        return None
    return sum(value * weight for value, weight in known) / sum(weight for _, weight in known)


def look_of(image: NDArray[np.uint8], pose: PoseSeen) -> Appearance:
    """The appearance of a body in a picture."""
    points, visible = pose.image[:, :2], pose.visibility >= _VISIBLE
    trunk = legs = None
    if visible[[_LEFT_SHOULDER, _RIGHT_SHOULDER]].any():
        across, down = np.meshgrid(np.linspace(0.2, 0.8, _GRID), np.linspace(0.1, 0.8, _GRID))
        top = _between(points[_LEFT_SHOULDER], points[_RIGHT_SHOULDER], across)
        bottom = _between(points[_LEFT_HIP], points[_RIGHT_HIP], across)
        trunk = _colours(image, top + down[..., None] * (bottom - top))
    if visible[list(_KNEES)].any():
        steps = np.linspace(0.2, 0.8, _GRID)
        hips = (_LEFT_HIP, _RIGHT_HIP)
        lines = [_between(points[hip], points[knee], steps) for hip, knee in zip(hips, _KNEES, strict=True)]
        lines += [_between(points[knee], points[ankle], steps) for knee, ankle in zip(_KNEES, _ANKLES, strict=True)]
        legs = _colours(image, np.concatenate(lines))
    return Appearance(trunk, legs)


def _between(start: NDArray, end: NDArray, share: NDArray) -> NDArray[np.float64]:
    return np.asarray(start + share[..., None] * (end - start), dtype=np.float64)


def _colours(image: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Histogram over hue and brightness at points [..., 2]; greys have a hue of their own."""
    height, width = image.shape[:2]
    xy = np.round(points.reshape(-1, 2)).astype(int)
    xy = xy[(xy[:, 0] >= 0) & (xy[:, 0] < width) & (xy[:, 1] >= 0) & (xy[:, 1] < height)]
    if len(xy) < _GRID:
        return None
    red, green, blue = (image[xy[:, 1], xy[:, 0]].astype(np.float64) / 255).T
    bright = np.maximum(np.maximum(red, green), blue)
    chroma = bright - np.minimum(np.minimum(red, green), blue)
    angle = np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue) / (2 * np.pi) % 1.0
    # Soft bins: a small change of light must not move everything to the next bin.
    histogram = np.zeros((_HUES + 1, _BRIGHTNESSES))
    vivid = np.clip(chroma / np.maximum(bright, 0.1) / 0.35, 0, 1)
    level = np.clip(bright, 0, 1) * (_BRIGHTNESSES - 1)
    hue = angle * _HUES
    for hue_step in (0, 1):
        hue_bin = (np.floor(hue).astype(int) + hue_step) % _HUES
        hue_share = np.where(hue_step == 0, 1 - hue % 1, hue % 1)
        _add(histogram, hue_bin, level, vivid * hue_share)
    _add(histogram, np.full(len(xy), _HUES), level, 1 - vivid)
    return histogram / max(histogram.sum(), 1e-9)


def _add(histogram: NDArray[np.float64], rows: NDArray, level: NDArray, weight: NDArray) -> None:
    low = np.minimum(np.floor(level).astype(int), histogram.shape[1] - 2)
    np.add.at(histogram, (rows, low), weight * (1 - (level - low)))
    np.add.at(histogram, (rows, low + 1), weight * (level - low))


def _mix(before: NDArray[np.float64] | None, new: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    if before is None or new is None:
        return new if before is None else before
    return _KEPT * before + (1 - _KEPT) * new
