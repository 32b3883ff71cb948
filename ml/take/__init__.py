"""The Take: the one contract between everything left of Blender and everything right of it (needs numpy alone)."""

from . import rotation
from .contract import VERSION, Take, TakeError, validate
from .files import load_take, save_take
from .kinematics import joint_positions, local_rotations, parent_indices
from .names import (
    BONE_NAMES,
    BONE_PARENTS,
    CAPTURED_BONES,
    CONTACT_NAMES,
    EMOTION_NAMES,
    FACE_NAMES,
    mirrored,
)
from .rest_pose import STANDARD_REST

__all__ = [
    "BONE_NAMES", "BONE_PARENTS", "CAPTURED_BONES", "CONTACT_NAMES", "EMOTION_NAMES", "FACE_NAMES", "STANDARD_REST",
    "VERSION", "Take", "TakeError", "joint_positions", "load_take", "local_rotations", "mirrored", "parent_indices",
    "rotation", "save_take", "validate",
]  # fmt: skip
