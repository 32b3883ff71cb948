"""Forward kinematics of a take: from global rotations to joint positions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import rotation
from .names import BONE_PARENTS

_STRETCH = 2048
"""Frames worked out at once."""


def parent_indices(names: Sequence[str]) -> NDArray[np.int64]:
    """For each bone the index of its nearest ancestor that is present, -1 for the root. [J]"""
    index = {name: i for i, name in enumerate(names)}
    parents = np.full(len(names), -1, dtype=np.int64)
    for i, name in enumerate(names):
        ancestor = BONE_PARENTS[name]
        while ancestor is not None and ancestor not in index:
            ancestor = BONE_PARENTS[ancestor]
        if ancestor is not None:
            parents[i] = index[ancestor]
    return parents


def joint_positions(
    rotations: ArrayLike, hips_position: ArrayLike, rest_positions: ArrayLike, parents: ArrayLike
) -> NDArray[np.float64]:
    """Joint heads [T, J, 3] in metres: child = parent + R(parent) (rest child - rest parent).

    rotations [T, J, 4] global wxyz, hips_position [T, 3], rest_positions [J, 3], parents [J] with parents first.
    """
    turns = np.asarray(rotations, dtype=np.float64)
    rest = np.asarray(rest_positions, dtype=np.float64)
    above = np.asarray(parents)
    carrier = np.maximum(above, 0)
    joints = np.empty((*turns.shape[:2], 3))
    # All bones at once: many small turns cost far more than one large one. In stretches, as long takes fill memory.
    for start in range(0, len(turns), _STRETCH):
        part = slice(start, start + _STRETCH)
        joints[part] = rotation.rotate(turns[part][:, carrier], rest - rest[carrier])
    for bone, parent in enumerate(above):
        if parent < 0:
            joints[:, bone] = hips_position
        else:
            joints[:, bone] += joints[:, parent]
    return joints


def local_rotations(rotations: ArrayLike, parents: ArrayLike) -> NDArray[np.float64]:
    """Each bone's rotation relative to its parent [T, J, 4], both measured from the T-pose; the root's is global."""
    turns = np.asarray(rotations, dtype=np.float64)
    local = turns.copy()
    above = np.asarray(parents)
    carried = np.flatnonzero(above >= 0)
    for start in range(0, len(turns), _STRETCH):
        part = turns[start : start + _STRETCH]
        carriers = rotation.conjugate(part[:, above[carried]])
        local[start : start + _STRETCH, carried] = rotation.multiply(carriers, part[:, carried])
    return local
