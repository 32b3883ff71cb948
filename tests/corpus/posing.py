"""Blender's posing of bones in numpy, written from its rules and apart from the add-on's own kinematics: keys in, heads
out. A test compares it with Blender itself.

Rules: source/blender/blenkernel/intern/armature.cc, BKE_bone_parent_transform_calc_from_matrices.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from understudy.addon.retarget import BoneChannel
from understudy.addon.retarget.rig import Floats, RigRest
from understudy.ml.take import rotation

_AXES = {"X": 0, "Y": 1, "Z": 2}


def posed_heads(rest: RigRest, channels: Iterable[BoneChannel]) -> dict[str, Floats]:
    """Where each bone's head is under the keys [T, 3], armature space (no constraints, no scale)."""
    keys: dict[str, dict[str, Floats]] = {}
    frames = 1
    for channel in channels:
        keys.setdefault(channel.bone, {})[channel.name] = channel.values
        frames = max(frames, len(channel.values))
    turned: dict[int, Floats] = {}
    heads: dict[int, Floats] = {}
    for bone in rest.order:
        own = keys.get(rest.names[bone], {})
        parent = int(rest.parents[bone])
        basis = np.broadcast_to(_basis(own), (frames, 3, 3))
        if parent < 0:
            follow, head = np.broadcast_to(np.eye(3), (frames, 3, 3)), np.tile(rest.heads[bone], (frames, 1))
        else:
            follow = turned[parent] @ rest.axes[parent].T
            head = heads[parent] + np.einsum("tij,j->ti", follow, rest.heads[bone] - rest.heads[parent])
        if "location" in own:
            along = follow @ rest.axes[bone] if rest.local_location[bone] else follow
            if not rest.local_location[bone] and parent >= 0:
                along = turned[parent]
            head = head + np.einsum("tij,tj->ti", along, own["location"])
        carried = follow if rest.inherits[bone] else np.broadcast_to(np.eye(3), (frames, 3, 3))
        turned[bone], heads[bone] = carried @ rest.axes[bone] @ basis, head
    return {rest.names[bone]: head for bone, head in heads.items()}


def _basis(keys: dict[str, Floats]) -> Floats:
    """Rotation matrices [T, 3, 3] of a bone's keys."""
    for name, values in keys.items():
        if name == "rotation_quaternion":
            return rotation.to_matrix(values)
        if name == "rotation_axis_angle":
            return rotation.to_matrix(rotation.from_rotvec(values[:, :1] * values[:, 1:]))
        if name.startswith("rotation_euler"):
            order = name.partition(":")[2] or "XYZ"
            turn = np.eye(3)
            for letter in order:
                vector = np.zeros((len(values), 3))
                vector[:, _AXES[letter]] = values[:, _AXES[letter]]
                turn = rotation.to_matrix(rotation.from_rotvec(vector)) @ turn
            return turn
    return np.eye(3)[None]
