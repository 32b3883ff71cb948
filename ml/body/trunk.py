"""Hips, spine, neck and head from the lines of hips, shoulders and ears."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..take import rotation
from .landmarks import EARS, EYES, HIP, NOSE, SHOULDER, VISIBLE, Floats, Points
from .orient import limited, smoothstep, turn_onto
from .smoothing import smooth, smooth_rotations

_X: Final = (1.0, 0.0, 0.0)
_Z: Final = (0.0, 0.0, 1.0)
_FORWARD: Final = (0.0, -1.0, 0.0)
_SPINE_SHARES: Final = {"spine": 1 / 3, "chest": 2 / 3, "upperChest": 1.0}
_SPINE_LIMIT: Final = np.radians(75.0)
_HEAD_LIMIT: Final = np.radians(80.0)
_HEAD_CUTOFF_HZ: Final = 3.0
"""The depths of ears and nose are the noisiest of all: heads turn slower than arms."""


def trunk_rotations(points: Points, head_rotation: Floats | None) -> dict[str, Floats]:
    """Bone name -> global rotations [T, 4] for hips, spine, chest, upperChest, neck and head."""
    world = points.world
    hip_line = world[:, HIP["left"]] - world[:, HIP["right"]]
    shoulder_line = world[:, SHOULDER["left"]] - world[:, SHOULDER["right"]]
    up = (world[:, [*SHOULDER.values()]].mean(axis=1)) - world[:, [*HIP.values()]].mean(axis=1)
    up = _up_where_hips_are_hidden(up, points)
    hips = turn_onto(_X, _Z, hip_line, up)
    top = turn_onto(_Z, _X, up, shoulder_line)
    top = rotation.multiply(hips, limited(rotation.multiply(rotation.conjugate(hips), top), _SPINE_LIMIT))
    turns = {"hips": hips}
    for bone, share in _SPINE_SHARES.items():
        turns[bone] = rotation.slerp(hips, top, np.full(len(hips), share))
    head = _head(points, top, head_rotation)
    turns["neck"] = rotation.slerp(top, head, np.full(len(head), 0.5))
    turns["head"] = head
    return turns


def _up_where_hips_are_hidden(up: Floats, points: Points) -> Floats:
    """Hidden hips are guesses: a trunk whose hips are out of the picture is held upright."""
    hips = points.visibility[:, [*HIP.values()]].min(axis=1)
    share = smooth(smoothstep(hips, 0.1, VISIBLE), points.fps, 1.0)[:, None]
    length = np.linalg.norm(up, axis=1, keepdims=True)
    return share * up + (1 - share) * length * np.array(_Z)


def _head(points: Points, top: Floats, head_rotation: Floats | None) -> Floats:
    world = points.world
    ear_line = world[:, EARS[0]] - world[:, EARS[1]]
    # Half nose, half eyes: the nose lies below the ears' height, the eyes above.
    front = 0.5 * world[:, NOSE] + 0.25 * (world[:, EYES[0]] + world[:, EYES[1]])
    ahead = front - world[:, list(EARS)].mean(axis=1)
    head = smooth_rotations(turn_onto(_X, _FORWARD, ear_line, ahead), points.fps, _HEAD_CUTOFF_HZ)
    if head_rotation is not None:
        known = np.isfinite(head_rotation).all(axis=1)
        head = np.where(known[:, None], np.where(known[:, None], head_rotation, 0.0), head)
    return rotation.multiply(top, limited(rotation.multiply(rotation.conjugate(top), head), _HEAD_LIMIT))
