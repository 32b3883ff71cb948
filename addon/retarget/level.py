"""Soles that lie flat where the performer's feet stand flat.

A take's feet are level in its T-pose. Where a recording's are not quite (its skeleton's rest has them tilted), they are
tilted by as much whenever the performer stands, and on a character with feet of its own the toes would go through the
floor. How far off they are shows while heel and ball both stand.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...ml.take import rotation
from .pose import Performer

_UP = np.array([0.0, 0.0, 1.0])
_ENOUGH = 0.2
"""Seconds of standing flat without which nothing is said about the soles."""
_MOST = np.radians(35)
"""A tilt beyond this is no matter of a skeleton's rest."""


def level_feet(actor: Performer, contacts: NDArray[np.bool_], fps: float) -> Performer:
    """The performer with feet and toes that are level, in the middle of all frames in which they stand flat."""
    turns = dict(actor.turns)
    for column, side in ((0, "left"), (2, "right")):
        flat = contacts[:, column] & contacts[:, column + 1]
        if flat.sum() < max(2.0, _ENOUGH * fps):
            continue
        for name in (f"{side}Foot", f"{side}Toes"):
            if name not in turns:
                continue
            up = np.median(rotation.rotate(rotation.conjugate(turns[name][flat]), _UP), axis=0)
            tilt = rotation.between(_UP, up)
            if rotation.angle(tilt, rotation.IDENTITY) < _MOST:
                turns[name] = rotation.multiply(turns[name], tilt)
    return replace(actor, turns=turns)
