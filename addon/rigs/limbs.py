"""Which bones of an unnamed chain are upper limb, lower limb and hand or foot: by human proportions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .tree import Tree

_DEEPEST = 12
"""Bones of a chain that are looked at."""


@dataclass(frozen=True)
class Proportions:
    """Mean of a limb's upper and lower length, of the part beyond and of the distance between left and right first
    joints, in lengths of the trunk from hips to neck base, after grown people (about 0.50 m of trunk)."""

    upper: float
    lower: float
    beyond: float
    apart: float


ARM = Proportions(0.55, 0.50, 0.17, 0.70)
LEG = Proportions(0.85, 0.85, 0.28, 0.36)
_RATIO_SPREAD = 0.25
_SIZE_SPREAD = 0.5
"""Standard deviations of the logarithms: of lower to upper limb, and of the limb to the trunk (children, cartoons)."""
_APART_SPREAD = 0.7
_BEND_SPREAD = 0.15
_CLEAR = 0.5
"""How much likelier (logarithm) the best reading must be than one that puts the joints elsewhere."""


def limb_joints(
    tree: Tree, chain: Sequence[int], twin: Sequence[int], trunk: float, like: Proportions
) -> list[int] | None:
    """[upper, lower, hand or foot] from a chain of bones outwards, None when it is not clear.

    twin: the chain on the other side; trunk: from the hips to where the arms hang.
    """
    chain = chain[: min(_DEEPEST, len(twin))]
    if len(chain) < 3:
        return None
    readings = sorted(
        (
            (
                _likelihood(tree, chain, places, trunk, like) - _nearness(tree, chain, twin, places[0], trunk, like),
                places,
            )
            for places in combinations(range(len(chain)), 3)
        ),
        reverse=True,
    )
    best, triple = readings[0]
    spot = [tree.heads[chain[place]] for place in triple]
    for other, places in readings[1:]:
        apart = max(float(np.linalg.norm(tree.heads[chain[p]] - point)) for p, point in zip(places, spot, strict=True))
        if apart > 0.1 * trunk:
            if best - other < _CLEAR:
                return None
            break
    return [chain[place] for place in triple]


def _likelihood(
    tree: Tree, chain: Sequence[int], triple: tuple[int, int, int], trunk: float, like: Proportions
) -> float:
    upper, lower, end = (chain[place] for place in triple)
    lengths = tree.gap(upper, lower), tree.gap(lower, end)
    if min(lengths) < 0.02 * trunk:
        return -np.inf
    score = -(_log(lengths[1] / lengths[0] / (like.lower / like.upper), _RATIO_SPREAD) ** 2)
    score -= _log(sum(lengths) / trunk / (like.upper + like.lower), _SIZE_SPREAD) ** 2
    # Both are straight: a bend inside a segment means that a joint was missed.
    for a, b, length in ((triple[0], triple[1], lengths[0]), (triple[1], triple[2], lengths[1])):
        way = sum(tree.gap(chain[i], chain[i + 1]) for i in range(a, b))
        score -= ((way / length - 1) / _BEND_SPREAD) ** 2
    beyond = sum(tree.gap(chain[i], chain[i + 1]) for i in range(triple[2], len(chain) - 1))
    score -= max(0.0, _log(beyond / sum(lengths) / (2 * like.beyond / (like.upper + like.lower)), 0.3)) ** 2
    before = sum(tree.gap(chain[i], chain[i + 1]) for i in range(triple[0]))
    return score - max(0.0, _log(before / sum(lengths) / 0.25, 0.3)) ** 2


def _nearness(
    tree: Tree, chain: Sequence[int], twin: Sequence[int], place: int, trunk: float, like: Proportions
) -> float:
    """Shoulder joints lie apart, collar bones start side by side."""
    return _log(tree.gap(chain[place], twin[place]) / trunk / like.apart, _APART_SPREAD) ** 2


def _log(ratio: float, spread: float) -> float:
    return float(np.log(max(ratio, 1e-6))) / spread
