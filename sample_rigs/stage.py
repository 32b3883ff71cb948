"""What a character stands in: world, lights, and two cameras, one for the whole body and one for the face."""

# Blender's types: the stubs call much optional which is there by construction here.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportReturnType=false, reportOptionalIterable=false, reportOptionalSubscript=false
from __future__ import annotations

import math

import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

Floats = NDArray[np.float64]


GREY = (0.32, 0.35, 0.39)


def set_stage(height: float, eyes: Floats, background: tuple[float, float, float] = GREY) -> None:
    """Light and frame a character of `height` metres whose eyes are at `eyes` [3]; "Body camera" is the one in use."""
    scene = bpy.context.scene
    _world(background)
    _light("Key", (-1.6, -2.6, 2.6), 120, 1.4, Vector(eyes))
    _light("Fill", (2.4, -2.0, 1.6), 45, 2.0, Vector(eyes))
    _light("Rim", (0.8, 2.2, 2.7), 70, 0.9, Vector(eyes))
    middle = Vector((0.0, 0.0, height * 0.51))
    body = _camera("Body camera", Vector((0.0, -2.9 * height / 1.7, height * 0.56)), middle, 50)
    target = Vector(eyes) + Vector((0.0, 0.0, -0.03))
    _camera("Face camera", target + Vector((0.0, -1.05, 0.0)), target, 85)
    scene.camera = body
    scene.render.resolution_x, scene.render.resolution_y = 1080, 1080
    scene.render.fps = 30
    scene.frame_start, scene.frame_end = 1, 250
    scene.unit_settings.system = "METRIC"
    scene.view_settings.view_transform = "Standard"


def _world(background: tuple[float, float, float]) -> None:
    world = bpy.data.worlds.new("World")
    bpy.context.scene.world = world
    world.use_nodes = True
    shader = world.node_tree.nodes["Background"]
    shader.inputs["Color"].default_value = (*background, 1.0)
    shader.inputs["Strength"].default_value = 0.8
    world.color = background


def _light(name: str, place: tuple[float, float, float], watts: float, size: float, target: Vector) -> None:
    data = bpy.data.lights.new(name, "AREA")
    data.energy, data.size = watts, size
    _aim(bpy.data.objects.new(name, data), Vector(place), target)


def _camera(name: str, place: Vector, target: Vector, focal: float) -> bpy.types.Object:
    data = bpy.data.cameras.new(name)
    data.lens = focal
    data.sensor_width = 36.0
    camera = bpy.data.objects.new(name, data)
    _aim(camera, place, target)
    return camera


def _aim(thing: bpy.types.Object, place: Vector, target: Vector) -> None:
    bpy.context.scene.collection.objects.link(thing)
    thing.location = place
    thing.rotation_euler = (target - place).to_track_quat("-Z", "Y").to_euler()
    thing.rotation_euler.z = math.remainder(thing.rotation_euler.z, 2 * math.pi)
