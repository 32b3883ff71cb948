"""From a Skeleton to a Blender armature."""

# Blender's types: the stubs call much optional which is there by construction here.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportReturnType=false, reportOptionalIterable=false, reportOptionalSubscript=false
from __future__ import annotations

import bpy
import numpy as np
from mathutils import Vector

from .skeleton import Skeleton

SHORTEST = 0.01  # metres: Blender removes bones without length


def make_armature(name: str, skeleton: Skeleton) -> bpy.types.Object:
    """An armature object with the skeleton as its rest pose."""
    data = bpy.data.armatures.new(name)
    thing = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(thing)
    bpy.context.view_layer.objects.active = thing
    bpy.ops.object.mode_set(mode="EDIT")
    bones = []
    for bone_name, parent, head, tail in zip(
        skeleton.names, skeleton.parents, skeleton.heads, skeleton.tails, strict=True
    ):
        bone = data.edit_bones.new(bone_name)
        bone.head = Vector(head)
        length = float(np.linalg.norm(tail - head))
        bone.tail = Vector(tail if length > SHORTEST else head + np.array([0.0, 0.0, SHORTEST]))
        _settle_roll(bone)
        if parent >= 0:
            bone.parent = bones[parent]
        bone.use_deform = bone_name not in skeleton.leaf
        bones.append(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
    data.display_type = "STICK"
    thing.show_in_front = True
    return thing


def _settle_roll(bone: bpy.types.EditBone) -> None:
    """Local Z points forwards, or upwards for bones which themselves point forwards."""
    direction = (bone.tail - bone.head).normalized()
    bone.align_roll(Vector((0, 0, 1)) if abs(direction.y) > 0.7 else Vector((0, -1, 0)))
