"""How one face does what all faces do: the base mesh's actions are one modeller's, people's and other rigs' differ.

A smile is more cheek on one face and more corner on the next, a brow rises straighter, lips stretch further back. Who
learns from one set of shapes alone, however strong, tells little of faces that move in another way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import FACE_NAMES
from ..take.names import mirrored, sided

Floats = NDArray[np.floating]

_CENTRES: Final = np.array(
    [(0.014, -0.14, 0.75), (0.046, -0.13, 0.744), (0.032, -0.14, 0.72), (0.045, -0.125, 0.69), (0.015, -0.14, 0.7),
     (0.027, -0.137, 0.665), (0.0, -0.15, 0.675), (0.0, -0.148, 0.655), (0.0, -0.13, 0.635), (0.05, -0.09, 0.65)]
)  # fmt: skip
"""Places on the base mesh's left half face between which actions are stronger here and weaker there."""
_REACH: Final = 0.016
"""Metres around such a place."""
_UNEVEN, _SKEW, _JOINED = 0.4, 0.15, 0.12
"""Standard deviations: of the logarithm of an action's strength from place to place, of the matrix that bends its
directions, and of the share of another action that comes with it."""
_EXACT: Final = ("eyeBlink", "mouthClose", "jawOpen", "eyeLook", "tongueOut")
"""Of these, others depend on where they lead: lids and lips meet."""
_TOGETHER: Final = (
    ("browDown", "browInnerUp", "browOuterUp", "noseSneer"), ("cheekSquint", "eyeSquint", "mouthSmile", "noseSneer"),
    ("mouthSmile", "mouthDimple", "mouthStretch", "mouthUpperUp"), ("mouthFrown", "mouthLowerDown", "mouthShrugLower"),
    ("mouthPucker", "mouthFunnel", "cheekPuff"), ("mouthRollUpper", "mouthRollLower", "mouthPress"),
    ("mouthShrugUpper", "mouthShrugLower", "mouthPress"), ("jawForward", "mouthShrugLower"),
)  # fmt: skip
"""Actions that come with each other on one face or another."""
_MIDDLE: Final = 0.008
"""Metres from the middle within which left turns into right."""


@dataclass(frozen=True)
class ActionStyle:
    """One face's way, both sides alike. A = 52 actions."""

    uneven: NDArray[np.float64]
    """[A, 10] logarithm of the strength at `_CENTRES`"""
    skew: NDArray[np.float64]
    """[A, 3, 3] added to the directions, on the left half face"""
    joined: NDArray[np.float64]
    """[A, A] share of each action (column) that comes with an action (row)"""

    @staticmethod
    def random(rng: np.random.Generator) -> ActionStyle:
        """Any face's."""
        count = len(FACE_NAMES)
        partner = [FACE_NAMES.index(mirrored(name)) for name in FACE_NAMES]
        shared = [min(i, partner[i]) for i in range(count)]
        exact = np.array([name.startswith(_EXACT) for name in FACE_NAMES])
        uneven = rng.normal(0, _UNEVEN, (count, len(_CENTRES)))[shared] * ~exact[:, None]
        skew = rng.normal(0, _SKEW, (count, 3, 3))[shared] * ~exact[:, None, None]
        return ActionStyle(uneven, skew, _joined(rng))

    def of(self, actions: Floats, places: Floats) -> NDArray[np.float32]:
        """The actions [A, N, 3] of N points of the base mesh at `places` [N, 3] as this face has them."""
        left = np.concatenate((np.abs(places[:, :1]), places[:, 1:]), axis=1)
        near = np.exp(-((left[:, None] - _CENTRES) ** 2).sum(-1) / (2 * _REACH**2))
        strength = np.exp(self.uneven @ near.T)
        side = np.tanh(places[:, 0] / _MIDDLE)
        # On the right half, what mixes across with the other two axes changes its sign there.
        across = np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]])
        bent = actions + np.einsum("anj,aij,nij->ani", actions, self.skew, np.where(across, side[:, None, None], 1.0))
        own = bent * strength[..., None]
        return (own + np.tensordot(self.joined, own, axes=1)).astype(np.float32)


def _joined(rng: np.random.Generator) -> NDArray[np.float64]:
    """[A, A] one pair of each group, on both sides."""
    joined = np.zeros((len(FACE_NAMES), len(FACE_NAMES)))
    names = [sided(name) for name in FACE_NAMES]
    for group in _TOGETHER:
        action, companion = rng.choice(group, 2, replace=False)
        share = abs(float(rng.normal(0, _JOINED)))
        for row, (name, side) in enumerate(names):
            for column, (other, other_side) in enumerate(names):
                if (name, other) == (action, companion) and (not side or side == other_side):
                    joined[row, column] = share
    return joined
