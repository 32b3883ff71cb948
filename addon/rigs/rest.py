"""Reading a Blender armature into plain arrays."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ..datablocks import armature_data, constraints_of, pose_bones
from ..retarget.rig import RigRest

_DECIDING = frozenset({
    "COPY_TRANSFORMS", "COPY_ROTATION", "IK", "SPLINE_IK", "STRETCH_TO", "DAMPED_TRACK", "TRACK_TO", "LOCKED_TRACK",
    "TRANSFORM", "ARMATURE", "ACTION", "CHILD_OF",
})  # fmt: skip
"""Constraints that put a bone elsewhere than its keys do."""
_NEARLY = 0.999
_COPIERS = ("ORG-", "DEF-", "MCH-")
"""Rigify's mechanism bones: one that copies a control stands for that control."""


def read_rest(armature: bpy.types.Object) -> RigRest:
    """The armature's rest pose, constraints and rotation modes; nothing in the scene is changed."""
    bones = list(armature_data(armature).bones)
    place = {bone.name: i for i, bone in enumerate(bones)}
    count = len(bones)
    matrices = np.array([np.array(bone.matrix_local) for bone in bones]).reshape(count, 4, 4)
    posed = [pose_bones(armature)[bone.name] for bone in bones]
    world = np.array(armature.matrix_world)[:3, :3]
    return RigRest(
        names=tuple(place),
        parents=np.array([_carrier(armature, pose_bone, place) for pose_bone in posed], dtype=np.int64),
        holders=np.array([-1 if b.parent is None else place[b.parent.name] for b in bones], dtype=np.int64),
        heads=matrices[:, :3, 3].copy(),
        tails=np.array([bone.tail_local for bone in bones], dtype=np.float64).reshape(count, 3),
        axes=_pure_rotation(matrices[:, :3, :3]),
        modes=tuple(pose_bone.rotation_mode for pose_bone in posed),
        inherits=np.array([bone.use_inherit_rotation for bone in bones], dtype=bool),
        connected=np.array([bone.use_connect and bone.parent is not None for bone in bones], dtype=bool),
        local_location=np.array([bone.use_local_location for bone in bones], dtype=bool),
        constrained=np.array([_is_constrained(pose_bone) for pose_bone in posed], dtype=bool),
        locked=np.array([all(pose_bone.lock_location) for pose_bone in posed], dtype=bool),
        world_rotation=_pure_rotation(world[None])[0],
    )


def _pure_rotation(matrices: np.ndarray) -> np.ndarray:
    """The nearest rotations [..., 3, 3] to matrices that may also scale or mirror (polar decomposition)."""
    u, _, v = np.linalg.svd(matrices)
    flip = np.linalg.det(u @ v) < 0
    u[flip, :, -1] *= -1
    return u @ v


def _carrier(armature: bpy.types.Object, bone: bpy.types.PoseBone, place: dict[str, int]) -> int:
    """The bone this one follows: its parent, or the control which a mechanism parent copies."""
    parent = bone.parent
    for _ in range(len(place)):
        if parent is None or not _is_mechanism(armature, parent.name):
            break
        copied = _copied_control(armature, parent) or _switched_parent(armature, parent)
        if copied is None:
            break
        parent = copied
    return -1 if parent is None else place[parent.name]


def _is_mechanism(armature: bpy.types.Object, name: str) -> bool:
    """Rigify marks mechanism by prefixes; in Auto-Rig Pro what is no control (c_...) is mechanism."""
    if name.startswith(_COPIERS):
        return True
    return not name.startswith("c_") and "c_root_master.x" in pose_bones(armature)


def _copied_control(armature: bpy.types.Object, bone: Any) -> bpy.types.PoseBone | None:
    """What the bone's first Copy Transforms takes over whole; of Rigify's FK and IK pair that is FK."""
    for constraint in constraints_of(bone):
        if constraint.type == "COPY_TRANSFORMS" and constraint.owner_space == "WORLD" and constraint.influence == 1:
            return pose_bones(armature).get(constraint.subtarget) if constraint.target == armature else None
    return None


def _switched_parent(armature: bpy.types.Object, bone: Any) -> bpy.types.PoseBone | None:
    """The bone that a mechanism bone follows as if it were its parent (Armature constraint with one full weight)."""
    for constraint in constraints_of(bone):
        if constraint.type == "ARMATURE" and not constraint.mute and constraint.influence == 1:
            whole = [t for t in constraint.targets if t.weight > _NEARLY and t.target == armature]
            others = [t for t in constraint.targets if _NEARLY >= t.weight > 1 - _NEARLY]
            return pose_bones(armature).get(whole[0].subtarget) if len(whole) == 1 and not others else None
    return None


def _is_constrained(bone: bpy.types.PoseBone) -> bool:
    return any(c.type in _DECIDING and not c.mute and c.influence > 0 for c in constraints_of(bone))
