"""The character of a rig file: opened, its armature chosen, its bones and face shapes found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy

from . import scene_files
from .rigs import RigProfile, characters, meshes_of
from .rigs.conventions import is_control_rig
from .rigs.detect import declared_by
from .rigs.match import ENOUGH, REQUIRED

Found = tuple[bpy.types.Object, RigProfile]


def open_character(
    path: Path, name: str | None, fps: float = 0, animated: bool = False, likely: str = ""
) -> tuple[bpy.types.Object, RigProfile]:
    """The rig file's character: the named armature, or the only one that can be meant. fps: see open_rig.

    animated: of several, the one with an action is meant; likely: the name that a profile was made with.
    """
    scene_files.open_rig(path, fps)
    found = characters(bpy.context.scene, declared_by(path))
    if not found:
        linked = any(thing.type == "ARMATURE" and thing.library is not None for thing in bpy.data.objects)
        why = "its armature is linked from another file: make a library override of it first" if linked else (
            "a character needs a skeleton"
        )  # fmt: skip
        raise scene_files.SceneFileError(f"{path} holds no armature: {why}.")
    there = ", ".join(repr(armature.name) for armature, _ in found)
    if name is not None:
        for armature, profile in found:
            if armature.name == name:
                return armature, profile
        raise scene_files.SceneFileError(f"{path} holds no armature {name!r}; there is {there}.")
    named = [character for character in found if likely and character[0].name == likely]
    meant = named or _meant([character for character in found if not animated or _has_action(character[0])] or found)
    if len(meant) > 1:
        names = ", ".join(repr(armature.name) for armature, _ in meant)
        raise scene_files.SceneFileError(f"{path} holds several characters: choose one with --object, of {names}.")
    return meant[0]


def _meant(found: Sequence[Found]) -> list[Found]:
    """Those among which a choice cannot be made: whole humanoids before parts, characters before empty skeletons."""
    humans = [character for character in found if _is_whole(character[1])]
    humans = humans or [character for character in found if character[1].bones or character[1].faces] or list(found)
    # A Rigify file often still holds its metarig, an export its source.
    with_meshes = [character for character in humans if meshes_of(character[0])]
    humans = with_meshes or humans
    controls = [character for character in humans if is_control_rig(character[1].kind)]
    rest = [character for character in humans if not character[1].kind.endswith("metarig")]
    humans = rest if controls and rest else humans
    return humans if humans[0][1].bones or humans[0][1].faces else humans[:1]


def _is_whole(profile: RigProfile) -> bool:
    return sum(name in profile.bones for name in REQUIRED) >= ENOUGH


def _has_action(armature: bpy.types.Object) -> bool:
    return armature.animation_data is not None and armature.animation_data.action is not None
