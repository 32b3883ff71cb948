"""Clips as the face network learns from them: what was seen aligned, what was true, the pictures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..take import FACE_NAMES, rotation
from .align import head_rotations, mean_face, ray_turns
from .data import NEUTRAL_FRAMES, FaceClip
from .model import GAZE_SCALE, PREDICTED, face_input

Floats = NDArray[np.floating]
Image = NDArray[np.uint8]

_COLUMNS = [FACE_NAMES.index(name) for name in PREDICTED]


@dataclass(frozen=True)
class Example:
    """One clip, T frames in which a face was found."""

    shape: Tensor
    """[T, 478, 3] aligned landmarks minus the canonical face."""
    eyes: Tensor
    """[T, 6]"""
    turn: Tensor
    """[T, 3]"""
    weights: Tensor
    """[T, 44]"""
    gaze: Tensor
    """[T, 2, 2] in units of GAZE_SCALE."""
    facing: Tensor
    """[T, 3] rotation vector from the aligned turn to the true one."""
    neutral: NDArray[np.int64]
    """The frames with a neutral face."""
    pictures: NDArray[np.uint8]
    """[T, S, S, 3] face pictures, RGB."""

    @property
    def frames(self) -> int:
        return len(self.weights)


def make_example(clip: FaceClip, canonical: Floats) -> Example | None:
    """A clip's inputs and targets; None if the face was hardly found."""
    found = np.isfinite(clip.landmarks).all(axis=(1, 2))
    if found.sum() < 8:
        return None
    neutral = _neutral_frames(clip.weights[found][:, _COLUMNS])
    landmarks = clip.landmarks[found]
    seen = face_input(landmarks, canonical)
    turns = head_rotations(landmarks, canonical, clip.focal_px, (clip.size / 2, clip.size / 2))
    facing = np.zeros((int(found.sum()), 3))
    if np.isfinite(clip.head).all():  # a recording may not tell
        facing = rotation.to_rotvec(rotation.multiply(rotation.conjugate(turns), clip.head[found]))
    return Example(
        shape=torch.as_tensor(seen.aligned - canonical.astype(np.float32)),
        eyes=torch.as_tensor(seen.eyes),
        turn=torch.as_tensor(seen.turn),
        weights=torch.as_tensor(clip.weights[found][:, _COLUMNS]),
        gaze=torch.as_tensor(clip.gaze[found] / GAZE_SCALE),
        facing=torch.as_tensor(facing.astype(np.float32)),
        neutral=neutral,
        pictures=clip.pictures()[found],
    )


def _neutral_frames(weights: Floats) -> NDArray[np.int64]:
    """The frames [T, 44] in which the face does nothing; of a recording without such, the quietest."""
    loudness = weights.max(axis=1)
    neutral = np.flatnonzero(loudness < 0.01)
    return neutral if len(neutral) else np.argsort(weights.sum(axis=1), kind="stable")[:NEUTRAL_FRAMES]


def canonical_face(clips: list[FaceClip]) -> NDArray[np.float64]:
    """The mean neutral face [478, 3] of many clips."""
    landmarks, seen = [], []
    for clip in clips:
        neutral = _neutral_frames(clip.weights[:, _COLUMNS])[:NEUTRAL_FRAMES][-2:]
        if not np.isfinite(clip.landmarks[neutral]).all() or not np.isfinite(clip.head).all():
            continue
        some = clip.landmarks[neutral]
        rays = ray_turns(some, clip.focal_px, (clip.size / 2, clip.size / 2))
        landmarks.append(some)
        seen.append(rotation.multiply(rotation.conjugate(rays), clip.head[neutral]))
    return mean_face(np.concatenate(landmarks), np.concatenate(seen))


def as_input(picture: Image, size: int) -> Image:
    """A face picture at the network's size."""
    return np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA), dtype=np.uint8)
