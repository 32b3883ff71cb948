"""One shot: the take keyed onto the character in its file, and the scene written in every form asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...ml.take import load_take
from .. import scene_files
from ..apply import ApplyOptions, apply_take
from ..character_file import open_character
from ..rigs import load_profile
from ..rigs.conventions import is_control_rig


def apply_shot(params: dict[str, Any]) -> dict[str, Any]:
    """params: take, source, object, profile, options (the job's [apply]), files."""
    take = load_take(params["take"])
    profile = load_profile(params["profile"]) if params["profile"] else None
    likely = profile.armature if profile else ""
    armature, found = open_character(Path(params["source"]), params["object"], take.fps, likely=likely)
    wishes = params["options"]
    options = ApplyOptions(
        start_frame=wishes["start"],
        face=wishes["face"],
        body=wishes["body"],
        hands=wishes["hands"],
        head=wishes["head"],
        only_seen=not wishes["unseen"],
        plant_feet=not wishes["slide"],
        start_here=not wishes["stage"],
    )
    used = profile or found
    result = apply_take(take, armature, used, options)
    scene_files.set_range(*result.frames)
    for file in params["files"]:
        scene_files.write_scene(Path(file), armature, control_rig=is_control_rig(used.kind))
    return {
        "armature": armature.name,
        "described": used.describe(),
        "bones": result.bones,
        "keys": result.keys,
        "frames": list(result.frames),
        "warnings": list(result.warnings),
    }
