"""The face while it happens: the same network on the last second, three frames behind the camera."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from ..take import rotation
from .align import head_rotations
from .gazing import steady_gaze
from .infer import CameraLike, FaceFeatures, FaceMotion, load_face_net
from .lids import opened, together
from .liveliness import told
from .model import GAZE_SCALE, FaceInput, FaceNet, face_input, to_face_weights
from .neutral import Neutral
from .smoothing import smooth

Floats = NDArray[np.floating]

DELAY: Final = 3
"""Frames between what the camera sees and what is told."""
_WINDOW: Final = 20
_QUIETEST: Final = 24
"""So many of the quietest frames so far make the neutral face."""
_FIRST: Final = 4
"""So many frames at least before a neutral face is believed."""
_LIDS_SECONDS: Final = 10.0
"""That tell how far eyes are open most of the time."""
_GONE: Final = 12
"""Frames without a face after which it is relaxed and a new one begins afresh."""


@dataclass(frozen=True)
class LiveFrame:
    """The face of one frame, DELAY frames late."""

    weights: NDArray[np.float64]
    """[52]"""
    gaze: NDArray[np.float64]
    """[2, 2] degrees"""
    head: NDArray[np.float64]
    """[4]"""
    confidence: float


class LiveFace:
    """Give it one frame after the other."""

    def __init__(
        self, camera: CameraLike, fps: float = 30.0, net: FaceNet | None = None, neutral: Neutral | None = None
    ) -> None:
        """neutral: the performer's own, if known; else it is what the quietest frames so far show."""
        self._camera, self._fps = camera, fps
        self._net = net or load_face_net()
        self._canonical = self._net.canonical.numpy().astype(np.float64)
        self._given = neutral
        self._frames: deque[_Frame] = deque(maxlen=_WINDOW)
        self._told: deque[NDArray[np.float64]] = deque(maxlen=round(_LIDS_SECONDS * fps))
        self._quiet: list[tuple[float, int, Neutral]] = []
        self._missing = self._count = 0

    def push(self, points: Floats | None, look: Floats | None, confidence: float = 1.0) -> LiveFrame | None:
        """The face of DELAY frames ago; None while there is none. points [478, 3] px and look [2, look], or None."""
        if points is None or not np.isfinite(points).all():
            self._missing += 1
            if self._missing > _GONE or not self._frames:
                self._frames.clear()
                self._told.clear()
                return None
            self._frames.append(_Frame(self._frames[-1].input, self._frames[-1].head, 0.0))
        else:
            self._missing = 0
            self._frames.append(self._read(points, look, confidence))
        return self._tell()

    def follow(self, features: FaceFeatures) -> FaceMotion | None:
        """A recorded clip as if it happened now, put back in its own time."""
        frames = len(features.times)
        looks = getattr(features, "face_look", None)
        frames_told: list[LiveFrame | None] = []
        for i in range(frames + DELAY):
            row = min(i, frames - 1)  # at the end the last picture stays
            frames_told.append(self.push(features.face[row], None if looks is None else looks[row], 1.0))
        frames_told = frames_told[DELAY:]
        if all(frame is None for frame in frames_told):
            return None
        nothing = LiveFrame(np.zeros(52), np.zeros((2, 2)), np.array(rotation.IDENTITY), 0.0)
        full = [frame or nothing for frame in frames_told]
        return FaceMotion(
            np.stack([f.weights for f in full]), rotation.continuous(np.stack([f.head for f in full])),
            np.stack([f.gaze for f in full]), np.array([f.confidence for f in full]),
        )  # fmt: skip

    def _read(self, points: Floats, look: Floats | None, confidence: float) -> _Frame:
        looks = None if look is None or not np.isfinite(look).all() else np.asarray(look)[None]
        seen = face_input(np.asarray(points, dtype=np.float64)[None], self._canonical, looks)
        camera = self._camera
        head = head_rotations(points[None], self._canonical, camera.focal_px, (camera.cx, camera.cy))[0]
        self._count += 1
        if self._given is None:
            self._consider(seen)
        return _Frame(seen, head, confidence)

    def _consider(self, seen: FaceInput) -> None:
        """Keep the frame for the neutral face if it is among the quietest."""
        with torch.inference_mode():
            straight, mirror = seen.seen(self._net)
            weights, _, _ = self._net.one_side(straight, self._neutral_of(0), in_time=False)
            reading = (self._net.reading(straight)[:, 0], self._net.reading(mirror)[:, 0])
        loudness = float(weights.clamp(0, 1).square().sum()) + 0.3 * float(np.square(seen.turn).sum())
        self._quiet.append((loudness, self._count, reading))
        self._quiet.sort(key=lambda entry: entry[:2])
        del self._quiet[_QUIETEST:]

    def _neutral_of(self, side: int) -> torch.Tensor | None:
        if self._given is not None:
            return self._given[side]
        if len(self._quiet) < _FIRST:
            return None
        best = self._quiet[: max(_FIRST, len(self._quiet) * 2 // 3)]
        return torch.stack([reading[side] for _, _, reading in best]).mean(dim=0)

    def _tell(self) -> LiveFrame | None:
        if len(self._frames) <= DELAY:
            return None
        inputs = [frame.input for frame in self._frames]
        seen = FaceInput(
            np.concatenate([i.aligned for i in inputs]), np.concatenate([i.eyes for i in inputs]),
            np.concatenate([i.turn for i in inputs]),
            None if any(i.looks is None for i in inputs) else np.concatenate([i.looks for i in inputs]),  # type: ignore[misc]
        )  # fmt: skip
        one, other = self._neutral_of(0), self._neutral_of(1)
        neutral = None if one is None or other is None else (one, other)
        with torch.inference_mode():
            weights, gaze, facing = self._net(*seen.seen(self._net), neutral)
        at = len(inputs) - 1 - DELAY
        said = weights[0].double().numpy()
        self._told.append(smooth(said, self._fps)[at])
        lately = np.stack(self._told)
        raw = opened(lately, np.ones(len(lately), dtype=bool), self._fps)[-1]
        angles = steady_gaze(gaze[0].double().numpy() * GAZE_SCALE, said, self._fps)[at]
        heads = np.stack([frame.head for frame in self._frames])
        heads = rotation.multiply(heads, rotation.from_rotvec(facing[0].double().numpy()))
        head = rotation.normalize(smooth(rotation.continuous(heads), self._fps))[at]
        bold = together(told(raw, self._net.config.gains)[None])
        weights_told = to_face_weights(bold, angles[None])[0]
        return LiveFrame(weights_told, angles, head, self._frames[at].confidence)


@dataclass(frozen=True)
class _Frame:
    input: FaceInput
    head: NDArray[np.float64]
    confidence: float
