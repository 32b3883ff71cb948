"""How far one take is from another of the same performance, for example from the truth of a rendered clip."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from .take import Take, joint_positions, parent_indices, rotation

Floats = NDArray[np.float64]

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
    return Comparison(
        frames=int(shared.sum()),
        face_weight_error=_face_error(take, truth, nearest, shared),
        face_correlation=_face_correlation(take, truth, nearest, shared),
        head_degrees=_head_degrees(take, truth, nearest, shared),
        gaze_degrees=_gaze_degrees(take, truth, nearest, shared),
        bone_direction_degrees=_bone_degrees(take, truth, nearest, shared),
        path_centimetres=_path_centimetres(take, truth, nearest, shared),
    )


def _face_error(take: Take, truth: Take, nearest: Floats, shared: Floats) -> float | None:
    if take.face_weights is None or truth.face_weights is None:
        return None
    return float(np.abs(take.face_weights[nearest] - truth.face_weights[shared]).mean())


def _face_correlation(take: Take, truth: Take, nearest: Floats, shared: Floats) -> float | None:
    if take.face_weights is None or truth.face_weights is None:
        return None
    ours, theirs = take.face_weights[nearest], truth.face_weights[shared]
    moving = theirs.std(axis=0) > 0.02
    if not moving.any():
        return None
    return float(np.mean([_correlation(ours[:, i], theirs[:, i]) for i in np.flatnonzero(moving)]))


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    spread = np.linalg.norm(a) * np.linalg.norm(b)
    return float(a @ b / spread) if spread > 1e-9 else 0.0


def _head_degrees(take: Take, truth: Take, nearest: Floats, shared: Floats) -> float | None:
    if take.head_rotation is None or truth.head_rotation is None:
        return None
    return float(np.degrees(rotation.angle(take.head_rotation[nearest], truth.head_rotation[shared])).mean())


def _gaze_degrees(take: Take, truth: Take, nearest: Floats, shared: Floats) -> float | None:
    if take.gaze is None or truth.gaze is None:
        return None
    return float(np.linalg.norm(take.gaze[nearest] - truth.gaze[shared], axis=-1).mean())


def _bone_degrees(take: Take, truth: Take, nearest: Floats, shared: Floats) -> float | None:
    if take.rotations is None or truth.rotations is None:
        return None
    ours, theirs = segment_directions(take)[nearest], segment_directions(truth)[shared]
    cosine = np.clip(np.sum(ours * theirs, axis=-1), -1, 1)
    return float(np.degrees(np.nanmean(np.arccos(cosine))))


def segment_directions(take: Take) -> Floats:
    """Unit directions [T, S, 3] of SEGMENTS; NaN where the take lacks one of the bones."""
    assert take.bone_names is not None
    joints = joint_positions(take.rotations, take.hips_position, take.rest_positions, parent_indices(take.bone_names))
    index = {name: i for i, name in enumerate(take.bone_names)}
    directions = np.full((len(joints), len(SEGMENTS), 3), np.nan)
    for number, (start, end) in enumerate(SEGMENTS):
        if start in index and end in index:
            way = joints[:, index[end]] - joints[:, index[start]]
            directions[:, number] = way / np.maximum(np.linalg.norm(way, axis=-1, keepdims=True), 1e-9)
    return directions


def _path_centimetres(take: Take, truth: Take, nearest: Floats, shared: Floats) -> float | None:
    if take.hips_position is None or truth.hips_position is None:
        return None
    ours, theirs = take.hips_position[nearest][:, :2], truth.hips_position[shared][:, :2]
    apart = (ours - ours.mean(axis=0)) - (theirs - theirs.mean(axis=0))
    return float(100 * np.linalg.norm(apart, axis=-1).mean())
