"""Training clips of the body: rendered performers doing random motions, seen by the detector that capture uses.

One clip is one seed: a person, look, motion, camera, light and flaws of the picture nobody else has. A folder of clips
grows by seed and goes on where it was stopped.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..performers import Light, Performer, Renderer, complete_rotations, random_background
from ..performers.choreography import fist
from ..take import CAPTURED_BONES, STANDARD_REST, joint_positions, local_rotations, parent_indices, rotation
from .bank import BODY_BONES, BODY_COLUMNS, BODY_PARENTS, READING, Stretch
from .camerawork import TurnedView, random_views
from .contacts import find_contacts, foot_heights
from .curves import resampled, resampled_points
from .poor_pictures import Flaws
from .variety import FPS, random_motion

Floats = NDArray[np.floating]

FIRST_TRAINING_SEED: Final = 1008
CLIP_FRAMES: Final = 60
SIMULATED_FRAMES: Final = 96
INNER_SHAPE: Final = (8, 8, 144)
"""Of the pose model's inner layer in one picture."""
PICTURES: Final = ((320, 320), (288, 384), (384, 288), (256, 352), (416, 256))
"""Width and height; the detector looks at 256 x 256 pixels about the person."""


@dataclass(frozen=True)
class BodyClip:
    """One rendered clip, T frames: what the detector saw and what was true."""

    image: Floats
    """[T, 33, 2] px, NaN where nobody was found."""
    world: Floats
    """[T, 33, 3] MediaPipe's world landmarks."""
    visibility: Floats
    """[T, 33]"""
    inner: NDArray[np.float16]
    """[T, *INNER_SHAPE] the pose model's inner layer; empty where no picture was looked at."""
    region: Floats
    """[T, 4] the squares that were looked at (see `Features.pose_region`)."""
    reading: Floats
    """[T, READING] what the picture network reads from that, camera axes (see `looks.read_looks`); NaN before."""
    rotations: Floats
    """[T, 22, 4] global on the stage, BODY_BONES."""
    hips: Floats
    """[T, 3] on the stage."""
    rest: Floats
    """[22, 3]"""
    contacts: NDArray[np.bool_]
    """[T, 4]"""
    camera_turn: Floats
    """[T, 4] from stage axes to the camera's (x right, y ahead, z up)."""
    camera_position: Floats
    """[T, 3]"""
    focal_px: float
    width: int
    height: int
    fps: float
    kind: str
    seed: int

    @property
    def camera(self) -> Camera:
        return Camera(self.width, self.height, self.focal_px, self.width / 2, self.height / 2)


def make_clip(seed: int, bank: Sequence[Stretch], frames: int = CLIP_FRAMES, fps: float | None = None) -> BodyClip:
    """Render and watch the clip of a seed."""
    from ..features.mediapipe_pose import MediaPipePose
    from ..features.mediapipe_regions import BODY_MAP

    rng = np.random.default_rng([seed, 0xB0D7DA7A])
    performer = Performer.random(int(rng.integers(1, 2**31)), strength=float(rng.uniform(0.5, 1.3)))
    fps = fps or float(rng.choice([30, 15, 25, 20, 60], p=[0.5, 0.3, 0.1, 0.07, 0.03]))
    clip, views = _stage(rng, seed, bank, performer.skeleton.rest_positions, frames, fps)
    size = clip.width, clip.height
    flaws, light, background = Flaws.random(rng), Light.random(rng), random_background(rng, *size)
    fingered = with_fingers(complete_rotations(BODY_BONES, clip.rotations), rng, fps)
    detector = MediaPipePose(look=lambda seen: seen[0])
    seen = []
    try:
        with Renderer(*size) as renderer:
            for t, view in enumerate(views):
                body = performer.pose(rotations=fingered[t], hips=clip.hips[t])
                picture = renderer.render(performer, body, view, light, background)
                seen.append(detector.detect(flaws.apply(picture, rng)).pose)
    finally:
        detector.close()
    nothing = (np.full((33, 2), np.nan), np.full((33, 3), np.nan), np.zeros(33), np.zeros(BODY_MAP), np.full(4, np.nan))
    image, world, visibility, inner, region = (
        np.stack(part).astype(np.float32)
        for part in zip(
            *((p.image[:, :2], p.world, p.visibility, p.look, p.region) if p else nothing for p in seen), strict=True
        )
    )
    return replace(
        clip, image=image, world=world, visibility=visibility, inner=inner.astype(np.float16), region=region
    )  # fmt: skip


def stage_clip(seed: int, bank: Sequence[Stretch], rests: Sequence[Floats], frames: int = SIMULATED_FRAMES) -> BodyClip:
    """A clip that nobody has seen yet: some motion of a body between two of `rests` [22, 3] before some camera."""
    rng = np.random.default_rng([seed, 0x57A6E])
    one, other = rng.choice(len(rests), 2)
    share = float(rng.uniform(0, 1))
    rest = np.array([STANDARD_REST[name] for name in CAPTURED_BONES])
    rest[BODY_COLUMNS] = share * rests[one] + (1 - share) * rests[other]
    return _stage(rng, seed, bank, rest, frames, FPS)[0]


def _stage(
    rng: np.random.Generator, seed: int, bank: Sequence[Stretch], rest: Floats, frames: int, fps: float
) -> tuple[BodyClip, list[TurnedView]]:
    """A motion of the body `rest` [52, 3] before a camera: the truth, with nothing seen yet, and the views."""
    own = np.asarray(rest, dtype=np.float64)[BODY_COLUMNS]
    motion = random_motion(rng, bank, own, int(np.ceil(frames * FPS / fps)) + 2)
    places = np.arange(frames) * FPS / fps
    rotations, hips = resampled(motion.rotations, places), resampled_points(motion.hips, places)
    joints = joint_positions(rotations, hips, own, BODY_PARENTS)
    size = PICTURES[int(rng.integers(0, len(PICTURES)))]
    views = random_views(rng, joints, size, fps)
    nothing = np.full((frames, 33, 3), np.nan, dtype=np.float32)
    clip = BodyClip(
        image=nothing[..., :2], world=nothing, visibility=np.zeros((frames, 33), dtype=np.float32),
        inner=np.zeros((0, *INNER_SHAPE), dtype=np.float16), region=nothing[:, 0, :1].repeat(4, axis=1),
        reading=np.full((frames, READING), np.nan, dtype=np.float32),
        rotations=rotations.astype(np.float32), hips=hips.astype(np.float32), rest=own.astype(np.float32),
        contacts=true_contacts(joints, rest, fps),
        camera_turn=np.stack([view.orientation for view in views]).astype(np.float32),
        camera_position=np.array([view.position for view in views], dtype=np.float32),
        focal_px=views[0].focal_px, width=size[0], height=size[1], fps=fps, kind=motion.kind, seed=seed,
    )  # fmt: skip
    return clip, views


def true_contacts(joints: Floats, rest: Floats, fps: float) -> NDArray[np.bool_]:
    """Contacts [T, 4] of joints [T, 22, 3] whose own rest is [52, 3]: low and still."""
    full = np.zeros((len(joints), len(CAPTURED_BONES), 3))
    full[:, BODY_COLUMNS] = joints
    from .contacts import joint_speeds

    return find_contacts(foot_heights(full, np.asarray(rest, dtype=np.float64)), joint_speeds(full, fps), fps)


def with_fingers(rotations: Floats, rng: np.random.Generator, fps: float) -> NDArray[np.float64]:
    """Rotations [T, 52, 4] with hands that open and close slowly."""
    full = np.array(rotations, dtype=np.float64)
    parents = parent_indices(CAPTURED_BONES)
    time = np.arange(len(full)) / fps
    for side in ("left", "right"):
        amount = 0.35 + 0.3 * np.sin(2 * np.pi * rng.uniform(0.1, 0.4) * time + rng.uniform(0, 6.28))
        closing = fist(side, amount, np.full(len(time), rng.uniform(2, 8)))
        local = local_rotations(full, parents)
        for bone, name in enumerate(CAPTURED_BONES):
            if name in closing:
                local[:, bone] = closing[name]
            if parents[bone] >= 0 and name.startswith(side):
                full[:, bone] = rotation.multiply(full[:, parents[bone]], local[:, bone])
    return full


def make_clips(folder: Path, seeds: Iterable[int], bank: Sequence[Stretch]) -> Iterator[Path]:
    """Fill a folder with the clips of `seeds`, one file each; clips already there are kept, if of the layer of now."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        path = clip_path(folder, seed)
        if not is_current(path):
            save_clip(make_clip(seed, bank), path)
        yield path


def clip_path(folder: Path, seed: int, simulated: bool = False) -> Path:
    """Where a seed's clip lies."""
    return folder / f"{'simulated' if simulated else 'body'}-{seed:06d}.npz"


def is_current(path: Path) -> bool:
    """Whether a clip is there that was looked at by the inner layer of now; others have other channels."""
    if not path.exists():
        return False
    with zipfile.ZipFile(path) as clip:
        if {f"{f.name}.npy" for f in fields(BodyClip)} - set(clip.namelist()):
            return False
        with clip.open("inner.npy") as inner:  # its header: the layer itself is large
            np.lib.format.read_magic(inner)
            return np.lib.format.read_array_header_1_0(inner)[0][1:] == INNER_SHAPE


def save_clip(clip: BodyClip, path: Path) -> None:
    """Write beside the final name, then move into place, so that a stopped run leaves no half file."""
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, **{f.name: np.asarray(getattr(clip, f.name)) for f in fields(BodyClip)})
    os.replace(partial, path)


def load_clip(path: Path) -> BodyClip:
    """Read one clip."""
    with np.load(path, allow_pickle=False) as data:
        arrays = {f.name: data[f.name] for f in fields(BodyClip)}
    return BodyClip(**{name: (value.item() if value.ndim == 0 else value) for name, value in arrays.items()})
