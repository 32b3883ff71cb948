"""Bones moved by the face: head and neck of a take without a body, eyes and jaw that have bones and no shape keys."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...ml.take import FACE_NAMES, Take, rotation
from .chains import followed_turn
from .pose import Character, Turns
from .rig import Floats

_NECK_SHARE = 0.4
"""Of the head's turn: how far the neck goes along when there is no body to say."""
_JAW_OPEN = np.radians(22.0)
_JAW_SIDEWAYS = np.radians(8.0)


def head_turns(take: Take, who: Character) -> Turns:
    """Head and neck by the face tracker alone."""
    if take.head_rotation is None:
        return {}
    head = rotation.normalize(take.head_rotation)
    turns: Turns = {}
    if "head" in who.bones:
        turns[who.bones["head"]] = head
        if "neck" in who.bones:
            share = np.full(len(head), _NECK_SHARE)
            turns[who.bones["neck"]] = rotation.slerp(np.broadcast_to(rotation.IDENTITY, head.shape), head, share)
    return turns


def eye_turns(take: Take, who: Character, turns: Turns, aims: Mapping[str, tuple[str, str]]) -> dict[str, Floats]:
    """Humanoid eye -> turn, by the take's own eye bones where it has them, else by its gaze, relative to the head.

    aims: humanoid eye -> (control, bone at whose head the eye turns), for rigs whose eyes follow a control.
    """
    looking: dict[str, Floats] = {}
    for side, name in enumerate(("leftEye", "rightEye")):
        bone = who.bones.get(name, who.rest.index.get(aims[name][1], -1) if name in aims else -1)
        if bone < 0:
            continue
        if take.bone_names is not None and name in take.bone_names and take.rotations is not None:
            looking[name] = rotation.normalize(take.rotations[:, take.bone_names.index(name)])
        elif take.gaze is not None:
            head = followed_turn(who, turns, int(who.rest.parents[bone]))
            looking[name] = rotation.multiply(head, gaze_turn(take.gaze[:, side]))
    return looking


def gaze_turn(gaze: Floats) -> Floats:
    """Yaw (towards +X) and pitch (up) in degrees [T, 2] -> turns [T, 4] of an eye that looks along -Y."""
    yaw, pitch = np.radians(np.asarray(gaze, dtype=np.float64)).T
    nothing = np.zeros_like(yaw)
    sideways = rotation.from_rotvec(np.stack([nothing, nothing, yaw], axis=-1))
    upwards = rotation.from_rotvec(np.stack([-pitch, nothing, nothing], axis=-1))
    return rotation.multiply(sideways, upwards)


def jaw_turn(take: Take, who: Character, turns: Turns) -> Turns:
    """The jaw bone, for faces without a shape key that opens the mouth."""
    if "jaw" not in who.bones or take.face_weights is None:
        return {}
    weight = {name: np.asarray(take.face_weights[:, i], dtype=np.float64) for i, name in enumerate(FACE_NAMES)}
    opened = weight["jawOpen"] * _JAW_OPEN
    sideways = (weight["jawLeft"] - weight["jawRight"]) * _JAW_SIDEWAYS
    turn = rotation.from_rotvec(np.stack([opened, np.zeros_like(opened), sideways], axis=-1))
    head = followed_turn(who, turns, int(who.rest.parents[who.bones["jaw"]]))
    return {who.bones["jaw"]: rotation.multiply(head, turn)}
