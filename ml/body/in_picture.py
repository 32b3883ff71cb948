"""Limbs that lie in the picture where they were seen: what the network makes of a clip, held against its points.

The detector's points are surer across the picture than anything is in depth. So each part of a limb is turned about the
line of sight onto the line between its points, half the way: the network was told the points too. How long that line
is beside the bone tells nothing that the network does not know better (decision 0039).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..take import rotation
from .bank import BODY_BONES
from .landmarks import ANKLE, ELBOW, HIP, KNEE, SHOULDER, SIDES, WRIST, Points
from .lift import Lifted
from .orient import smoothstep

Floats = NDArray[np.float64]

_PARTS: Final = (
    ("UpperArm", SHOULDER, ELBOW), ("LowerArm", ELBOW, WRIST), ("UpperLeg", HIP, KNEE), ("LowerLeg", KNEE, ANKLE),
)  # fmt: skip
_SEEN: Final = (0.5, 0.8)
"""Visibility of both ends from which a part is turned at all, and wholly."""
_LINE_SHARE: Final = 0.5
"""How far the line between its points is believed: they are part of what the network was told as well."""
_SHORTEST: Final = 0.3
"""Share of a bone's length in the picture below which its direction there says less and less."""
_LARGEST: Final = np.radians(30.0)
"""A point that lies elsewhere altogether is on something else."""


def in_picture(lifted: Lifted, points: Points, camera: Camera) -> Lifted:
    """The same body with its limbs turned onto the points [T, 33, 2] of the picture."""
    turns = lifted.turns.copy()
    rays = camera.rays(points.image)[..., :2] * (1.0, -1.0)
    for side in SIDES:
        for part, head, tail in _PARTS:
            along = np.array((1.0 if side == "left" else -1.0, 0.0, 0.0) if "Arm" in part else (0.0, 0.0, -1.0))
            bone = BODY_BONES.index(side + part)
            ends = rays[:, head[side]], rays[:, tail[side]]
            seen = points.visibility[:, [head[side], tail[side]]].min(axis=1)
            share = smoothstep(seen, *_SEEN)
            way = turns[:, bone] @ along
            to = _onto_line(way, *ends, _LINE_SHARE * share)
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
