"""From a finger's chain of bones to its phalanges; and five unnamed chains told apart by where they lie on the hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ..retarget.rig import Floats
from .conventions.convention import FINGER_JOINTS
from .names import BoneName
from .parts import METACARPAL
from .tree import Tree

_NEAR_WRIST = 0.5
"""A first bone nearer to the wrist than this share of the second one's distance is the metacarpal."""
_ROW = 1.6
"""The four knuckles lie about as far from the wrist."""
_THUMB_BASE = 0.5
"""Of the way to the knuckles: a two-bone thumb that starts nearer to the wrist starts with its metacarpal."""


def phalanges(
    tree: Tree, hand: int, finger: str, chain: Sequence[int], names: Sequence[BoneName], knuckles: float | None
) -> dict[str, int]:
    """{"IndexProximal": bone ...} for a finger's bones in their order from the hand.

    knuckles: distance from the wrist to the other fingers' first joints, where it is known.
    """
    bones = [bone for bone in chain if not names[bone].end]
    if finger == "Thumb":
        joints = FINGER_JOINTS[finger]
        if len(bones) < 3 and bones and knuckles and tree.gap(hand, bones[0]) > _THUMB_BASE * knuckles:
            joints = joints[1:]
    else:
        joints = FINGER_JOINTS[finger]
        if len(bones) > 1 and (names[bones[0]].words & METACARPAL or _starts_at_wrist(tree, hand, bones)):
            bones = bones[1:]
    return {finger + joint: bone for joint, bone in zip(joints, bones, strict=False)}


def _starts_at_wrist(tree: Tree, hand: int, bones: Sequence[int]) -> bool:
    return len(bones) > 3 and tree.gap(hand, bones[0]) < _NEAR_WRIST * tree.gap(hand, bones[1])


def straight_down(tree: Tree, chain: Sequence[int]) -> bool:
    """Whether each bone carries the next."""
    return all(tree.carries(upper, lower) for upper, lower in pairwise(chain))


def finger_chains(tree: Tree, hand: int, usable: Sequence[bool]) -> list[list[int]]:
    """The unbranched chains of two to five bones that hang on the hand, over palm bones too."""
    chains: list[list[int]] = []
    waiting = [child for child in tree.children[hand] if usable[child]]
    while waiting:
        chain = [waiting.pop()]
        while len(below := [child for child in tree.children[chain[-1]] if usable[child]]) == 1:
            chain.append(below[0])
        if len(below) > 1:
            waiting += below
        elif 2 <= len(chain) <= 5:
            chains.append(chain)
    return chains


def five_fingers(tree: Tree, hand: int, chains: Sequence[Sequence[int]], names: Sequence[BoneName]) -> dict[str, int]:
    """Phalanges of five chains, nothing when it is not clear which is the thumb.

    The thumb starts nearest the wrist, at one end of the row in which the others start.
    """
    if len(chains) != 5 or len({len(chain) >= 3 for chain in chains}) > 1 or len(chains[0]) < 2:
        return {}
    chains = _without_tips(chains)
    starts = [_knuckle(tree, hand, chain, names) for chain in chains]
    wrist = tree.heads[hand]
    away = [float(np.linalg.norm(start - wrist)) for start in starts]
    thumb = int(np.argmin(away))
    others = [place for place in range(5) if place != thumb]
    knuckles = [away[place] for place in others]
    if away[thumb] > 0.8 * min(knuckles) or max(knuckles) > _ROW * min(knuckles):
        return {}
    # The same bones in each of the four: otherwise it is not clear where they begin.
    if len({len(chains[place]) for place in others}) > 1:
        return {}
    row = _in_a_row(starts, others)
    if row is None:
        return {}
    gaps = [float(np.linalg.norm(starts[end] - starts[thumb])) for end in (row[0], row[-1])]
    if max(gaps) < 1.2 * min(gaps):
        # Beside the thumb by number (finger1-1 ... finger5-3) where the hand does not show it.
        numbers = [_number(chains[place], names) for place in (thumb, row[0], row[-1])]
        gaps = [abs(number - numbers[0]) for number in numbers[1:]]
        if not abs(gaps[0] - gaps[1]) > 0:
            return {}
    row = row if gaps[0] < gaps[1] else row[::-1]
    knuckles = float(np.mean([away[place] for place in others]))
    found = phalanges(tree, hand, "Thumb", chains[thumb], names, knuckles)
    for finger, place in zip(("Index", "Middle", "Ring", "Little"), row, strict=True):
        found |= phalanges(tree, hand, finger, chains[place], names, None)
    return found


def _number(chain: Sequence[int], names: Sequence[BoneName]) -> float:
    """The finger's number, of names that count both fingers and joints; not a number where they do not."""
    counted = {names[bone].numbers[0] for bone in chain if len(names[bone].numbers) > 1}
    return float(counted.pop()) if len(counted) == 1 else float("nan")


def _without_tips(chains: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    """Five chains of one length are no longer than a thumb, which has three bones: what goes beyond is the tips.

    Fingers may have a metacarpal more than the thumb; so four and five bones are three and four with tips.
    """
    lengths = [len(chain) for chain in chains]
    spare = min(lengths) - 3
    return [chain[: len(chain) - spare] if spare > 0 else chain for chain in chains]


def _knuckle(tree: Tree, hand: int, chain: Sequence[int], names: Sequence[BoneName]) -> Floats:
    """Where the finger starts, its metacarpal left out."""
    return tree.heads[chain[1] if len(chain) > 1 and _starts_at_wrist(tree, hand, chain) else chain[0]]


def _in_a_row(starts: Sequence[Floats], places: Sequence[int]) -> list[int] | None:
    """The four places in their order across the hand; None when they do not lie apart in a row."""
    points = np.array([starts[place] for place in places])
    points -= points.mean(axis=0)
    _, sizes, axes = np.linalg.svd(points)
    along = points @ axes[0]
    order = np.argsort(along)
    steps = np.diff(along[order])
    if sizes[1] > 0.6 * sizes[0] or steps.min() < 0.2 * steps.max():
        return None
    return [places[int(i)] for i in order]
