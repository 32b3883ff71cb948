"""Opening and writing scenes from the command line: .blend, and what Blender imports and exports."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import addon_utils
import bpy

RIG_SUFFIXES = (".blend", ".glb", ".gltf", ".vrm", ".fbx")
OUT_SUFFIXES = (".blend", ".glb", ".fbx", ".bvh")
_NEEDED_ADDON = {".glb": "io_scene_gltf2", ".gltf": "io_scene_gltf2", ".vrm": "io_scene_gltf2",
                 ".fbx": "io_scene_fbx", ".bvh": "io_anim_bvh"}  # fmt: skip


class SceneFileError(ValueError):
    """A scene file that cannot be read or written; the message is one sentence for the user."""


def open_rig(path: Path) -> None:
    """Replace the current scene by the rig file's: a .blend is opened, other formats are imported into an empty one."""
    suffix = path.suffix.lower()
    if suffix not in RIG_SUFFIXES:
        raise SceneFileError(f"{path} is no rig file: give one of {', '.join(RIG_SUFFIXES)}.")
    if not path.is_file():
        raise SceneFileError(f"There is no rig file {path}.")
    if path.stat().st_size == 0:
        raise SceneFileError(f"The rig file {path} is empty.")
    with quiet_stdout():
        try:
            _open(path, suffix)
        except RuntimeError as error:
            raise SceneFileError(f"The rig file {path} cannot be read: {_one_line(error)}.") from error


def _open(path: Path, suffix: str) -> None:
    if suffix == ".blend":
        # Scripts of a file nobody has looked at stay off; drivers with plain expressions work without.
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False, use_scripts=False)
        return
    bpy.ops.wm.read_factory_settings(use_empty=True)
    _enable(suffix)
    if suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path), use_anim=False)
    else:
        bpy.ops.import_scene.gltf(filepath=str(path), import_shading="NORMALS", bone_heuristic="TEMPERANCE")
    bpy.context.view_layer.update()


def _enable(suffix: str) -> None:
    """The importer's own add-on: on by default in Blender, not always in the bpy module."""
    name = _NEEDED_ADDON.get(suffix)
    if name is not None and not addon_utils.check(name)[1]:
        addon_utils.enable(name, default_set=True)


def _one_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__).removeprefix("Error: ").rstrip(".")


def set_range(first: float, last: float) -> None:
    """The scene plays and exports the take's frames."""
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end = math.floor(first), max(math.ceil(last), math.floor(first))


def write_scene(path: Path, armature: bpy.types.Object) -> None:
    """Write the scene (or, for .bvh, the armature's motion) beside its final name, then move it into place."""
    suffix = path.suffix.lower()
    writer = _WRITERS.get(suffix)
    if writer is None:
        raise SceneFileError(f"{path} cannot be written: give --out one of {', '.join(OUT_SUFFIXES)}.")
    if not path.parent.is_dir():
        raise SceneFileError(f"There is no folder {path.parent} to write to; make it first.")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.stem[:40]}.", dir=path.parent) as folder:
            partial = Path(folder) / path.name
            with quiet_stdout():
                _enable(suffix)
                writer(str(partial), armature)
            os.replace(partial, path)
    except OSError as error:
        raise SceneFileError(f"{path} cannot be written: {error.strerror}.") from error
    except RuntimeError as error:
        raise SceneFileError(f"{path} cannot be written: {_one_line(error)}.") from error


def _write_blend(path: str, _armature: bpy.types.Object) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True, compress=True)


def _write_glb(path: str, _armature: bpy.types.Object) -> None:
    bpy.ops.export_scene.gltf(
        filepath=path, export_format="GLB", export_animation_mode="ACTIVE_ACTIONS", export_frame_range=True
    )


def _write_fbx(path: str, _armature: bpy.types.Object) -> None:
    bpy.ops.export_scene.fbx(
        filepath=path,
        object_types={"ARMATURE", "MESH", "EMPTY"},
        add_leaf_bones=False,
        bake_anim=True,
        bake_anim_use_all_actions=False,
        bake_anim_use_nla_strips=False,
        bake_anim_simplify_factor=0.0,
    )


def _write_bvh(path: str, armature: bpy.types.Object) -> None:
    bpy.context.view_layer.objects.active = armature
    scene = bpy.context.scene
    bpy.ops.export_anim.bvh(filepath=path, frame_start=scene.frame_start, frame_end=scene.frame_end)


_WRITERS: dict[str, Callable[[str, bpy.types.Object], None]] = {
    ".blend": _write_blend, ".glb": _write_glb, ".fbx": _write_fbx, ".bvh": _write_bvh,
}  # fmt: skip


@contextlib.contextmanager
def quiet_stdout() -> Iterator[None]:
    """What Blender itself prints ("Read blend: ...") goes to stderr, so that stdout holds results alone."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:
        # No stdout at all (a Windows program without a console): nothing to keep quiet.
        yield
        return
    try:
        os.dup2(2, 1)
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
