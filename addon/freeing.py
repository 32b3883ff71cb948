"""Keys that would not show: constraints and drivers that decide over a keyed bone, and switching them off by keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from .datablocks import constraints_of, pose_bones
from .keyframes import Curve

Floats = NDArray[np.float64]

_DECIDING = frozenset({
    "COPY_TRANSFORMS", "COPY_ROTATION", "IK", "SPLINE_IK", "STRETCH_TO", "DAMPED_TRACK", "TRACK_TO", "LOCKED_TRACK",
    "TRANSFORM", "ARMATURE", "ACTION", "CHILD_OF", "COPY_LOCATION", "FOLLOW_PATH", "PIVOT", "TRANSFORM_CACHE",
    "LIMIT_ROTATION", "LIMIT_LOCATION", "LIMIT_DISTANCE", "CLAMP_TO", "FLOOR", "SHRINKWRAP",
})  # fmt: skip
_BODY = frozenset((
    "hips", "spine", "head",
    *(side + part for side in ("left", "right")
      for part in ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")),
))  # fmt: skip
_CHAINS = frozenset({"IK", "SPLINE_IK"})


def free_bones(armature: bpy.types.Object, keyed: Set[str], frame: Floats, free: bool) -> tuple[list[Curve], list[str]]:
    """Influence keys of 0 for constraints that would overrule keyed bones, and sentences about what holds bones.

    The constraints stay in the rig: only the new action switches them off. One whose influence a driver sets is
    switched off by the property behind the driver, if there is one such that does.
    """
    curves: dict[tuple[str, int], Curve] = {}
    freed: set[str] = set()
    held: set[str] = set()
    for bone, constraint in _overruling(armature, keyed):
        path = f"{constraint.path_from_id()}.influence"
        driver = _driver(armature, path)
        if not free:
            held.add(bone.name)
        elif driver is None:
            curves[path, 0] = Curve(path, 0, bone.name, frame, np.zeros(1))
            freed.add(bone.name)
        else:
            switch = _switch(armature, driver, constraint)
            if switch is None:
                held.add(bone.name)
            else:
                curves[switch.data_path, 0] = Curve(switch.data_path, 0, bone.name, frame, switch.values)
                freed.add(bone.name)
    notes = []
    if freed:
        notes.append(f"Constraints on {some(freed)} would have hidden the keys; the new action switches them off.")
    if held:
        notes.append(
            f"Constraints hold {some(held)}: keys on them will not show until the constraints are switched off."
        )
    driven = sorted(_driven_bones(armature) & keyed)
    if driven:
        notes.append(f"Drivers move {some(driven)}: keys on them do not show while the drivers are there.")
    return list(curves.values()), notes


def without_locked(
    armature: bpy.types.Object, bones: Mapping[str, str], wanted: Set[str]
) -> tuple[frozenset[str], list[str]]:
    """`wanted` humanoid bones without those whose rotation the rig's maker locked whole, and sentences about locks.

    A lock keeps hands off a bone; keys would move it all the same. Of limbs and trunk, without which there is no
    motion, and of locks on single axes nothing is left out.
    """
    whole: dict[str, str] = {}
    others: set[str] = set()
    for name, bone in bones.items():
        pose = pose_bones(armature)[bone]
        if name in wanted and all(pose.lock_rotation) and name not in _BODY:
            whole[name] = bone
        elif name in wanted and any(pose.lock_rotation):
            others.add(bone)
    notes = []
    if whole:
        notes.append(f"The rotation of {some(whole.values())} is locked: left as it is. Unlock it to have it keyed.")
    if others:
        notes.append(f"Rotation channels of {some(others)} are locked and were keyed all the same.")
    return frozenset(wanted - whole.keys()), notes


def some(names: Iterable[str]) -> str:
    """Up to three of the names, and how many more."""
    listed = sorted(set(names))
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more bones" if len(listed) > 3 else "")


def _overruling(armature: bpy.types.Object, keyed: Set[str]) -> list[tuple[Any, Any]]:
    """Bones and their active constraints that decide over the pose of a keyed bone."""
    found = []
    for bone in pose_bones(armature):
        for constraint in constraints_of(bone):
            if constraint.type not in _DECIDING or constraint.mute or constraint.influence <= 0:
                continue
            if constraint.is_valid and keyed & _ruled(bone, constraint):
                found.append((bone, constraint))
    return found


def _ruled(bone: Any, constraint: Any) -> set[str]:
    """Names of the bones that a constraint poses: its own, and the chain of inverse kinematics."""
    if constraint.type not in _CHAINS:
        # Following a root or a holder as a whole is how some rigs are put together, not a pose.
        return {bone.name}
    chain = [bone, *bone.parent_recursive]
    if constraint.type == "IK" and not getattr(constraint, "use_tail", True):
        chain = chain[1:]
    count = constraint.chain_count
    return {link.name for link in (chain[:count] if count else chain)}


def _driver(armature: bpy.types.Object, path: str) -> Any:
    data = armature.animation_data
    return None if data is None else data.drivers.find(path)


def _switch(armature: bpy.types.Object, curve: Any, constraint: Any) -> Curve | None:
    """The one custom property behind a driver, with the value at which the constraint lets go; found by trying."""
    targets = [
        target
        for variable in curve.driver.variables
        if variable.type == "SINGLE_PROP"
        for target in variable.targets
        if target.id == armature and target.data_path.endswith('"]')
    ]
    if len(targets) != 1:
        return None
    path = targets[0].data_path
    holder_path, _, name = path.rpartition("[")
    try:
        holder: Any = armature.path_resolve(holder_path) if holder_path else armature
        before = holder[name.strip('"]')]
    except (KeyError, ValueError, TypeError):
        return None
    if not isinstance(before, (int, float)):
        return None
    key, found = name.strip('"]'), None
    try:
        for value in (0, 1):
            holder[key] = type(before)(value)
            armature.update_tag()
            bpy.context.view_layer.update()
            if constraint.influence <= 1e-6:
                found = float(value)
                break
    finally:
        holder[key] = before
        armature.update_tag()
        bpy.context.view_layer.update()
    return None if found is None else Curve(path, 0, "", np.zeros(1), np.array([found]))


def _driven_bones(armature: bpy.types.Object) -> set[str]:
    """Bones whose rotation or location a driver sets."""
    data = armature.animation_data
    if data is None:
        return set()
    found = set()
    for bone in pose_bones(armature):
        start = f"{bone.path_from_id()}."
        if any(curve.data_path.startswith((f"{start}rotation", f"{start}location")) for curve in data.drivers):
            found.add(bone.name)
    return found
