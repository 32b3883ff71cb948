"""From the features of a clip to the motion of its face."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ..take import FACE_NAMES, rotation
from ..weights.registry import load_weights
from .align import head_rotations
from .model import FaceNet, FaceNetConfig, face_input, to_face_weights
from .neutral import above_rest, facing, find_neutral, predict, stride_for

Floats = NDArray[np.floating]

MODEL_NAME: Final = "face"
_SHORT_GAP = 0.4  # seconds: longer absences relax the face
_RELAX = 0.3  # seconds it takes to relax and to come back
_SMOOTHING = 0.17  # seconds of the smoothing window


class FaceFeatures(Protocol):
    """What is read of a clip's features (see `ml.features`)."""

    @property
    def times(self) -> Floats: ...
    @property
    def face(self) -> Floats: ...
    @property
    def face_confidence(self) -> Floats: ...


class CameraLike(Protocol):
    """What is read of the camera (see `ml.camera`)."""

    @property
    def focal_px(self) -> float: ...
    @property
    def cx(self) -> float: ...
    @property
    def cy(self) -> float: ...


@dataclass(frozen=True)
class FaceMotion:
    """The face of T frames, as a take holds it."""

    weights: NDArray[np.float64]
    """[T, 52] ARKit weights 0..1."""
    head_rotation: NDArray[np.float64]
    """[T, 4] wxyz, identity = facing the camera."""
    gaze: NDArray[np.float64]
    """[T, 2, 2] left and right eye: yaw (+ towards +X) and pitch (+ up), degrees relative to the head."""
    confidence: NDArray[np.float64]
    """[T] 0..1; 0 where no face was seen and the values are filled in."""


@lru_cache(maxsize=1)
def load_face_net() -> FaceNet:
    """The bundled network, its hash checked."""
    card, tensors = load_weights(MODEL_NAME)
    return build_net(card.config, tensors)


def build_net(config: dict[str, Any], tensors: dict[str, Any]) -> FaceNet:
    """A network from its configuration and tensors (which hold the canonical face and the mirror order too)."""
    net = FaceNet(FaceNetConfig(**config), tensors["canonical"].numpy(), tensors["mirror"].numpy())
    net.load_state_dict(tensors)
    net.eval()
    return net


def estimate_face(features: FaceFeatures, camera: CameraLike, net: FaceNet | None = None) -> FaceMotion | None:
    """The face's motion, or None if no frame shows a face.

    Gaps shorter than 0.4 s are bridged; in longer ones the face relaxes; in both the confidence is 0.
    """
    seen = np.isfinite(features.face).all(axis=(1, 2)) & (np.asarray(features.face_confidence) > 0)
    if not seen.any():
        return None
    net = net or load_face_net()
    times = np.asarray(features.times, dtype=np.float64)
    fps = 1.0 / float(np.median(np.diff(times))) if len(times) > 1 else 30.0
    landmarks = bridge(np.asarray(features.face, dtype=np.float64), seen)
    canonical = net.canonical.numpy().astype(np.float64)
    inputs = face_input(landmarks, canonical)
    neutral = find_neutral(net, inputs, seen, fps)
    raw, gaze = predict(net, inputs, neutral, stride_for(fps))
    raw = smooth(raw, fps)
    raw = above_rest(raw, rest_of=raw[seen])
    gaze = smooth(gaze.reshape(-1, 4), fps).reshape(-1, 2, 2)
    head = head_rotations(landmarks, canonical, camera.focal_px, (camera.cx, camera.cy))
    head = rotation.multiply(head, rotation.from_rotvec(facing(net, inputs)))
    head = rotation.normalize(smooth(rotation.continuous(head), fps))
    presence = _presence(seen, fps)
    weights = to_face_weights(raw, gaze) * presence[:, None]
    return FaceMotion(
        weights=weights,
        head_rotation=head,
        gaze=gaze * presence[:, None, None],
        confidence=np.where(seen, np.asarray(features.face_confidence, dtype=np.float64), 0.0),
    )


def bridge(values: Floats, seen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Values [T, ...] with the unseen frames filled in linearly from their neighbours, held at the ends."""
    frames = np.arange(len(values))
    flat = values.reshape(len(values), -1)
    known = np.flatnonzero(seen)
    after = np.clip(np.searchsorted(known, frames), 0, len(known) - 1)
    before = np.clip(np.searchsorted(known, frames, side="right") - 1, 0, len(known) - 1)
    start, end = known[before], known[after]
    share = np.clip((frames - start) / np.maximum(end - start, 1), 0, 1)[:, None]
    return (flat[start] * (1 - share) + flat[end] * share).reshape(values.shape)


def smooth(values: Floats, fps: float) -> NDArray[np.float64]:
    """A Savitzky-Golay filter (1964) along time [T, C]: no lag, and peaks as short as a blink keep their height."""
    from scipy.signal import savgol_filter

    window = 2 * round(_SMOOTHING * fps / 2) + 1
    if window < 5 or len(values) < window:
        return np.asarray(values, dtype=np.float64)
    return np.asarray(savgol_filter(values, window, 3, axis=0), dtype=np.float64)


def _presence(seen: NDArray[np.bool_], fps: float) -> NDArray[np.float64]:
    """1 where the face counts, sinking smoothly to 0 in long gaps. [T]"""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], seen, [True])).astype(int)))
    presence = np.ones(len(seen))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start <= _SHORT_GAP * fps:
            continue
        frames = np.arange(start, end)
        # Relaxed at the clip's own ends, where there is nothing to come from or to go to.
        since = (frames - start + 1) / fps if start > 0 else np.full(len(frames), np.inf)
        until = (end - frames) / fps if end < len(seen) else np.full(len(frames), np.inf)
        nearest = np.clip(np.minimum(since, until) / _RELAX, 0, 1)
        presence[start:end] = 0.5 + 0.5 * np.cos(np.pi * nearest)
    return presence


def weight(motion: FaceMotion, name: str) -> NDArray[np.float64]:
    """One weight's curve [T] by its ARKit name."""
    return motion.weights[:, FACE_NAMES.index(name)]
