"""What happens to sound on its way: other speeds and pitches, rooms, noise, telephones, clipping, loudness.

Augmentation for training; each function takes and gives mono float samples at 16 kHz.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve, lfilter, resample_poly

from .mel import SAMPLE_RATE

Samples = NDArray[np.float32]


def at_speed(samples: Samples, factor: float) -> Samples:
    """Played faster (factor > 1: shorter and higher) as a tape would; moves formants and pitch together."""
    down = max(1, round(100 * factor))
    return resample_poly(samples, 100, down).astype(np.float32)


def spoiled(samples: Samples, rng: np.random.Generator, babble: Samples | None = None) -> Samples:
    """A random recording of the same sound: room, microphone, noise, codec and level; times stay."""
    sound = samples / max(float(np.abs(samples).max()), 1e-4)
    if rng.random() < 0.4:
        sound = _in_room(sound, rng)
    sound = _tilted(sound, rng)
    if rng.random() < 0.7:
        sound = sound + _noise(len(sound), rng, babble) * _noise_level(sound, float(rng.uniform(3, 40)))
    if rng.random() < 0.15:
        sound = _by_telephone(sound)
    if rng.random() < 0.15:
        sound = np.clip(sound, -0.3, 0.3) / 0.3
    if rng.random() < 0.2:
        sound = _companded(sound)
    return (sound * 10 ** rng.uniform(-2.0, 0.0)).astype(np.float32)


def _in_room(sound: Samples, rng: np.random.Generator) -> Samples:
    """An exponentially dying tail of noise after the direct sound (Schroeder's model of late reverberation)."""
    seconds = float(rng.uniform(0.1, 0.6))
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.normal(0, 1, len(time)) * np.exp(-6.9 * time / seconds)
    tail *= float(rng.uniform(0.05, 0.5)) / max(float(np.linalg.norm(tail)), 1e-6)
    tail[0] = 1.0
    return fftconvolve(sound, tail)[: len(sound)].astype(np.float32)


def _tilted(sound: Samples, rng: np.random.Generator) -> Samples:
    """A dull or a sharp microphone: first-order shelf."""
    amount = float(rng.uniform(-0.6, 0.6))
    return np.asarray(lfilter([1.0, amount], [1.0], sound), dtype=np.float32)


def _noise(count: int, rng: np.random.Generator, babble: Samples | None) -> Samples:
    kind = rng.integers(0, 4 if babble is not None else 3)
    if kind == 3 and babble is not None and len(babble):
        start = int(rng.integers(0, len(babble)))
        noise = np.resize(np.roll(babble, -start), count)
    elif kind == 2:  # hum and its harmonics
        time = np.arange(count) / SAMPLE_RATE
        base = float(rng.choice([50, 60, 100, 120, 220]))
        noise = sum(np.sin(2 * np.pi * base * k * time + rng.uniform(0, 6)) / k for k in range(1, 8))
    else:
        noise = rng.normal(0, 1, count)
        if kind == 1:  # towards brown: traffic, wind, fans
            noise = lfilter([1.0], [1.0, -float(rng.uniform(0.7, 0.98))], noise)
    noise = np.asarray(noise, dtype=np.float32)
    return noise / max(float(np.sqrt((noise**2).mean())), 1e-6)


def _noise_level(sound: Samples, decibels: float) -> float:
    return float(np.sqrt((sound**2).mean())) * 10 ** (-decibels / 20)


def _by_telephone(sound: Samples) -> Samples:
    """Through 8 kHz: nothing above 4 kHz remains."""
    return np.resize(resample_poly(resample_poly(sound, 1, 2), 2, 1), len(sound)).astype(np.float32)


def _companded(sound: Samples) -> Samples:
    """8-bit mu-law (ITU-T G.711)."""
    peak = max(float(np.abs(sound).max()), 1e-6)
    coded = np.sign(sound) * np.log1p(255 * np.abs(sound) / peak) / np.log(256)
    coarse = np.round(coded * 127) / 127
    return (np.sign(coarse) * np.expm1(np.abs(coarse) * np.log(256)) / 255 * peak).astype(np.float32)
