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
    before: float
    """How freely the bones before the limb (collar bones) vary: standard deviation of the logarithm."""


ARM = Proportions(0.55, 0.50, 0.17, 0.70, 0.5)
LEG = Proportions(0.85, 0.85, 0.28, 0.36, 0.2)
_RATIO_SPREAD = 0.25
_SIZE_SPREAD = 0.5
"""Standard deviations of the logarithms: of lower to upper limb, and of the limb to the trunk (children, cartoons)."""
_APART_SPREAD = 0.7
_BEND_SPREAD = 0.15
_SAME_PLACE = 0.11
_NEAR_END = 0.25
_SLIGHT = np.radians(15)
_CLEAR = 1.0
"""How much likelier (logarithm) the best reading must be than one that puts the joints elsewhere."""


def limb_joints(
    tree: Tree, chain: Sequence[int], twin: Sequence[int], trunk: float, like: Proportions, end: int | None = None
) -> list[int] | None:
    """[upper, lower, hand or foot] from a chain of bones outwards, None when it is not clear.

    twin: the chain on the other side; trunk: from the hips to where the arms hang; end: the bone that ends the limb,
    where it is known (fingers hang on it).
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
            if end is None or chain[places[2]] == end
        ),
        reverse=True,
    )
    if not readings:
        return None
    best, triple = readings[0]
    spot = [tree.heads[chain[place]] for place in triple]
    alike = [triple]
    for score, places in readings[1:]:
        apart = max(float(np.linalg.norm(tree.heads[chain[p]] - point)) for p, point in zip(places, spot, strict=True))
        if apart < _SAME_PLACE * trunk:
            alike.append(places)
        elif best - score < _CLEAR:
            return None
    # Of bones in one place the upper limb is the last, which others carry, the hand or foot the first, which carries.
    upper, lower, last = max(alike, key=lambda places: (places[0], -places[2], -places[1]))
    # A wrist or ankle on which several bones hang is the joint, not what lies a little beyond it.
    near = _NEAR_END * tree.gap(chain[lower], chain[last])
    branching = [
        place
        for place in range(lower + 1, last)
        if tree.gap(chain[place], chain[last]) < near and len(tree.children[chain[place]]) > 1
    ]
    return [chain[upper], chain[lower], chain[branching[0] if branching else last]]


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
        for i in range(a + 1, b):
            score -= max(0.0, (_bend(tree, chain[i - 1 : i + 2], 0.05 * trunk) - _SLIGHT) / _SLIGHT) ** 2
    beyond = sum(tree.gap(chain[i], chain[i + 1]) for i in range(triple[2], len(chain) - 1))
    score -= max(0.0, _log(beyond / sum(lengths) / (2 * like.beyond / (like.upper + like.lower)), 0.3)) ** 2
    before = sum(tree.gap(chain[i], chain[i + 1]) for i in range(triple[0]))
    return score - max(0.0, _log(before / sum(lengths) / 0.25, like.before)) ** 2


def _bend(tree: Tree, three: Sequence[int], least: float) -> float:
    """The angle at the middle one of three joints, radians; 0 where they lie too near to say."""
    a, b = tree.heads[three[1]] - tree.heads[three[0]], tree.heads[three[2]] - tree.heads[three[1]]
    lengths = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    return 0.0 if min(lengths) < least else float(np.arccos(np.clip(a @ b / (lengths[0] * lengths[1]), -1, 1)))


def _nearness(
    tree: Tree, chain: Sequence[int], twin: Sequence[int], place: int, trunk: float, like: Proportions
) -> float:
    """Shoulder joints lie apart, collar bones start side by side."""
    return _log(tree.gap(chain[place], twin[place]) / trunk / like.apart, _APART_SPREAD) ** 2


def _log(ratio: float, spread: float) -> float:
    return float(np.log(max(ratio, 1e-6))) / spread
