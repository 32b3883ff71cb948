"""How loud the voice is at each frame, 0..1, from streamed sound."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..footage.interface import FootageError

_WINDOW = 0.05
"""Seconds of one measurement: two periods of the deepest voice, shorter than a syllable."""
_RANGE = 40.0
"""Decibels from the loudest speech down to 0: the range of speech between vowels and breath."""
_SILENCE = -60.0
"""dB below full scale under which nothing counts as sound, however quiet the recording."""


def loudness(blocks: Iterable[NDArray[np.float32]], rate: int, times: ArrayLike) -> NDArray[np.float64]:
    """Loudness [T] at `times` [s] of mono samples at `rate`: 1 = the recording's loud passages, 0 = silence.

    The level is the RMS over 50 ms in decibels, counted from the 95th percentile of what sounds at all, because
    microphones and their distance differ far more than speakers do.
    """
    hop = max(1, round(rate * _WINDOW / 2))
    energy = _energies(blocks, hop)
    moments = np.asarray(times, dtype=np.float64)
    if len(energy) == 0:
        return np.zeros(len(moments))
    # Two neighbouring hops make one window; level i belongs to the border between hop i - 1 and hop i.
    padded = np.concatenate((energy[:1], energy, energy[-1:]))
    level = 10 * np.log10((padded[:-1] + padded[1:]) / 2 + 1e-12)
    sounding = level[level > _SILENCE]
    if len(sounding) == 0:
        return np.zeros(len(moments))
    loud = max(float(np.percentile(sounding, 95)), _SILENCE + _RANGE / 2)
    scaled = np.where(level > _SILENCE, (level - loud + _RANGE) / _RANGE, 0.0).clip(0.0, 1.0)
    return np.interp(moments, np.arange(len(scaled)) * hop / rate, scaled, right=0.0)


def _energies(blocks: Iterable[NDArray[np.float32]], hop: int) -> NDArray[np.float64]:
    """Mean square of each `hop` samples; what is left over at the end counts when it is half a hop or more."""
    energies: list[NDArray[np.float64]] = []
    rest = np.zeros(0, dtype=np.float32)
    for block in blocks:
        if not np.isfinite(block).all():
            raise FootageError("The sound of this footage holds numbers that are not finite; export it again.")
        rest = np.concatenate((rest, block))
        whole = len(rest) // hop
        if whole:
            chunks = rest[: whole * hop].astype(np.float64).reshape(whole, hop)
            energies.append((chunks**2).mean(axis=1))
            rest = rest[whole * hop :]
    if len(rest) >= hop / 2:
        energies.append(np.array([float((rest.astype(np.float64) ** 2).mean())]))
    return np.concatenate(energies) if energies else np.zeros(0)
