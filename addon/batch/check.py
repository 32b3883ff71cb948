"""What a rig or scene file holds, looked at before a batch begins."""

# Blender's types: the stubs call much optional or fixed which is not.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false, reportArgumentType=false
from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..character_file import open_character
from ..rigs import load_profile
from ..rigs.profile import ProfileError

# VRM 1.0's required bones: without them a body cannot follow a take.
NEEDED = (
    "hips", "spine", "head",
    "leftUpperArm", "leftLowerArm", "leftHand", "rightUpperArm", "rightLowerArm", "rightHand",
    "leftUpperLeg", "leftLowerLeg", "leftFoot", "rightUpperLeg", "rightLowerLeg", "rightFoot",
)  # fmt: skip


def check_source(path: Path, name: str | None, profile_file: str | None) -> dict[str, Any]:
    """Open the file and say which character, bones, face shapes and cameras it has, and which files it links to."""
    profile = load_profile(profile_file) if profile_file else None
    armature, found = open_character(path, name, likely=profile.armature if profile else "")
    used = profile or found
    strange = [bone for bone in used.bones.values() if bone not in armature.pose.bones]
    if strange:
        raise ProfileError(f"{profile_file}: {armature.name} has no bone {strange[0]!r}; the profile is another rig's.")
    scene = bpy.context.scene
    linked = bpy.utils.blend_paths(absolute=True) if path.suffix.lower() == ".blend" else []
    return {
        "armature": armature.name,
        "described": used.describe(),
        "lacking": [bone for bone in NEEDED if bone not in used.bones],
        "faces": len(used.face_names),
        "camera": scene.camera.name if scene.camera else None,
        "cameras": sorted(thing.name for thing in scene.objects if thing.type == "CAMERA"),
        "engine": scene.render.engine,
        "fps": scene.render.fps / scene.render.fps_base if path.suffix.lower() == ".blend" else None,
        "files": sorted({str(Path(file)) for file in linked}),
    }
