"""Materials of the sample characters: plain principled shaders, two of them with a painted picture."""

# Blender's types: the stubs call much optional which is there by construction here.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportReturnType=false, reportOptionalIterable=false, reportOptionalSubscript=false
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import bpy
import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Finish:
    """colour (sRGB 0..1), roughness, and a subsurface share for skin."""

    colour: Colour
    roughness: float = 0.6
    subsurface: float = 0.0
    coat: float = 0.0


def linear(colour: Colour) -> tuple[float, float, float, float]:
    """sRGB to the linear values which Blender's shaders take, with alpha 1 (IEC 61966-2-1)."""
    values = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return values[0], values[1], values[2], 1.0


def make_material(name: str, finish: Finish, picture: NDArray[np.float32] | None = None) -> bpy.types.Material:
    """A principled material; `picture` [H,W,3] (sRGB 0..1, bottom row first) replaces the colour."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    shader = tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = linear(finish.colour)
    shader.inputs["Roughness"].default_value = finish.roughness
    shader.inputs["Subsurface Weight"].default_value = finish.subsurface
    shader.inputs["Subsurface Scale"].default_value = 0.01
    shader.inputs["Coat Weight"].default_value = finish.coat
    shader.inputs["Coat Roughness"].default_value = 0.05
    material.diffuse_color = linear(finish.colour)
    material.roughness = finish.roughness
    if picture is not None:
        node = tree.nodes.new("ShaderNodeTexImage")
        node.image = make_image(name, picture)
        node.location = (-320, 300)
        tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
        tree.nodes.active = node
    return material


def make_image(name: str, picture: NDArray[np.float32]) -> bpy.types.Image:
    """A picture [H,W,3] packed into the file as JPEG (small, and read by every exporter)."""
    height, width = picture.shape[:2]
    image = bpy.data.images.new(name, width, height, alpha=False)
    rgba = np.ones((height, width, 4), dtype=np.float32)
    rgba[..., :3] = np.clip(picture, 0, 1)
    image.pixels.foreach_set(rgba.ravel())
    image.update()
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / f"{name}.jpg")
        image.file_format = "JPEG"
        image.save(filepath=path, quality=90)
        bpy.data.images.remove(image)
        packed = bpy.data.images.load(path)
        packed.pack()
    packed.name = name
    packed.filepath_raw = f"//{name}.jpg"  # (setting `filepath` would load it again)
    return packed
