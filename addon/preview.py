"""Pictures of an animated character. Cycles on the processor: it needs no graphics driver, so it works everywhere."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from .datablocks import pose_bones
from .keyframes import animated_groups
from .retarget.facing import facing_axes
from .rigs import detect_rig
from .rigs.rest import read_rest
from .scene_files import quiet_stdout

_LENS, _SENSOR = 60.0, 36.0
"""Millimetres: a portrait lens, which keeps faces in proportion."""
_ROOM = 0.1
"""Share of the character's height left free around it: bones end inside the body."""
_LOOKS = 24
"""Moments at which the motion is measured to frame it."""


class PreviewError(ValueError):
    """Pictures that cannot be made; the message is one sentence for the user."""


def render_preview(
    armature: bpy.types.Object,
    folder: Path,
    fps: float = 6.0,
    seconds: float | None = None,
    size: tuple[int, int] = (360, 480),
    samples: int = 8,
    own_camera: bool = False,
) -> list[Path]:
    """PNG pictures 0001.png ... at `fps` from frame 1 on, framed on what moves, or through the scene's camera."""
    scene = bpy.context.scene
    rate = scene.render.fps / scene.render.fps_base
    if fps <= 0 or (seconds is not None and seconds <= 0):
        raise PreviewError("Pictures per second and seconds must be more than 0.")
    length = seconds if seconds is not None else max(scene.frame_end - 1, 0) / rate
    count = max(1, math.floor(length * fps + 1e-6) + (0 if seconds is not None else 1))
    frames = [1 + i * rate / fps for i in range(count)]
    if own_camera:
        if scene.camera is None:
            raise PreviewError("The scene has no camera: leave --camera out to have one placed.")
    else:
        place_camera(scene, armature, frames, size)
    light_if_dark(scene)
    return render_frames(scene, folder, frames, size, samples)


def render_frames(
    scene: bpy.types.Scene, folder: Path, frames: Sequence[float], size: tuple[int, int], samples: int = 8
) -> list[Path]:
    """Render the given scene frames (fractions too) to folder/0001.png ..., and return the paths."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PreviewError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    _quick_settings(scene, size, samples)
    pictures = []
    for number, frame in enumerate(frames, start=1):
        picture = folder / f"{number:04d}.png"
        scene.frame_set(math.floor(frame), subframe=frame - math.floor(frame))
        scene.render.filepath = str(picture.resolve())
        with quiet_stdout(hidden=True):
            bpy.ops.render.render(write_still=True)
        if not picture.is_file():
            raise PreviewError(f"{picture} could not be written: is there room, and may the folder be written to?")
        pictures.append(picture)
        _progress(number, len(frames))
    return pictures


def _quick_settings(scene: bpy.types.Scene, size: tuple[int, int], samples: int) -> None:
    render: Any = scene.render
    render.engine = "CYCLES"
    render.resolution_x, render.resolution_y = size
    render.resolution_percentage = 100
    render.image_settings.file_format = "PNG"
    render.image_settings.color_mode = "RGB"
    render.use_persistent_data = True
    render.use_motion_blur = False
    cycles: Any = scene.cycles  # type: ignore[attr-defined]  # Cycles adds it when it registers
    cycles.device = "CPU"
    cycles.samples = samples
    # A denoiser takes longer than the picture itself at this size.
    cycles.use_denoising = False
    cycles.use_adaptive_sampling = False
    cycles.max_bounces = 2
    cycles.caustics_reflective = cycles.caustics_refractive = False
    # Still noise looks like grain instead of flicker, and the same scene gives the same pictures.
    cycles.use_animated_seed = False
    cycles.seed = 0


def place_camera(
    scene: bpy.types.Scene, armature: bpy.types.Object, frames: Sequence[float], size: tuple[int, int]
) -> None:
    """A new camera before the character which holds all its moving bones in view over the given frames."""
    axes = _front_axes(armature)
    points = _moving_points(scene, armature, frames) @ axes
    height = float(np.ptp(np.array(armature_points(armature)) @ axes[:, 2])) or 1.0
    low, high = points.min(axis=0) - _ROOM * height, points.max(axis=0) + _ROOM * height
    wide, tall = high[0] - low[0], high[2] - low[2]
    # The sensor's width lies along the picture's longer side.
    across = _SENSOR / _LENS
    longest = max(size)
    distance = max(wide * longest / size[0], tall * longest / size[1]) / across
    middle = (low + high) / 2
    place = axes @ np.array([middle[0], low[1] - distance, middle[2]])
    data = bpy.data.cameras.new("Preview camera")
    data.lens, data.sensor_width, data.sensor_fit = _LENS, _SENSOR, "AUTO"
    data.clip_end = max(100.0, 10 * distance)
    camera = bpy.data.objects.new("Preview camera", data)
    scene.collection.objects.link(camera)
    # A camera looks along its own -Z with Y up; before the character stands X to its left, so the picture's right.
    turn = np.column_stack([axes[:, 0], axes[:, 2], -axes[:, 1]])
    camera.matrix_world = Matrix.Translation(tuple(place)) @ Matrix(turn.tolist()).to_4x4()
    scene.camera = camera


def _front_axes(armature: bpy.types.Object) -> np.ndarray:
    """The character's left, back and up [3, 3] in the scene."""
    rest = read_rest(armature)
    return rest.world_rotation @ facing_axes(rest, detect_rig(armature).bones)


def armature_points(armature: bpy.types.Object, bones: frozenset[str] | None = None) -> list[tuple[float, ...]]:
    """Both ends of the armature's bones (or of some) in the scene, as posed."""
    world: Any = armature.matrix_world
    chosen = [bone for bone in pose_bones(armature) if bones is None or bone.name in bones]
    return [tuple(world @ end) for bone in chosen for end in (bone.head, bone.tail)]


def _moving_points(scene: bpy.types.Scene, armature: bpy.types.Object, frames: Sequence[float]) -> np.ndarray:
    """Ends of the humanoid bones [N, 3] over the frames; of the animated ones, where not the whole body is."""
    bones = frozenset(detect_rig(armature).bones.values())
    keyed = animated_groups(armature)
    shown = (bones & keyed) or bones or None
    points: list[tuple[float, ...]] = []
    for index in np.unique(np.linspace(0, len(frames) - 1, _LOOKS).round().astype(int)):
        scene.frame_set(math.floor(frames[index]))
        points += armature_points(armature.evaluated_get(bpy.context.evaluated_depsgraph_get()), shown)
    return np.array(points)


def light_if_dark(scene: bpy.types.Scene) -> None:
    """A sun and a grey sky for scenes without any lamp, as imported characters come."""
    if any(thing.type == "LIGHT" for thing in scene.objects):
        return
    lamp: Any = bpy.data.lights.new("Preview sun", "SUN")
    lamp.energy = 3.0
    sun = bpy.data.objects.new("Preview sun", lamp)
    sun.rotation_euler = (math.radians(50), 0, math.radians(30))
    scene.collection.objects.link(sun)
    if scene.world is None:
        scene.world = bpy.data.worlds.new("Preview sky")
        scene.world.color = (0.3, 0.3, 0.32)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\rpicture {done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
