"""How long a performer's limbs are, from the joints read in all of a clip's pictures.

The network over time tells everybody the same lengths (on 23 clips of rendered people they correlate with the true ones
by 0.1), the readings of single pictures do not (trunk 0.9, shoulders 0.8, thighs 0.6), but each is drawn towards the
usual. How far a clip's middle reading is to be followed was fitted on 400 rendered people, four pictures of each.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .bank import BODY_BONES
from .landmarks import SIDES

_B: Final = {name: i for i, name in enumerate(BODY_BONES)}
_LENGTHS: Final[dict[str, tuple[str, str, float, float, float]]] = {
    "thigh": ("UpperLeg", "LowerLeg", 0.397, 1.43, 0.026),
    "shin": ("LowerLeg", "Foot", 0.416, 0.46, 0.010),
    "foot": ("Foot", "Toes", 0.149, 0.10, 0.006),
    "upper arm": ("UpperArm", "LowerArm", 0.258, 0.24, 0.006),
    "forearm": ("LowerArm", "Hand", 0.230, 0.11, 0.009),
    "hips' width": ("leftUpperLeg", "rightUpperLeg", 0.213, 0.71, 0.021),
    "shoulders' width": ("leftUpperArm", "rightUpperArm", 0.331, 0.62, 0.010),
    "trunk": ("hips", "neck", 0.531, 1.06, 0.007),
    "neck": ("neck", "head", 0.102, 1.31, 0.019),
}
"""By the names of model.LENGTHS: the joints at both ends (of each side), metres of people as tall as the standard
adult, how far the log of what is read over that is followed, and what is added to it."""
SEGMENTS: Final = {
    name: ((head, tail),) if head in _B else tuple((side + head, side + tail) for side in SIDES)
    for name, (head, tail, *_) in _LENGTHS.items()
}
"""The joints at both ends of each length: of the left side, then the right one, or across the body."""
_MOST: Final = 0.3
"""Log of the farthest a length is from the usual."""


def read_lengths(readings: NDArray[np.floating]) -> dict[str, float]:
    """Metres by the names of model.LENGTHS, of a person as tall as the standard adult.

    readings: [T, READING] of looks.py, NaN where nobody was seen; of nobody at all the usual lengths are told.
    """
    known = readings[np.isfinite(readings).all(axis=1), : 3 * len(BODY_BONES)]
    joints = known.reshape(-1, len(BODY_BONES), 3).astype(np.float64)
    lengths: dict[str, float] = {}
    for name, (_, _, usual, followed, more) in _LENGTHS.items():
        spans = [np.linalg.norm(joints[:, _B[end]] - joints[:, _B[begin]], axis=1) for begin, end in SEGMENTS[name]]
        off = np.log(np.median(spans) / usual) if len(joints) else 0.0
        lengths[name] = float(usual * np.exp(np.clip(followed * off + more, -_MOST, _MOST)))
    return lengths
