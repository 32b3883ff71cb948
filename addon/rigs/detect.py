"""What is this character? From an armature object and the meshes it moves to a RigProfile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from .conventions.convention import Convention
from .extras import find_extras
from .face.declared import Expressions
from .faces import FaceQuestion, FoundFace, answer, ask
from .makers import maker_of
from .match import GENERIC, UNNAMED, match_rig
from .meshes import meshes_of
from .profile import RigProfile
from .rest import read_rest
from .vrm_file import declared_bones, declared_expressions

_SOME = 0.1
"""Weight from which on a vertex follows a bone."""


@dataclass(frozen=True)
class Declared:
    """What the character's own file says of itself (vrm_file.py); believed before any names."""

    bones: Mapping[str, str] = field(default_factory=dict)
    """Humanoid -> bone."""
    expressions: Expressions = field(default_factory=dict)


def declared_by(path: Path) -> Declared:
    """What a .vrm or .glb file says of itself; nothing for other files."""
    if path.suffix.lower() not in (".vrm", ".glb"):
        return Declared()
    return Declared(declared_bones(path), declared_expressions(path))


def detect_rig(armature: bpy.types.Object, declared: Declared | None = None) -> RigProfile:
    """Find the humanoid bones and the face shapes of a character; nothing in the scene is changed."""
    profile, question = examine(armature, declared)
    return with_face(profile, answer(question))


def examine(armature: bpy.types.Object, declared: Declared | None = None) -> tuple[RigProfile, FaceQuestion]:
    """The bones' part of the profile, and all that is needed to find the face's (on a thread, if need be)."""
    rest = read_rest(armature)
    rest = replace(rest, skinned=skinned_bones(armature, rest.names))
    declared = declared or Declared()
    match = match_rig(rest, declared.bones, vertices_of(armature))
    profile = RigProfile(
        armature=armature.name,
        kind=match.convention.kind,
        bones=match.bones,
        label=_label(match.convention, rest.names),
        doubts=match.doubts,
        extras=find_extras(rest, match.bones),
        confidence=match.confidence,
    )
    return profile, ask(armature, match.bones, declared.expressions)


def _label(convention: Convention, names: Sequence[str]) -> str:
    """What the skeleton is called in words; its maker where names are of no known convention, or are also others'."""
    if convention is UNNAMED or (convention is not GENERIC and convention.kind != "mixamo"):
        return convention.label
    prefixed = any("mixamorig" in name.lower() for name in names)
    return ("" if prefixed else maker_of(names)) or convention.label


def with_face(profile: RigProfile, face: FoundFace) -> RigProfile:
    return replace(profile, faces=face.maps, doubts=(*profile.doubts, *face.doubts))


def vertices_of(armature: bpy.types.Object, most: int = 4000) -> np.ndarray:
    """[M, 3] vertices of the character's meshes at rest, in armature space; a sample of large meshes."""
    parts: list[np.ndarray] = []
    into = np.array(armature.matrix_world.inverted_safe())
    for thing in meshes_of(armature):
        mesh = thing.data
        assert isinstance(mesh, bpy.types.Mesh)  # meshes_of gives nothing else
        count = len(mesh.vertices)
        flat = np.empty(3 * count, dtype=np.float32)
        mesh.vertices.foreach_get("co", flat)
        points = flat.reshape(count, 3)[:: max(1, count // most)]
        matrix = into @ np.array(thing.matrix_world)
        parts.append(points @ matrix[:3, :3].T + matrix[:3, 3])
    return np.concatenate(parts) if parts else np.zeros((0, 3))


def skinned_bones(armature: bpy.types.Object, names: Sequence[str], most: int = 1500) -> NDArray[np.bool_]:
    """[N] whether vertices of the character's meshes follow each bone; of large meshes a sample is looked at."""
    followed: set[str] = set()
    for thing in meshes_of(armature):
        mesh = thing.data
        assert isinstance(mesh, bpy.types.Mesh)  # meshes_of gives nothing else
        seen: set[int] = set()
        for vertex in range(0, len(mesh.vertices), max(1, len(mesh.vertices) // most)):
            seen.update(group.group for group in mesh.vertices[vertex].groups if group.weight > _SOME)
        followed |= {group.name for group in thing.vertex_groups if group.index in seen}
        if thing.parent == armature and thing.parent_type == "BONE":
            followed.add(thing.parent_bone)
    return np.array([name in followed for name in names], dtype=bool)


def characters(scene: bpy.types.Scene, declared: Declared | None = None) -> list[tuple[bpy.types.Object, RigProfile]]:
    """The scene's armatures with what they are, the most complete character first.

    An armature that moves meshes goes before one that does not: a Rigify file often still holds its metarig.
    """
    found = [(thing, detect_rig(thing, declared)) for thing in scene.objects if thing.type == "ARMATURE"]
    return sorted(found, key=lambda c: (-len(c[1].bones) if meshes_of(c[0]) else 1, -len(c[1].bones), c[0].name))
