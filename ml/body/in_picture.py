"""Limbs that lie in the picture where they were seen: what the network makes of a clip, held against its points.

The detector's points are surer across the picture than anything is in depth. So each part of a limb is turned about the
line of sight onto the line between its points; and how long that line is beside the bone says, if roughly, how far an
arm points at the camera or away from it (which of the two is left to the network). Both count half: the network was
told the points too. On rendered clips not trained on arms come from 16.6 to 16.1 degrees, by the whole to 16.3; lengths
would make legs worse: hips are seen elsewhere than their joints are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..take import joint_positions, rotation
from .bank import BODY_BONES, BODY_COLUMNS, BODY_PARENTS
from .landmarks import ANKLE, ELBOW, HIP, KNEE, SHOULDER, SIDES, WRIST, Points
from .lift import Lifted
from .orient import smoothstep
from .proportions import rest_of_lengths

Floats = NDArray[np.float64]

_PARTS: Final = (
    ("UpperArm", SHOULDER, ELBOW, "upper arm"), ("LowerArm", ELBOW, WRIST, "forearm"),
    ("UpperLeg", HIP, KNEE, "thigh"), ("LowerLeg", KNEE, ANKLE, "shin"),
)  # fmt: skip
_SEEN: Final = (0.5, 0.8)
"""Visibility of both ends from which a part is turned at all, and wholly."""
_LINE_SHARE: Final = 0.5
"""How far the line between its points is believed: they are part of what the network was told as well."""
_DEPTH_SHARE: Final = 0.15
"""How far an arm's length in the picture is."""
_SHORTEST: Final = 0.3
"""Share of a bone's length in the picture below which its direction there says less and less."""
_LARGEST: Final = np.radians(30.0)
"""A point that lies elsewhere altogether is on something else."""


def in_picture(lifted: Lifted, points: Points, camera: Camera) -> Lifted:
    """The same body with its limbs turned onto the points [T, 33, 2] of the picture."""
    turns = lifted.turns.copy()
    rays = camera.rays(points.image)[..., :2] * (1.0, -1.0)
    joints = joint_positions(
        rotation.from_matrix(turns), lifted.hips, rest_of_lengths(lifted.lengths)[BODY_COLUMNS], BODY_PARENTS
    )
    for side in SIDES:
        for part, head, tail, length in _PARTS:
            arm = "Arm" in part
            along = np.array((1.0 if side == "left" else -1.0, 0.0, 0.0) if arm else (0.0, 0.0, -1.0))
            bone = BODY_BONES.index(side + part)
            distance = np.linalg.norm(joints[:, bone], axis=-1)
            ends = rays[:, head[side]], rays[:, tail[side]]
            seen = points.visibility[:, [head[side], tail[side]]].min(axis=1)
            share = smoothstep(seen, *_SEEN)
            way = turns[:, bone] @ along
            to = _onto_line(way, *ends, _LINE_SHARE * share)
            if arm:
                to = _as_long(to, *ends, _DEPTH_SHARE * share, distance / lifted.lengths[length])
            turns[:, bone] = rotation.to_matrix(rotation.between(way, to)) @ turns[:, bone]
    return replace(lifted, turns=turns)


def _sight(head: Floats, tail: Floats) -> Floats:
    """Unit lines of sight [T, 3] to the middle of two points [T, 2] (right and up per unit ahead)."""
    u, v = ((head + tail) / 2).T
    sight = np.stack((u, np.ones_like(u), v), axis=-1)
    return sight / np.linalg.norm(sight, axis=-1, keepdims=True)


def _onto_line(way: Floats, head: Floats, tail: Floats, share: Floats) -> Floats:
    """Ways [T, 3] turned about the line of sight, as far as `share` says, onto the line in the picture."""
    u, v = ((head + tail) / 2).T
    shown = np.stack((way[:, 0] - u * way[:, 1], way[:, 2] - v * way[:, 1]), axis=-1)
    line = tail - head
    cross = shown[:, 0] * line[:, 1] - shown[:, 1] * line[:, 0]
    angle = np.arctan2(cross, (shown * line).sum(axis=-1))
    share = share * np.clip(np.linalg.norm(shown, axis=-1) / _SHORTEST, 0.0, 1.0) * (np.abs(angle) < _LARGEST)
    # From right to up is backwards about the line of sight.
    return rotation.rotate(rotation.from_rotvec(-_sight(head, tail) * (share * angle)[:, None]), way)


def _as_long(way: Floats, head: Floats, tail: Floats, share: Floats, scale: Floats) -> Floats:
    """Ways [T, 3] nearer, by `share`, to the slope at which their bones look as long; scale: distance over length."""
    sight = _sight(head, tail)
    ahead = (way * sight).sum(axis=-1)
    across = way - ahead[:, None] * sight
    width = np.linalg.norm(across, axis=-1)
    slope = np.arctan2(np.abs(ahead), width)
    seen = np.arccos(np.clip(np.linalg.norm(tail - head, axis=-1) * scale, 0.0, 1.0))
    slope = slope + share * (seen - slope)
    across = across / np.maximum(width, 1e-6)[:, None]
    return np.cos(slope)[:, None] * across + (np.sin(slope) * np.sign(ahead))[:, None] * sight
