"""From visemes over time to ARKit weights: every look reaches into its neighbours, closures stay closed.

Cohen and Massaro, "Modeling coarticulation in synthetic visual speech" (1993): each sound pulls its articulators
towards its target with a dominance that dies away exponentially on both sides; the weight at a moment is the
dominance-weighted mean. Written here as a normalised convolution, so that it takes probabilities as well as segments.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import fftconvolve

from ..take import FACE_NAMES
from .visemes import ARTICULATORS, CLOSURE, VOWELS, articulator_of, dominance, viseme_targets

Floats = NDArray[np.floating]

RATE: Final = 100
"""Frames per second of visemes."""
_REACH: Final[dict[str, tuple[float, float]]] = {"jaw": (0.055, 0.05), "lips": (0.08, 0.055), "tongue": (0.03, 0.03)}
"""Seconds over which dominance falls to 1/e: before the sound (lips are early) and after it."""
_KERNEL_SECONDS: Final = 0.3
_CLOSING: Final = 0.012
"""Seconds (standard deviation) over which lips meet and part; a b lasts about 60 ms."""
_SURE: Final = (0.2, 0.7)
"""Closure probability below which nothing is done, and above which the lips are shut: the silence before a k or t is
often taken for that of a p, and with some doubt."""
_OPENERS: Final = tuple(
    FACE_NAMES.index(name)
    for name in (
        "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight", "mouthFunnel",
        "tongueOut",
    )
)  # fmt: skip
_JAW: Final = FACE_NAMES.index("jawOpen")
_CLOSE: Final = FACE_NAMES.index("mouthClose")


def speech_weights(visemes: Floats, effort: Floats | None = None) -> NDArray[np.float64]:
    """ARKit weights [N, 52] at 100 Hz for viseme probabilities [N, 15] (rows sum to 1).

    effort [N] 0..1, the loudness: louder speech opens the jaw wider, murmuring hardly opens it; None = 0.75 throughout.
    """
    probabilities = np.asarray(visemes, dtype=np.float64)
    targets, claims, owner = viseme_targets(), dominance(), articulator_of()
    weights = np.zeros((len(probabilities), len(FACE_NAMES)))
    for index, articulator in enumerate(ARTICULATORS):
        columns = np.flatnonzero(owner == index)
        pull = probabilities * claims[:, index]
        kernel = _kernel(*_REACH[articulator])
        total = _convolve(pull.sum(axis=1)[:, None], kernel)
        weights[:, columns] = _convolve(pull @ targets[:, columns], kernel) / np.maximum(total, 1e-6)
    opening = 0.75 if effort is None else np.clip(np.asarray(effort), 0, 1)
    weights[:, _JAW] *= 0.55 + 0.6 * opening
    return close_lips(weights, closedness(probabilities))


def closedness(visemes: Floats) -> NDArray[np.float64]:
    """How shut the lips are [N], 0..1, from viseme probabilities at 100 Hz."""
    low, high = _SURE
    return np.clip((gaussian_filter1d(np.asarray(visemes)[:, CLOSURE], _CLOSING * RATE) - low) / (high - low), 0, 1)


def close_lips(weights: Floats, closed: Floats) -> NDArray[np.float64]:
    """Weights [N, 52] with the lips shut by `closed` [N]: mouthClose makes up for the jaw, what parts lips yields."""
    shut = np.array(weights, dtype=np.float64)
    shut[:, _OPENERS] *= (1 - closed)[:, None]
    shut[:, _JAW] *= 1 - 0.5 * closed  # the jaw comes half way; the lips do the rest
    shut[:, _CLOSE] = np.maximum(shut[:, _CLOSE] * (1 - closed), shut[:, _JAW] * closed)
    return np.clip(shut, 0, 1)


def vowel_share(visemes: Floats) -> NDArray[np.float64]:
    """[N] probability that a vowel sounds."""
    return np.asarray(visemes)[:, list(VOWELS)].sum(axis=1)


def _kernel(before: float, after: float) -> NDArray[np.float64]:
    """Dominance around a moment; np.convolve turns it round, so the part before the sound stands first."""
    time = np.arange(-_KERNEL_SECONDS, _KERNEL_SECONDS + 0.5 / RATE, 1 / RATE)
    return np.where(time < 0, np.exp(time / before), np.exp(-time / after))


def _convolve(columns: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    half = len(kernel) // 2
    padded = np.pad(columns, ((half, half), (0, 0)), mode="edge")
    return fftconvolve(padded, kernel[:, None], mode="valid", axes=0)
