"""Where the arms say that the hands are, and whether a hand that was read can be at the end of its arm."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from .crops import Crop, crop_about
from .interface import Floats, PoseSeen
from .regions import Region, turned
from .skeleton import ELBOWS, INDEXES, PINKIES, WRISTS, body_size, point

_CROP: Final = 1.4
"""Side of the square in which a palm is searched, in body sizes (see `body_size`); a hand is about half of one."""
_BEYOND_WRIST: Final = 0.35
"""How far beyond the wrist the hand's middle lies, in forearms as they appear."""
_ROOM: Final = 2.7
_SHIFT: Final = -0.1
"""Of the square that MediaPipe Holistic (hand_landmarks_from_pose) lays about the pose's points of a hand."""
_VISIBLE: Final = 0.2
_TRUSTED: Final = 0.3
"""Visibility below which a wrist says nothing about where a hand is."""
_REACH: Final = 0.6
"""How far a hand's wrist may lie from the body's, in body sizes."""
_SMALLEST, _LARGEST = 0.08, 1.1
"""Longest side of the box around a hand, in body sizes: from pointing at the camera to spread out close to it."""


def wrist_inside(pose: PoseSeen, side: str, width: int, height: int) -> bool:
    """Whether the wrist lies in the picture."""
    x, y = point(pose, WRISTS[side])
    return bool(0 <= x < width and 0 <= y < height)


def hand_crop(pose: PoseSeen, side: str) -> Crop:
    """The square in which to search for a palm."""
    wrist, elbow = point(pose, WRISTS[side]), point(pose, ELBOWS[side])
    return crop_about(wrist + _BEYOND_WRIST * (wrist - elbow), _CROP * body_size(pose))


def hand_from_arm(pose: PoseSeen, side: str) -> Region | None:
    """A rough square about the hand from the pose's wrist and knuckles; None where the wrist is hidden."""
    if pose.visibility[WRISTS[side]] < _VISIBLE:
        return None
    wrist, index, pinky = (point(pose, marks[side]) for marks in (WRISTS, INDEXES, PINKIES))
    middle = (2 * index + pinky) / 3
    towards = middle - wrist
    size = 2 * float(np.hypot(*towards))
    if size < 2:
        return None
    turn = math.atan2(float(towards[0]), -float(towards[1]))
    shift = turned(np.array([[0.0, _SHIFT * size]]), turn)[0]
    return Region(float(middle[0] + shift[0]), float(middle[1] + shift[1]), _ROOM * size, turn)


def plausible(points: Floats, pose: PoseSeen, side: str) -> bool:
    """Whether a hand [21, 3] px can be the one of this arm: near its wrist, of a fitting size."""
    size = body_size(pose)
    box = float(np.ptp(points[:, :2], axis=0).max())
    if not _SMALLEST * size <= box <= _LARGEST * size:
        return False
    if pose.visibility[WRISTS[side]] < _TRUSTED:
        return True
    return float(np.linalg.norm(points[0, :2] - point(pose, WRISTS[side]))) <= _REACH * size
