"""Single pictures of many people in many poses, for the layers that read a body from its picture.

Neighbouring frames of a clip are nearly the same picture; a reading of single pictures learns more from as many poses,
cameras and lights as there are pictures; and more people more than more pictures of each. One album is one seed: one
person, seldom twice in the same light.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ..performers import Light, Performer, Renderer, complete_rotations, random_background
from ..performers.scene import TRAINING_SHADINGS
from ..take import joint_positions
from .bank import BODY_BONES, BODY_COLUMNS, BODY_PARENTS, MIRRORED_BONES, Stretch
from .camerawork import TurnedView, random_views
from .data import PICTURES, with_fingers
from .poor_pictures import Flaws
from .variety import FPS, random_motion

if TYPE_CHECKING:
    from ..features.interface import PoseSeen
    from ..features.mediapipe_regions import BodyReader
    from ..features.regions import Region

Floats = NDArray[np.floating]

PICTURES_OF_ONE: Final = 10
_MOMENTS: Final = 8
"""Frames of the motion of which one is taken: some kinds of motion need a few."""
_PER_SECOND: Final = 0.7
"""Pictures in which hands open and close."""
_CIRCLE: Final = 1.1
"""The circle about a body, in distances from the hips to the farthest joint."""


@dataclass(frozen=True)
class Album:
    """N looks at one person: what the pose model's inner layer held, and what was true."""

    inner: NDArray[np.float16]
    """[N, 8, 8, 288]"""
    region: Floats
    """[N, 4] x, y, side in px and turn in radians of the square that was looked at."""
    image: Floats
    """[N, 33, 2] px."""
    world: Floats
    """[N, 33, 3] MediaPipe's world landmarks."""
    visibility: Floats
    """[N, 33]"""
    rotations: Floats
    """[N, 22, 4] global on the stage, BODY_BONES."""
    hips: Floats
    """[N, 3]"""
    rest: Floats
    """[22, 3]"""
    camera_turn: Floats
    """[N, 4] from the stage's axes to the camera's (x right, y ahead, z up)."""
    camera_position: Floats
    """[N, 3]"""
    focal_px: Floats
    """[N]"""
    width: int
    height: int


@dataclass(frozen=True)
class _True:
    """Of one picture, as in an album."""

    rotations: Floats
    hips: Floats
    camera_turn: Floats
    camera_position: Floats

    def mirrored(self) -> _True:
        """The stage in a mirror, X reversed: what a mirrored picture shows (bodies are alike on both sides)."""
        turn, way = np.array((1.0, 1.0, -1.0, -1.0)), np.array((-1.0, 1.0, 1.0))
        return _True(
            self.rotations[MIRRORED_BONES] * turn, self.hips * way, self.camera_turn * turn, self.camera_position * way
        )


def make_album(seed: int, bank: Sequence[Stretch], pictures: int = PICTURES_OF_ONE) -> Album:
    """Render the pictures of a seed; each is looked at a little beside, and in a mirror as tracking would go on."""
    from ..features.mediapipe_regions import BodyReader

    rng = np.random.default_rng([seed, 0xA1B0])
    performer = Performer.random(int(rng.integers(1, 2**31)), strength=float(rng.uniform(0.5, 1.3)))
    shading = (str(rng.choice(TRAINING_SHADINGS)),)
    rest = performer.skeleton.rest_positions
    size = PICTURES[int(rng.integers(0, len(PICTURES)))]
    reader = BodyReader(lambda inner: inner)
    rows: list[dict[str, Floats]] = []
    try:
        with Renderer(*size) as renderer:
            moments = [_moment(rng, bank, rest, size) for _ in range(pictures)]
            turned = complete_rotations(BODY_BONES, np.stack([turns for turns, _, _ in moments]))
            for (turns, hips, view), fingered in zip(moments, with_fingers(turned, rng, _PER_SECOND), strict=True):
                body = performer.pose(rotations=fingered, hips=hips)
                picture = renderer.render(
                    performer, body, view, Light.random(rng, shading), random_background(rng, *size)
                )
                picture = Flaws.random(rng).apply(picture, rng)
                joints = joint_positions(turns[None], hips[None], rest[BODY_COLUMNS], BODY_PARENTS)[0]
                true = _True(turns, hips, view.orientation, np.array(view.position))
                looks = _looks(rng, reader, picture, view.project(joints))
                for (pose, region), truth in zip(looks, (true, true.mirrored()), strict=False):
                    rows.append({
                        "inner": np.asarray(pose.look),
                        "region": np.array([region.x, region.y, region.side, region.turn]),
                        "image": pose.image[:, :2], "world": pose.world, "visibility": pose.visibility,
                        "rotations": truth.rotations, "hips": truth.hips, "camera_turn": truth.camera_turn,
                        "camera_position": truth.camera_position, "focal_px": np.array(view.focal_px),
                    })  # fmt: skip
    finally:
        reader.close()
    arrays = {
        name: np.stack([row[name] for row in rows]).astype(np.float16 if name == "inner" else np.float32)
        for name in rows[0]
    }
    own = np.asarray(rest, dtype=np.float32)[BODY_COLUMNS]
    return Album(**arrays, rest=own, width=size[0], height=size[1])  # pyright: ignore[reportArgumentType]


def _moment(
    rng: np.random.Generator, bank: Sequence[Stretch], rest: Floats, size: tuple[int, int]
) -> tuple[Floats, Floats, TurnedView]:
    """Rotations [22, 4], hips [3], and a camera."""
    own = np.asarray(rest, dtype=np.float64)[BODY_COLUMNS]
    motion = random_motion(rng, bank, own, _MOMENTS)
    frame = int(rng.integers(0, _MOMENTS))
    turns, hips = motion.rotations[frame : frame + 1], motion.hips[frame]
    joints = joint_positions(turns, hips[None], own, BODY_PARENTS)
    view = random_views(rng, joints, size, FPS)[0]
    return turns[0], hips, view


def _looks(
    rng: np.random.Generator, reader: BodyReader, picture: NDArray[np.uint8], joints: Floats
) -> Iterator[tuple[PoseSeen, Region]]:
    """A look into the square about the joints [22, 2] px; one into a mirror, at the square that tracking takes next."""
    from ..features.regions import body_region

    hips = joints[0]
    upwards = joints[BODY_BONES.index("neck")] - hips
    reach = _CIRCLE * np.linalg.norm(joints - hips, axis=1).max() / max(float(np.linalg.norm(upwards)), 1e-6)
    region = body_region(hips, hips + reach * upwards)
    for _ in range(2):
        beside = _beside(rng, region)
        read = reader.read(picture, beside) if beside.usable(picture.shape[1], picture.shape[0]) else None
        if read is None:
            return
        yield read.pose, beside
        picture = np.ascontiguousarray(picture[:, ::-1])
        region = replace(read.region, x=picture.shape[1] - read.region.x, turn=-read.region.turn)


def _beside(rng: np.random.Generator, region: Region) -> Region:
    """The square a little moved, resized and turned, as it is while somebody moves."""
    x, y = rng.normal(0, 0.02, 2) * region.side
    return replace(
        region, x=region.x + x, y=region.y + y, side=region.side * float(np.exp(rng.normal(0, 0.04))),
        turn=region.turn + float(rng.normal(0, 0.04)),
    )  # fmt: skip


def make_albums(folder: Path, seeds: Iterable[int], bank: Sequence[Stretch]) -> Iterator[Path]:
    """Fill a folder with the albums of `seeds`; those already there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        path = album_path(folder, seed)
        if not path.exists():
            save_album(make_album(seed, bank), path)
        yield path


def save_album(album: Album, path: Path) -> None:
    """Write beside the final name, then move into place, so that a stopped run leaves no half file."""
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **{f.name: np.asarray(getattr(album, f.name)) for f in fields(Album)})
    os.replace(partial, path)


def album_path(folder: Path, seed: int) -> Path:
    """Where a seed's album lies."""
    return folder / f"album-{seed:06d}.npz"


def load_album(path: Path) -> Album:
    """Read one album."""
    with np.load(path, allow_pickle=False) as data:
        arrays = {f.name: data[f.name] for f in fields(Album)}
    return Album(**{name: (value.item() if value.ndim == 0 else value) for name, value in arrays.items()})
