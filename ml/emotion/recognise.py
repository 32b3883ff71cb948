"""Emotions read off a take's face, frame by frame."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..take import EMOTION_NAMES, Take
from .model import EMOTION_RATE, MODEL_NAME, EmotionNet, EmotionNetConfig, strengths

Floats = NDArray[np.float64]

_SMOOTH_SECONDS: Final = 0.15


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
    result = np.stack([np.interp(times, clock, column) for column in said.T], axis=1)
    if confidence is not None:
        unseen = np.asarray(confidence) <= 0
        result[unseen] = np.eye(len(EMOTION_NAMES))[0]
    return np.clip(result, 0, 1)


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
