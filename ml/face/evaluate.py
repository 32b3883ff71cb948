"""`understudy evaluate face`: the face on rendered people that training never saw, beside others where they are given.

Every row is measured on the same pictures. `zero` gives no expression at all: what an error is worth. Half of the clips
are filmed by a plain camera, half by a poor one; half are shaded in a way that training never sees, glasses have other
shapes, and faces answer to actions as the base mesh does, where training varies that. `DRILL_SEEDS` show every action
in turn, the rare ones too; the others act, talk and feel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..performers import Renderer
from ..performers.filming import Filming
from ..performers.worn import Worn
from ..take import FACE_NAMES, rotation
from .crop import face_crop
from .data import DRILL_SEEDS, FIRST_TRAINING_SEED, FPS, FaceWatcher, film_face, staged
from .infer import FaceMotion, estimate_face
from .live import LiveFace
from .looks import FaceLooks
from .metrics import Estimate, Figures, by_region, by_weight, measure
from .model import FaceNet
from .peer import EvaluationError, PeerFace

__all__ = ["DRILL_SEEDS", "Estimate", "Evaluation", "EvaluationError", "evaluate_face", "table"]

Floats = NDArray[np.floating]
Rows = dict[str, dict[str, float]]

EVALUATION_SEEDS: Final = tuple(range(24))
EVALUATION_FRAMES: Final = 120
_PICTURE_SIZE: Final = 320


@dataclass(frozen=True)
class Pinhole:
    """The camera that the pictures were taken with."""

    focal_px: float
    cx: float
    cy: float


@dataclass(frozen=True)
class SeenFace:
    """What `estimate_face` reads of a clip."""

    times: Floats
    face: Floats
    face_confidence: Floats
    face_look: Floats


class Watch:
    """What capture would see of pictures, one after the other."""

    def __init__(self, net: FaceNet | None = None) -> None:
        self._watcher, self._looks = FaceWatcher(), FaceLooks(net)
        self._points: list[Floats] = []
        self._seen: list[Floats] = []

    def see(self, picture: NDArray[np.uint8]) -> None:
        points = self._watcher.landmarks(picture)
        found = bool(np.isfinite(points).all())
        nothing = np.full((2, self._looks.size), np.nan)
        self._points.append(points)
        self._seen.append(self._looks.of_crop(face_crop(picture, points)) if found else nothing)

    def seen(self, times: Floats) -> SeenFace:
        """All of it; times [T] seconds."""
        face = np.stack(self._points)
        return SeenFace(times, face, np.isfinite(face).all(axis=(1, 2)).astype(float), np.stack(self._seen))


@dataclass(frozen=True)
class Evaluation:
    """All methods on all clips."""

    truths: list[Estimate]
    methods: dict[str, list[Estimate]]

    def rows(self) -> Rows:
        """Method -> figures; a figure that a method does not give is left out."""
        rows = {}
        for name, estimates in self.methods.items():
            figures = asdict(measure(estimates, self.truths)) | by_region(estimates, self.truths)
            rows[name] = {key: value for key, value in figures.items() if np.isfinite(value)}
        return rows

    def weights(self) -> dict[str, dict[str, tuple[float, float]]]:
        """Method -> weight -> mean absolute error and correlation."""
        return {name: by_weight(estimates, self.truths) for name, estimates in self.methods.items() if name != "zero"}


def evaluate_face(
    seeds: Sequence[int] = EVALUATION_SEEDS,
    frames: int = EVALUATION_FRAMES,
    peer: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Rows:
    """Rows by method: zero, FaceLandmarker if its model file `peer` is given, ours from the whole clip, ours live."""
    return run_evaluation(seeds, frames, peer, say).rows()


def run_evaluation(
    seeds: Sequence[int] = EVALUATION_SEEDS,
    frames: int = EVALUATION_FRAMES,
    peer: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """As `evaluate_face`, with everything that was estimated."""
    if any(seed >= FIRST_TRAINING_SEED for seed in seeds):
        raise EvaluationError(f"Seeds from {FIRST_TRAINING_SEED} on are training's; choose smaller ones.")
    truths: list[Estimate] = []
    methods: dict[str, list[Estimate]] = {"zero": []}
    with Renderer(_PICTURE_SIZE, _PICTURE_SIZE) as renderer:
        for seed in seeds:
            truth, guesses = _one_clip(seed, frames, peer, renderer)
            truths.append(truth)
            methods["zero"].append(Estimate(np.zeros_like(truth.weights), np.zeros_like(truth.gaze), None))
            for name, guess in guesses.items():
                methods.setdefault(name, []).append(guess)
            say(f"clip {seed}: {len(truth.weights)} frames")
    return Evaluation(truths, methods)


def _one_clip(
    seed: int, frames: int, peer: Path | None, renderer: Renderer
) -> tuple[Estimate, dict[str, Estimate]]:  # fmt: skip
    performer, performance, setting, rng = staged(seed, frames)
    if seed % 2 == 0:
        setting = replace(setting, filming=Filming(), worn=Worn(glasses=setting.worn.glasses))
    watch, views = Watch(), []
    other = PeerFace(peer) if peer else None
    for picture, view in film_face(performer, performance, rng, renderer, setting):
        watch.see(picture)
        views.append(view)
        if other:
            other.watch(picture)
    view, seen = views[0], watch.seen(np.arange(frames) / FPS)
    camera = Pinhole(view.focal_px, view.width / 2, view.height / 2)
    in_camera = rotation.multiply(rotation.conjugate(view.orientation), performance.head)
    guesses = {"FaceLandmarker": other.estimate()} if other else {}
    guesses["ours"] = _of_motion(estimate_face(seen, camera), frames)
    guesses["ours live"] = _of_motion(LiveFace(camera, FPS).follow(seen), frames)
    return Estimate(performance.weights, performance.gaze, in_camera), guesses


def _of_motion(motion: FaceMotion | None, frames: int) -> Estimate:
    if motion is None:
        return Estimate(np.zeros((frames, len(FACE_NAMES))), np.zeros((frames, 2, 2)), None)
    return Estimate(motion.weights, motion.gaze, motion.head_rotation)


def table(rows: Rows) -> str:
    """The figures as text, one row a method."""
    names = [f.name for f in fields(Figures)]
    lines = ["  ".join([f"{'':14}", *(f"{name:>12}" for name in names)])]
    for method, row in rows.items():
        cells = (f"{row[name]:12.3f}" if name in row else f"{'-':>12}" for name in names)
        lines.append("  ".join([f"{method:14}", *cells]))
    return "\n".join(lines)
