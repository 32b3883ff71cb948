"""How emotions carry a body: posture, size and pace, as rules laid over neutral motion.

After Roether, Omlor, Christensen and Giese, "Critical features for the perception of emotion from gait" (2009), and
Wallbott, "Bodily expression of emotion" (1998): sadness hangs head and shoulders and slows; anger leans in, bends
the elbows and hurries; joy lifts and widens; fear draws in. No motion capture of acted emotion is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..take import EMOTION_NAMES, rotation
from .pose import FPS, PARENTS, BodyMotion, Floats, bone


@dataclass(frozen=True)
class Style:
    """Degrees, and factors of 1."""

    slump: float = 0.0
    """Bend of the spine forward."""
    head: float = 0.0
    """Chin down."""
    shrug: float = 0.0
    """Shoulders up."""
    elbows: float = 0.0
    """Further bend of the elbows."""
    arms_in: float = 0.0
    """Upper arms towards the body."""
    size: float = 1.0
    """Of the arms' and trunk's excursions from their mean."""
    pace: float = 1.0


STYLES: Final[dict[str, Style]] = {
    "neutral": Style(),
    "happiness": Style(slump=-3, head=-6, shrug=1, elbows=5, arms_in=-4, size=1.25, pace=1.1),
    "sadness": Style(slump=15, head=18, shrug=-3, elbows=-3, arms_in=2, size=0.6, pace=0.8),
    "anger": Style(slump=6, head=4, shrug=3, elbows=18, arms_in=-5, size=1.3, pace=1.2),
    "fear": Style(slump=6, head=2, shrug=8, elbows=20, arms_in=6, size=0.75, pace=1.1),
    "disgust": Style(slump=-4, head=-5, shrug=2, elbows=8, arms_in=3, size=0.85, pace=0.95),
    "surprise": Style(slump=-6, head=-8, shrug=4, elbows=10, arms_in=-3, size=1.1, pace=1.05),
}
assert tuple(STYLES) == EMOTION_NAMES
_SLOW: Final = 1.2
"""Seconds; slower change is posture, faster is movement."""
_X, _Y, _Z = np.eye(3)


def styled(motion: BodyMotion, emotion: str, strength: float) -> BodyMotion:
    """The motion as somebody with that emotion does it, at its own pace (see `pace`)."""
    style = STYLES[emotion]
    turns = motion.rotations.copy()
    size = 1 + strength * (style.size - 1)
    for name in ("spine", "chest", "upperChest"):
        _bend(turns, name, _X, strength * style.slump / 3)
    for name, share in (("neck", 0.4), ("head", 0.6)):
        _bend(turns, name, _X, strength * share * style.head)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        _bend(turns, f"{side}Shoulder", _Y, -sign * strength * style.shrug)
        _bend(turns, f"{side}UpperArm", _Y, sign * strength * style.arms_in, own=False)
        _bend(turns, f"{side}LowerArm", _Z, -sign * strength * style.elbows)
    if size != 1:
        turns = _resized(turns, size)
    return BodyMotion(turns, motion.hips)


def pace(emotion: str, strength: float) -> float:
    """How much faster the motion is played."""
    return 1 + strength * (STYLES[emotion].pace - 1)


def at_pace(motion: BodyMotion, factor: float) -> BodyMotion:
    """Played `factor` times as fast."""
    count = max(2, int(len(motion.hips) / factor))
    place = np.linspace(0, len(motion.hips) - 1, count)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, len(motion.hips) - 1)
    share = (place - low)[:, None]
    hips = motion.hips[low] * (1 - share) + motion.hips[high] * share
    return BodyMotion(rotation.slerp(motion.rotations[low], motion.rotations[high], share), hips)


def _bend(turns: Floats, name: str, axis: Floats, degrees: float, own: bool = True) -> None:
    """Turn a bone and all it carries about an axis of its own frame (or of its parent's), in place."""
    index = bone(name)
    if degrees == 0:
        return
    turn = rotation.from_rotvec(np.radians(degrees) * axis)
    before = turns[:, index].copy()
    if own:
        after = rotation.multiply(before, turn)
    else:
        frame = turns[:, bone("upperChest")]
        after = rotation.multiply(rotation.multiply(frame, turn), rotation.multiply(rotation.conjugate(frame), before))
    change = rotation.multiply(after, rotation.conjugate(before))
    for child in _carried(index):
        turns[:, child] = rotation.multiply(change, turns[:, child])


def _resized(turns: Floats, size: float) -> Floats:
    """Excursions of arms and head from their slow course made larger or smaller."""
    result = turns.copy()
    names = ("neck", "head", *(f"{s}{p}" for s in ("left", "right") for p in ("UpperArm", "LowerArm", "Hand")))
    local = {
        index: rotation.multiply(rotation.conjugate(turns[:, PARENTS[index]]), turns[:, index])
        for index in range(turns.shape[1])
        if PARENTS[index] >= 0
    }
    for index, own in local.items():
        if index in {bone(name) for name in names}:
            smooth = rotation.normalize(gaussian_filter1d(rotation.continuous(own), _SLOW * FPS, axis=0))
            apart = rotation.to_rotvec(rotation.multiply(rotation.conjugate(smooth), own))
            own = rotation.multiply(smooth, rotation.from_rotvec(apart * size))
        result[:, index] = rotation.multiply(result[:, PARENTS[index]], own)
    return result


def _carried(index: int) -> list[int]:
    """A bone and all below it."""
    below = [index]
    for child, parent in enumerate(PARENTS):
        if parent in below:
            below.append(child)
    return below
