"""Where a look's colours go on the base mesh: skin, clothes and shoes by vertex; the face's details are the shader's."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .anatomy import Anatomy
from .look import Look
from .pose import Skeleton

HAIR_CUTS: Final[dict[str, float]] = {"short": 0.70, "long": 0.30}
"""Where each style's hair ends, metres on the base mesh; other styles are painted on the scalp alone."""

_WAIST, _NECK = 0.16, 0.555
_TEETH: Final = (0.86, 0.83, 0.76)
_TONGUE: Final = (0.62, 0.30, 0.30)


def hidden_scalp(look: Look) -> float:
    """1 where hair is painted on the scalp (under a hair mesh too), 0 for a shaved head."""
    return 0.0 if look.hair_style == "shaved" else 1.0


def vertex_paint(look: Look, skeleton: Skeleton, anatomy: Anatomy) -> NDArray[np.float32]:
    """[V, 4]: sRGB before the shader's details, then how much lip (skin) or cloth (clothes) a vertex is."""
    colours = np.tile(np.asarray(look.skin, dtype=np.float32), (len(anatomy.template), 1))
    dressed = _dress(colours, look, skeleton, anatomy)
    for part, colour in (
        ("upperTeeth", _TEETH),
        ("lowerTeeth", _TEETH),
        ("tongue", _TONGUE),
        ("lashes", (0.05, 0.04, 0.04)),
    ):
        colours[np.unique(anatomy.triangles[part])] = colour
    extra = anatomy.lips.copy()
    clothes = np.unique(anatomy.triangles["clothes"])
    extra[clothes] = dressed[clothes]
    return np.concatenate((colours, extra[:, None]), axis=1)


def _dress(colours: NDArray[np.float32], look: Look, skeleton: Skeleton, anatomy: Anatomy) -> NDArray[np.bool_]:
    """Clothes cover whole bones: each vertex goes by the bone that moves it most, sleeves end part of the way.

    The skin below is painted alike, so that it never shows through; returns which vertices are dressed [V].
    """
    owner = skeleton.owners[anatomy.skin_weights.argmax(axis=1)]
    names = np.array(skeleton.names)[owner]
    height = anatomy.template[:, 2]
    arm = np.char.endswith(names, "Arm")
    leg = np.char.endswith(names, "Leg")
    # How far down arm (from the shoulder) and leg (from the hip) a vertex sits, 0..1, on the base mesh.
    reach = np.clip((np.abs(anatomy.template[:, 0]) - 0.16) / 0.28, 0, 1)
    drop = np.clip((0.05 - height) / 0.78, 0, 1)
    trunk = np.isin(names, ("spine", "chest", "upperChest", "leftShoulder", "rightShoulder", "neck", "hips"))
    top = (trunk & (height > _WAIST) & (height < _NECK)) | (arm & (reach < look.sleeves))
    bottom = (trunk & (height <= _WAIST)) | (leg & (drop < 0.15 + 0.9 * look.trousers))
    colours[top] = look.top
    colours[bottom] = look.bottom
    colours[np.isin(names, ("leftFoot", "rightFoot", "leftToes", "rightToes"))] = look.shoes
    return top | bottom
