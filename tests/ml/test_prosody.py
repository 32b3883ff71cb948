"""Arousal heard in a voice: known pitch, pace and loudness, and what says nothing."""

from __future__ import annotations

import numpy as np
import pytest

from understudy.ml.emotion.prosody import RATE, arousal, prosody
from understudy.ml.voice.mel import SAMPLE_RATE


def buzz(pitch: np.ndarray, syllables: float, loud: float = 0.2) -> np.ndarray:
    """A voice-like tone whose pitch in Hz is given for each sample, swelling so many times a second."""
    time = np.arange(len(pitch)) / SAMPLE_RATE
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    tone = np.sum([np.sin(k * phase) / k for k in range(1, 20)], axis=0)
    return (loud * tone * (0.55 - 0.45 * np.cos(2 * np.pi * syllables * time))).astype(np.float32)


def steady(hertz: float, seconds: float = 6.0) -> np.ndarray:
    return np.full(int(seconds * SAMPLE_RATE), hertz)


@pytest.mark.parametrize("hertz", [90.0, 150.0, 240.0, 380.0])
def test_the_pitch_is_measured(hertz: float) -> None:
    heard = prosody(np.array_split(buzz(steady(hertz), 4), 7))
    middle = 55 * 2 ** (np.nanmedian(heard.pitch) / 12)
    assert middle == pytest.approx(hertz, rel=0.02)
    assert len(heard.pitch) == pytest.approx(6 * RATE, abs=3)


def test_a_flat_slow_voice_is_calmer_than_a_fast_one_of_wide_pitch() -> None:
    time = np.arange(8 * SAMPLE_RATE) / SAMPLE_RATE
    flat = buzz(120 * 2 ** (np.sin(2 * np.pi * 0.6 * time) / 12), 2.5)
    wide = buzz(120 * 2 ** (6 * np.sin(2 * np.pi * 0.6 * time) / 12), 5.5)
    times = np.arange(80) / 10
    calm, excited = (arousal(prosody([sound]), times) for sound in (flat, wide))
    assert calm is not None and excited is not None
    assert calm.mean() < -0.3 < 0.2 < excited.mean()


def test_the_moment_that_rises_stands_out() -> None:
    pitch = np.concatenate((steady(110, 6), steady(165, 6)))
    sound = buzz(pitch, 4)
    sound[len(sound) // 2 :] *= 3
    mood = arousal(prosody([sound]), np.array([2.0, 10.0]))
    assert mood is not None and mood[1] > mood[0] + 0.3


@pytest.mark.parametrize(
    "sound", [np.zeros(SAMPLE_RATE * 3), np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE * 3), np.zeros(0)]
)
def test_where_nobody_speaks_nothing_is_told(sound: np.ndarray) -> None:
    assert arousal(prosody([sound.astype(np.float32)]), np.arange(10) / 10) is None
