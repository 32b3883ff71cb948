"""Performances with known emotions: prototypes as people show them, over speech, blinks and errors of capture.

The target of a frame is the strength of each emotion shown; neutral is what the strongest leaves over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..take import EMOTION_NAMES, FACE_NAMES
from ..voice.coarticulation import RATE, speech_weights
from ..voice.visemes import VISEMES
from .facs import columns, shown_by_somebody
from .model import EMOTION_RATE

Floats = NDArray[np.float64]

_MOUTH_IDLE: Final = ("mouthPucker", "mouthPress", "mouthLeft", "mouthRight", "mouthDimple", "jawForward")


@dataclass(frozen=True)
class EmotionalClip:
    """N frames at EMOTION_RATE."""

    weights: Floats
    """[N, 52] as capture might give them."""
    emotion: Floats
    """[N, 7] true strengths."""


def random_clip(rng: np.random.Generator, frames: int = 90, only: str | None = None) -> EmotionalClip:
    """One person for six seconds, with up to three emotional moments; `only` = that emotion (or neutral) throughout."""
    shown, truth = _moments(rng, frames, only)
    weights = _speech(rng, frames) if rng.random() < 0.6 else np.zeros((frames, len(FACE_NAMES)))
    weights = weights + (1 - weights) * shown
    _blinks(rng, weights)
    _habits(rng, weights)
    return EmotionalClip(_as_captured(rng, np.clip(weights, 0, 1)), truth)


def _moments(rng: np.random.Generator, frames: int, only: str | None) -> tuple[Floats, Floats]:
    shown = np.zeros((frames, len(FACE_NAMES)))
    truth = np.zeros((frames, len(EMOTION_NAMES)))
    count = 1 if only else int(rng.choice([0, 1, 2, 3], p=[0.2, 0.4, 0.25, 0.15]))
    for _ in range(count):
        emotion = only or str(rng.choice(EMOTION_NAMES[1:]))
        if emotion == "neutral":
            continue
        strength = float(rng.uniform(0.3, 1.0))
        envelope = _envelope(rng, frames, whole=only is not None) * strength
        shown = np.maximum(shown, envelope[:, None] * shown_by_somebody(emotion, rng))
        index = EMOTION_NAMES.index(emotion)
        truth[:, index] = np.maximum(truth[:, index], envelope)
    truth[:, 0] = np.clip(1 - truth[:, 1:].max(axis=1) / 0.3, 0, 1)
    return shown, truth


def _envelope(rng: np.random.Generator, frames: int, whole: bool) -> Floats:
    if whole:
        return np.ones(frames)
    start, length = float(rng.uniform(-10, frames)), float(rng.gamma(2.0, 18.0)) + 6
    time = np.arange(frames)
    inside = ((time >= start) & (time < start + length)).astype(float)
    return np.clip(gaussian_filter1d(inside, float(rng.uniform(1.5, 6.0))), 0, 1)


def _speech(rng: np.random.Generator, frames: int) -> Floats:
    count = int(frames / EMOTION_RATE * RATE) + RATE
    track = np.zeros(count, dtype=int)
    at = int(rng.integers(0, RATE))
    while at < count:
        length = int(rng.integers(5, 18))
        track[at : at + length] = rng.integers(0, len(VISEMES)) if rng.random() > 0.08 else 0
        at += length
    weights = speech_weights(np.eye(len(VISEMES))[track], np.full(count, rng.uniform(0.3, 1.0)))
    places = np.arange(frames) / EMOTION_RATE * RATE
    return weights[places.astype(int)] * float(rng.uniform(0.5, 1.1))


def _blinks(rng: np.random.Generator, weights: Floats) -> None:
    lids = columns("eyeBlink")
    for at in np.flatnonzero(rng.random(len(weights)) < 0.03):
        weights[at : at + 3, lids] = np.maximum(weights[at : at + 3, lids], rng.uniform(0.5, 1.0))


def _habits(rng: np.random.Generator, weights: Floats) -> None:
    """Brow raises of speech and idle lips are no emotion; nor is where somebody looks."""
    if rng.random() < 0.5:
        for at in np.flatnonzero(rng.random(len(weights)) < 0.02):
            bump = np.exp(-0.5 * ((np.arange(len(weights)) - at) / 2.5) ** 2)[:, None]
            brow = columns("browInnerUp") + columns("browOuterUp")
            weights[:, brow] = np.maximum(weights[:, brow], bump * rng.uniform(0.1, 0.35))
    if rng.random() < 0.3:
        lips = columns(str(rng.choice(_MOUTH_IDLE)))
        idle = gaussian_filter1d((rng.random(len(weights)) < 0.05).astype(float), 4) * 3
        weights[:, lips] = np.maximum(weights[:, lips], np.clip(idle, 0, 0.5)[:, None])
    look = [i for i, name in enumerate(FACE_NAMES) if name.startswith("eyeLook")]
    weights[:, look] = np.abs(rng.normal(0, 0.2, (1, len(look))))


def _as_captured(rng: np.random.Generator, weights: Floats) -> Floats:
    """As a face tracker gives it: some weights shrunk or swollen, leaking into others, resting off zero, trembling."""
    count = len(FACE_NAMES)
    gain = np.exp(rng.normal(0, 0.35, count))
    gain *= np.where(rng.random(count) < 0.08, rng.uniform(0, 0.4, count), 1.0)
    offset = np.clip(rng.normal(0, 0.05, count), 0, None)
    leak = np.eye(count) + (rng.random((count, count)) < 0.02) * rng.normal(0, 0.15, (count, count))
    tremble = gaussian_filter1d(rng.normal(0, 1, weights.shape), 1.5, axis=0) * float(rng.uniform(0, 0.06))
    return np.clip((weights * gain) @ leak + offset + tremble, 0, 1)
