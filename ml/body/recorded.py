"""Motion capture clips as motions of a take: bones, conventions, and a performer's own proportions."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import CAPTURED_BONES, joint_positions, parent_indices, rotation
from .analytic import Motion

Floats = NDArray[np.float64]

_HINGE_TILT: Final = 30.0
"""Degrees by which the elbow's hinge of the CMU skeleton lies off the vertical in its T-pose; a take's is vertical."""


def load_clip(path: Path, start: int = 0, count: int | None = None) -> Motion:
    """A stretch of a motion capture clip (.npz, 22 bones) under the take's T-pose."""
    with np.load(path, allow_pickle=False) as clip:
        names = tuple(str(name) for name in clip["bone_names"])
        part = slice(start, None if count is None else start + count)
        rotations = rotation.normalize(clip["rotations"][part])
        return Motion(
            path.stem, float(clip["fps"]), names, upright_elbows(names, rotations),
            clip["hips_position"][part].astype(np.float64), clip["rest_positions"].astype(np.float64),
        )  # fmt: skip


def upright_elbows(names: tuple[str, ...], rotations: Floats) -> Floats:
    """Rotations whose elbows bend about the vertical of the T-pose, the bones' directions unchanged."""
    turned = rotations.copy()
    roll = rotation.from_rotvec((-np.radians(_HINGE_TILT), 0.0, 0.0))
    for name in ("leftUpperArm", "leftLowerArm", "rightUpperArm", "rightLowerArm"):
        bone = names.index(name)
        turned[:, bone] = rotation.multiply(rotations[:, bone], roll)
    return turned


def on_body(motion: Motion, rest_positions: Floats, rotations: Floats) -> Motion:
    """The motion on another body (CAPTURED_BONES): the path scaled by the legs, the floor put under the feet.

    rotations [T, 52, 4]: the motion's, with the fingers it may lack.
    """
    scale = _leg_length(CAPTURED_BONES, rest_positions) / _leg_length(motion.bone_names, motion.rest_positions)
    hips = motion.hips_position * scale
    joints = joint_positions(rotations, hips, rest_positions, parent_indices(CAPTURED_BONES))
    feet = [CAPTURED_BONES.index(name) for name in ("leftToes", "rightToes", "leftFoot", "rightFoot")]
    lowest = (joints[:, feet, 2] - rest_positions[feet, 2]).min(axis=1)
    hips[:, 2] -= np.percentile(lowest, 20)
    return Motion(motion.name, motion.fps, CAPTURED_BONES, rotations, hips, rest_positions)


def _leg_length(names: tuple[str, ...], rest: Floats) -> float:
    thigh, shin, foot = (rest[names.index(f"left{part}")] for part in ("UpperLeg", "LowerLeg", "Foot"))
    return float(np.linalg.norm(shin - thigh) + np.linalg.norm(foot - shin))
