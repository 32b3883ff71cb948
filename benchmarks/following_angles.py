"""Angles between the bones of a posed rig and a take's, from joint positions alone."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from understudy.ml.take import BONE_PARENTS, Take, joint_positions, parent_indices

Floats = NDArray[np.float64]
_SHORTEST = 0.002
"""Of the body's size."""
_TRUNK = ("spine", "chest", "upperChest", "neck", "head")


def direction_errors(take: Take, heads: Mapping[str, Floats]) -> dict[str, Floats]:
    """Degrees [F] by segment ("leftUpperArm>leftLowerArm"). heads: humanoid -> joint [F, 3] in stage axes, F the take's
    frames."""
    joints, rest = take_joints(take)
    return {f"{a}>{b}": angles(heads[b] - heads[a], joints[b] - joints[a]) for a, b in segments(heads, joints, rest)}


def take_joints(take: Take) -> tuple[dict[str, Floats], dict[str, Floats]]:
    assert take.bone_names is not None and take.rotations is not None and take.rest_positions is not None
    assert take.hips_position is not None
    joints = joint_positions(take.rotations, take.hips_position, take.rest_positions, parent_indices(take.bone_names))
    return (
        {name: joints[:, j] for j, name in enumerate(take.bone_names)},
        {name: np.asarray(take.rest_positions[j], dtype=np.float64) for j, name in enumerate(take.bone_names)},
    )


def segments(
    heads: Mapping[str, Floats], joints: Mapping[str, Floats], rest: Mapping[str, Floats]
) -> list[tuple[str, str]]:
    """Pairs of joints next to each other in both, where direction is pose and not anatomy."""
    # Joints on top of each other (Second Life's folded spine) have no direction.
    size = max(float(np.linalg.norm(points[0] - heads["hips"][0])) for points in heads.values())
    shared = [name for name in heads if name in joints]
    trunk = [name for name in _TRUNK if name in shared]
    pairs = list(pairwise(trunk))
    for name in shared:
        parent = BONE_PARENTS[name]
        if parent in shared and any(
            word in parent for word in ("UpperArm", "LowerArm", "UpperLeg", "LowerLeg", "Proximal", "Intermediate",
                                        "ThumbMetacarpal")
        ):  # fmt: skip
            pairs.append((parent, name))
        if name.endswith("MiddleProximal") and name.replace("MiddleProximal", "Hand") in shared:
            pairs.append((name.replace("MiddleProximal", "Hand"), name))
    return [
        (a, b)
        for a, b in pairs
        if np.linalg.norm(rest[b] - rest[a]) > 0.01 and np.linalg.norm(heads[b][0] - heads[a][0]) > _SHORTEST * size
    ]


def angles(mine: Floats, wanted: Floats) -> Floats:
    sine = np.linalg.norm(np.cross(mine, wanted), axis=1)
    return np.degrees(np.arctan2(sine, np.sum(mine * wanted, axis=1)))
