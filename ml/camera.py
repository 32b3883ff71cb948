"""The pinhole camera that filmed the footage: between pixels and directions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

ASSUMED_FOCAL = 0.85
"""Focal length as a share of the picture's longer side: a phone filming video (about 30 mm on 35 mm film, a field of
view of 61 degrees). Files seldom say what lens took them."""


@dataclass(frozen=True)
class Camera:
    """A pinhole camera without distortion; camera axes: x right, y down, z forward."""

    width: int
    height: int
    focal_px: float
    cx: float
    """The optical axis in pixels."""
    cy: float

    @property
    def field_of_view(self) -> float:
        """Degrees across the longer side."""
        return math.degrees(2 * math.atan(max(self.width, self.height) / 2 / self.focal_px))

    def project(self, points: ArrayLike) -> NDArray[np.float64]:
        """Camera-space points [..., 3] to pixels [..., 2]; NaN for points not in front of the camera."""
        xyz = np.asarray(points, dtype=np.float64)
        depth = np.where(xyz[..., 2:] > 1e-6, xyz[..., 2:], np.nan)
        return xyz[..., :2] / depth * self.focal_px + (self.cx, self.cy)

    def rays(self, pixels: ArrayLike) -> NDArray[np.float64]:
        """Pixels [..., 2] to directions [..., 3] with z = 1."""
        plane = (np.asarray(pixels, dtype=np.float64)[..., :2] - (self.cx, self.cy)) / self.focal_px
        return np.concatenate((plane, np.ones_like(plane[..., :1])), axis=-1)


def default_camera(width: int, height: int) -> Camera:
    """The camera assumed for footage of unknown origin."""
    return Camera(width, height, ASSUMED_FOCAL * max(width, height), width / 2, height / 2)
