"""`understudy evaluate face`: the face on rendered people that training never saw, beside others where they are given.

Every row is measured on the same pictures. `zero` gives no expression at all: what an error is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..performers import Performer, Renderer
from ..performers.performance import random_face_performance
from ..performers.performer import EYE_RANGE
from ..take import FACE_NAMES, rotation
from .data import (
    FIRST_TRAINING_SEED,
    FPS,
    NEUTRAL_FRAMES,
    PICTURE_SIZE,
    FaceWatcher,
    film_face,
)
from .infer import FaceMotion, estimate_face
from .train import face_actions, mean_correlation

Floats = NDArray[np.floating]

EVALUATION_SEEDS: Final = tuple(range(12))
EVALUATION_FRAMES: Final = 120
_MAX_LAG = 4
_BLINK = 0.5


class EvaluationError(ValueError):
    """Something needed for the evaluation is missing; the message is one sentence for the user."""


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


@dataclass(frozen=True)
class _Pinhole:
    focal_px: float
    cx: float
    cy: float


@dataclass(frozen=True)
class _Seen:
    times: Floats
    face: Floats
    face_confidence: Floats


def evaluate_face(
    seeds: Sequence[int] = EVALUATION_SEEDS,
    frames: int = EVALUATION_FRAMES,
    peer: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, dict[str, float]]:
    """Rows by method: zero, FaceLandmarker if its model file `peer` is given, and ours; the figures of `Figures`.

    A figure that a method does not give is left out of its row.
    """
    if any(seed >= FIRST_TRAINING_SEED for seed in seeds):
        raise EvaluationError(f"Seeds from {FIRST_TRAINING_SEED} on are training's; choose smaller ones.")
    truths: list[Estimate] = []
    rows: dict[str, list[Estimate]] = {"zero": []}
    for seed in seeds:
        truth, guesses = _one_clip(seed, frames, peer)
        truths.append(truth)
        rows["zero"].append(Estimate(np.zeros_like(truth.weights), np.zeros_like(truth.gaze), None))
        for name, guess in guesses.items():
            rows.setdefault(name, []).append(guess)
        say(f"clip {seed}: {len(truth.weights)} frames")
    return {name: _row(measure(estimates, truths)) for name, estimates in rows.items()}


def _one_clip(seed: int, frames: int, peer: Path | None) -> tuple[Estimate, dict[str, Estimate]]:
    rng = np.random.default_rng([seed, 0xFACE])
    performer = Performer.random(seed, strength=float(rng.uniform(0.5, 1.3)))
    performance = random_face_performance(rng, frames, FPS, NEUTRAL_FRAMES)
    watcher, other = FaceWatcher(), PeerFace(peer) if peer else None
    landmarks, views = [], []
    with Renderer(PICTURE_SIZE, PICTURE_SIZE) as renderer:
        for picture, view in film_face(performer, performance, rng, renderer):
            landmarks.append(watcher.landmarks(picture))
            views.append(view)
            if other:
                other.watch(picture)
    view = views[0]
    face = np.stack(landmarks)
    confidence = np.isfinite(face).all(axis=(1, 2)).astype(float)
    seen = _Seen(np.arange(frames) / FPS, face, confidence)
    motion = estimate_face(seen, _Pinhole(view.focal_px, view.width / 2, view.height / 2))
    in_camera = rotation.multiply(rotation.conjugate(view.orientation), performance.head)
    guesses = {"FaceLandmarker": other.estimate()} if other else {}
    guesses["ours"] = _of_motion(motion, frames)
    return Estimate(performance.weights, performance.gaze, in_camera), guesses


def _of_motion(motion: FaceMotion | None, frames: int) -> Estimate:
    if motion is None:
        return Estimate(np.zeros((frames, len(FACE_NAMES))), np.zeros((frames, 2, 2)), None)
    return Estimate(motion.weights, motion.gaze, motion.head_rotation)


class PeerFace:
    """Google's FaceLandmarker (MediaPipe Tasks) and its blend shapes, frame after frame."""

    def __init__(self, model: Path) -> None:
        from mediapipe.tasks.python import BaseOptions, vision

        if not model.exists():
            raise EvaluationError(f"There is no FaceLandmarker model {model}; give the path of face_landmarker.task.")
        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=model.read_bytes()),
            running_mode=vision.RunningMode.VIDEO,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        self._task = vision.FaceLandmarker.create_from_options(options)
        self._weights: list[NDArray[np.float64]] = []
        self._turns: list[NDArray[np.float64]] = []

    def watch(self, picture: NDArray[np.uint8]) -> None:
        """See the next picture; a lost face holds its last values."""
        import mediapipe

        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(picture))
        result = self._task.detect_for_video(image, int(1000 * len(self._weights) / FPS))
        weights = self._weights[-1] if self._weights else np.zeros(len(FACE_NAMES))
        turn = self._turns[-1] if self._turns else np.eye(3)
        if result.face_blendshapes:
            scores = {c.category_name: c.score for c in result.face_blendshapes[0]}
            weights = np.array([scores.get(name, 0.0) for name in FACE_NAMES])
            turn = np.asarray(result.facial_transformation_matrixes[0])[:3, :3]
        self._weights.append(weights)
        self._turns.append(turn / np.cbrt(np.linalg.det(turn)))

    def estimate(self) -> Estimate:
        """All that was seen."""
        weights = np.stack(self._weights)
        # The task's axes: x right, y up, z towards the camera; the take's: X right, Y away, Z up.
        axes = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
        head = rotation.from_matrix(axes @ np.stack(self._turns) @ axes.T)
        return Estimate(weights, gaze_of_weights(weights), head)


def gaze_of_weights(weights: Floats) -> NDArray[np.float64]:
    """The gaze [T, 2, 2] in degrees that eyeLook weights [T, 52] stand for."""

    def angle(direction: str, side: str) -> Floats:
        return weights[:, FACE_NAMES.index(f"eyeLook{direction}{side}")] * EYE_RANGE[direction]

    eyes = []
    for side, outward in (("Left", 1.0), ("Right", -1.0)):
        yaw = outward * (angle("Out", side) - angle("In", side))
        eyes.append(np.stack((yaw, angle("Up", side) - angle("Down", side)), axis=-1))
    return np.stack(eyes, axis=1)


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
    return Figures(
        weight_mae=float(np.abs(guess - truth).mean()),
        correlation=mean_correlation(guess, truth),
        vertex_mm=vertex_error(guess, truth, load_anatomy().actions),
        blink_f1=blink_f1([(e.weights, t.weights) for e, t in pairs]),
        gaze_degrees=float(np.mean([gaze_error(e.gaze, t.gaze).mean() for e, t in pairs])),
        head_degrees=float(np.concatenate(heads).mean()) if heads else float("nan"),
        jitter_ratio=_jitter([e.weights for e in estimates]) / max(_jitter([t.weights for t in truths]), 1e-9),
        lag_frames=lag([(e.weights, t.weights) for e, t in pairs]),
        neutral_bias=float(np.mean([e.weights[_neutral(t.weights)][:, _STILL].mean() for e, t in pairs])),
    )


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

    def direction(gaze: Floats) -> NDArray[np.float64]:
        yaw, pitch = np.radians(gaze[..., 0]), np.radians(gaze[..., 1])
        parts = (np.sin(yaw) * np.cos(pitch), -np.cos(yaw) * np.cos(pitch), np.sin(pitch))
        return np.asarray(np.stack(parts, axis=-1), dtype=np.float64)

    cosine = np.clip((direction(guess) * direction(truth)).sum(axis=-1), -1, 1)
    return np.asarray(np.degrees(np.arccos(cosine)), dtype=np.float64)


def blink_f1(pairs: Sequence[tuple[Floats, Floats]]) -> float:
    """F1 of blinks and winks as events: runs of an eyeBlink weight above one half that overlap the truth's."""
    hits = found = true = 0
    for guess, truth in pairs:
        for side in ("Left", "Right"):
            column = FACE_NAMES.index(f"eyeBlink{side}")
            guessed, real = _runs(guess[:, column] > _BLINK), _runs(truth[:, column] > _BLINK)
            hits += sum(any(a < d and c < b for c, d in guessed) for a, b in real)
            true += len(real)
            found += sum(not any(a < d and c < b for c, d in real) for a, b in guessed)
    return 2 * hits / max(hits + true + found, 1)


def _runs(on: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], on.astype(int), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


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


def _row(figures: Figures) -> dict[str, float]:
    return {key: value for key, value in asdict(figures).items() if np.isfinite(value)}


def table(rows: dict[str, dict[str, float]]) -> str:
    """The figures as text, one row a method."""
    names = [f.name for f in fields(Figures)]
    lines = ["  ".join([f"{'':14}", *(f"{name:>12}" for name in names)])]
    for method, row in rows.items():
        cells = (f"{row[name]:12.3f}" if name in row else f"{'-':>12}" for name in names)
        lines.append("  ".join([f"{method:14}", *cells]))
    return "\n".join(lines)
