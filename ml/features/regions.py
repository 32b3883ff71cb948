"""Turned squares of a picture in which a body or a hand is looked at, as MediaPipe's landmark models want them.

The rules (which points give the middle, how much room is left) are those of MediaPipe's own graphs, since the models
were trained on squares made that way: pose_landmark/pose_landmarks_to_roi, pose_detection_to_roi, hand_landmark/
hand_landmark_landmarks_to_roi and palm_detection_detection_to_roi (google-ai-edge/mediapipe, Apache-2.0).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

_BODY_ROOM: Final = 1.25
_HAND_ROOM: Final = 2.0
_HAND_SHIFT: Final = -0.1
_PALM_ROOM: Final = 2.6
_PALM_SHIFT: Final = -0.5
_STEADY_HAND_POINTS: Final = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)
"""Without the finger tips: the square should not grow and shrink as fingers move."""


@dataclass(frozen=True)
class Region:
    """A square of `side` pixels about (x, y), turned clockwise by `turn` radians."""

    x: float
    y: float
    side: float
    turn: float

    @property
    def centre(self) -> NDArray[np.float64]:
        return np.array([self.x, self.y])

    def to_picture(self, normalised: NDArray[np.floating]) -> NDArray[np.float32]:
        """Points [N, 3] in 0..1 of the square to pixels of the picture; depth is scaled alike."""
        points = np.array(normalised, dtype=np.float64) * self.side
        points[:, :2] = turned(points[:, :2] - self.side / 2, self.turn) + self.centre
        return points.astype(np.float32)

    def scaled(self, factor: float) -> Region:
        return Region(self.x, self.y, self.side * factor, self.turn)

    def usable(self, width: int, height: int) -> bool:
        """Whether its middle lies in (or near) a picture of this size and it is neither a speck nor immense."""
        near = -0.25 * self.side <= self.x <= width + 0.25 * self.side
        near = near and -0.25 * self.side <= self.y <= height + 0.25 * self.side
        return bool(near and 8 <= self.side <= 8 * max(width, height))


def turned(points: NDArray[np.floating], turn: float) -> NDArray[np.float64]:
    """Points [N, 2] turned clockwise (y points down) about the origin."""
    cosine, sine = math.cos(turn), math.sin(turn)
    return np.asarray(points, dtype=np.float64) @ np.array([[cosine, sine], [-sine, cosine]])


def points_in_square(
    flat: NDArray[np.floating], world: NDArray[np.floating], visibility: NDArray[np.floating]
) -> NDArray[np.float32]:
    """[..., 198] a body's points as the body network is told them, on the axes of the square that was looked at.

    flat [..., 33, 2]: from its middle, right and down, in widths of it; world [..., 33, 3]: right, down, ahead in
    metres. Told: right and up of all points, right, ahead and up in metres, visibility less a half.
    """
    right, down = flat[..., 0], flat[..., 1]
    parts = (np.stack((right, -down), axis=-1), np.stack((world[..., 0], world[..., 2], -world[..., 1]), axis=-1))
    flattened = (part.reshape(*part.shape[:-2], -1) for part in parts)
    return np.concatenate((*flattened, visibility - 0.5), axis=-1).astype(np.float32)


def body_region(hips: ArrayLike, edge: ArrayLike) -> Region:
    """Around a body whose middle of the hips [2] and whose circle's upper edge [2] are known, head up."""
    x, y = (float(value) for value in np.asarray(hips, dtype=np.float64)[:2])
    towards = np.asarray(edge, dtype=np.float64)[:2] - (x, y)
    return Region(x, y, 2 * _BODY_ROOM * float(np.hypot(*towards)), _upright(towards))


def hand_region(points: NDArray[np.floating]) -> Region:
    """Around a hand [21, 2+] where it was seen in the last picture, fingers up."""
    points = np.asarray(points, dtype=np.float64)[:, :2]
    knuckles = 0.25 * points[5] + 0.5 * points[9] + 0.25 * points[13]
    turn = _upright(knuckles - points[0])
    upright = turned(points[list(_STEADY_HAND_POINTS)], -turn)
    low, high = upright.min(axis=0), upright.max(axis=0)
    size = high - low
    middle = (low + high) / 2 + (0.0, _HAND_SHIFT * size[1])
    x, y = turned(middle[None], turn)[0]
    return Region(float(x), float(y), _HAND_ROOM * float(size.max()), turn)


def palm_region(box: ArrayLike, wrist: ArrayLike, knuckle: ArrayLike) -> Region:
    """Around a hand of which the palm was found: box (x, y, width, height), wrist [2] and middle knuckle [2]."""
    left, top, width, height = (float(value) for value in np.asarray(box, dtype=np.float64))
    turn = _upright(np.asarray(knuckle, dtype=np.float64)[:2] - np.asarray(wrist, dtype=np.float64)[:2])
    shift = turned(np.array([[0.0, _PALM_SHIFT * height]]), turn)[0]
    return Region(
        left + width / 2 + float(shift[0]), top + height / 2 + float(shift[1]), _PALM_ROOM * max(width, height), turn
    )


def _upright(towards: NDArray[np.floating]) -> float:
    """How far something that points `towards` is turned from pointing up the picture."""
    return math.atan2(float(towards[0]), -float(towards[1]))
