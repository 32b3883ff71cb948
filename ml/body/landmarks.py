"""MediaPipe's points by name, on the stage's axes, gaps filled and smoothed without lag."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from ..features.arrays import Features
from .hands import HandMotion
from .smoothing import fill_gaps, median3, smooth

Floats = NDArray[np.float64]

NOSE: Final = 0
EYES: Final = (2, 5)
EARS: Final = (7, 8)
SHOULDER: Final = {"left": 11, "right": 12}
ELBOW: Final = {"left": 13, "right": 14}
WRIST: Final = {"left": 15, "right": 16}
PINKY: Final = {"left": 17, "right": 18}
INDEX: Final = {"left": 19, "right": 20}
HIP: Final = {"left": 23, "right": 24}
KNEE: Final = {"left": 25, "right": 26}
ANKLE: Final = {"left": 27, "right": 28}
HEEL: Final = {"left": 29, "right": 30}
TOE: Final = {"left": 31, "right": 32}
SIDES: Final = ("left", "right")

VISIBLE: Final = 0.5
"""Visibility from which a point counts as seen."""
_FAINTEST_HAND: Final = 0.05
_BRIDGED_GAP: Final = 0.4
"""Seconds for which an unseen hand is held."""
_BODY_CUTOFF_HZ: Final = 5.0
_HAND_CUTOFF_HZ: Final = 6.0
_TREMBLING_CUTOFF_HZ: Final = 0.7
_JOINTS: Final = (SHOULDER, ELBOW, WRIST, HIP, KNEE, ANKLE)


@dataclass(frozen=True)
class Points:
    """A clip's points on the stage's axes (X right, Y away from the camera, Z up), every frame filled."""

    fps: float
    seen: NDArray[np.bool_]
    """[T] frames in which a person was found."""
    confidence: Floats
    """[T] 0..1, of the whole pose."""
    world: Floats
    """[T, 33, 3] metres about the middle of the hips."""
    image: Floats
    """[T, 33, 2] px."""
    visibility: Floats
    """[T, 33] 0..1; 0 where nobody was found."""
    hands: dict[str, Floats]
    """Side -> [T, 21, 3] metres."""
    hand_confidence: dict[str, Floats]
    """Side -> [T] 0..1."""
    trembling: Floats = field(default_factory=lambda: np.zeros(0))
    """[T] how far points jump about where they are, as a share of the trunk's size: 0.005 in good pictures, 0.05 in
    poor ones."""
    hand_motions: dict[str, HandMotion] = field(default_factory=dict)
    """Side -> what the network made of the hand (hands.py); absent where it was not seen or there is no network."""

    @property
    def frame_count(self) -> int:
        return len(self.seen)

    def hand_share(self, side: str) -> Floats:
        """[T] 0..1, smooth in time: how far a hand's own points are followed; short gaps are bridged.

        Even a hand that the detector is unsure of beats the three points that the pose has of it (about 25 against 65
        degrees on rendered performers).
        """
        seen = self.hand_confidence[side] > _FAINTEST_HAND
        reach = 2 * max(1, round(_BRIDGED_GAP * self.fps / 2)) + 1
        held = minimum_filter1d(maximum_filter1d(seen.astype(np.float64), reach), reach)
        return smooth(np.maximum(held, seen), self.fps, 2.0)


def to_stage(points: NDArray) -> Floats:
    """MediaPipe's axes (x right, y down, z away from the camera) to the stage's."""
    points = np.asarray(points, dtype=np.float64)
    return np.stack((points[..., 0], points[..., 2], -points[..., 1]), axis=-1)


def read_points(features: Features, fps: float) -> Points:
    """The points of a clip, smoothed; a clip without any person yields zeros and `seen` all False."""
    world = to_stage(features.pose_world)
    found = np.isfinite(world).all(axis=(1, 2)) & np.isfinite(features.pose_image[..., :2]).all(axis=(1, 2))
    confidence = np.where(found, np.nan_to_num(features.pose_confidence.astype(np.float64)), 0.0)
    seen = found & (confidence > 0)
    visibility = np.where(seen[:, None], np.nan_to_num(features.pose_visibility.astype(np.float64)), 0.0)
    image = features.pose_image[..., :2].astype(np.float64)
    hands, hand_confidence = {}, {}
    for side in SIDES:
        hands[side], hand_confidence[side] = _read_hand(features, side, fps)
    steady = _clean(image, seen, visibility, fps, _BODY_CUTOFF_HZ)
    return Points(
        fps=fps,
        seen=seen,
        confidence=np.where(seen, confidence, 0.0),
        world=_clean(world, seen, visibility, fps, _BODY_CUTOFF_HZ),
        image=steady,
        trembling=_trembling(image, steady, seen, fps),
        visibility=visibility,
        hands=hands,
        hand_confidence=hand_confidence,
    )


def _trembling(image: Floats, steady: Floats, seen: NDArray[np.bool_], fps: float) -> Floats:
    """See `Points.trembling`; image and the same made steady [T, 33, 2] px."""
    if not seen.any():
        return np.zeros(len(image))
    marks = [mark[side] for mark in _JOINTS for side in SIDES]
    away = np.median(np.linalg.norm(fill_gaps(image, seen) - steady, axis=-1)[:, marks], axis=1)
    ends = [steady[:, list(mark.values())] for mark in (SHOULDER, HIP)]
    trunk = np.linalg.norm(ends[0].mean(axis=1) - ends[1].mean(axis=1), axis=1)
    across = np.linalg.norm(ends[0][:, 0] - ends[0][:, 1], axis=1)
    return smooth(away / np.maximum(np.maximum(trunk, across), 1.0), fps, _TREMBLING_CUTOFF_HZ)


def _read_hand(features: Features, side: str, fps: float) -> tuple[Floats, Floats]:
    world = to_stage(getattr(features, f"{side}_hand_world"))
    confidence = np.nan_to_num(getattr(features, f"{side}_hand_confidence").astype(np.float64))
    seen = np.isfinite(world).all(axis=(1, 2)) & (confidence > 0)
    weights = np.broadcast_to(np.where(seen, confidence, 0.0)[:, None], world.shape[:2])
    return _clean(world, seen, weights, fps, _HAND_CUTOFF_HZ), np.where(seen, confidence, 0.0)


def _clean(points: Floats, seen: NDArray[np.bool_], weights: Floats, fps: float, cutoff: float) -> Floats:
    """Fill gaps, drop single-frame spikes, low-pass; points that are well seen count more."""
    if not seen.any():
        return np.zeros_like(points)
    filled = median3(fill_gaps(points, seen))
    return smooth(filled, fps, cutoff, np.maximum(weights, 0.02)[..., None])
