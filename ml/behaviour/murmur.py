"""Speech without words: what the mouth of somebody says who talks, but of whom there is no recording."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from ..voice.coarticulation import RATE
from ..voice.hear import Heard
from ..voice.visemes import CLOSURE, SILENCE, VISEMES
from .pose import FPS, Floats

_VOWELS: Final = tuple(VISEMES.index(name) for name in ("aa", "E", "ih", "oh", "ou"))
_CONSONANTS: Final = tuple(i for i in range(len(VISEMES)) if i not in _VOWELS and i != SILENCE)
_QUIET: Final = 0.06
_CLOSURES: Final = 0.12
"""Share of consonants that shut the lips, as m, b and p do in running English."""


def silence(frames: int) -> Heard:
    """Nothing is said for so many frames at FPS."""
    count = int(frames / FPS * RATE) + 1
    visemes = np.zeros((count, len(VISEMES)), dtype=np.float32)
    visemes[:, SILENCE] = 1
    return Heard(visemes, np.full(count, -12.0, dtype=np.float32))


def murmur(voice: Floats, rng: np.random.Generator) -> Heard:
    """Syllables of consonant and vowel on the peaks of a loudness curve [T] at FPS."""
    count = int(len(voice) / FPS * RATE) + 1
    level = np.interp(np.arange(count) / RATE, np.arange(len(voice)) / FPS, voice)
    track = np.full(count, SILENCE)
    peaks, _ = find_peaks(level, height=2 * _QUIET, distance=round(0.1 * RATE))
    for peak in peaks:
        consonant = CLOSURE if rng.random() < _CLOSURES else int(rng.choice(_CONSONANTS))
        begin = max(0, peak - int(rng.integers(10, 14)))
        track[begin : peak - 4] = consonant
        track[max(0, peak - 4) : peak + int(rng.integers(6, 10))] = int(rng.choice(_VOWELS))
    track[level < _QUIET] = SILENCE
    visemes = gaussian_filter1d(np.eye(len(VISEMES))[track], 0.8, axis=0).astype(np.float32)
    return Heard(visemes, (-9.0 + 7.0 * level).astype(np.float32))
