"""From parts to Blender objects: meshes, materials, shape keys, vertex groups, armature modifier."""

# Blender's types: the stubs call much optional which is there by construction here.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportReturnType=false, reportOptionalIterable=false, reportOptionalSubscript=false
from __future__ import annotations

from collections.abc import Mapping, Sequence

import bpy
import numpy as np
from numpy.typing import NDArray

from .parts import Part

GRID = 2.0**14  # points are kept to 1/16 mm: zeroed low bits are what makes the compressed files small
LIGHT = 1e-3  # weights below this are dropped


def snap(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return (np.round(values * GRID) / GRID).astype(np.float32)


def make_mesh_object(
    part: Part,
    materials: Mapping[str, bpy.types.Material],
    bones: Sequence[str],
    armature: bpy.types.Object,
    detail: int,
) -> bpy.types.Object:
    """The part as an object bound to `armature`; `detail` subdivision levels at render."""
    mesh = bpy.data.meshes.new(part.name)
    mesh.from_pydata(snap(part.points).tolist(), [], part.faces)
    for name in part.materials:
        mesh.materials.append(materials[name])
    mesh.polygons.foreach_set("material_index", part.slots.astype(np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(len(part.faces), dtype=bool))
    if part.uvs is not None:
        corners = np.array([i for face in part.faces for i in face])
        layer = mesh.uv_layers.new(name="UVMap")
        layer.data.foreach_set("uv", part.uvs[corners].astype(np.float32).ravel())
    mesh.update()
    thing = bpy.data.objects.new(part.name, mesh)
    bpy.context.collection.objects.link(thing)
    _bind(thing, part, bones, armature)
    _add_keys(thing, part)
    if detail:
        surface = thing.modifiers.new("Subdivision", "SUBSURF")
        surface.levels, surface.render_levels = 0, detail
    return thing


def _bind(thing: bpy.types.Object, part: Part, bones: Sequence[str], armature: bpy.types.Object) -> None:
    for j, bone in enumerate(bones):
        strength = part.weights[:, j]
        if strength.max(initial=0.0) < LIGHT:
            continue
        group = thing.vertex_groups.new(name=bone)
        steps = np.round(strength * 256).astype(int)
        for step in np.unique(steps[steps > 0]):
            group.add(np.flatnonzero(steps == step).tolist(), float(step) / 256, "REPLACE")
    thing.parent = armature
    modifier = thing.modifiers.new("Armature", "ARMATURE")
    modifier.object = armature


def _add_keys(thing: bpy.types.Object, part: Part) -> None:
    if not part.keys:
        return
    thing.shape_key_add(name="Basis", from_mix=False)
    for name, offsets in part.keys.items():
        key = thing.shape_key_add(name=name, from_mix=False)
        key.data.foreach_set("co", snap(part.points + offsets).ravel())
    keys = thing.data.shape_keys
    keys.name = part.name
    for key in keys.key_blocks:
        key.value = 0.0
