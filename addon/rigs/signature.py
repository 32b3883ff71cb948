"""What makes two characters have the same map: their bones' names and tree, and their shape keys' names."""

from __future__ import annotations

import hashlib
import json

import bpy

from ..datablocks import armature_data, shape_keys_of
from .meshes import meshes_of


def skeleton_signature(armature: bpy.types.Object) -> str:
    """A short text, the same for every character with this skeleton and these shape keys; sizes play no part."""
    bones = sorted((bone.name, bone.parent.name if bone.parent else "") for bone in armature_data(armature).bones)
    keys = sorted(
        {block.name for mesh in meshes_of(armature) for block in getattr(shape_keys_of(mesh), "key_blocks", ())}
    )
    return hashlib.sha256(json.dumps([bones, keys]).encode()).hexdigest()[:20]
