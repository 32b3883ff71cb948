"""Clips as the face network learns from them, and what is done to their pictures so that it learns to generalise."""

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
    pictures: tuple[NDArray[np.uint8], ...]
    """T face pictures as JPEG."""
    name: str = ""
    """What files about this clip are called."""

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
    begins = np.concatenate(([0], clip.crop_ends[:-1]))
    return Example(
        shape=torch.as_tensor(seen.aligned - canonical.astype(np.float32)),
        eyes=torch.as_tensor(seen.eyes),
        turn=torch.as_tensor(seen.turn),
        weights=torch.as_tensor(clip.weights[found][:, _COLUMNS]),
        gaze=torch.as_tensor(clip.gaze[found] / GAZE_SCALE),
        facing=torch.as_tensor(facing.astype(np.float32)),
        neutral=neutral,
        pictures=tuple(clip.crops[begins[i] : clip.crop_ends[i]].copy() for i in np.flatnonzero(found)),
        name=f"{clip.seed:06d}" if clip.seed >= 0 else "",
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


def decode(packed: NDArray[np.uint8]) -> Image:
    """A face picture [S, S, 3] RGB."""
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1], dtype=np.uint8)


def as_input(picture: Image, size: int) -> Image:
    """A face picture at the network's size."""
    return np.asarray(cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA), dtype=np.uint8)


@dataclass(frozen=True)
class Disturbance:
    """One way to spoil pictures, the same for all frames of a performance that are compared with each other."""

    curves: Image
    """[1, 256, 3] look-up table."""
    grey: float
    blur: float
    noise: float
    shift: NDArray[np.float64]
    """[2] pixels"""
    turn: float
    zoom: float

    @staticmethod
    def random(rng: np.random.Generator) -> Disturbance:
        level = np.linspace(0, 1, 256)[:, None]
        gamma = np.exp(rng.normal(0, 0.28)) * np.exp(rng.normal(0, 0.08, 3))
        gain = np.exp(rng.normal(0, 0.15)) * np.exp(rng.normal(0, 0.08, 3))
        contrast = np.exp(rng.normal(0, 0.2))
        curve = (np.clip(level * gain, 0, 1) ** gamma - 0.5) * contrast + 0.5 + rng.normal(0, 0.06)
        return Disturbance(
            curves=np.clip(curve * 255, 0, 255).astype(np.uint8)[None],
            grey=float(rng.random()) if rng.random() < 0.3 else 0.0,
            blur=float(rng.uniform(0.3, 2.0)) if rng.random() < 0.3 else 0.0,
            noise=float(rng.exponential(5.0)) if rng.random() < 0.5 else 0.0,
            shift=rng.normal(0, 1.6, 2),
            turn=float(rng.normal(0, 2.0)),
            zoom=float(np.exp(rng.normal(0, 0.04))),
        )

    def apply(self, picture: Image, size: int, rng: np.random.Generator) -> Image:
        """A face picture at the network's size, spoilt; frames differ a little in how they are cut out."""
        side = picture.shape[0]
        turn = self.turn + rng.normal(0, 0.6)
        matrix = cv2.getRotationMatrix2D((side / 2, side / 2), turn, self.zoom * np.exp(rng.normal(0, 0.008)))
        matrix[:, 2] += self.shift + rng.normal(0, 0.5, 2)
        scale = size / side
        matrix = matrix * scale
        matrix[:, 2] += 0.5 * scale - 0.5  # pixels have their middles at halves
        seen = cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        seen = cv2.LUT(seen, self.curves)
        if self.grey:
            mono = cv2.cvtColor(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
            seen = cv2.addWeighted(seen, 1 - self.grey, mono, self.grey, 0)
        if self.blur:
            seen = cv2.GaussianBlur(seen, (0, 0), self.blur)
        if self.noise:
            grain = rng.normal(0, self.noise, (size // 2, size // 2, 3)).astype(np.float32)
            grain = cv2.resize(grain, (size, size), interpolation=cv2.INTER_NEAREST)
            seen = np.clip(seen + grain, 0, 255).astype(np.uint8)
        if rng.random() < 0.12:
            seen = seen.copy()
            x, y, w, h = rng.integers(0, size, 2).tolist() + rng.integers(size // 10, size // 3, 2).tolist()
            seen[y : y + h, x : x + w] = rng.integers(0, 255, 3)
        return np.asarray(seen, dtype=np.uint8)


def to_tensor(pictures: NDArray[np.uint8]) -> Tensor:
    """[N, S, S, 3] 0..255 as [N, 3, S, S] 0..1, laid out as convolutions like it."""
    tensor = torch.as_tensor(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255
    return tensor.contiguous(memory_format=torch.channels_last)
