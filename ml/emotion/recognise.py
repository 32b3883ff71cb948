"""Emotions read off a take's face, frame by frame.

A network knows emotions at the strength at which people show them, over speech and blinks. Capture tells brows and
frowns at a twentieth of theirs; such faces are known by their pattern alone, whatever its size (but a smile's): the
nearest EMFACS prototype.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..take import EMOTION_NAMES, Take
from .facs import likeness
from .model import EMOTION_RATE, MODEL_NAME, EmotionNet, EmotionNetConfig, strengths

Floats = NDArray[np.float64]

_SMOOTH_SECONDS: Final = 0.15
_PATTERN_SECONDS: Final = 0.3
"""Over which a pattern is looked for: longer than a syllable."""
_ALIKE: Final = (0.4, 0.6)
"""Correlations with a prototype from which an emotion is suspected, and from which it is plain."""
_FAINT: Final = np.array([0.6 if name == "happiness" else 0.05 for name in EMOTION_NAMES[1:]])
"""Size of a face (root of the squares) below which its pattern is the tracker's. Smiles are captured in full: who
speaks with raised corners of the mouth is not yet happy."""


def recognise(weights: NDArray[np.floating], fps: float, confidence: NDArray[np.floating] | None = None) -> Floats:
    """Strengths [T, 7] in the order of EMOTION_NAMES for ARKit weights [T, 52]; neutral where nothing was seen."""
    import torch

    count = len(weights)
    times = np.arange(count) / fps
    clock = np.arange(max(1, int(np.ceil(times[-1] * EMOTION_RATE)) + 1)) / EMOTION_RATE
    smooth = gaussian_filter1d(np.asarray(weights, dtype=np.float64), max(fps / EMOTION_RATE / 2, 0.3), axis=0)
    slow = np.stack([np.interp(clock, times, column) for column in smooth.T], axis=1)
    with torch.inference_mode():
        said = strengths(_network()(torch.as_tensor(slow, dtype=torch.float32)[None]))[0].double().numpy()
    said = gaussian_filter1d(said, _SMOOTH_SECONDS * EMOTION_RATE, axis=0)
    pattern = by_pattern(slow)
    said[:, 1:] = np.maximum(said[:, 1:], pattern)
    said[:, 0] = np.minimum(said[:, 0], 1 - pattern.max(axis=1))
    result = np.stack([np.interp(times, clock, column) for column in said.T], axis=1)
    if confidence is not None:
        unseen = np.asarray(confidence) <= 0
        result[unseen] = np.eye(len(EMOTION_NAMES))[0]
    return np.clip(result, 0, 1)


def by_pattern(weights: NDArray[np.floating]) -> Floats:
    """Strengths [N, 6] of the emotions without neutral, for weights [N, 52] at EMOTION_RATE: how far a face has the
    pattern of its nearest prototype, however faint; the others are 0."""
    alike, size = likeness(
        gaussian_filter1d(np.asarray(weights, dtype=np.float64), _PATTERN_SECONDS * EMOTION_RATE, axis=0)
    )
    nearest = alike == alike.max(axis=1, keepdims=True)
    plain = np.clip((alike - _ALIKE[0]) / (_ALIKE[1] - _ALIKE[0]), 0, 1)
    return np.asarray(plain * nearest * np.clip(size[:, None] / _FAINT, 0, 1))


def with_recognised_emotion(take: Take) -> Take:
    """The take with `emotion` read off its face; unchanged without a face."""
    if take.face_weights is None or not len(take.face_weights):
        return take
    emotion = recognise(take.face_weights, take.fps, take.confidence_face)
    return replace(take, emotion_names=EMOTION_NAMES, emotion=emotion)


@lru_cache(maxsize=1)
def _network() -> EmotionNet:
    from ..weights.registry import load_weights

    card, tensors = load_weights(MODEL_NAME)
    network = EmotionNet(EmotionNetConfig(**card.config))
    network.load_state_dict(tensors)
    return network.eval()
