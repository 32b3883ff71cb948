"""How far generated motion is from real motion as a whole: the Frechet distance of Gaussians over motion features.

Heusel et al., "GANs Trained by a Two Time-Scale Update Rule" (2017), with a fixed linear embedding instead of a trained
network: the lowest six cosine coefficients over 32 frames of the first 16 whitened components, so that poses, speed
and rhythm count and no network is favoured.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct
from scipy.linalg import sqrtm

Floats = NDArray[np.floating]

_WINDOW: Final = 32
_STEP: Final = 8
_COMPONENTS: Final = 16
_COEFFICIENTS: Final = 6


def embed(components: Floats) -> NDArray[np.float64]:
    """[N, 96] embeddings of all windows of whitened components [T, K]."""
    if len(components) < _WINDOW:
        return np.zeros((0, _COMPONENTS * _COEFFICIENTS))
    windows = np.lib.stride_tricks.sliding_window_view(components[:, :_COMPONENTS], _WINDOW, axis=0)[::_STEP]
    lowest = np.asarray(dct(windows, axis=-1, norm="ortho"))[..., :_COEFFICIENTS]
    return lowest.reshape(len(windows), -1) / np.sqrt(_WINDOW)


def frechet_distance(a: Floats, b: Floats) -> float:
    """Between embeddings [N, D] and [M, D]."""
    mean = a.mean(axis=0) - b.mean(axis=0)
    ridge = 1e-6 * np.eye(a.shape[1])
    first, second = np.cov(a, rowvar=False) + ridge, np.cov(b, rowvar=False) + ridge
    root = np.asarray(sqrtm(first @ second))
    return float(mean @ mean + np.trace(first + second - 2 * root.real))


def spread(clips: Floats) -> float:
    """Mean distance between the poses that clips [S, T, K] show at the same moment: how much seeds differ."""
    if len(clips) < 2:
        return 0.0
    apart = [
        np.linalg.norm(clips[i] - clips[j], axis=-1).mean() for i in range(len(clips)) for j in range(i + 1, len(clips))
    ]
    return float(np.mean(apart))
