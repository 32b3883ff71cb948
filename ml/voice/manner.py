"""What a speaker does besides the mouth: brows and nods on stressed syllables, blinks, glances, a moving head.

Rules, not learned, and kept small. Nods and brow raises fall on prominent syllables (Hadar et al. 1983; Graf, Cosatto,
Strom and Huang 2002, "Visual prosody"); blinks come as a renewal process of about 17 a minute (Bentivoglio et al. 1997)
and prefer pauses; glances are saccades that hold for one to three seconds (Lee, Badler and Badler 2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, percentile_filter

from ..take import FACE_NAMES, rotation
from .coarticulation import RATE, vowel_share
from .hear import Heard

Floats = NDArray[np.float64]

_ACCENT_GAP: Final = 0.45
"""Seconds between accents at the least; speakers stress about one word in three."""
_NOD_DEGREES: Final = 3.2
_SWAY_DEGREES: Final = 2.2
_BLINK_SECONDS: Final = 3.5
_BLINK_LEAST: Final = 0.9
_BLINK_SHAPE: Final = (0.08, 0.04, 0.16)
"""Seconds to close, shut, and to open again."""


@dataclass(frozen=True)
class Manner:
    """T frames."""

    weights: Floats
    """[T, 52] to be added to the mouth's: brows, blinks, eyeLook stays 0 (see gaze)."""
    head: Floats
    """[T, 4] head rotation."""
    gaze: Floats
    """[T, 2, 2] degrees."""


def effort(heard: Heard) -> Floats:
    """Vocal effort [N] 0..1 at 100 Hz: level against the loud speech of the surrounding ten seconds."""
    level = gaussian_filter1d(heard.level.astype(np.float64), 2.0)
    if not len(level):
        return level
    loud = percentile_filter(level[::10], 95, size=100, mode="nearest").repeat(10)[: len(level)]
    return np.clip(1 + (level - loud) / 3.5, 0, 1)


def accents(heard: Heard) -> list[tuple[float, float]]:
    """(seconds, strength 0..1) of stressed syllables: vowels louder than their neighbours."""
    if len(heard.level) < 3:
        return []
    loud = effort(heard) * np.clip(gaussian_filter1d(vowel_share(heard.visemes).astype(np.float64), 3.0), 0, 1)
    around = gaussian_filter1d(loud, 0.8 * RATE)
    prominence = loud - around
    reach = int(_ACCENT_GAP * RATE)
    peaks = np.flatnonzero((prominence == maximum_filter1d(prominence, 2 * reach + 1)) & (prominence > 0.12))
    return [(peak / RATE, float(np.clip(prominence[peak] * 2, 0.2, 1))) for peak in peaks]


def speaking_manner(heard: Heard, times: Floats, seed: int = 0, liveliness: float = 1.0) -> Manner:
    """Brows, blinks, nods and glances at `times` [T] seconds; the same seed gives the same manner."""
    rng = np.random.default_rng([seed, 0x3A77])
    weights = np.zeros((len(times), len(FACE_NAMES)))
    stressed = accents(heard)
    _raise_brows(weights, times, stressed, rng, liveliness)
    quiet = _quiet(heard, times)
    _blink(weights, times, quiet, rng)
    return Manner(weights, _head(times, stressed, rng, liveliness), _glances(times, rng))


def _quiet(heard: Heard, times: Floats) -> Floats:
    if not len(heard.visemes):
        return np.ones(len(times))
    silence = gaussian_filter1d(heard.visemes[:, 0].astype(np.float64), 8.0)
    return np.interp(times, np.arange(len(silence)) / RATE, silence)


def _raise_brows(
    weights: Floats, times: Floats, stressed: list[tuple[float, float]], rng: np.random.Generator, liveliness: float
) -> None:
    inner = FACE_NAMES.index("browInnerUp")
    outer = [FACE_NAMES.index("browOuterUpLeft"), FACE_NAMES.index("browOuterUpRight")]
    for at, strength in stressed:
        if rng.random() > 0.45 * strength + 0.1:
            continue
        bump = liveliness * strength * np.exp(-0.5 * ((times - at) / 0.16) ** 2)
        weights[:, inner] = np.maximum(weights[:, inner], 0.28 * bump)
        weights[:, outer] = np.maximum(weights[:, outer], 0.2 * bump[:, None])


def _blink(weights: Floats, times: Floats, quiet: Floats, rng: np.random.Generator) -> None:
    lids = [FACE_NAMES.index("eyeBlinkLeft"), FACE_NAMES.index("eyeBlinkRight")]
    if not len(times):
        return
    at = float(times[0]) + float(rng.uniform(0.3, 2.5))
    while at < times[-1]:
        # Where a pause lies within half a second, the blink waits for it or comes early.
        near = np.flatnonzero(np.abs(times - at) < 0.5)
        if len(near) and quiet[near].max() > 0.6:
            at = float(times[near[int(np.argmax(quiet[near]))]])
        closing, shut, opening = _BLINK_SHAPE
        shape = np.interp(times - at, (-closing, 0, shut, shut + opening), (0, 1, 1, 0))
        weights[:, lids] = np.maximum(weights[:, lids], shape[:, None])
        at += max(_BLINK_LEAST, float(rng.exponential(_BLINK_SECONDS - _BLINK_LEAST)) + _BLINK_LEAST)


def _head(times: Floats, stressed: list[tuple[float, float]], rng: np.random.Generator, liveliness: float) -> Floats:
    """Slow sway in pitch, yaw and roll, and a nod (chin down, then back) on stressed syllables."""
    step = 1 / RATE
    clock = np.arange(0, (times[-1] if len(times) else 0) + 1, step)
    sway = np.stack([gaussian_filter1d(rng.normal(size=len(clock)), 0.7 * RATE) for _ in range(3)], axis=1)
    sway *= np.array([0.6, 1.0, 0.5]) * _SWAY_DEGREES / np.maximum(sway.std(axis=0), 1e-9)
    nod = np.zeros(len(clock))
    for at, strength in stressed:
        if rng.random() < 0.7:
            size = _NOD_DEGREES * strength * float(rng.uniform(0.5, 1.1))
            nod += size * np.exp(-0.5 * ((clock - at) / 0.11) ** 2)
            nod -= 0.35 * size * np.exp(-0.5 * ((clock - at - 0.32) / 0.14) ** 2)
    angles = np.stack((sway[:, 0] + nod, sway[:, 1], sway[:, 2]), axis=1) * liveliness
    pitch, yaw, roll = (np.interp(times, clock, angles[:, i]) for i in range(3))
    # Stage axes: facing -Y, a turn about +X lowers the chin, about +Z turns towards +X, about Y tilts.
    turns = np.radians(np.stack((pitch, roll, yaw), axis=1))
    return rotation.from_rotvec(turns)


def _glances(times: Floats, rng: np.random.Generator) -> Floats:
    gaze = np.zeros((len(times), 2, 2))
    at, aim = 0.0, np.zeros(2)
    while len(times) and at < times[-1]:
        aim = rng.normal(0, (5.0, 2.5)) if rng.random() < 0.35 else rng.normal(0, (1.0, 0.7))
        hold = float(rng.uniform(0.4, 1.1)) if np.abs(aim).max() > 3 else float(rng.uniform(0.8, 3.0))
        gaze[(times >= at) & (times < at + hold)] = aim
        at += hold
    return gaze
