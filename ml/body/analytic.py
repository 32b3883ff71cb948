"""Motions made from formulas, so that there is truth without any recording: arm raises, squats, a turn, a walk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import BONE_PARENTS, CAPTURED_BONES, STANDARD_REST, joint_positions, parent_indices, rotation

Floats = NDArray[np.float64]

_X, _Y, _Z = np.eye(3)


@dataclass(frozen=True)
class Motion:
    """T frames of a body in stage axes, as a take holds it."""

    name: str
    fps: float
    bone_names: tuple[str, ...]
    rotations: Floats
    """[T, J, 4] global, wxyz, from the T-pose."""
    hips_position: Floats
    """[T, 3] metres."""
    rest_positions: Floats
    """[J, 3] metres."""

    @property
    def joints(self) -> Floats:
        """[T, J, 3] joint heads."""
        parents = parent_indices(self.bone_names)
        return joint_positions(self.rotations, self.hips_position, self.rest_positions, parents)


def turn(axis: Floats, degrees: NDArray[np.number]) -> Floats:
    """Rotations [T, 4] about one axis [3] by angles [T] in degrees."""
    return rotation.from_rotvec(np.radians(degrees)[:, None] * axis)


def from_locals(
    name: str, local: Mapping[str, Floats], count: int, fps: float, hips_xy: Floats | None = None
) -> Motion:
    """A motion of the standard adult from each bone's turn relative to its parent [T, 4], its lower foot at Z = 0.

    hips_xy [T, 2]: where the hips are over the floor.
    """
    turns: dict[str, Floats] = {}
    still = np.tile(rotation.IDENTITY, (count, 1))
    for bone in CAPTURED_BONES:
        own, parent = local.get(bone, still), BONE_PARENTS[bone]
        turns[bone] = own if parent is None else rotation.multiply(turns[parent], own)
    rotations = np.stack([turns[bone] for bone in CAPTURED_BONES], axis=1)
    rest = np.array([STANDARD_REST[bone] for bone in CAPTURED_BONES])
    joints = joint_positions(rotations, np.zeros((count, 3)), rest, parent_indices(CAPTURED_BONES))
    hips = np.zeros((count, 3))
    if hips_xy is not None:
        hips[:, :2] = hips_xy
    heights = [
        joints[:, CAPTURED_BONES.index(bone), 2] - STANDARD_REST[bone][2]
        for bone in ("leftFoot", "rightFoot", "leftToes", "rightToes")
    ]
    hips[:, 2] = -np.min(heights, axis=0)
    return Motion(name, fps, CAPTURED_BONES, rotations, hips, rest)


def _relaxed(count: int) -> dict[str, Floats]:
    """Arms hanging with slightly bent elbows, fingers a little curled."""
    steady = np.ones(count)
    local: dict[str, Floats] = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        local[f"{side}UpperArm"] = turn(_Y, sign * 72 * steady)
        local[f"{side}LowerArm"] = turn(_Z, -sign * 18 * steady)
        for finger in ("Index", "Middle", "Ring", "Little"):
            for part, curl in (("Proximal", 15), ("Intermediate", 22), ("Distal", 12)):
                local[f"{side}{finger}{part}"] = turn(_Y, sign * curl * steady)
    return local


def arm_raise(count: int = 90, fps: float = 30.0) -> Motion:
    """Both arms from hanging to above the head through the side, one after the other, and an elbow bend."""
    phase = np.linspace(0, 1, count)
    local = _relaxed(count)
    for side, sign, begin in (("left", 1.0, 0.05), ("right", -1.0, 0.3)):
        up = np.sin(np.pi * np.clip((phase - begin) / 0.65, 0, 1)) ** 2
        local[f"{side}UpperArm"] = turn(_Y, sign * (72 - 130 * up))
        local[f"{side}LowerArm"] = turn(_Z, -sign * (18 + 70 * up * (1 - up) * 4))
    return from_locals("arm raise", local, count, fps)


def squat(count: int = 90, fps: float = 30.0) -> Motion:
    """Two squats with the arms held forward."""
    bend = 0.5 - 0.5 * np.cos(4 * np.pi * np.linspace(0, 1, count))
    local = _relaxed(count)
    local["hips"] = turn(_X, 25 * bend)
    local["spine"] = turn(_X, 8 * bend)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        local[f"{side}UpperLeg"] = turn(_X, -(25 + 80) * bend)
        local[f"{side}LowerLeg"] = turn(_X, 110 * bend)
        local[f"{side}Foot"] = turn(_X, -30 * bend)
        lifted = rotation.multiply(turn(_Z, -sign * 80 * bend), turn(_Y, sign * 72 * (1 - bend)))
        local[f"{side}UpperArm"] = lifted
    return _planted(from_locals("squat", local, count, fps))


def turn_around(count: int = 120, fps: float = 30.0) -> Motion:
    """A full turn on the spot with bent elbows."""
    yaw = 360 * _eased(np.linspace(0, 1, count))
    local = _relaxed(count)
    local["hips"] = turn(_Z, yaw)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        local[f"{side}LowerArm"] = turn(_Z, -sign * np.full(count, 60.0))
    return from_locals("turn", local, count, fps)


def walk(count: int = 120, fps: float = 30.0) -> Motion:
    """Steps towards the camera and to the side whose standing foot stays where it is."""
    time = np.arange(count) / fps
    stride = 2 * np.pi * 0.8 * time
    local = _relaxed(count)
    for side, sign, shift in (("left", 1.0, 0.0), ("right", -1.0, np.pi)):
        swing = np.sin(stride + shift)
        lift = np.clip(np.cos(stride + shift), 0, None)
        thigh, knee = 22 * swing + 12 * lift, 6 + 45 * lift
        local[f"{side}UpperLeg"] = turn(_X, -thigh)
        local[f"{side}LowerLeg"] = turn(_X, knee)
        local[f"{side}Foot"] = turn(_X, thigh - knee)
        arm = rotation.multiply(turn(_Y, np.full(count, sign * 74.0)), turn(_Z, -sign * -18 * swing))
        local[f"{side}UpperArm"] = arm
        local[f"{side}LowerArm"] = turn(_Z, -sign * (25 + 8 * swing))
    local["hips"] = turn(_Z, np.full(count, 20.0))
    return _planted(from_locals("walk", local, count, fps))


def _planted(motion: Motion) -> Motion:
    return replace(motion, hips_position=_carried(motion))


def _carried(motion: Motion) -> Floats:
    """The hips' way [T, 3] that keeps the lower foot where it stands."""
    joints, hips = motion.joints, motion.hips_position.copy()
    feet = joints[:, [CAPTURED_BONES.index("leftFoot"), CAPTURED_BONES.index("rightFoot")]]
    lower = feet[..., 2].argmin(axis=1)
    for frame in range(1, len(joints)):
        stands = lower[frame]
        slip = feet[frame, stands, :2] - feet[frame - 1, stands, :2]
        hips[frame, :2] = hips[frame - 1, :2] - slip
    return hips


def _eased(phase: Floats) -> Floats:
    return 0.5 - 0.5 * np.cos(np.pi * np.clip(phase, 0, 1))


MOTIONS: Final = {"arm raise": arm_raise, "squat": squat, "turn": turn_around, "walk": walk}
"""The built-in motions by name."""
