"""Eyes and resting faces as people have them and the base mesh has not.

Its eyes are small, bright white and open, with a hard iris; its face at rest does nothing. Of real people who look at
the camera a network that knows only such eyes says that they look above it by many degrees: their whites are grey and
shaded by the lids, which cover a part of the iris all the time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import FACE_NAMES
from ..take.names import sided
from .identity import Identity
from .look import Look

_RESTING: Final[dict[str, float]] = {
    "eyeWide": 0.08, "browDown": 0.25, "browInnerUp": 0.12, "browOuterUp": 0.12,
    "cheekSquint": 0.1, "mouthFrown": 0.12, "mouthSmile": 0.08, "mouthPress": 0.1, "mouthShrugLower": 0.1,
    "mouthRollUpper": 0.08, "mouthRollLower": 0.08, "mouthUpperUp": 0.04, "jawForward": 0.1,
}  # fmt: skip
"""What faces do while they do nothing: standard deviations, of which only what is above zero shows."""
_UPPER_LIDS: Final = (-0.08, 0.24)
"""Of eyeBlink at rest; below zero it is none. Upper lids cover the iris's top,"""
_LOWER_LIDS: Final = (-1.0, 0.35)
"""and lower ones, by eyeSquint, mostly leave its lower edge free: on the base mesh both cut off as much of it, so that
who learns from it alone takes a free lower edge for eyes that look up."""
_LIDS: Final = tuple(
    (FACE_NAMES.index(f"eyeSquint{side}"), FACE_NAMES.index(f"eyeBlink{side}")) for side in ("Left", "Right")
)
_SIDES_APART: Final = 0.15
_WIDER: Final = (-0.3, 1.2)
"""Of anny's eye scale; real eyes are wider beside the distance between them."""


def with_other_eyes(rng: np.random.Generator, identity: Identity, look: Look) -> tuple[Identity, Look]:
    """The same person with eyes of another size, whites of another colour, softer and larger or smaller irises."""
    scale = float(rng.uniform(*_WIDER))
    local = identity.local | {f"{side}-eye-scale-incr": scale for side in "lr"}
    grey = float(rng.uniform(0.42, 1.0))
    tint = 1 + (1 - grey) * rng.uniform((-0.05, -0.25, -0.35), (0.25, 0.05, 0.1))
    red, green, blue = (float(part) for part in np.clip(grey * tint, 0.2, 1.0))
    complexion = replace(
        look.complexion,
        sclera=(red, green, blue),
        iris_edge=float(rng.uniform(0.02, 0.14)),
        limbus=float(rng.uniform(0.1, 0.8)),
        lid_shadow=float(rng.uniform(0.0, 0.75)),
        highlight=float(rng.uniform(0, 1)) * float(rng.random() < 0.7),
    )
    other = replace(look, iris_size=float(rng.uniform(0.38, 0.54)), complexion=complexion)
    return replace(identity, local=local), other


def resting_face(rng: np.random.Generator) -> NDArray[np.float64]:
    """[52] weights that a face has at rest, both sides nearly alike; nobody's take should show them."""
    shared = {name: max(0.0, float(rng.normal(0, size))) for name, size in _RESTING.items()}
    shared |= {"eyeBlink": max(0.0, float(rng.uniform(*_UPPER_LIDS))), "eyeSquint": float(rng.uniform(*_LOWER_LIDS))}
    rest = np.zeros(len(FACE_NAMES))
    for i, name in enumerate(FACE_NAMES):
        whole = shared.get(sided(name)[0], 0.0)
        rest[i] = np.clip(whole * (1 + _SIDES_APART * rng.normal()), -1.2, 0.45)
    return rest


def shown(weights: NDArray[np.floating], rest: NDArray[np.floating]) -> NDArray[np.float64]:
    """What of weights [..., 52] a face shows that rests so [52]: it goes from there to the whole action.

    A lower lid that rests low comes up to the upper one when that shuts.
    """
    weights = np.asarray(weights, dtype=np.float64)
    rests = np.broadcast_to(rest, weights.shape).copy()
    for squint, blink in _LIDS:
        rests[..., squint] *= 1 - np.clip(weights[..., blink], 0, 1)
    return rests + (1 - rests) * weights
