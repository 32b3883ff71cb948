"""Rendering a shot's frames to numbered pictures; what is there already from an interrupted run is kept."""

# Blender's types: the stubs call much optional or fixed which is not.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false, reportArgumentType=false
from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from ..preview import light_if_dark, place_camera
from ..scene_files import open_rig, quiet_stdout

FRAMES_FILE = "frames.json"
"""Read by batch/finish.py."""


class RenderError(ValueError):
    """Pictures that cannot be made; the message is one sentence for the user."""


def render_shot(params: dict[str, Any], progress: Callable[[float, str], None]) -> dict[str, Any]:
    """params: scene, object, folder, settings (plan.render_settings), and on a farm chunk: [first, last] of its frames.

    A picture gets its name only once it is whole, so the folder may be taken over at any time.
    """
    settings, folder = params["settings"], Path(params["folder"])
    open_rig(Path(params["scene"]))
    scene = bpy.context.scene
    first, last = settings["frames"] or (scene.frame_start, scene.frame_end)
    step = settings["step"]
    numbers = list(range(first, last + 1, step))
    _set_up(scene, settings)
    _set_camera(scene, settings, params["object"], numbers)
    light_if_dark(scene)
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"first": first, "last": last, "step": step, "fps": scene.render.fps / scene.render.fps_base}
    _write(folder / FRAMES_FILE, json.dumps(facts).encode())
    low, high = params.get("chunk") or (0, len(numbers))
    chosen = numbers[low:high]
    paths = [folder / f"{number:06d}.png" for number in chosen]
    rendered = 0
    for done, (number, path) in enumerate(zip(chosen, paths, strict=True), start=1):
        if not path.is_file():
            _render(scene, number, path)
            rendered += 1
        progress(done / len(chosen), f"Frame {number} of {last}")
    return {"outputs": [str(path) for path in paths], "rendered": rendered, "engine": scene.render.engine, **facts}


def draws() -> dict[str, bool]:
    """Whether Workbench renders here: it needs a graphics driver even without a window."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.render.resolution_x = scene.render.resolution_y = 16
    with tempfile.TemporaryDirectory(prefix="understudy-") as folder, quiet_stdout():
        picture = Path(folder) / "picture.png"
        scene.render.filepath = str(picture)
        bpy.ops.render.render(write_still=True)
        return {"draws": picture.is_file()}


def _set_up(scene: bpy.types.Scene, settings: dict[str, Any]) -> None:
    render = scene.render
    if settings["size"]:
        render.resolution_x, render.resolution_y = settings["size"]
        render.resolution_percentage = 100
    render.image_settings.file_format = "PNG"
    render.image_settings.color_mode = "RGB"
    render.use_persistent_data = True
    # The same scene gives the same file: no date and no time of rendering in it.
    for stamp in ("date", "render_time", "time", "frame", "memory", "hostname", "filename", "scene", "camera"):
        setattr(render, f"use_stamp_{stamp}", False)
    engine = settings["engine"]
    if engine != "scene":
        render.engine = _engine_names()[engine]
    threads = int(os.environ.get("UNDERSTUDY_THREADS", "0"))
    if threads > 0:
        render.threads_mode, render.threads = "FIXED", threads
    if render.engine == "CYCLES":
        _set_up_cycles(scene.cycles, settings)
    elif settings["samples"] and "EEVEE" in render.engine:
        scene.eevee.taa_render_samples = settings["samples"]


def _set_up_cycles(cycles: Any, settings: dict[str, Any]) -> None:
    cycles.seed = 0
    if settings["samples"]:
        cycles.samples = settings["samples"]
        cycles.use_adaptive_sampling = False
    if settings["engine"] != "scene":
        # Still noise looks like grain instead of flicker; a denoiser takes longer than a small picture itself.
        cycles.use_animated_seed = False
        cycles.use_denoising = bool(settings["samples"] is None and cycles.use_denoising)


def _engine_names() -> dict[str, str]:
    eevee = "BLENDER_EEVEE_NEXT" if bpy.app.version < (5, 0, 0) else "BLENDER_EEVEE"
    return {"workbench": "BLENDER_WORKBENCH", "eevee": eevee, "cycles": "CYCLES"}


def _set_camera(scene: bpy.types.Scene, settings: dict[str, Any], name: str | None, numbers: list[int]) -> None:
    wish = settings["camera"]
    if wish == "place":
        armature = bpy.data.objects.get(name or "")
        if armature is None:
            raise RenderError(f"The scene has no armature {name!r} to place a camera before.")
        size = (scene.render.resolution_x, scene.render.resolution_y)
        place_camera(scene, armature, [float(number) for number in numbers], size)
    elif wish != "scene":
        camera = scene.objects.get(wish)
        if camera is None or camera.type != "CAMERA":
            raise RenderError(f"The scene has no camera {wish!r}.")
        scene.camera = camera
    elif scene.camera is None:
        raise RenderError('The scene has no camera: add one, or set camera = "place" in [render].')


def _render(scene: bpy.types.Scene, number: int, path: Path) -> None:
    partial = path.with_name(f".{path.stem}.partial.png")
    scene.frame_set(number)
    scene.render.filepath = str(partial)
    try:
        with quiet_stdout():
            bpy.ops.render.render(write_still=True)
    except RuntimeError as error:
        raise RenderError(f"Frame {number} could not be rendered: {' '.join(str(error).split())}.") from error
    if not partial.is_file():
        raise RenderError(f"{path} could not be written: is there room, and may the folder be written to?")
    os.replace(partial, path)


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_bytes(content)
    os.replace(partial, path)
