"""Writing curves into a NEW action, in bulk: slotted from Blender 4.4 on, classic before.

Blender 5.0 took `action.fcurves` away; a channelbag has had the same interface since 4.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np

from .curves import Curve

SLOTTED = bpy.app.version >= (4, 4, 0)
Animated = bpy.types.Object | bpy.types.Key
_LINEAR = 1
"""`Keyframe.interpolation` as foreach_set takes it. A key on every frame needs no curve between them."""


def write_action(owner: Animated, name: str, curves: Sequence[Curve]) -> bpy.types.Action:
    """Key `owner` (an object, a Key ...) by a new action, made the active one; what was there is kept in the file."""
    action = bpy.data.actions.new(name)
    slot = action.slots.new(id_type=owner.id_type, name=owner.name) if SLOTTED else None
    holder = _curve_holder(action, slot)
    groups: dict[str, Any] = {}
    for curve in curves:
        fcurve = holder.fcurves.new(curve.data_path, index=curve.index)
        if curve.group:
            if curve.group not in groups:
                groups[curve.group] = holder.groups.new(curve.group)
            fcurve.group = groups[curve.group]
        _set_keys(fcurve, curve)
    _assign(owner, action, slot)
    return action


def _curve_holder(action: bpy.types.Action, slot: Any) -> Any:
    """What has `fcurves` and `groups`: the slot's channelbag, or the classic action itself."""
    if slot is None:
        return action
    strip: Any = action.layers.new("Layer").strips.new(type="KEYFRAME")
    return strip.channelbag(slot, ensure=True)


def _set_keys(fcurve: bpy.types.FCurve, curve: Curve) -> None:
    count = len(curve.frames)
    points = fcurve.keyframe_points
    points.add(count)
    points.foreach_set("co", np.column_stack([curve.frames, curve.values]).astype(np.float32).ravel())
    points.foreach_set("interpolation", np.full(count, _LINEAR, dtype=np.int32))
    fcurve.update()


def _assign(owner: Animated, action: bpy.types.Action, slot: Any) -> None:
    data: Any = owner.animation_data or owner.animation_data_create()
    before = data.action
    if before is not None and before.library is None and before.users - before.use_fake_user <= 1:
        # Nobody else holds it: without a fake user Blender would drop it when the file is saved.
        before.use_fake_user = True
    data.action = action
    # Over NLA strips the new action counts whole, whatever the last one was mixed with.
    data.action_blend_type, data.action_influence = "REPLACE", 1.0
    if slot is not None:
        data.action_slot = slot


def animated_groups(owner: Animated) -> frozenset[str]:
    """Names of the groups (bones, for an armature) in the active action of `owner`."""
    data: Any = owner.animation_data
    if data is None or data.action is None:
        return frozenset()
    if not SLOTTED:
        return frozenset(group.name for group in data.action.groups)
    bags = [bag for layer in data.action.layers for strip in layer.strips for bag in strip.channelbags]
    return frozenset(group.name for bag in bags if bag.slot == data.action_slot for group in bag.groups)
