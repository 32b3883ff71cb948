"""From turns in stage axes to what Blender keys: rotations and locations in each bone's own rest axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...ml.take import rotation
from .chains import Heads, carried_head, followed_turn
from .euler import to_euler
from .pose import Character, Turns
from .rig import Floats


@dataclass(frozen=True)
class BoneChannel:
    """One animated property of a bone: `name` as in a pose bone (rotation_quaternion, location ...), values [T, K]."""

    bone: str
    name: str
    values: Floats


def rotation_channels(who: Character, turns: Turns) -> list[BoneChannel]:
    """For every bone that has a turn, in the form its rotation mode asks for."""
    bones = sorted(turns)
    if not bones:
        return []
    bases = _basis(who, turns, bones)
    channels: list[BoneChannel] = []
    for mode in sorted({who.rest.modes[bone] for bone in bones}):
        places = [place for place, bone in enumerate(bones) if who.rest.modes[bone] == mode]
        name, values = _in_mode(bases[:, places], mode)
        channels += [BoneChannel(who.rest.names[bones[p]], name, values[:, i]) for i, p in enumerate(places)]
    return channels


def _basis(who: Character, turns: Turns, bones: list[int]) -> Floats:
    """What each bone adds to its rest pose in its own axes, once its parent has turned: [T, B, 4], smooth over T."""
    rest = who.rest
    frames = max(len(turns[bone]) for bone in bones)

    def over_time(turn: Floats) -> Floats:
        return np.broadcast_to(turn, (frames, 4))

    own = np.stack([over_time(turns[bone]) for bone in bones], axis=1)
    carried = np.stack([over_time(_carrier_turn(who, turns, bone)) for bone in bones], axis=1)
    relative = rotation.multiply(rotation.conjugate(carried), own)
    # Stage axes -> armature axes -> the bone's rest axes.
    to_bone = rotation.from_matrix(np.swapaxes(rest.axes[bones], 1, 2) @ who.axes)
    basis = rotation.normalize(rotation.multiply(rotation.multiply(to_bone, relative), rotation.conjugate(to_bone)))
    start = np.where(basis[:1, :, :1] < 0, -1.0, 1.0)
    return rotation.continuous(basis * start)


def _carrier_turn(who: Character, turns: Turns, bone: int) -> Floats:
    parent = int(who.rest.parents[bone])
    return followed_turn(who, turns, parent) if parent >= 0 and who.rest.inherits[bone] else rotation.IDENTITY


def _in_mode(basis: Floats, mode: str) -> tuple[str, Floats]:
    """The pose bone's property and its values [T, B, K]."""
    if mode == "QUATERNION":
        return "rotation_quaternion", basis
    if mode == "AXIS_ANGLE":
        return "rotation_axis_angle", _axis_angle(basis)
    return "rotation_euler", to_euler(basis, mode)


def _axis_angle(basis: Floats) -> Floats:
    """Angle and axis [..., 4] of sign-continuous quaternions; any axis where the angle is 0."""
    sine = np.linalg.norm(basis[..., 1:], axis=-1, keepdims=True)
    axis: Floats = np.where(sine > 1e-9, basis[..., 1:] / np.maximum(sine, 1e-9), [0.0, 1.0, 0.0])
    angle: Floats = 2.0 * np.arctan2(sine, basis[..., :1])
    return np.concatenate([angle, axis], axis=-1)


def location_channel(who: Character, turns: Turns, heads: Heads, bone: int) -> BoneChannel:
    """Keys which put the bone's head at heads[bone] [T, 3] (stage axes), wherever its parents carry it."""
    rest = who.rest
    moved = heads[bone] - carried_head(who, turns, {b: h for b, h in heads.items() if b != bone}, bone)
    parent = int(rest.parents[bone])
    if parent >= 0:
        moved = rotation.rotate(rotation.conjugate(followed_turn(who, turns, parent)), moved)
    moved = moved @ who.axes.T
    # Without "local location" a bone is moved along its parent's axes (or the armature's), not its own.
    if rest.local_location[bone]:
        moved = moved @ rest.axes[bone]
    elif rest.holders[bone] >= 0:
        moved = moved @ rest.axes[rest.holders[bone]]
    return BoneChannel(rest.names[bone], "location", moved)
