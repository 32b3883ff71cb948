"""Elbows and knees are hinges: where one is bent, the plane it bends in tells how the bone above is turned."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import rotation
from .bank import BODY_BONES
from .landmarks import SIDES
from .lift import Lifted
from .orient import smoothstep

Floats = NDArray[np.float64]

_BENT: Final = (0.2, 0.6)
"""Sines of the bend from which the plane is believed at all, and wholly."""
_HINGES: Final = (("UpperArm", "LowerArm", (0.0, 0.0, 1.0)), ("UpperLeg", "LowerLeg", (1.0, 0.0, 0.0)))
"""The bone above, the one below, and the hinge in the T-pose."""


def hinged(lifted: Lifted) -> Lifted:
    """The same body, upper arms and thighs turned about themselves until their hinges are square to what they carry.

    Directions stay; the network's own rotations leave the plane by 3 to 7 degrees.
    """
    turns = lifted.turns.copy()
    for side in SIDES:
        for above, below, hinge in _HINGES:
            along = np.array((1.0 if side == "left" else -1.0, 0.0, 0.0) if "Arm" in above else (0.0, 0.0, -1.0))
            upper, lower = BODY_BONES.index(side + above), BODY_BONES.index(side + below)
            axis = turns[:, upper] @ along
            twist = _twist(axis, turns[:, upper] @ np.array(hinge), turns[:, lower] @ along)
            turns[:, upper] = rotation.to_matrix(rotation.from_rotvec(axis * twist[:, None])) @ turns[:, upper]
    return replace(lifted, turns=turns)


def _twist(axis: Floats, hinge: Floats, way: Floats) -> Floats:
    """Radians [T] about `axis` [T, 3] after which `hinge` [T, 3], square to it, is square to `way` [T, 3] as well."""
    bend = way - (way * axis).sum(axis=1, keepdims=True) * axis
    sine = np.linalg.norm(bend, axis=1)
    bend = bend / np.maximum(sine, 1e-6)[:, None]
    off = np.arcsin(np.clip((hinge * bend).sum(axis=1), -1.0, 1.0))
    side = np.sign((np.cross(bend, hinge) * axis).sum(axis=1))
    return smoothstep(sine, *_BENT) * side * off
