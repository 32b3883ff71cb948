"""Walking as a periodic motion: what people's strides have in common and how they differ, fitted to motion capture.

Each recorded walk becomes a Fourier series over the phase of its stride (Troje, "Decomposing biological motion", 2002);
their mean, their principal components, stride rate and when which part of a foot stands are all that is kept. A new
walker is a draw from these components; phase 0 is when the left foot is furthest ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import hilbert

from ..take import CAPTURED_BONES, joint_positions, rotation
from .pose import FEATURES, FPS, LEG, PARENTS, REST, BodyMotion, Floats, bone, features_of, motion_of

if TYPE_CHECKING:
    from torch import Tensor

GAIT_NAME: Final = "gait"
HARMONICS: Final = 4
COMPONENTS: Final = 6
_BINS: Final = 60
_EDGE: Final = 12
"""Frames at a clip's ends whose smoothed way and phase are not to be trusted."""
_RATES: Final = (0.6, 1.25)
"""Strides a second of what counts as walking."""
_SPEEDS: Final = (0.6, 2.2)
"""Metres a second."""
_NEAR: Final = 0.045
"""Metres by which a recorded foot has to be nearer to the floor than a captured one to stand: it is known better."""
_FEET: Final = ("leftFoot", "leftToes", "rightFoot", "rightToes")


@dataclass(frozen=True)
class Gait:
    """How people walk."""

    mean: Floats
    """[1 + (1 + 2 HARMONICS) F] natural logarithm of the stride rate (Hz), then the Fourier coefficients."""
    axes: Floats
    """[COMPONENTS, the same], each times its standard deviation."""
    contacts: Floats
    """[60, 4] share of the walks whose left foot, left toes, right foot, right toes stand at that phase."""


@dataclass(frozen=True)
class Stride:
    """One recorded walk: the coefficients of its stride, its phase and its contacts over time."""

    vector: Floats
    phase: Floats
    contacts: Floats


def stride_of(motion: BodyMotion) -> Stride | None:
    """The stride of a recorded walk on the standard adult; None where it is no steady walk."""
    from ..body.contacts import find_contacts, joint_speeds

    phase = phase_of(motion)
    inside = slice(_EDGE, -_EDGE)
    turned = (phase[-_EDGE] - phase[_EDGE]) / (2 * np.pi)
    rate = turned * FPS / max(len(phase) - 2 * _EDGE, 1)
    features = features_of(motion)
    speed = float(np.linalg.norm(features[inside, -2:].mean(axis=0))) * LEG
    if turned < 1.2 or not _RATES[0] < rate < _RATES[1] or not _SPEEDS[0] < speed < _SPEEDS[1]:
        return None
    waves = _waves(phase[inside])
    ridge = 1e-3 * len(waves) * np.eye(waves.shape[1])
    coefficients = np.linalg.solve(waves.T @ waves + ridge, waves.T @ features[inside])
    joints = joint_positions(motion.rotations, motion.hips, REST, PARENTS)
    full = np.zeros((len(joints), len(CAPTURED_BONES), 3))
    feet = [bone(name) for name in _FEET]
    full[:, [CAPTURED_BONES.index(name) for name in _FEET]] = joints[:, feet]
    heights = joints[:, feet, 2] - REST[feet, 2] + _NEAR
    touching = find_contacts(heights, joint_speeds(full, FPS), FPS)
    vector = np.concatenate(([np.log(rate)], coefficients.ravel()))
    return Stride(vector, phase[inside], touching[inside].astype(np.float64))


def phase_of(motion: BodyMotion) -> Floats:
    """The stride's phase [T] in radians, rising: 0 where the left foot is furthest ahead of the right one."""
    joints = joint_positions(motion.rotations, motion.hips, REST, PARENTS)
    front = rotation.rotate(motion.rotations[:, 0], np.array([0.0, -1.0, 0.0]))[:, :2]
    front = gaussian_filter1d(front, 0.5 * FPS, axis=0, mode="nearest")
    apart = joints[:, bone("leftFoot"), :2] - joints[:, bone("rightFoot"), :2]
    ahead = gaussian_filter1d((apart * front).sum(axis=1), 2.0)
    ahead -= ahead.mean()
    # Mirrored at both ends, so that the transform sees no jump there.
    long = np.concatenate((ahead[::-1], ahead, ahead[::-1]))
    angle = np.unwrap(np.angle(np.asarray(hilbert(long))))[len(ahead) : 2 * len(ahead)]
    return np.maximum.accumulate(angle)


def fit_gait(strides: Sequence[Stride], people: Sequence[str], weights: Floats) -> Gait:
    """From recorded strides; `people` names each one's walker, who all count alike. weights: [F] of the features."""
    vectors = np.stack([s.vector for s in strides])
    each = np.array([1 / list(people).count(name) for name in people])
    each /= each.sum()
    mean = (each[:, None] * vectors).sum(axis=0)
    scale = np.concatenate(([3.0], np.tile(weights, 1 + 2 * HARMONICS)))
    centred = (vectors - mean) * scale * np.sqrt(each)[:, None]
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    kept = axes[:COMPONENTS] * sizes[:COMPONENTS, None] / scale
    total, counts = np.zeros((_BINS, 4)), np.zeros((_BINS, 1))
    for stride in strides:
        bins = (np.mod(stride.phase, 2 * np.pi) / (2 * np.pi) * _BINS).astype(int) % _BINS
        np.add.at(total, bins, stride.contacts)
        np.add.at(counts, bins, 1)
    return Gait(mean, kept, total / np.maximum(counts, 1))


def walk(gait: Gait, rng: np.random.Generator, frames: int, pace: float = 1.0) -> tuple[BodyMotion, np.ndarray]:
    """A walker drawn from `gait` at `pace` times the usual rate, and the contacts [frames, 4] of their feet."""
    draw = np.clip(rng.normal(size=len(gait.axes)), -1.8, 1.8) * 0.9
    vector = gait.mean + draw @ gait.axes
    rate = float(np.exp(vector[0])) * pace
    coefficients = vector[1:].reshape(1 + 2 * HARMONICS, FEATURES).copy()
    coefficients[:, -2:] *= pace
    coefficients[:, -1 - 1] = 0.0  # straight on
    wander = _wander(rng, frames, 1.5)
    phase = 2 * np.pi * (float(rng.random()) + np.cumsum(rate * (1 + 0.015 * wander)) / FPS)
    bins = np.mod(phase, 2 * np.pi) / (2 * np.pi) * _BINS
    ring = np.concatenate((gait.contacts, gait.contacts[:1]))
    shares = np.stack([np.interp(bins, np.arange(_BINS + 1), ring[:, i]) for i in range(4)], axis=1)
    return motion_of(_waves(phase) @ coefficients, travelling=True), shares > 0.5


def gait_tensors(gait: Gait) -> dict[str, Tensor]:
    """For storing."""
    import torch

    return {name: torch.as_tensor(getattr(gait, name), dtype=torch.float32) for name in ("mean", "axes", "contacts")}


@lru_cache(maxsize=1)
def shipped_gait() -> Gait:
    """The gait among the weights."""
    from ..weights.registry import load_weights

    _, tensors = load_weights(GAIT_NAME)
    return Gait(*(tensors[name].double().numpy() for name in ("mean", "axes", "contacts")))


def _waves(phase: Floats) -> Floats:
    """[T, 1 + 2 HARMONICS]"""
    steps = np.arange(1, HARMONICS + 1) * phase[:, None]
    return np.concatenate((np.ones((len(phase), 1)), np.cos(steps), np.sin(steps)), axis=1)


def _wander(rng: np.random.Generator, frames: int, seconds: float) -> Floats:
    noise = gaussian_filter1d(rng.normal(size=frames + 2 * _BINS), seconds * FPS)[_BINS : _BINS + frames]
    return noise * np.sqrt(2 * np.sqrt(np.pi) * seconds * FPS)
