"""Characters of any maker with a take on them, for benchmarks that film them. In a process with bpy."""

# Blender's types: the stubs call much optional which is not.
# pyright: reportOptionalMemberAccess=false
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bpy

from understudy.addon.scene_files import open_rig


def open_keyed(rig: Path, take: Path, scene: Path) -> bpy.types.Object:
    """Key a take onto a rig's file as a user would, keep that as `scene` and open it; the armature."""
    apply = ["apply", str(take), "--rig", str(rig), "--out", str(scene)]
    subprocess.run([sys.executable, "-m", "understudy.cli", *apply], check=True)
    open_rig(scene)
    return next(thing for thing in bpy.context.scene.objects if thing.type == "ARMATURE")
