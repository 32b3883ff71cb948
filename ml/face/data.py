"""Training and test clips of the face: rendered performers, seen by the detector that capture uses, with their truth.

One clip is one seed: a person, look, light, camera and performance nobody else has. A folder of clips grows by seed and
goes on where it was stopped. Seeds below `FIRST_TRAINING_SEED` are for evaluation and never trained on; of those
`DRILL_SEEDS` show every action in turn. Seeds from `FIRST_GLIMPSE_SEED` on are people seen for a few unconnected
frames: three times as many people in the same time.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..performers import Light, Performer, Renderer, View, random_background
from ..performers.acting import acted_performance
from ..performers.action_style import ActionStyle
from ..performers.drills import drilled_performance, glimpses, units_of_part
from ..performers.filming import Filming
from ..performers.head import HeadStage
from ..performers.other_eyes import resting_face, shown, with_other_eyes
from ..performers.performance import FacePerformance, wide_head_turns
from ..performers.scene import SHADINGS, TRAINING_SHADINGS
from ..performers.worn import GLASSES_SHAPES, TRAINING_GLASSES, Worn
from ..take import FACE_NAMES, rotation
from ..take.names import mirrored
from .crop import CROP_SIZE, face_crop

Floats = NDArray[np.floating]

FIRST_TRAINING_SEED: Final = 1000
CLIP_FRAMES: Final = 48
NEUTRAL_FRAMES: Final = 8
DRILL_SEEDS: Final = range(500, 512)
FIRST_GLIMPSE_SEED: Final = 100_000
GLIMPSES: Final = 16
NEUTRAL_GLIMPSES: Final = 4
_DRILLED: Final = 0.5
"""Share of training's clips that are drills."""
_PLAIN: Final = 0.5
"""Share of training's clips filmed by a plain camera, with nothing before the face."""
_WIDE: Final = 0.3
"""Share of training's people who bow, raise and turn their heads widely."""
_STYLED: Final = 0.7
"""Share of training's people whose faces move in a way of their own."""
PICTURE_SIZE: Final = 256
_CROP_QUALITY: Final = 92
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
    crops: NDArray[np.uint8]
    """[bytes] the faces' pictures (see `ml.face.crop`) as JPEG, one after the other."""
    crop_ends: NDArray[np.int64]
    """[T] where each picture ends in `crops`; nothing is added where no face was found."""

    def pictures(self) -> NDArray[np.uint8]:
        """[T, CROP_SIZE, CROP_SIZE, 3] RGB; grey where no face was found."""
        import cv2

        shown = np.full((len(self.crop_ends), CROP_SIZE, CROP_SIZE, 3), 128, dtype=np.uint8)
        begin = 0
        for i, end in enumerate(self.crop_ends):
            if end > begin:
                shown[i] = cv2.imdecode(self.crops[begin:end], cv2.IMREAD_COLOR)[..., ::-1]
            begin = int(end)
        return shown


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


@dataclass(frozen=True)
class Setting:
    """Everything about a clip but who performs what."""

    light: Light
    worn: Worn
    filming: Filming
    action_gains: NDArray[np.float64]
    """[52] see `Performer`."""
    resting: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(FACE_NAMES)))
    """[52] what the face shows while it does nothing (see `resting_face`)."""
    style: ActionStyle | None = None

    @staticmethod
    def random(rng: np.random.Generator, frames: int, training: bool) -> Setting:
        """Training keeps some ways of shading and some shapes of glasses for evaluation, which has its own alone."""
        shadings = TRAINING_SHADINGS if training else [s for s in SHADINGS if s not in TRAINING_SHADINGS]
        glasses = TRAINING_GLASSES if training else tuple(g for g in GLASSES_SHAPES if g not in TRAINING_GLASSES)
        light = Light.random(rng, shadings if training or rng.random() < 0.5 else TRAINING_SHADINGS)
        worn, filming = Worn.random(rng, frames, glasses), Filming.random(rng)
        if training and rng.random() < _PLAIN:
            worn, filming = Worn(glasses=worn.glasses), Filming()
        if not training:
            return Setting(light, worn, filming, np.ones(len(FACE_NAMES)))
        rest, own = rng.spawn(2)
        style = ActionStyle.random(own) if own.random() < _STYLED else None
        return Setting(light, worn, filming, _gains(rng), resting_face(rest), style)


def _gains(rng: np.random.Generator) -> NDArray[np.float64]:
    """People move their faces differently widely; both sides nearly alike."""
    gains = np.exp(rng.normal(0, 0.13, len(FACE_NAMES)))
    partners = np.array([FACE_NAMES.index(mirrored(name)) for name in FACE_NAMES])
    return (gains + gains[partners]) / 2 * np.exp(rng.normal(0, 0.03, len(FACE_NAMES)))


def film_face(
    performer: Performer,
    performance: FacePerformance,
    rng: np.random.Generator,
    renderer: Renderer,
    setting: Setting | None = None,
) -> Iterator[tuple[NDArray[np.uint8], View]]:
    """The pictures of a head performing, from a random camera; by a plain camera in a random light if no setting."""
    setting = setting or Setting(Light.random(rng), Worn(), Filming(), np.ones(len(FACE_NAMES)))
    own = replace(performer, action_gains=setting.action_gains, action_style=setting.style)
    stage = HeadStage(own, _standing(performer))
    head = performer.skeleton.names.index("head")
    face = stage.joints[head] + np.array([0.0, -0.08, 0.05])
    view = View.random_on_face(rng, face, renderer.width)
    background = random_background(rng, renderer.width, renderer.height)
    for frame, (weights, gaze, turn) in enumerate(
        zip(performance.weights, performance.gaze, performance.head, strict=True)
    ):
        body = stage.pose(shown(weights, setting.resting), gaze, turn)
        picture = renderer.render(performer, body, view, setting.light, background, head_only=True)
        if setting.worn.anything:
            picture = setting.worn.draw(picture, performer, stage.head_transform(turn), view, frame)
        yield setting.filming.apply(picture, rng), view


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


def staged(seed: int, frames: int) -> tuple[Performer, FacePerformance, Setting, np.random.Generator]:
    """Who performs what and how it is filmed, by seed; the generator goes on with the camera."""
    rng = np.random.default_rng([seed, 0xFACE])
    identity, look = Performer.drawn(seed, strength=float(rng.uniform(0.5, 1.4)))
    if seed >= FIRST_TRAINING_SEED:
        identity, look = with_other_eyes(rng.spawn(1)[0], identity, look)
    performer, performance = Performer.of(identity, look), performed(seed, rng, frames)
    return performer, performance, Setting.random(rng, frames, seed >= FIRST_TRAINING_SEED), rng


def performed(seed: int, rng: np.random.Generator, frames: int) -> FacePerformance:
    """What the person of a seed does."""
    if seed in DRILL_SEEDS:
        return drilled_performance(rng, frames, FPS, NEUTRAL_FRAMES, units_of_part(seed - DRILL_SEEDS[0]))
    if seed < FIRST_TRAINING_SEED:
        return acted_performance(rng, frames, FPS, NEUTRAL_FRAMES)
    if seed >= FIRST_GLIMPSE_SEED:
        performance = glimpses(rng, frames, NEUTRAL_GLIMPSES)
    else:
        make = drilled_performance if rng.random() < _DRILLED else acted_performance
        performance = make(rng, frames, FPS, NEUTRAL_FRAMES)
    turning = rng.spawn(1)[0]
    if turning.random() >= _WIDE:
        return performance
    return replace(performance, head=wide_head_turns(turning, frames, performance.fps))


def make_clip(seed: int, renderer: Renderer, watcher: FaceWatcher, frames: int = CLIP_FRAMES) -> FaceClip:
    """Render and watch the clip of a seed."""
    performer, performance, setting, rng = staged(seed, frames)
    watcher.restart()
    seen, views, crops, ends = [], [], [], [0]
    for picture, view in film_face(performer, performance, rng, renderer, setting):
        points = watcher.landmarks(picture)
        packed = _packed(face_crop(picture, points)) if np.isfinite(points).all() else np.empty(0, np.uint8)
        seen.append(points)
        views.append(view)
        crops.append(packed)
        ends.append(ends[-1] + len(packed))
        if len(seen) == NEUTRAL_GLIMPSES < frames and not any(np.isfinite(points).all() for points in seen):
            break  # filmed so badly that there is nothing to learn from
    in_camera = rotation.multiply(rotation.conjugate(views[0].orientation), performance.head[: len(seen)])
    return FaceClip(
        landmarks=np.stack(seen).astype(np.float32),
        weights=performance.weights[: len(seen)].astype(np.float32),
        gaze=performance.gaze[: len(seen)].astype(np.float32),
        head=in_camera.astype(np.float32),
        focal_px=views[0].focal_px,
        size=renderer.width,
        seed=seed,
        crops=np.concatenate(crops),
        crop_ends=np.array(ends[1:], dtype=np.int64),
    )


def _packed(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import cv2

    _, packed = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _CROP_QUALITY])
    return packed.ravel()


def make_clips(folder: Path, seeds: Iterable[int], frames: int = CLIP_FRAMES, samples: int = 0) -> Iterator[Path]:
    """Fill a folder with the clips of `seeds`, one file each; clips already there are kept. Glimpses are always few.

    samples: see `Renderer`; smooth edges cost nothing where an accelerator draws.
    """
    folder.mkdir(parents=True, exist_ok=True)
    renderer: Renderer | None = None
    watcher: FaceWatcher | None = None
    for seed in seeds:
        path = clip_path(folder, seed)
        if not path.exists():
            renderer = renderer or Renderer(PICTURE_SIZE, PICTURE_SIZE, samples)
            watcher = watcher or FaceWatcher()
            length = GLIMPSES if seed >= FIRST_GLIMPSE_SEED else frames
            save_clip(make_clip(seed, renderer, watcher, length), path)
        yield path


def clip_path(folder: Path, seed: int) -> Path:
    """Where a seed's clip lies."""
    return folder / f"face-{seed:06d}.npz"


def save_clip(clip: FaceClip, path: Path) -> None:
    """Write beside the final name, then move into place, so that a stopped run leaves no half file."""
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **{f.name: np.asarray(getattr(clip, f.name)) for f in fields(FaceClip)})
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
        crops=arrays["crops"],
        crop_ends=arrays["crop_ends"],
    )
