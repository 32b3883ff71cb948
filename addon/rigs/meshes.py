"""Which meshes belong to a character."""

from __future__ import annotations

import bpy


def meshes_of(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """Meshes that the armature deforms or carries, by name."""
    return sorted(
        (thing for thing in bpy.data.objects if thing.type == "MESH" and _belongs(thing, armature)),
        key=lambda thing: thing.name,
    )


def _belongs(thing: bpy.types.Object, armature: bpy.types.Object) -> bool:
    if any(isinstance(m, bpy.types.ArmatureModifier) and m.object == armature for m in thing.modifiers):
        return True
    # Carried, also through empties (FBX and glTF nodes) or another mesh, as lashes hang on a head.
    above = thing.parent
    while above is not None and above.type != "ARMATURE":
        above = above.parent
    return above == armature
