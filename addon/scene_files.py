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

from .bvh_file import write_bvh
from .datablocks import current_scene
from .rigs import meshes_of

RIG_SUFFIXES = (".blend", ".glb", ".gltf", ".vrm", ".fbx")
OUT_SUFFIXES = (".blend", ".glb", ".fbx", ".bvh")
_NEEDED_ADDON = {".glb": "io_scene_gltf2", ".gltf": "io_scene_gltf2", ".vrm": "io_scene_gltf2",
                 ".fbx": "io_scene_fbx", ".bvh": "io_anim_bvh"}  # fmt: skip


class SceneFileError(ValueError):
    """A scene file that cannot be read or written; the message is one sentence for the user."""


def open_rig(path: Path, fps: float = 0) -> None:
    """Replace the current scene by the rig file's: a .blend is opened, other formats are imported into an empty one.

    fps: frame rate (if more than 0) for what brings none of its own: glTF counts in seconds.
    """
    suffix = path.suffix.lower()
    if suffix not in RIG_SUFFIXES:
        raise SceneFileError(f"{path} is no rig file: give one of {', '.join(RIG_SUFFIXES)}.")
    if not path.is_file():
        raise SceneFileError(f"There is no rig file {path}.")
    if path.stat().st_size == 0:
        raise SceneFileError(f"The rig file {path} is empty.")
    with quiet_stdout():
        try:
            _open(path, suffix, fps)
        except RuntimeError as error:
            raise SceneFileError(f"The rig file {path} cannot be read: {_one_line(error)}.") from error


def _open(path: Path, suffix: str, fps: float) -> None:
    if suffix == ".blend":
        # Scripts of a file nobody has looked at stay off; drivers with plain expressions work without.
        bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False, use_scripts=False)
        return
    bpy.ops.wm.read_factory_settings(use_empty=True)
    _enable(suffix)
    if fps > 0:
        render = bpy.context.scene.render
        render.fps = max(1, round(fps))
        render.fps_base = render.fps / fps
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


def write_scene(path: Path, armature: bpy.types.Object, control_rig: bool = False) -> None:
    """Write the scene as .blend, or the character as .glb, .fbx, .bvh; beside its final name, then moved into place.

    Of a control rig, .glb and .fbx hold the deforming bones alone: controls and mechanism mean nothing elsewhere.
    """
    suffix = path.suffix.lower()
    writer = _WRITERS.get(suffix)
    if writer is None:
        raise SceneFileError(f"{path} cannot be written: give --out one of {', '.join(OUT_SUFFIXES)}.")
    if not path.parent.is_dir():
        raise SceneFileError(f"There is no folder {path.parent} to write to; make it first.")
    try:
        # In the same folder, not one below it: paths of textures and linked files are written relative to it.
        handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}.", suffix=suffix, dir=path.parent)
        os.close(handle)
        partial = Path(name)
        try:
            with quiet_stdout():
                _enable(suffix)
                writer(name, armature, control_rig)
            partial.chmod(_usual_mode())
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
            Path(f"{name}1").unlink(missing_ok=True)  # what Blender kept of the empty file
    except OSError as error:
        raise SceneFileError(f"{path} cannot be written: {error.strerror}.") from error
    except RuntimeError as error:
        raise SceneFileError(f"{path} cannot be written: {_one_line(error)}.") from error


def _usual_mode() -> int:
    """What files get by default here; temporary ones are for their owner alone."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _write_blend(path: str, _armature: bpy.types.Object, _control_rig: bool) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=path, copy=True, compress=True)


def _write_glb(path: str, armature: bpy.types.Object, control_rig: bool) -> None:
    _select_character(armature)
    bpy.ops.export_scene.gltf(
        filepath=path,
        export_format="GLB",
        use_selection=True,
        export_def_bones=control_rig,
        export_animation_mode="ACTIVE_ACTIONS",
        export_frame_range=True,
        # glTF counts seconds from 0: the scene's first frame is its time 0.
        export_anim_slide_to_zero=True,
        export_nla_strips_merged_animation_name=_animation_name(armature),
    )


def _write_fbx(path: str, armature: bpy.types.Object, control_rig: bool) -> None:
    _select_character(armature)
    scene = current_scene()
    before = scene.name
    # The FBX exporter calls the animation after the scene.
    scene.name = _animation_name(armature)
    try:
        _export_fbx(path, control_rig)
    finally:
        scene.name = before


def _animation_name(armature: bpy.types.Object) -> str:
    """What the animation is called elsewhere: as the take."""
    data = armature.animation_data
    action = data.action if data is not None else None
    return action.name.removesuffix(" body") if action is not None else "Take"


def _export_fbx(path: str, control_rig: bool) -> None:
    bpy.ops.export_scene.fbx(
        filepath=path,
        use_selection=True,
        object_types={"ARMATURE", "MESH", "EMPTY"},
        # Applying modifiers (subdivision) would cost the meshes their shape keys.
        use_mesh_modifiers=False,
        use_armature_deform_only=control_rig,
        add_leaf_bones=False,
        bake_anim=True,
        bake_anim_use_all_actions=False,
        bake_anim_use_nla_strips=False,
        bake_anim_simplify_factor=0.0,
    )


def _write_bvh(path: str, armature: bpy.types.Object, control_rig: bool) -> None:
    scene = current_scene()
    write_bvh(Path(path), armature, scene.frame_start, scene.frame_end, control_rig)


def _select_character(armature: bpy.types.Object) -> None:
    chosen = {armature, *meshes_of(armature)}
    for thing in bpy.context.view_layer.objects:
        thing.select_set(thing in chosen)
    bpy.context.view_layer.objects.active = armature


_WRITERS: dict[str, Callable[[str, bpy.types.Object, bool], None]] = {
    ".blend": _write_blend, ".glb": _write_glb, ".fbx": _write_fbx, ".bvh": _write_bvh,
}  # fmt: skip


@contextlib.contextmanager
def quiet_stdout(hidden: bool = False) -> Iterator[None]:
    """What Blender itself prints ("Read blend: ...") goes to stderr (hidden: nowhere); stdout holds results alone.

    Hidden is for rendering, which prints hundreds of lines a picture over our own progress.
    """
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:
        # No stdout at all (a Windows program without a console): nothing to keep quiet.
        yield
        return
    try:
        if hidden:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.close(nowhere)
        else:
            os.dup2(2, 1)
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
