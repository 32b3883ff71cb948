"""Hands to learn from: rendered performers' hands read by the hand detector, and hands projected without rendering.

    python -m understudy.ml.body.hand_data FOLDER [--shards 40] [--poses 250] [--first 0]

Each shard holds what one random person's hands looked like to the detector, beside the truth. A shard that is there is
not made again, so the work can be taken up where it stopped.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..features.regions import Region, hand_region
from ..performers import Light, Performer, PosedBody, Renderer, Skeleton, View, random_background
from ..performers.choreography import chain, global_rotations, turn
from ..take import joint_positions, parent_indices, rotation
from .hand_bones import FINGERS, HAND_BONES, PARTS, THUMB_PARTS
from .hand_poses import random_arms, random_fingers

Floats = NDArray[Any]

_PICTURE: Final = 288
_TIP: Final = 0.85
"""Length of a finger's last piece in lengths of the one before."""


@dataclass(frozen=True)
class HandSamples:
    """N hands as their camera saw them. Camera axes: x right, y down, z away, the middle of the picture is the axis."""

    points: Floats
    """[N, 21, 3] read in the picture: x and y in rays (pixels / focal length), depth in the same scale."""
    world: Floats
    """[N, 21, 3] read, metres, camera axes."""
    leftness: Floats
    """[N]"""
    joints: Floats
    """[N, 21, 3] true points in metres, camera axes."""
    hand: Floats
    """[N, 4] true rotation of the hand from its T-pose, stage axes of a level camera looking along +Y."""
    forearm: Floats
    """[N, 3] true direction from elbow to wrist, stage axes."""
    fingers: Floats
    """[N, 15, 4] true rotations of HAND_BONES relative to their parents."""
    is_left: Floats
    """[N] 1 left, 0 right."""
    palm_px: Floats
    """[N] how large the palm was in the picture that was read, pixels from wrist to middle knuckle."""


def hand_point_positions(joints: Floats, rotations: Floats, names: Sequence[str], side: str) -> Floats:
    """The 21 points [T, 21, 3] of a hand, as MediaPipe numbers them, from joint heads [T, J, 3]."""
    index = {name: i for i, name in enumerate(names)}
    points = np.zeros((len(joints), 21, 3))
    points[:, 0] = joints[:, index[f"{side}Hand"]]
    for number, (finger, parts) in enumerate((("Thumb", THUMB_PARTS), *((finger, PARTS) for finger in FINGERS))):
        columns = [index[f"{side}{finger}{part}"] for part in parts]
        first = 1 + 4 * number
        points[:, first : first + 3] = joints[:, columns]
        length = np.linalg.norm(joints[:, columns[2]] - joints[:, columns[1]], axis=-1, keepdims=True)
        relative = rotation.multiply(rotation.conjugate(rotations[:, columns[1]]), rotations[:, columns[2]])
        before = (joints[:, columns[2]] - joints[:, columns[1]]) / np.maximum(length, 1e-9)
        turned = rotation.multiply(
            rotations[:, columns[1]], rotation.multiply(relative, rotation.conjugate(rotations[:, columns[1]]))
        )
        points[:, first + 3] = joints[:, columns[2]] + _TIP * length * rotation.rotate(turned, before)
    return points


def to_camera(stage: Floats) -> Floats:
    """Stage axes (X right, Y away, Z up) to camera axes (x right, y down, z away)."""
    return np.stack((stage[..., 0], -stage[..., 2], stage[..., 1]), axis=-1)


def random_pose(rng: np.random.Generator, skeleton: Skeleton) -> Floats:
    """Global rotations [1, J, 4] of a body with random arms and hands, facing the camera more often than not."""
    local = random_arms(rng)
    for side in ("left", "right"):
        local |= random_fingers(rng, side)
    local["hips"] = chain(turn("Z", rng.normal(0, 55, 1)), turn("X", rng.normal(0, 18, 1)))
    return global_rotations(skeleton, local, 1)


def truth_of(skeleton: Skeleton, rotations: Floats, hips: Floats, side: str) -> tuple[Floats, ...]:
    """Points [21, 3] on the stage, hand [4], forearm direction [3] and finger rotations [15, 4] of one pose."""
    names = skeleton.names
    parents = parent_indices(names)
    joints = joint_positions(rotations, hips, skeleton.rest_positions, parents)
    index = {name: i for i, name in enumerate(names)}
    points = hand_point_positions(joints, rotations, names, side)[0]
    forearm = joints[0, index[f"{side}Hand"]] - joints[0, index[f"{side}LowerArm"]]
    bones = [index[f"{side}{bone}"] for bone in HAND_BONES]
    above = [parents[bone] for bone in bones]
    fingers = rotation.multiply(rotation.conjugate(rotations[0, above]), rotations[0, bones])
    return points, rotations[0, index[f"{side}Hand"]], forearm / np.linalg.norm(forearm), fingers


def make_shard(seed: int, poses: int) -> HandSamples:
    """One person's hands in `poses` random poses, rendered and read."""
    from ..features.mediapipe_regions import HandReader

    rng = np.random.default_rng([seed, 0x4A4D])
    performer = Performer.random(10_000 + seed)
    rows: list[tuple[Any, ...]] = []
    reader = HandReader()
    hips = np.zeros((1, 3))
    with Renderer(_PICTURE, _PICTURE, samples=2) as renderer:
        for _ in range(poses):
            rotations = random_pose(rng, performer.skeleton)
            body = performer.pose(rotations=rotations[0], hips=hips[0])
            light = Light.random(rng)
            for side in ("left", "right"):
                points, hand, forearm, fingers = truth_of(performer.skeleton, rotations, hips, side)
                view = _view_of(points, rng)
                image, scale = _picture(renderer, performer, body, view, light, rng)
                region = _jittered(hand_region(view.project(points) * scale), rng)
                read = reader.read(image, region)
                if read is None:
                    continue
                pixels = (read.points - (image.shape[1] / 2, image.shape[0] / 2, 0.0)) / (scale * view.focal_px)
                palm = float(np.linalg.norm((view.project(points)[9] - view.project(points)[0]) * scale))
                true = to_camera(view.in_camera(points))
                rows.append(
                    (pixels, read.world, np.float64(read.leftness), true, hand, forearm, fingers,
                     np.float64(side == "left"), np.float64(palm))
                )  # fmt: skip
    reader.close()
    return HandSamples(*(np.array(column, dtype=np.float32) for column in zip(*rows, strict=True)))


def ideal_samples(rng: np.random.Generator, skeletons: Sequence[Skeleton], count: int) -> HandSamples:
    """Hands seen without error, for the poses and people that rendering is too slow for."""
    rows: list[tuple[Any, ...]] = []
    hips = np.zeros((1, 3))
    while len(rows) < count:
        skeleton = skeletons[int(rng.integers(len(skeletons)))]
        rotations = random_pose(rng, skeleton)
        for side in ("left", "right"):
            points, hand, forearm, fingers = truth_of(skeleton, rotations, hips, side)
            view = _view_of(points, rng)
            true = to_camera(view.in_camera(points))
            rays = true[:, :2] / true[:, 2:]
            depth = (true[:, 2:] - true[:1, 2:]) / true[:1, 2:]
            world = true - true[[0, 5, 9, 13, 17]].mean(axis=0)
            rows.append(
                (np.concatenate((rays, depth), axis=1), world, np.float64(side == "left"), true, hand, forearm,
                 fingers, np.float64(side == "left"), np.float64(100.0))
            )  # fmt: skip
    return HandSamples(*(np.array(column, dtype=np.float32) for column in zip(*rows, strict=True)))


def _view_of(points: Floats, rng: np.random.Generator) -> View:
    """A level camera straight in front of a hand [21, 3], from arm's length to across the room."""
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    distance = float(np.exp(rng.uniform(np.log(0.35), np.log(4.5))))
    x, y, z = (float(value) for value in middle)
    spread = float(max(np.ptp(points[:, 0]), np.ptp(points[:, 2]), 0.06))
    focal = _PICTURE * rng.uniform(0.42, 0.55) * distance / spread
    return View(_PICTURE, _PICTURE, float(focal), (x, y - distance, z))


def _picture(
    renderer: Renderer, performer: Performer, body: PosedBody, view: View, light: Light, rng: np.random.Generator
) -> tuple[Floats, float]:
    """The picture as a camera that sees the hand small, noisy and compressed would deliver it; and its scale."""
    image = renderer.render(performer, body, view, light, random_background(rng, _PICTURE, _PICTURE))
    scale = float(np.exp(rng.uniform(np.log(0.16), 0.0)))
    side = max(24, round(_PICTURE * scale))
    image = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    noisy = image + rng.normal(0, rng.exponential(3.0), image.shape)
    image = np.clip(noisy, 0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 96))])
        image = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    return np.ascontiguousarray(image, dtype=np.uint8), side / _PICTURE


def _jittered(region: Region, rng: np.random.Generator) -> Region:
    """As tracking from the picture before would have placed it."""
    x, y = rng.normal(0, 0.03, 2) * region.side
    return Region(
        region.x + float(x), region.y + float(y), region.side * float(np.exp(rng.normal(0, 0.07))),
        region.turn + float(rng.normal(0, 0.1)),
    )  # fmt: skip


def save_shard(path: Path, samples: HandSamples) -> None:
    with path.with_suffix(".part").open("wb") as file:
        np.savez_compressed(file, **{f.name: getattr(samples, f.name) for f in fields(samples)})
    path.with_suffix(".part").replace(path)


def load_shard(path: Path) -> HandSamples:
    with np.load(path, allow_pickle=False) as arrays:
        return HandSamples(**{name: arrays[name] for name in arrays.files})


def load_shards(folder: Path) -> list[HandSamples]:
    """All shards of a folder, in the order of their names."""
    return [load_shard(path) for path in sorted(folder.glob("hands-*.npz"))]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shards", type=int, default=40)
    parser.add_argument("--poses", type=int, default=250)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    for seed in range(options.first, options.first + options.shards):
        path = options.folder / f"hands-{seed:04d}.npz"
        if not path.exists():
            save_shard(path, make_shard(seed, options.poses))


if __name__ == "__main__":
    main()
