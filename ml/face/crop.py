"""The picture of a face, upright, at one size: what the appearance network sees."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.floating]

CROP_SIZE: Final = 128
CROP_UNITS: Final = 2.0
"""Side of the crop in distances between the eyes' outer corners: brows to open chin."""
_CHEEKS_PER_EYES: Final = 1.55
_DOWN: Final = 0.75
"""From between the eyes towards the base of the nose: the crop's middle."""
_EYE_CORNERS: Final = (33, 133, 362, 263)


def crop_transform(points: Floats, size: int = CROP_SIZE) -> NDArray[np.float64]:
    """[2, 3] picture to crop, pixels, for the landmarks [478, 3] px of one face.

    Its roll and size come from points that expressions hardly move, in three dimensions, so that neither an open mouth
    nor a turned head changes the scale.
    """
    points = np.asarray(points, dtype=np.float64)
    across = points[263] - points[33]
    cheeks = points[454] - points[234]
    upright = points[10] - points[2]
    unit = (np.linalg.norm(across) + np.linalg.norm(cheeks) / _CHEEKS_PER_EYES) / 2
    # A turned head foreshortens one of the two directions; the longer one counts more.
    x, y = across[:2] + cheeks[:2] / _CHEEKS_PER_EYES + np.array([-upright[1], upright[0]])
    length = max(float(np.hypot(x, y)), 1e-6)
    cosine, sine = x / length, y / length
    eyes = points[list(_EYE_CORNERS), :2].mean(axis=0)
    middle = eyes + _DOWN * (points[2, :2] - eyes)
    scale = size / (CROP_UNITS * max(float(unit), 1e-6))
    turn = scale * np.array([[cosine, sine], [-sine, cosine]])
    return np.column_stack((turn, size / 2 - turn @ middle))


def face_crop(picture: Image, points: Floats, size: int = CROP_SIZE) -> Image:
    """[size, size, 3] RGB; what lies beyond the picture is grey."""
    matrix = crop_transform(points, size)
    scale = float(np.hypot(matrix[0, 0], matrix[0, 1]))
    if scale < 0.6:  # a large face: shrink first, or fine patterns alias
        factor = 2.0 ** np.floor(np.log2(0.8 / scale) + 1e-9)
        x, y = _bounds(matrix, size)
        margin = int(2 * factor)  # or the crop's edge would be mixed with what lies beyond the piece
        left, top = max(0, int(x[0]) - margin), max(0, int(y[0]) - margin)
        right, bottom = max(left + 1, int(x[1]) + margin), max(top + 1, int(y[1]) + margin)
        piece = picture[top:bottom, left:right]
        if piece.size and factor > 1:
            small = cv2.resize(piece, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
            sx, sy = piece.shape[1] / small.shape[1], piece.shape[0] / small.shape[0]
            corner = (left + (sx - 1) / 2, top + (sy - 1) / 2)  # where the small picture's first pixel has its middle
            matrix = np.column_stack((matrix[:, 0] * sx, matrix[:, 1] * sy, matrix[:, 2] + matrix[:, :2] @ corner))
            picture = np.asarray(small, dtype=np.uint8)
    crop = cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=(128, 128, 128))
    return np.asarray(crop, dtype=np.uint8)


def _bounds(matrix: Floats, size: int) -> tuple[Floats, Floats]:
    """The x and y range of the picture that the crop shows."""
    back = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0, 1], [size, 0, 1], [0, size, 1], [size, size, 1]]) @ back.T
    return np.array([corners[:, 0].min(), corners[:, 0].max()]), np.array([corners[:, 1].min(), corners[:, 1].max()])
