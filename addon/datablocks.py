"""Typed ways into Blender's data: what its type stubs leave open ("maybe None", "some kind of data")."""

from __future__ import annotations

from typing import Any

import bpy


def current_scene() -> bpy.types.Scene:
    """The context's scene; Blender always has one."""
    scene = bpy.context.scene
    assert scene is not None
    return scene


def pose_bones(armature: bpy.types.Object) -> Any:
    """The armature object's pose bones: a sequence that is also a mapping by name."""
    assert armature.pose is not None, f"{armature.name} is not an armature"
    return armature.pose.bones


def armature_data(armature: bpy.types.Object) -> bpy.types.Armature:
    """The armature behind an armature object."""
    assert isinstance(armature.data, bpy.types.Armature)
    return armature.data


def shape_keys_of(mesh: bpy.types.Object) -> bpy.types.Key | None:
    """A mesh's shape keys, None where it has none (or is no mesh)."""
    return mesh.data.shape_keys if isinstance(mesh.data, bpy.types.Mesh) else None


def constraints_of(bone: Any) -> list[Any]:
    """A pose bone's constraints, without those of kinds that this Blender no longer knows (files of old versions)."""
    return [constraint for constraint in bone.constraints if isinstance(constraint, bpy.types.Constraint)]
