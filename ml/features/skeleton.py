"""Which of MediaPipe's 33 body points is which, and sizes read from them."""

from __future__ import annotations

from typing import Final

import numpy as np

from .interface import Floats, PoseSeen

NOSE: Final = 0
LEFT_EAR, RIGHT_EAR = 7, 8
LEFT_SHOULDER, RIGHT_SHOULDER = 11, 12
LEFT_ELBOW, RIGHT_ELBOW = 13, 14
LEFT_WRIST, RIGHT_WRIST = 15, 16
HEAD_POINTS: Final = slice(0, 11)
"""Nose, eyes, ears and mouth."""
SIDES: Final = ("left", "right")
ELBOWS: Final = {"left": LEFT_ELBOW, "right": RIGHT_ELBOW}
WRISTS: Final = {"left": LEFT_WRIST, "right": RIGHT_WRIST}
PINKIES: Final = {"left": 17, "right": 18}
INDEXES: Final = {"left": 19, "right": 20}

_UPPER_LIMBS: Final = (
    (LEFT_SHOULDER, RIGHT_SHOULDER), (LEFT_SHOULDER, LEFT_ELBOW), (RIGHT_SHOULDER, RIGHT_ELBOW),
    (LEFT_ELBOW, LEFT_WRIST), (RIGHT_ELBOW, RIGHT_WRIST),
)  # fmt: skip


def body_size(pose: PoseSeen) -> float:
    """The longest of shoulder width, upper arms and forearms in pixels: foreshortening spares at least one."""
    points = pose.image[:, :2]
    return max(float(np.linalg.norm(points[a] - points[b])) for a, b in _UPPER_LIMBS)


def point(pose: PoseSeen, index: int) -> Floats:
    """One point in pixels [2]."""
    return pose.image[index, :2]
