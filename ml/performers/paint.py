"""Where a look's colours go on the base mesh: skin, clothes and shoes by vertex; the shader adds the face's details."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .anatomy import Anatomy, load_anatomy
from .look import Look
from .pose import Skeleton

HAIR_CUTS: Final[dict[str, float]] = {"short": 0.70, "long": 0.30}
"""Where each style's hair ends, metres on the base mesh; other styles are painted on the scalp alone."""

_WAIST, _NECK = 0.16, 0.59
_CLOTHED: Final = ("Arm", "Leg", "Foot", "Toes", "Hand", "head")


def hidden_scalp(look: Look) -> float:
    """1 where hair is painted on the scalp (under a hair mesh too), 0 for a shaved head."""
    return 0.0 if look.hair_style == "shaved" else 1.0


def vertex_paint(look: Look, skeleton: Skeleton, anatomy: Anatomy) -> NDArray[np.float32]:
    """[V, 4]: sRGB before the shader's details, then how much lip (skin) or cloth (clothes) a vertex is."""
    colours = np.tile(np.asarray(look.skin, dtype=np.float32), (len(anatomy.template), 1))
    dressed = _dress(colours, look, skeleton, anatomy)
    for part, colour in (
        ("upperTeeth", look.complexion.teeth),
        ("lowerTeeth", look.complexion.teeth),
        ("tongue", look.complexion.tongue),
        ("lashes", (0.05, 0.04, 0.04)),
    ):
        colours[np.unique(anatomy.triangles[part])] = colour
    extra = anatomy.lips.copy()
    clothes = np.unique(anatomy.triangles["clothes"])
    extra[clothes] = dressed[clothes]
    return np.concatenate((colours, extra[:, None]), axis=1)


def _dress(colours: NDArray[np.float32], look: Look, skeleton: Skeleton, anatomy: Anatomy) -> NDArray[np.float32]:
    """Paint the skin under the clothes like them, so that it never shows through.

    Returns how far inside the clothes' edges each vertex is [V], negative outside: a smooth function of its place, so
    that edges come out straight.
    """
    share = dict(zip(_CLOTHED, _shares(tuple(np.array(skeleton.names)[skeleton.owners].tolist())), strict=True))
    height = anatomy.template[:, 2]
    # How far down arm (from the shoulder) and leg (from the hip) a vertex sits, 0..1, on the base mesh.
    reach = (np.abs(anatomy.template[:, 0]) - 0.16) / 0.28
    drop = (0.05 - height) / 0.78
    on_arm = np.abs(anatomy.template[:, 0]) > 0.27
    trunk = np.minimum(_NECK - height, 0.4) * 5
    arm = np.where(look.sleeves >= 1, 1.0, look.sleeves - reach)
    above = np.where(share["Arm"] + share["Hand"] > 0.3, np.minimum(arm, trunk), trunk)
    below = np.where(share["Leg"] + share["Foot"] + share["Toes"] > 0, 0.15 + 0.9 * look.trousers - drop, 1.0)
    lower = (height < _WAIST) & ~on_arm
    inside = np.where(lower, below, above)
    inside = np.where(share["head"] > 0.5, -1.0, inside)
    colours[(inside > 0) & ~lower] = look.top
    colours[(inside > 0) & lower] = look.bottom
    colours[(share["Foot"] + share["Toes"]) > 0.5] = look.shoes
    return inside.astype(np.float32)


@lru_cache(maxsize=2)
def _shares(owners: tuple[str, ...]) -> tuple[NDArray[np.float32], ...]:
    """How much of each vertex's weight [V] the humanoid bones of each part hold, fingers counting as hand; the same for
    everybody whose bones have these owners."""
    weights = load_anatomy().skin_weights
    fingers = ("Thumb", "Index", "Middle", "Ring", "Little")
    return tuple(
        weights[:, [name.endswith(part) or (part == "Hand" and any(f in name for f in fingers)) for name in owners]]
        .sum(axis=1)
        for part in _CLOTHED
    )  # fmt: skip
