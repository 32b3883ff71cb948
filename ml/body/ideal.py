"""What a detector without error would see of a posed skeleton: for tests, and as the bound of a solver."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..camera import Camera
from ..features.arrays import Features, empty_features
from ..take import CAPTURED_BONES, STANDARD_REST, joint_positions, parent_indices, rotation
from .bank import BODY_COLUMNS, BODY_PARENTS
from .landmarks import (
    ANKLE,
    EARS,
    ELBOW,
    EYES,
    HEEL,
    HIP,
    INDEX,
    KNEE,
    NOSE,
    PINKY,
    SHOULDER,
    SIDES,
    TOE,
    WRIST,
    Floats,
)
from .proportions import STANDARD, standing_size

_HEAD_MARKS = {
    NOSE: (0.0, -0.115, 0.055),
    EYES[0]: (0.032, -0.08, 0.085), EYES[1]: (-0.032, -0.08, 0.085),
    EARS[0]: (0.075, 0.0, 0.07), EARS[1]: (-0.075, 0.0, 0.07),
}  # fmt: skip
"""Metres from the head's joint in the T-pose."""
_JOINT_MARKS = {
    "UpperArm": SHOULDER, "LowerArm": ELBOW, "Hand": WRIST, "IndexProximal": INDEX, "LittleProximal": PINKY,
    "UpperLeg": HIP, "LowerLeg": KNEE, "Foot": ANKLE,
}  # fmt: skip
_FINGERS = (
    ("Thumb", ("Metacarpal", "Proximal", "Distal")),
    *((finger, ("Proximal", "Intermediate", "Distal")) for finger in ("Index", "Middle", "Ring", "Little")),
)


def ideal_features(
    rotations: Floats, hips: Floats, camera: Camera, camera_position: Floats, fps: float, rest: Floats | None = None
) -> Features:
    """Features of a skeleton of CAPTURED_BONES ([T, 52, 4], [T, 3]) seen by a level camera looking along +Y."""
    rest = np.array([STANDARD_REST[name] for name in CAPTURED_BONES]) if rest is None else rest
    joints = joint_positions(rotations, hips, rest, parent_indices(CAPTURED_BONES))
    count = len(joints)
    stage = np.full((count, 33, 3), np.nan)
    for name, column in ((name, i) for i, name in enumerate(CAPTURED_BONES)):
        side = "left" if name.startswith("left") else "right"
        mark = _JOINT_MARKS.get(name.removeprefix("left").removeprefix("right"))
        if mark:
            stage[:, mark[side]] = joints[:, column]
    head = CAPTURED_BONES.index("head")
    for mark, offset in _HEAD_MARKS.items():
        stage[:, mark] = joints[:, head] + rotation.rotate(rotations[:, head], np.array(offset))
    for side in SIDES:
        foot = CAPTURED_BONES.index(f"{side}Foot")
        ankle, sole = joints[:, foot], 0.02 - rest[foot, 2]
        stage[:, HEEL[side]] = ankle + rotation.rotate(rotations[:, foot], np.array((0.0, 0.05, sole)))
        stage[:, TOE[side]] = ankle + rotation.rotate(rotations[:, foot], np.array((0.0, -0.19, sole)))
    missing = np.isnan(stage).any(axis=(0, 2))
    stage[:, missing] = stage[:, [NOSE]]  # mouth corners, inner and outer eyes, thumbs: not read by any solver
    seen = empty_features(np.arange(count) / fps, (camera.width, camera.height))
    middle = stage[:, [*HIP.values()]].mean(axis=1, keepdims=True)
    pixels = camera.project(_camera_axes(stage - camera_position))
    arrays = {
        "pose_world": _camera_axes(stage - middle),
        "pose_image": np.concatenate((pixels, np.zeros_like(pixels[..., :1])), axis=-1),
        "pose_visibility": np.ones((count, 33)),
        "pose_confidence": np.ones(count),
    }
    for side in SIDES:
        hand = _hand_points(joints, rotations, side)
        arrays[f"{side}_hand_world"] = _camera_axes(hand - hand[:, [0, 5, 17]].mean(axis=1, keepdims=True))
        arrays[f"{side}_hand"] = np.concatenate(
            (camera.project(_camera_axes(hand - camera_position)), np.zeros((count, 21, 1))), axis=-1
        )
        arrays[f"{side}_hand_confidence"] = np.ones(count)
    return replace(seen, **{name: value.astype(np.float32) for name, value in arrays.items()})


def ideal_reading(rotations: Floats, hips: Floats, camera_position: Floats, rest: Floats | None = None) -> Floats:
    """Readings [T, READING] (see `looks.read_looks`) without error of the same skeleton."""
    rest = np.array([STANDARD_REST[name] for name in CAPTURED_BONES]) if rest is None else rest
    own, turns = rest[BODY_COLUMNS], rotations[:, BODY_COLUMNS]
    scale = standing_size(STANDARD) / standing_size(own)
    joints = scale * joint_positions(turns, np.zeros_like(hips), own, BODY_PARENTS)
    distance = np.log(scale * np.linalg.norm(hips - camera_position, axis=1))
    columns = rotation.to_matrix(turns)[..., :2]
    count = len(turns)
    return np.concatenate((joints.reshape(count, -1), columns.reshape(count, -1), distance[:, None]), axis=1)


def _camera_axes(stage: Floats) -> Floats:
    """Stage axes to x right, y down, z away."""
    return np.stack((stage[..., 0], -stage[..., 2], stage[..., 1]), axis=-1)


def _hand_points(joints: Floats, rotations: Floats, side: str) -> Floats:
    points = np.zeros((len(joints), 21, 3))
    points[:, 0] = joints[:, CAPTURED_BONES.index(f"{side}Hand")]
    for number, (finger, parts) in enumerate(_FINGERS):
        columns = [CAPTURED_BONES.index(f"{side}{finger}{part}") for part in parts]
        points[:, 1 + 4 * number : 4 + 4 * number] = joints[:, columns]
        tip = 0.85 * np.subtract(STANDARD_REST[f"{side}{finger}{parts[2]}"], STANDARD_REST[f"{side}{finger}{parts[1]}"])
        points[:, 4 + 4 * number] = joints[:, columns[2]] + rotation.rotate(rotations[:, columns[2]], tip)
    return points
