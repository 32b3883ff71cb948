"""How aroused a voice sounds, from pitch, loudness, brightness and pace; what it cannot tell is which emotion it is.

Arousal is what prosody carries across speakers and languages: high, wide pitch, loud, bright and fast speech is
aroused, the opposite is calm or sad (Banse and Scherer, "Acoustic profiles in vocal emotion expression", 1996; Juslin
and Laukka, "Communication of emotions in vocal expression and music performance", 2003). Whether an aroused voice is
glad, angry or afraid is hardly in these cues. Microphone and speaker are unknown, so pitch, loudness and brightness
count from the recording's own middle; the width of the pitch and the pace count from what is usual in speech.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, median_filter
from scipy.signal import find_peaks

from ..take import EMOTION_NAMES, Take
from ..voice.mel import SAMPLE_RATE

Floats = NDArray[np.float64]

RATE: Final = 50
"""Measurements a second."""
_HOP: Final = SAMPLE_RATE // RATE
_WINDOW: Final = 1024
_LOWEST_HZ, _HIGHEST_HZ = 65.0, 450.0
_VOICED: Final = 0.45
"""Height of the autocorrelation's peak above which a moment has a pitch."""
_FURTHEST: Final = 8.0
"""Semitones from a speaker's middle."""
_SPEECH_DB: Final = 30.0
"""Under the loud passages by no more than this is speech."""
_BRIGHT_HZ: Final = 1000.0
_AROUND: Final = 1.5
"""Seconds (standard deviation) over which arousal is felt."""
_USUAL_SPREAD: Final = (2.6, 1.3)
"""Semitones: standard deviation of the pitch of read speech, and what makes it lively or flat."""
_USUAL_PACE: Final = (3.9, 1.2)
"""Syllables a second while speaking, and what makes it fast or slow."""
_ENOUGH: Final = 1.0
"""Seconds of voiced speech that it takes."""


@dataclass(frozen=True)
class Prosody:
    """N moments at RATE."""

    pitch: Floats
    """[N] semitones above 55 Hz; NaN without a pitch."""
    level: Floats
    """[N] dB."""
    brightness: Floats
    """[N] dB of what sounds above 1 kHz against what is below."""

    @property
    def speaking(self) -> NDArray[np.bool_]:
        """[N] whether somebody speaks."""
        return self.level > np.percentile(self.level, 95) - _SPEECH_DB


def prosody(blocks: Iterable[NDArray[np.floating]]) -> Prosody:
    """Of mono sound at 16 kHz that comes in blocks."""
    parts = []
    rest = np.zeros(_WINDOW // 2, dtype=np.float32)
    for block in blocks:
        rest = np.concatenate((rest, np.asarray(block, dtype=np.float32)))
        count = (len(rest) - _WINDOW) // _HOP + 1 if len(rest) >= _WINDOW else 0
        if count > 0:
            parts.append(_measured(np.lib.stride_tricks.sliding_window_view(rest, _WINDOW)[::_HOP][:count]))
            rest = rest[count * _HOP :]
    pitch, level, brightness = np.concatenate(parts, axis=1) if parts else np.zeros((3, 0))
    return Prosody(pitch, level, brightness)


def arousal(heard: Prosody, times: Floats) -> Floats | None:
    """[T] from -1 (calm, subdued) over 0 (as people usually talk) to 1 (excited); None without enough voice."""
    voiced = np.isfinite(heard.pitch) & heard.speaking if len(heard.pitch) else np.zeros(0, dtype=bool)
    if voiced.sum() < _ENOUGH * RATE:
        return None
    pitch = np.where(voiced, heard.pitch - np.median(heard.pitch[voiced]), np.nan)
    voiced &= np.abs(np.nan_to_num(pitch, nan=99.0)) < _FURTHEST  # an octave off is a mistake of the measurement
    apart = _felt(pitch, voiced)
    spread = np.sqrt(np.maximum(_felt((pitch - apart) ** 2, voiced), 1e-6))
    loud = _felt(heard.level - np.median(heard.level[voiced]), voiced)
    bright = _felt(heard.brightness - np.median(heard.brightness[voiced]), voiced)
    pace = _syllables(heard) / np.maximum(gaussian_filter1d(heard.speaking.astype(np.float64), _AROUND * RATE), 0.1)
    total = (
        0.30 * apart / 2.0
        + 0.25 * loud / 4.0
        + 0.15 * bright / 4.0
        + 0.45 * (spread - _USUAL_SPREAD[0]) / _USUAL_SPREAD[1]
        + 0.45 * (pace - _USUAL_PACE[0]) / _USUAL_PACE[1]
    )
    return np.interp(times, np.arange(len(total)) / RATE, np.tanh(0.7 * total))


def with_arousal(take: Take, mood: Floats) -> Take:
    """The take with what its voice tells of its emotion: how far from neutral it is; of which kind is not heard."""
    strengths = np.zeros((take.frame_count, len(EMOTION_NAMES)))
    strengths[:, EMOTION_NAMES.index("neutral")] = 1 - np.abs(mood)
    note = {"voice_arousal": {"mean": round(float(mood.mean()), 3), "range": np.ptp(mood).round(3).item()}}
    return replace(take, emotion_names=EMOTION_NAMES, emotion=strengths, metadata={**take.metadata, **note})


def _syllables(heard: Prosody) -> Floats:
    """[N] syllables a second: peaks of the level that stand out by 2 dB."""
    smooth = gaussian_filter1d(heard.level, 0.035 * RATE)
    peaks, _ = find_peaks(np.where(heard.speaking, smooth, -200.0), prominence=2.0, distance=round(0.1 * RATE))
    marks = np.zeros(len(smooth))
    marks[peaks] = RATE
    return gaussian_filter1d(marks, _AROUND * RATE)


def _felt(values: Floats, where: NDArray[np.bool_]) -> Floats:
    """[N] the mean over the moments around, of those that count."""
    weight = gaussian_filter1d(where.astype(np.float64), _AROUND * RATE)
    return gaussian_filter1d(np.where(where, values, 0.0), _AROUND * RATE) / np.maximum(weight, 1e-6)


def _measured(windows: NDArray[np.float32]) -> Floats:
    """[3, N] pitch, level and brightness of windows [N, _WINDOW]."""
    shaped = windows * np.hanning(_WINDOW).astype(np.float32)
    spectrum = np.fft.rfft(shaped, 2 * _WINDOW, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    level = 10 * np.log10(power.mean(axis=1) / _WINDOW + 1e-9)
    split = round(_BRIGHT_HZ / SAMPLE_RATE * 2 * _WINDOW)
    bright = 10 * np.log10((power[:, split:].sum(axis=1) + 1e-6) / (power[:, 1:split].sum(axis=1) + 1e-6))
    echo = np.fft.irfft(power, axis=1)[:, : _WINDOW // 2]
    # The window itself falls off (Boersma 1993): divided out, a periodic sound's peaks are as high as at lag 0.
    own = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(_WINDOW), 2 * _WINDOW)) ** 2)[: _WINDOW // 2]
    echo = echo / np.maximum(echo[:, :1], 1e-9) / (own / own[0])
    low, high = int(SAMPLE_RATE / _HIGHEST_HZ), int(SAMPLE_RATE / _LOWEST_HZ)
    # Of nearly equal peaks the first is the period, the others its multiples.
    reward = echo[:, low:high] - 0.02 * np.log2(np.arange(low, high) / low)
    best = reward.argmax(axis=1) + low
    found = echo[np.arange(len(echo)), best] > _VOICED
    pitch = 12 * np.log2(SAMPLE_RATE / best / 55.0)
    if len(pitch) > 5:
        pitch = median_filter(pitch, 5)
    return np.stack((np.where(found, pitch, np.nan), level, bright))
