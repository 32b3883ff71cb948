"""Filming a rendered performer who does a motion: the pictures, the camera and the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..footage.interface import Frame
from ..performers import Light, Performer, Renderer, View, complete_rotations, random_background
from ..performers.choreography import fist
from ..take import CAPTURED_BONES, local_rotations, parent_indices, rotation
from .analytic import Motion
from .poor_pictures import Flaws
from .recorded import on_body

Floats = NDArray[np.float64]

PICTURE: tuple[int, int] = (512, 512)


@dataclass(frozen=True)
class Scene:
    """What is filmed, from where, and what is true."""

    performer: Performer
    motion: Motion
    view: View
    light: Light
    background: NDArray[np.uint8]

    @property
    def camera(self) -> Camera:
        view = self.view
        return Camera(view.width, view.height, view.focal_px, view.width / 2, view.height / 2)


def make_scene(motion: Motion, seed: int, size: tuple[int, int] = PICTURE) -> Scene:
    """A random performer who does `motion` on the performer's own proportions, seen whole by a random camera."""
    rng = np.random.default_rng([seed, 0xB0D7])
    performer = Performer.random(seed)
    rotations = _with_fingers(
        complete_rotations(motion.bone_names, motion.rotations), motion.bone_names, motion.fps, rng
    )
    own = on_body(motion, performer.skeleton.rest_positions, rotations)
    view = _view_of(own, rng, size)
    return Scene(performer, own, view, Light.random(rng), random_background(rng, *size))


def frames(scene: Scene, flaws: Flaws | None = None) -> Iterator[Frame]:
    """The pictures, one by one; with a poor camera's flaws if told."""
    random = np.random.default_rng(0)
    light, background, motion = scene.light, scene.background, scene.motion
    with Renderer(scene.view.width, scene.view.height) as renderer:
        for index in range(len(motion.rotations)):
            body = scene.performer.pose(rotations=motion.rotations[index], hips=motion.hips_position[index])
            image = renderer.render(scene.performer, body, scene.view, light, background)
            image = image if flaws is None else flaws.apply(image, random)
            yield Frame(index, index / motion.fps, image, index / motion.fps)


def _with_fingers(rotations: Floats, names: tuple[str, ...], fps: float, rng: np.random.Generator) -> Floats:
    """Hands that open and close slowly, where the motion has no fingers."""
    if "leftIndexProximal" in names:
        return rotations
    full = rotations.copy()
    parents = parent_indices(CAPTURED_BONES)
    time = np.arange(len(full)) / fps
    for side in ("left", "right"):
        amount = 0.35 + 0.25 * np.sin(2 * np.pi * rng.uniform(0.1, 0.4) * time + rng.uniform(0, 6.28))
        closing = fist(side, amount, np.full(len(time), rng.uniform(2, 8)))
        local = local_rotations(full, parents)
        for bone, name in enumerate(CAPTURED_BONES):
            if name in closing:
                local[:, bone] = closing[name]
            if parents[bone] >= 0 and name.startswith(side):
                full[:, bone] = rotation.multiply(full[:, parents[bone]], local[:, bone])
    return full


def _view_of(motion: Motion, rng: np.random.Generator, size: tuple[int, int]) -> View:
    """A camera at hip to head height, a little tilted, that holds every joint of every frame."""
    width, height = size
    focal = float(rng.uniform(0.8, 1.1) * max(size))
    pitch, roll = float(rng.normal(0, 4)), float(rng.normal(0, 1.5))
    joints = motion.joints.reshape(-1, 3)
    low, high = joints.min(axis=0), joints.max(axis=0)
    middle = (low + high) / 2
    for distance in np.arange(1.2, 15.0, 0.1):
        position = (
            float(middle[0]), float(low[1] - distance),
            float(middle[2] - distance * np.tan(np.radians(pitch))),
        )  # fmt: skip
        view = View(width, height, focal, position, pitch, roll)
        pixels = view.project(joints)
        margin = 0.07 * height
        inside = (pixels > margin) & (pixels < np.array(size) - margin)
        if view.in_camera(joints)[:, 1].min() > 0.5 and inside.all():
            return view
    raise ValueError(f"The motion {motion.name} spreads too far to be filmed whole; choose a shorter stretch.")
