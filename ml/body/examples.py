"""Clips as the network learns from them: what it is given beside what is true, in facing axes; and varied copies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..take import joint_positions, rotation
from .bank import BODY_PARENTS, MIRRORED_BONES
from .curves import resampled, resampled_points, smooth_noise
from .data import BodyClip
from .proportions import STANDARD, standing_size
from .seen import (
    MARKS,
    MIRRORED_FEET,
    MIRRORED_MARKS,
    NETWORK_FPS,
    channels_of,
    look,
    resampling_places,
)

Floats = NDArray[np.float32]

_FLIP: Final = np.array([-1.0, 1.0, 1.0], dtype=np.float32)
_POINTS: Final = len(MARKS)


@dataclass(frozen=True)
class Example:
    """T frames at NETWORK_FPS."""

    picture: Floats
    """[T, 29, 2]"""
    world: Floats
    """[T, 29, 3]"""
    visibility: Floats
    """[T, 29]"""
    feet: Floats
    """[T, 6, 2] metres per second."""
    frame: Floats
    """[T, 5] seen, axis x and z, log distance, waver."""
    first: Floats
    """[T, 22, 3, 3] the first solver's rotations."""
    read: Floats
    """[T, 22, 3, 3] those read from the picture alone."""
    read_joints: Floats
    """[T, 22, 3]"""
    read_distance: Floats
    """[T, 1]"""
    turns: Floats
    """[T, 22, 3, 3]"""
    up: Floats
    """[T, 3]"""
    place: Floats
    """[T, 3]"""
    contacts: Floats
    """[T, 4]"""
    rest: Floats
    """[22, 3] metres."""

    def __len__(self) -> int:
        return len(self.picture)


TIMED: Final = (
    "picture", "world", "visibility", "feet", "frame", "first", "read", "read_joints", "read_distance", "turns", "up",
    "place", "contacts",
)  # fmt: skip
"""The arrays that have a row for each frame."""


def make_example(clip: BodyClip) -> Example | None:
    """None for a clip in which nobody was found."""
    seen = look(clip.image, clip.world, clip.visibility, clip.reading, clip.camera, clip.fps)
    if seen is None:
        return None
    places = resampling_places(len(clip.image), clip.fps)
    turn = resampled(clip.camera_turn.astype(np.float64), places)
    position = resampled_points(clip.camera_position.astype(np.float64), places)
    to_facing = rotation.multiply(rotation.conjugate(seen.facing), rotation.conjugate(turn))
    rotations = resampled(clip.rotations.astype(np.float64), places)
    # One camera cannot tell a tall person from a near one: everybody is as tall as the standard adult.
    scale = standing_size(STANDARD) / standing_size(clip.rest)
    hips = scale * rotation.rotate(to_facing, resampled_points(clip.hips.astype(np.float64), places) - position)
    ahead = np.maximum(hips[:, 1], 0.2)
    contacts = clip.contacts[np.rint(places).astype(int)]
    return Example(
        picture=seen.picture.astype(np.float32),
        world=seen.world.astype(np.float32),
        visibility=seen.visibility.astype(np.float32),
        feet=seen.feet.astype(np.float32),
        frame=seen.frame().astype(np.float32),
        first=seen.first.astype(np.float32),
        read=seen.read.astype(np.float32),
        read_joints=seen.read_joints.astype(np.float32),
        read_distance=seen.read_distance.astype(np.float32),
        turns=rotation.to_matrix(rotation.multiply(to_facing[:, None], rotations)).astype(np.float32),
        up=rotation.rotate(to_facing, np.array((0.0, 0.0, 1.0))).astype(np.float32),
        place=np.column_stack(
            (np.log(ahead / seen.distance), hips[:, [0, 2]] / ahead[:, None] * seen.distance[:, None])
        ).astype(np.float32),
        contacts=contacts.astype(np.float32),
        rest=(scale * clip.rest).astype(np.float32),
    )


def mirrored(example: Example) -> Example:
    """The example in a mirror."""
    flip = np.diag(_FLIP)
    frame = example.frame.copy()
    frame[:, 1] *= -1
    place = example.place * np.array((1, -1, 1), dtype=np.float32)
    return replace(
        example,
        picture=example.picture[:, MIRRORED_MARKS] * _FLIP[[0, 2]],
        world=example.world[:, MIRRORED_MARKS] * _FLIP,
        visibility=example.visibility[:, MIRRORED_MARKS],
        feet=example.feet[:, MIRRORED_FEET] * _FLIP[[0, 2]],
        frame=frame,
        first=flip @ example.first[:, MIRRORED_BONES] @ flip,
        read=flip @ example.read[:, MIRRORED_BONES] @ flip,
        read_joints=example.read_joints[:, MIRRORED_BONES] * _FLIP,
        turns=flip @ example.turns[:, MIRRORED_BONES] @ flip,
        up=example.up * _FLIP,
        place=place,
        contacts=example.contacts[:, [2, 3, 0, 1]],
        rest=example.rest[MIRRORED_BONES] * _FLIP,
    )


def rolled(example: Example, radians: float) -> Example:
    """The example seen by a camera rolled about its axis."""
    c, s = np.cos(radians), np.sin(radians)
    turn = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=np.float32)
    flat = turn[np.ix_([0, 2], [0, 2])]
    frame, place = example.frame.copy(), example.place.copy()
    frame[:, 1:3] = frame[:, 1:3] @ flat.T
    place[:, 1:] = place[:, 1:] @ flat.T
    return replace(
        example, picture=example.picture @ flat.T, world=example.world @ turn.T, feet=example.feet @ flat.T,
        frame=frame, first=turn @ example.first, read=turn @ example.read, read_joints=example.read_joints @ turn.T,
        turns=turn @ example.turns, up=example.up @ turn.T, place=place,
    )  # fmt: skip


def scaled(example: Example, factor: float) -> Example:
    """The example with all distances judged `factor` times as large, as another lens would have them."""
    frame, place = example.frame.copy(), example.place.copy()
    frame[:, 3] += np.log(factor)
    place[:, 1:] *= factor
    place[:, 0] -= np.log(factor)
    size = np.float32(factor)
    return replace(
        example, picture=example.picture * size, feet=example.feet * size, frame=frame, place=place,
        read_distance=example.read_distance - np.log(size),
    )  # fmt: skip


def backwards(example: Example) -> Example:
    """The example running backwards in time."""
    turned = {name: getattr(example, name)[::-1].copy() for name in TIMED}
    return replace(example, **turned | {"feet": -turned["feet"]})


def disturbed(example: Example, rng: np.random.Generator) -> Example:
    """With more of the detector's faults: trembling, lost points, lost frames."""
    picture, world, visibility = example.picture.copy(), example.world.copy(), example.visibility.copy()
    frame, count = example.frame.copy(), len(example)
    tremble = float(rng.choice([0.0, rng.uniform(0, 0.012), rng.uniform(0, 0.03)], p=[0.3, 0.5, 0.2]))
    picture += rng.normal(0, 1, picture.shape) * tremble
    world += rng.normal(0, 1, world.shape) * tremble * (1.0, 2.0, 1.0)
    first, feet = example.first, example.feet
    if tremble > 0:
        feet = (feet + smooth_noise(rng, count, feet.shape[1:], NETWORK_FPS, 0.15) * tremble * 4).astype(np.float32)
        noise = smooth_noise(rng, count, (*first.shape[1:2], 3), NETWORK_FPS, 0.12) * tremble * 4
        first = (rotation.to_matrix(rotation.from_rotvec(noise)) @ first).astype(np.float32)
    read, read_joints = example.read, example.read_joints
    if rng.random() < 0.4:
        # Real pictures are read worse than rendered ones: errors that stay for a while, in bones and joints alike.
        size, wander = float(rng.uniform(0, 0.15)), float(rng.uniform(0.15, 0.8))
        noise = smooth_noise(rng, count, (read.shape[1], 3), NETWORK_FPS, wander) * size
        read = (rotation.to_matrix(rotation.from_rotvec(noise)) @ read).astype(np.float32)
        own = smooth_noise(rng, count, read_joints.shape[1:], NETWORK_FPS, wander) * 0.2 * size
        read_joints = (read_joints + own).astype(np.float32)
    if rng.random() < 0.25:
        for _ in range(int(rng.integers(1, 4))):
            mark, begin = int(rng.integers(0, _POINTS)), int(rng.integers(0, count))
            end = begin + int(rng.integers(1, 20))
            shift = rng.normal(0, 0.12, 3)
            picture[begin:end, mark] += shift[:2]
            world[begin:end, mark] += shift
            visibility[begin:end, mark] *= rng.uniform(0, 0.8)
    if rng.random() < 0.1 and count > 12:
        begin = int(rng.integers(0, count - 4))
        end = min(count - 1, begin + int(rng.integers(2, 15)))
        share = np.linspace(0, 1, end - begin, dtype=np.float32)
        for points in (picture, world):
            shape = (-1, *([1] * (points.ndim - 1)))
            points[begin:end] = points[begin] * (1 - share.reshape(shape)) + points[end] * share.reshape(shape)
        visibility[begin:end], frame[begin:end, 0] = 0.0, 0.0
    return replace(
        example, picture=picture.astype(np.float32), world=world.astype(np.float32), visibility=visibility,
        frame=frame, feet=feet, first=first, read=read, read_joints=read_joints,
    )  # fmt: skip


def varied(example: Example, rng: np.random.Generator, window: int) -> Example:
    """A random piece of at most `window` frames, varied at random."""
    length = min(len(example), window)
    if rng.random() < 0.25:
        length = min(length, int(rng.integers(8, window)))
    begin = int(rng.integers(0, len(example) - length + 1))
    example = replace(example, **{name: getattr(example, name)[begin : begin + length] for name in TIMED})
    if rng.random() < 0.5:
        example = mirrored(example)
    if rng.random() < 0.15:
        example = backwards(example)
    if rng.random() < 0.5:
        example = rolled(example, float(rng.normal(0, np.radians(5))))
    if rng.random() < 0.5:
        example = scaled(example, float(np.exp(rng.normal(0, 0.07))))
    return disturbed(example, rng)


@dataclass(frozen=True)
class Batch:
    """B windows of T frames; where `inside` is 0 there is no frame."""

    channels: Tensor
    inside: Tensor
    read: Tensor
    turns: Tensor
    up: Tensor
    place: Tensor
    contacts: Tensor
    rest: Tensor
    """[B, 22, 3]"""


def make_batch(examples: list[Example], window: int) -> Batch:
    """Examples of at most `window` frames, side by side, at the beginning of their windows."""

    def together(arrays: list[Floats]) -> Tensor:
        full = np.zeros((len(arrays), window, *arrays[0].shape[1:]), dtype=np.float32)
        for row, array in zip(full, arrays, strict=True):
            row[: len(array)] = array
        return torch.from_numpy(full)

    return Batch(
        channels=together(
            [
                channels_of(
                    e.picture, e.world, e.visibility, e.first, e.read, e.read_joints, e.read_distance, e.feet, e.frame
                )
                for e in examples
            ]
        ),
        inside=together([np.ones(len(e), dtype=np.float32) for e in examples]),
        read=together([e.read for e in examples]),
        turns=together([e.turns for e in examples]),
        up=together([e.up for e in examples]),
        place=together([e.place for e in examples]),
        contacts=together([e.contacts for e in examples]),
        rest=torch.from_numpy(np.stack([e.rest for e in examples])),
    )


def example_joints(example: Example) -> NDArray[np.float64]:
    """True joints [T, 22, 3] about the hips, facing axes."""
    turns = rotation.from_matrix(example.turns)
    return joint_positions(turns, np.zeros((len(example), 3)), example.rest, BODY_PARENTS)


assert NETWORK_FPS == 30.0
