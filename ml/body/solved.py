"""A solved body: what the body's stage hands to the take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import CAPTURED_BONES, joint_positions, parent_indices

Floats = NDArray[np.float64]

PARENTS: Final = parent_indices(CAPTURED_BONES)


@dataclass(frozen=True)
class BodyMotion:
    """T frames of a humanoid in stage axes; the arrays of a take."""

    bone_names: tuple[str, ...]
    """CAPTURED_BONES."""
    rotations: Floats
    """[T, 52, 4] global wxyz, relative to the T-pose facing -Y."""
    hips_position: Floats
    """[T, 3] metres; the floor is Z = 0, the hips begin over the origin."""
    rest_positions: Floats
    """[52, 3]"""
    contacts: NDArray[np.bool_]
    """[T, 4] leftFoot, leftToes, rightFoot, rightToes."""
    confidence: Floats
    """[T] 0..1; 0 = nobody was seen, filled in."""
    left_hand_confidence: Floats
    right_hand_confidence: Floats
    bone_confidence: Floats
    """[T, 52]"""
    camera_position: Floats
    """[3] where the camera stands on the stage."""
    camera_turn: Floats = field(default_factory=lambda: np.eye(3))
    """[3, 3] from the camera's axes (x right, y ahead, z up) to the stage's: the pitch and roll taken out."""

    @property
    def joints(self) -> Floats:
        """[T, 52, 3] joint heads."""
        return joint_positions(self.rotations, self.hips_position, self.rest_positions, PARENTS)
