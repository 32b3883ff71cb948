"""How far one take is from another of the same performance, for example from the truth of a rendered clip."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .take import Take, joint_positions, parent_indices, rotation

Floats = NDArray[np.float64]

_STILL = 0.02
"""Weights that vary less than this (standard deviation) say nothing about a correlation."""

# Limb segments whose direction says most about a pose: (bone, the bone at its far end).
SEGMENTS = (
    ("hips", "neck"),
    ("neck", "head"),
    ("leftUpperArm", "leftLowerArm"),
    ("leftLowerArm", "leftHand"),
    ("rightUpperArm", "rightLowerArm"),
    ("rightLowerArm", "rightHand"),
    ("leftUpperLeg", "leftLowerLeg"),
    ("leftLowerLeg", "leftFoot"),
    ("rightUpperLeg", "rightLowerLeg"),
    ("rightLowerLeg", "rightFoot"),
)


@dataclass(frozen=True)
class Comparison:
    """Mean differences over the frames both takes cover; None where a part is missing in one of them."""

    frames: int
    face_weight_error: float | None
    """Mean absolute difference of the 52 weights, 0..1."""
    face_correlation: float | None
    """Mean Pearson correlation over the weights that move in the truth."""
    head_degrees: float | None
    gaze_degrees: float | None
    bone_direction_degrees: float | None
    """Mean angle between limb and trunk directions, each body turned as the camera saw it."""
    path_centimetres: float | None
    """Mean distance of the hips' ways over the floor, each from its own mean position."""

    def as_dict(self) -> dict[str, float | int | None]:
        return asdict(self)


def compare_takes(take: Take, truth: Take) -> Comparison:
    """Compare on the truth's times, reading the take at the nearest frame."""
    shared = (truth.times >= take.times[0] - 0.5 / take.fps) & (truth.times <= take.times[-1] + 0.5 / take.fps)
    nearest = np.abs(take.times[None, :] - truth.times[shared][:, None]).argmin(axis=1)

    def pair(ours: NDArray[Any] | None, theirs: NDArray[Any] | None) -> tuple[Floats, Floats] | None:
        """Both on the shared frames, or None where one of them lacks this part."""
        if ours is None or theirs is None:
            return None
        return np.asarray(ours[nearest], dtype=np.float64), np.asarray(theirs[shared], dtype=np.float64)

    face = pair(take.face_weights, truth.face_weights)
    head = pair(take.head_rotation, truth.head_rotation)
    gaze = pair(take.gaze, truth.gaze)
    limbs = pair(segment_directions(take), segment_directions(truth))
    path = pair(take.hips_position, truth.hips_position)
    return Comparison(
        frames=int(shared.sum()),
        face_weight_error=None if face is None else float(np.abs(face[0] - face[1]).mean()),
        face_correlation=None if face is None else moving_correlation(*face),
        head_degrees=None if head is None else float(np.degrees(rotation.angle(*head)).mean()),
        gaze_degrees=None if gaze is None else float(np.linalg.norm(gaze[0] - gaze[1], axis=-1).mean()),
        bone_direction_degrees=None if limbs is None else _mean_angle(*limbs),
        path_centimetres=None if path is None else _path_centimetres(*path),
    )


def moving_correlation(ours: Floats, theirs: Floats) -> float | None:
    """Mean Pearson correlation over the columns of [T, N] that move in the truth; None where none does."""
    moving = np.flatnonzero(theirs.std(axis=0) > _STILL)
    if not len(moving):
        return None
    return float(np.mean([_correlation(ours[:, i], theirs[:, i]) for i in moving]))


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    spread = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / spread) if spread > 1e-9 else 0.0


def _mean_angle(ours: Floats, theirs: Floats) -> float:
    """Mean angle in degrees between unit directions [T, S, 3]; NaN segments are left out."""
    cosine = np.clip(np.sum(ours * theirs, axis=-1), -1, 1)
    return float(np.degrees(np.nanmean(np.arccos(cosine))))


def _path_centimetres(ours: Floats, theirs: Floats) -> float:
    """Mean distance on the floor between two paths [T, 3] in metres, each from its own mean position."""
    apart = (ours - ours.mean(axis=0)) - (theirs - theirs.mean(axis=0))
    return float(100 * np.linalg.norm(apart[:, :2], axis=-1).mean())


def segment_directions(take: Take) -> Floats | None:
    """Unit directions [T, S, 3] of SEGMENTS, NaN where the take lacks one of the bones; None without a body."""
    if take.rotations is None or take.bone_names is None or take.hips_position is None or take.rest_positions is None:
        return None
    parents = parent_indices(take.bone_names)
    joints = joint_positions(take.rotations, take.hips_position, take.rest_positions, parents)
    index = {name: i for i, name in enumerate(take.bone_names)}
    directions = np.full((len(joints), len(SEGMENTS), 3), np.nan)
    for number, (start, end) in enumerate(SEGMENTS):
        if start in index and end in index:
            way = joints[:, index[end]] - joints[:, index[start]]
            directions[:, number] = way / np.maximum(np.linalg.norm(way, axis=-1, keepdims=True), 1e-9)
    return directions
