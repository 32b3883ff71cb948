"""Training and test clips of the face: rendered performers, seen by the detector that capture uses, with their truth.

One clip is one seed: a person, look, light, camera and performance nobody else has. A folder of clips grows by seed and
goes on where it was stopped. Seeds below `FIRST_TRAINING_SEED` are for evaluation and never trained on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..performers import Light, Performer, Renderer, View, random_background
from ..performers.performance import FacePerformance, random_face_performance
from ..take import rotation

Floats = NDArray[np.floating]

FIRST_TRAINING_SEED: Final = 1000
CLIP_FRAMES: Final = 84
NEUTRAL_FRAMES: Final = 12
PICTURE_SIZE: Final = 320
FPS: Final = 30.0


@dataclass(frozen=True)
class FaceClip:
    """One rendered clip, T frames: what the detector saw and what was true."""

    landmarks: Floats
    """[T, 478, 3] FaceMesh points in pixels (x right, y down, z pixels), NaN where no face was found."""
    weights: Floats
    """[T, 52]"""
    gaze: Floats
    """[T, 2, 2] degrees"""
    head: Floats
    """[T, 4] head rotation in the camera's axes, identity = facing the camera."""
    focal_px: float
    size: int
    """Width and height of the picture."""
    seed: int


class FaceWatcher:
    """FaceMesh with irises on pictures that follow each other, as capture runs it."""

    def __init__(self) -> None:
        from mediapipe.python.solutions import face_mesh

        self._module = face_mesh
        self._mesh = face_mesh.FaceMesh(max_num_faces=1, refine_landmarks=True)

    def restart(self) -> None:
        """Forget the last face: the next picture begins another clip."""
        self._mesh.reset()

    def landmarks(self, picture: NDArray[np.uint8]) -> Floats:
        """[478, 3] pixels, NaN if there is no face."""
        height, width = picture.shape[:2]
        found = self._mesh.process(picture).multi_face_landmarks  # type: ignore[attr-defined]
        if not found:
            return np.full((478, 3), np.nan, dtype=np.float32)
        points = np.array([(p.x, p.y, p.z) for p in found[0].landmark], dtype=np.float32)
        return points * np.array([width, height, width], dtype=np.float32)


def film_face(
    performer: Performer, performance: FacePerformance, rng: np.random.Generator, renderer: Renderer
) -> Iterator[tuple[NDArray[np.uint8], View]]:
    """The pictures of a head performing, from a random camera in a random light."""
    names = performer.skeleton.names
    neck, head = names.index("neck"), names.index("head")
    rotations = _standing(performer)
    face = performer.pose(rotations=rotations).joints[head] + np.array([0.0, -0.08, 0.05])
    view = View.random_on_face(rng, face, renderer.width)
    light, background = Light.random(rng), random_background(rng, renderer.width, renderer.height)
    for weights, gaze, turn in zip(performance.weights, performance.gaze, performance.head, strict=True):
        rotations[neck] = rotation.slerp(rotation.IDENTITY, turn, 0.4)
        rotations[head] = turn
        body = performer.pose(weights, gaze, rotations)
        yield renderer.render(performer, body, view, light, background, head_only=True), view


def _standing(performer: Performer) -> NDArray[np.float64]:
    """Rotations [J, 4] with the arms hanging."""
    turns = np.tile(np.array(rotation.IDENTITY, dtype=float), (len(performer.skeleton.names), 1))
    for i, name in enumerate(performer.skeleton.names):
        arm = any(
            part in name for part in ("UpperArm", "LowerArm", "Hand", "Thumb", "Index", "Middle", "Ring", "Little")
        )
        if arm:
            turns[i] = rotation.from_rotvec((0.0, 1.25 if name.startswith("left") else -1.25, 0.0))
    return turns


def make_clip(seed: int, renderer: Renderer, watcher: FaceWatcher, frames: int = CLIP_FRAMES) -> FaceClip:
    """Render and watch the clip of a seed."""
    rng = np.random.default_rng([seed, 0xFACE])
    performer = Performer.random(seed, strength=float(rng.uniform(0.5, 1.3)))
    performance = random_face_performance(rng, frames, FPS, NEUTRAL_FRAMES)
    watcher.restart()
    seen, views = [], []
    for picture, view in film_face(performer, performance, rng, renderer):
        seen.append(watcher.landmarks(picture))
        views.append(view)
    in_camera = rotation.multiply(rotation.conjugate(views[0].orientation), performance.head)
    return FaceClip(
        landmarks=np.stack(seen).astype(np.float32),
        weights=performance.weights.astype(np.float32),
        gaze=performance.gaze.astype(np.float32),
        head=in_camera.astype(np.float32),
        focal_px=views[0].focal_px,
        size=renderer.width,
        seed=seed,
    )


def make_clips(folder: Path, seeds: Iterable[int], frames: int = CLIP_FRAMES) -> Iterator[Path]:
    """Fill a folder with the clips of `seeds`, one file each; clips already there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    renderer: Renderer | None = None
    watcher: FaceWatcher | None = None
    for seed in seeds:
        path = clip_path(folder, seed)
        if not path.exists():
            renderer = renderer or Renderer(PICTURE_SIZE, PICTURE_SIZE)
            watcher = watcher or FaceWatcher()
            save_clip(make_clip(seed, renderer, watcher, frames), path)
        yield path


def clip_path(folder: Path, seed: int) -> Path:
    """Where a seed's clip lies."""
    return folder / f"face-{seed:06d}.npz"


def save_clip(clip: FaceClip, path: Path) -> None:
    """Write beside the final name, then move into place, so that a stopped run leaves no half file."""
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, **{f.name: np.asarray(getattr(clip, f.name)) for f in fields(FaceClip)})
    os.replace(partial, path)


def load_clip(path: Path) -> FaceClip:
    """Read one clip."""
    with np.load(path, allow_pickle=False) as data:
        arrays = {f.name: data[f.name] for f in fields(FaceClip)}
    return FaceClip(
        landmarks=arrays["landmarks"],
        weights=arrays["weights"],
        gaze=arrays["gaze"],
        head=arrays["head"],
        focal_px=float(arrays["focal_px"]),
        size=int(arrays["size"]),
        seed=int(arrays["seed"]),
    )
