"""From a character's meshes to its face maps."""

from __future__ import annotations

import bpy

from ...datablocks import shape_keys_of
from ..meshes import meshes_of
from ..profile import FaceMap
from .names import match_face


def face_maps(armature: bpy.types.Object) -> tuple[FaceMap, ...]:
    """Each mesh with known face shapes; meshes that share their shape keys count once."""
    maps: list[FaceMap] = []
    seen: set[bpy.types.Key] = set()
    for thing in meshes_of(armature):
        keys = shape_keys_of(thing)
        if keys is None or keys in seen:
            continue
        seen.add(keys)
        driven = _driven_keys(keys)
        names = [block.name for block in keys.key_blocks if block != keys.reference_key and block.name not in driven]
        shapes = match_face(names)
        if shapes:
            maps.append(FaceMap(thing.name, shapes))
    return tuple(maps)


def _driven_keys(keys: bpy.types.Key) -> set[str]:
    """Shape keys whose value a driver sets: they follow something else and take no keys."""
    if keys.animation_data is None:
        return set()
    return {
        block.name
        for block in keys.key_blocks
        for curve in keys.animation_data.drivers
        if curve.data_path == f'key_blocks["{bpy.utils.escape_identifier(block.name)}"].value'
    }
