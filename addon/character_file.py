"""The character of a rig file: opened, its armature chosen, its bones and face shapes found."""

from __future__ import annotations

from pathlib import Path

import bpy

from . import scene_files
from .rigs import RigProfile, characters
from .rigs.vrm_file import declared_bones


def open_character(path: Path, name: str | None, fps: float = 0) -> tuple[bpy.types.Object, RigProfile]:
    """The rig file's character: the named armature, or the one with the most known bones. fps: see open_rig."""
    scene_files.open_rig(path, fps)
    declared = declared_bones(path) if path.suffix.lower() in (".vrm", ".glb") else {}
    found = characters(bpy.context.scene, declared)
    if not found:
        raise scene_files.SceneFileError(f"{path} holds no armature: a character needs a skeleton.")
    if name is None:
        return found[0]
    for armature, profile in found:
        if armature.name == name:
            return armature, profile
    there = ", ".join(repr(armature.name) for armature, _ in found)
    raise scene_files.SceneFileError(f"{path} holds no armature {name!r}; there is {there}.")
