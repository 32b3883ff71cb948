"""A voice for the demonstration clip: pulses through two resonances that follow the jaw, as vowels do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def speech_sound(jaw: NDArray[np.floating], fps: float, rate: int, start: float, end: float) -> NDArray[np.float32]:
    """Sound [N] as long as the jaw's curve [T]; heard from `start` to `end` seconds, louder as the jaw opens.

    Source and filter after Klatt, "Software for a cascade/parallel formant synthesizer" (1980), much reduced.
    """
    count = round(len(jaw) / fps * rate)
    time = np.arange(count) / rate
    opening = np.interp(time, np.arange(len(jaw)) / fps, jaw)
    pitch = 195 + 25 * np.sin(2 * np.pi * 0.9 * time) + 12 * np.sin(2 * np.pi * 2.3 * time)
    phase = np.cumsum(pitch) / rate
    source = 2 * (phase % 1) - 1
    voice = _resonate(source, 380 + 750 * opening, 90, rate) + 0.5 * _resonate(source, 1700 - 500 * opening, 140, rate)
    speaking = np.clip((time - start) / 0.08, 0, 1) * np.clip((end - time) / 0.08, 0, 1)
    loud = speaking * np.clip(0.15 + 2 * opening, 0, 1)
    voice = voice * loud
    return (0.4 * voice / max(1e-9, float(np.abs(voice).max()))).astype(np.float32)


def _resonate(
    source: NDArray[np.floating], centre: NDArray[np.floating], width: float, rate: int
) -> NDArray[np.float64]:
    """A two-pole resonance whose centre (Hz) moves."""
    radius = np.exp(-np.pi * width / rate)
    turning = 2 * radius * np.cos(2 * np.pi * centre / rate)
    out = np.zeros(len(source) + 2)
    for i, value in enumerate(source):
        out[i + 2] = (1 - radius) * value + turning[i] * out[i + 1] - radius**2 * out[i]
    return out[2:]
