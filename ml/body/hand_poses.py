"""Random hands: how fingers, thumbs and wrists are held, within what joints allow."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..performers.choreography import chain, turn
from ..take import rotation
from .hand_bones import FINGERS, PARTS

Floats = NDArray[np.float64]

_SPREAD_PLACES: Final = {"Index": -1.0, "Middle": -0.2, "Ring": 0.45, "Little": 1.1}
_THUMB_FLEXION_AXIS: Final = np.array([0.0, 0.5, 0.85])
"""About which a left thumb's outer joints close, in the T-pose: its nail looks forward and up."""


def random_fingers(rng: np.random.Generator, side: str) -> dict[str, Floats]:
    """Local rotations [1, 4] of the 15 finger bones of one hand."""
    sign = 1.0 if side == "left" else -1.0
    local: dict[str, Floats] = {}
    closed = rng.beta(0.8, 0.9)
    kind = rng.random()
    fan = rng.uniform(-4, 14) * (1 - closed)
    for finger in FINGERS:
        own = closed
        if kind < 0.35:  # pointing, counting, pinching: each finger for itself
            own = float(rng.choice([rng.beta(0.5, 2.5), rng.beta(2.5, 0.5)]))
        elif kind < 0.5:
            own = rng.random()
        proximal = float(np.clip(own * rng.uniform(55, 95) - rng.exponential(6) + rng.normal(0, 8), -25, 95))
        middle = float(np.clip(own * rng.uniform(70, 112) + rng.normal(0, 8), -4, 112))
        if kind > 0.85:  # hooked: the outer joints bend while the knuckles stay straight, or the other way round
            proximal, middle = (0.2 * proximal, middle) if rng.random() < 0.5 else (proximal, 0.25 * middle)
        distal = float(np.clip(middle * rng.uniform(0.4, 0.75) + rng.normal(0, 6), -8, 85))
        spread = _SPREAD_PLACES[finger] * fan + rng.normal(0, 3.5) * (1 - 0.7 * own)
        bends = (proximal, middle, distal)
        for part, bend in zip(PARTS, bends, strict=True):
            curl = turn("Y", np.array([sign * bend]))
            local[f"{side}{finger}{part}"] = (
                chain(turn("Z", np.array([sign * spread])), curl) if part == "Proximal" else curl
            )
    return local | _random_thumb(rng, side, sign, closed)


def _random_thumb(rng: np.random.Generator, side: str, sign: float, closed: float) -> dict[str, Floats]:
    """The saddle joint swings two ways and rolls along; the outer joints are hinges."""
    across = rng.uniform(-28, 42)
    down = rng.uniform(-12, 45) if rng.random() < 0.6 else 30 * closed + rng.normal(0, 8)
    roll = 0.4 * down + rng.normal(0, 8)
    bent = float(np.clip(closed * 45 + rng.normal(0, 14), -12, 62))
    tip = float(np.clip(closed * 55 + rng.normal(0, 20), -20, 82))
    saddle = chain(
        turn("Z", np.array([sign * across])), turn("Y", np.array([sign * down])), turn("X", np.array([roll]))
    )
    return {
        f"{side}ThumbMetacarpal": saddle,
        f"{side}ThumbProximal": _thumb_hinge(sign, bent),
        f"{side}ThumbDistal": _thumb_hinge(sign, tip),
    }


def _thumb_hinge(sign: float, degrees: float) -> Floats:
    axis = _THUMB_FLEXION_AXIS / np.linalg.norm(_THUMB_FLEXION_AXIS) * sign
    return rotation.from_rotvec(np.radians(degrees) * axis)[None]


def random_arms(rng: np.random.Generator) -> dict[str, Floats]:
    """Local rotations [1, 4] of arms and hands: raised, stretched or bent, forearm twisted, wrist bent."""
    local: dict[str, Floats] = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        lowered, forward = rng.uniform(-40, 75), rng.uniform(-10, 85)
        roll, bent = rng.uniform(-60, 50), rng.uniform(0, 120)
        local[f"{side}UpperArm"] = chain(
            turn("Z", np.array([-sign * forward])), turn("Y", np.array([sign * lowered])), turn("X", np.array([roll]))
        )
        # Half of the twist is the forearm's, half the hand's, as forearms turn along their length.
        twist = float(np.clip(rng.normal(-40, 50), -150, 70))
        local[f"{side}LowerArm"] = chain(turn("Z", np.array([-sign * bent])), turn("X", np.array([0.5 * twist])))
        local[f"{side}Hand"] = chain(
            turn("X", np.array([0.5 * twist])),
            turn("Y", np.array([sign * float(np.clip(rng.normal(0, 28), -70, 75))])),
            turn("Z", np.array([sign * float(np.clip(rng.normal(0, 11), -25, 32))])),
        )
    return local
