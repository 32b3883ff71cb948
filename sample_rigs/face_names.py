"""Face shapes by names of a studio's own: fewer than ARKit's 52, some of them several ARKit shapes at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .parts import Part

# Name -> ARKit shapes which it moves together.
OWN_NAMES: dict[str, tuple[str, ...]] = {
    "blink_L": ("eyeBlinkLeft",),
    "blink_R": ("eyeBlinkRight",),
    "eye_wide_L": ("eyeWideLeft",),
    "eye_wide_R": ("eyeWideRight",),
    "squint_L": ("eyeSquintLeft", "cheekSquintLeft"),
    "squint_R": ("eyeSquintRight", "cheekSquintRight"),
    "look_up": ("eyeLookUpLeft", "eyeLookUpRight"),
    "look_down": ("eyeLookDownLeft", "eyeLookDownRight"),
    "look_left": ("eyeLookOutLeft", "eyeLookInRight"),
    "look_right": ("eyeLookInLeft", "eyeLookOutRight"),
    "brow_down_L": ("browDownLeft",),
    "brow_down_R": ("browDownRight",),
    "brow_up_inner": ("browInnerUp",),
    "brow_up_L": ("browOuterUpLeft",),
    "brow_up_R": ("browOuterUpRight",),
    "jaw_open": ("jawOpen",),
    "jaw_left": ("jawLeft",),
    "jaw_right": ("jawRight",),
    "jaw_forward": ("jawForward",),
    "lips_together": ("mouthClose",),
    "smile_L": ("mouthSmileLeft",),
    "smile_R": ("mouthSmileRight",),
    "frown_L": ("mouthFrownLeft",),
    "frown_R": ("mouthFrownRight",),
    "pucker": ("mouthPucker",),
    "funnel": ("mouthFunnel",),
    "mouth_left": ("mouthLeft",),
    "mouth_right": ("mouthRight",),
    "lip_upper_up": ("mouthUpperUpLeft", "mouthUpperUpRight"),
    "lip_lower_down": ("mouthLowerDownLeft", "mouthLowerDownRight"),
    "mouth_stretch": ("mouthStretchLeft", "mouthStretchRight"),
    "mouth_press": ("mouthPressLeft", "mouthPressRight"),
    "cheek_puff": ("cheekPuff",),
    "nose_wrinkle": ("noseSneerLeft", "noseSneerRight"),
    "tongue_out": ("tongueOut",),
}


def rename_keys(part: Part) -> Part:
    """The part with its ARKit keys under the studio's own names."""
    keys = {}
    for name, shapes in OWN_NAMES.items():
        moved = [part.keys[shape] for shape in shapes if shape in part.keys]
        if moved:
            keys[name] = np.sum(moved, axis=0)
    return replace(part, keys=keys)
