"""How well a face was captured, beside its truth: pure functions over arrays, each on known numbers in the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.contacts import runs
from ..performers.performer import EYE_RANGE
from ..take import FACE_NAMES, rotation
from .loss import correlations, face_actions, mean_correlation

Floats = NDArray[np.floating]

_MAX_LAG = 4
_BLINK = 0.5

REGIONS: Final[dict[str, tuple[str, ...]]] = {
    "brows": ("brow",),
    "lids": ("eyeBlink", "eyeSquint", "eyeWide"),
    "gaze": ("eyeLook",),
    "cheeks_nose": ("cheek", "noseSneer"),
    "jaw": ("jaw", "tongueOut"),
    "corners": ("mouthSmile", "mouthFrown", "mouthDimple", "mouthStretch", "mouthLeft", "mouthRight"),
    "lips": ("mouthClose", "mouthFunnel", "mouthPucker", "mouthRoll", "mouthShrug", "mouthPress", "mouthLowerDown",
             "mouthUpperUp"),
}  # fmt: skip
"""The weights of each part of the face by how their names begin."""


def region_columns(region: str) -> list[int]:
    """Where a region's weights stand in FACE_NAMES."""
    return [i for i, name in enumerate(FACE_NAMES) if name.startswith(REGIONS[region])]


@dataclass(frozen=True)
class Estimate:
    """What one method says of one clip."""

    weights: Floats
    """[T, 52]"""
    gaze: Floats
    """[T, 2, 2] degrees"""
    head: Floats | None
    """[T, 4], None where the method gives none."""


@dataclass(frozen=True)
class Figures:
    """One row of the table. Lower is better but for correlation and blink_f1; jitter and lag are best at 1 and 0."""

    weight_mae: float
    correlation: float
    vertex_mm: float
    blink_f1: float
    gaze_degrees: float
    head_degrees: float
    """NaN where the method gives no head rotation."""
    jitter_ratio: float
    """Mean size of the weights' second differences, relative to the truth's."""
    lag_frames: float
    neutral_bias: float
    """Mean weight (eyeLook apart) shown by faces that are still and neutral."""
    worst_bias: float
    """The same of the weight that shows most of it."""


def measure(estimates: Sequence[Estimate], truths: Sequence[Estimate]) -> Figures:
    """All figures over all clips together."""
    from ..performers import load_anatomy

    guess = np.concatenate([e.weights for e in estimates])
    truth = np.concatenate([t.weights for t in truths])
    heads = [
        np.degrees(rotation.angle(e.head, t.head))
        for e, t in zip(estimates, truths, strict=True)
        if e.head is not None and t.head is not None
    ]
    pairs = list(zip(estimates, truths, strict=True))
    biases = neutral_biases(pairs)
    return Figures(
        weight_mae=float(np.abs(guess - truth).mean()),
        correlation=mean_correlation(guess, truth),
        vertex_mm=vertex_error(guess, truth, load_anatomy().actions),
        blink_f1=blink_f1([(e.weights, t.weights) for e, t in pairs]),
        gaze_degrees=float(np.mean([gaze_error(e.gaze, t.gaze).mean() for e, t in pairs])),
        head_degrees=float(np.concatenate(heads).mean()) if heads else float("nan"),
        jitter_ratio=_jitter([e.weights for e in estimates]) / max(_jitter([t.weights for t in truths]), 1e-9),
        lag_frames=lag([(e.weights, t.weights) for e, t in pairs]),
        neutral_bias=float(biases.mean()),
        worst_bias=float(biases.max()),
    )


def neutral_biases(pairs: Sequence[tuple[Estimate, Estimate]]) -> NDArray[np.float64]:
    """[44] the mean of each weight (eyeLook apart) over the frames in which the truth is still and neutral."""
    shown = [e.weights[_neutral(t.weights)][:, _STILL] for e, t in pairs]
    total = np.concatenate(shown)
    return total.mean(axis=0) if len(total) else np.zeros(len(_STILL))


def by_region(estimates: Sequence[Estimate], truths: Sequence[Estimate]) -> dict[str, float]:
    """`REGION_mae` and `REGION_r` over all clips together."""
    guess = np.concatenate([e.weights for e in estimates])
    truth = np.concatenate([t.weights for t in truths])
    rows: dict[str, float] = {}
    for region in REGIONS:
        part = region_columns(region)
        rows[f"{region}_mae"] = float(np.abs(guess[:, part] - truth[:, part]).mean())
        rows[f"{region}_r"] = mean_correlation(guess[:, part], truth[:, part])
    return rows


def by_weight(estimates: Sequence[Estimate], truths: Sequence[Estimate]) -> dict[str, tuple[float, float]]:
    """Each weight's mean absolute error and correlation."""
    guess = np.concatenate([e.weights for e in estimates])
    truth = np.concatenate([t.weights for t in truths])
    errors, r = np.abs(guess - truth).mean(axis=0), correlations(guess, truth)
    return {name: (float(errors[i]), float(r[i])) for i, name in enumerate(FACE_NAMES)}


def vertex_error(guess: Floats, truth: Floats, actions: Floats) -> float:
    """Mean distance in millimetres between the face's vertices under both weights [N, 52], on the base mesh."""
    basis = face_actions(actions)
    distances = [
        np.linalg.norm(np.tensordot(part, basis, axes=1), axis=2).mean(axis=1)
        for part in np.array_split(guess - truth, max(1, len(guess) // 50))
    ]
    return float(np.concatenate(distances).mean())


def gaze_error(guess: Floats, truth: Floats) -> NDArray[np.float64]:
    """Angle in degrees between two gazes [T, 2, 2] for each frame and eye [T, 2]."""
    cosine = np.clip((gaze_direction(guess) * gaze_direction(truth)).sum(axis=-1), -1, 1)
    return np.asarray(np.degrees(np.arccos(cosine)), dtype=np.float64)


def gaze_direction(gaze: Floats) -> NDArray[np.float64]:
    """Unit vectors [..., 3] in the head's axes of gazes [..., 2], yaw and pitch in degrees."""
    yaw, pitch = np.radians(gaze[..., 0]), np.radians(gaze[..., 1])
    parts = (np.sin(yaw) * np.cos(pitch), -np.cos(yaw) * np.cos(pitch), np.sin(pitch))
    return np.asarray(np.stack(parts, axis=-1), dtype=np.float64)


def blink_f1(pairs: Sequence[tuple[Floats, Floats]]) -> float:
    """F1 of blinks and winks as events: runs of an eyeBlink weight above one half that overlap the truth's."""
    hits = found = true = 0
    for guess, truth in pairs:
        for side in ("Left", "Right"):
            column = FACE_NAMES.index(f"eyeBlink{side}")
            guessed, real = runs(guess[:, column] > _BLINK), runs(truth[:, column] > _BLINK)
            hits += sum(any(a < d and c < b for c, d in guessed) for a, b in real)
            true += len(real)
            found += sum(not any(a < d and c < b for c, d in real) for a, b in guessed)
    return 2 * hits / max(hits + true + found, 1)


def _jitter(clips: Sequence[Floats]) -> float:
    return float(np.mean([np.abs(np.diff(clip, n=2, axis=0)).mean() for clip in clips]))


def lag(pairs: Sequence[tuple[Floats, Floats]]) -> float:
    """Frames by which the weights come late (+) or early (-): the shift at which they agree best, between frames by a
    parabola through the three best."""
    shifts = np.arange(-_MAX_LAG, _MAX_LAG + 1)
    products, energies = np.zeros(len(shifts)), np.zeros(len(shifts))
    for guess, truth in pairs:
        inner = truth[_MAX_LAG : len(truth) - _MAX_LAG]
        inner = inner - inner.mean(axis=0)
        for i, shift in enumerate(shifts):
            moved = guess[_MAX_LAG + shift : len(guess) - _MAX_LAG + shift]
            moved = moved - moved.mean(axis=0)
            products[i] += (inner * moved).sum()
            energies[i] += (moved**2).sum()
    agreement = products / np.sqrt(np.maximum(energies, 1e-12))
    best = int(agreement.argmax())
    if best in (0, len(shifts) - 1) or not agreement.any():
        return float(shifts[best]) if agreement.any() else 0.0
    before, peak, after = agreement[best - 1 : best + 2]
    bend = before - 2 * peak + after
    return float(shifts[best] + (0.5 * (before - after) / bend if bend else 0.0))


def _neutral(weights: Floats) -> NDArray[np.bool_]:
    quiet: NDArray[np.bool_] = np.abs(weights[:, _STILL]).max(axis=1) < 0.01
    return quiet


_STILL: Final = [
    i for i, name in enumerate(FACE_NAMES) if not name.startswith("eyeLook")
]  # a still face may look about


def gaze_of_weights(weights: Floats) -> NDArray[np.float64]:
    """The gaze [T, 2, 2] in degrees that eyeLook weights [T, 52] stand for."""

    def angle(direction: str, side: str) -> Floats:
        return weights[:, FACE_NAMES.index(f"eyeLook{direction}{side}")] * EYE_RANGE[direction]

    eyes = []
    for side, outward in (("Left", 1.0), ("Right", -1.0)):
        yaw = outward * (angle("Out", side) - angle("In", side))
        eyes.append(np.stack((yaw, angle("Up", side) - angle("Down", side)), axis=-1))
    return np.stack(eyes, axis=1)
