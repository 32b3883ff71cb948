"""What an action holds, in classic actions (Blender 4.2 and 4.3) and in slotted ones (4.4 on) alike."""

from typing import Any

import bpy


def holders_of(action: bpy.types.Action, slot: Any = None) -> list[Any]:
    """All that have `fcurves` and `groups`: the action itself, or its channelbags (of one slot, if given)."""
    layered: Any = action
    if not hasattr(layered, "layers"):
        return [layered]
    bags = [bag for layer in layered.layers for strip in layer.strips for bag in strip.channelbags]
    return [bag for bag in bags if slot is None or bag.slot == slot]


def curves_in(action: bpy.types.Action, slot: Any = None) -> list[bpy.types.FCurve]:
    return [curve for holder in holders_of(action, slot) for curve in holder.fcurves]
