"""Knees that are nearly straight are read as bent too far: recordings of dancers and fighters have hardly any."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import rotation
from .bank import BODY_BONES
from .landmarks import SIDES
from .lift import Lifted

Floats = NDArray[np.float64]

_TOO_FAR: Final = np.radians(5.0)
"""By how much at most,"""
_ABOUT, _AROUND = np.radians(22.0), np.radians(12.0)
"""and about which bend that is told. Of 15 acted motions on bodies of another maker, those who stood with knees bent by
9 to 24 degrees were told 27 to 34 (decision 0039)."""
_DOWN: Final = np.array((0.0, 0.0, -1.0))


def with_straighter_knees(lifted: Lifted) -> Lifted:
    """The same body; thighs and shins turned by half each, so that ankles stay below their hips."""
    turns = lifted.turns.copy()
    for side in SIDES:
        thigh, shin = (BODY_BONES.index(f"{side}{part}") for part in ("UpperLeg", "LowerLeg"))
        above, below = turns[:, thigh] @ _DOWN, turns[:, shin] @ _DOWN
        axis = np.cross(above, below)
        sine = np.linalg.norm(axis, axis=1)
        bend = np.arctan2(sine, (above * below).sum(axis=1))
        half = axis / np.maximum(sine, 1e-6)[:, None] * too_far(bend)[:, None] / 2
        turns[:, thigh] = rotation.to_matrix(rotation.from_rotvec(half)) @ turns[:, thigh]
        turns[:, shin] = rotation.to_matrix(rotation.from_rotvec(-half)) @ turns[:, shin]
    return replace(lifted, turns=turns)


def too_far(bend: Floats) -> Floats:
    """Radians [T] of a bend [T] that are too many; never all of it."""
    return np.minimum(_TOO_FAR * np.exp(-np.square((bend - _ABOUT) / _AROUND)), bend / 2)
