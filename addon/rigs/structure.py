"""Matching by structure alone, for rigs whose names say nothing: hierarchy, pairs of like limbs, proportions.

A humanoid is a bone (the hips) that carries two like chains downwards and a trunk upwards; the trunk carries two more
like chains, and goes on to a head. Like chains are found by their lengths, which no rest pose changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .fingers import finger_chains, five_fingers
from .limbs import ARM, LEG, limb_joints
from .names import BoneName
from .tree import Tree
from .trunk import spread_spine

_ALIKE = 0.12
"""Two limbs of a pair differ in length by less than this share."""
_SMALL = 0.15
"""Of the longest reach in the rig: shorter chains are no limbs."""
_NECK = 0.2
"""Length of the neck in lengths of the trunk."""
_TRUNK_UP = -0.35
"""Cosine between legs and trunk: standing people have nearly -1, animals on four legs about 0."""


@dataclass(frozen=True)
class Pair:
    """Two like chains: their first bones, the bone that carries both, and how far they reach from there."""

    first: int
    second: int
    carrier: int
    reach: float


def match_by_structure(tree: Tree, names: Sequence[BoneName]) -> dict[str, int]:
    """{humanoid: bone} with left and right as yet by chance (sides.settle says which is which); empty if unclear."""
    usable = [not read.mechanism and not read.end for read in names]
    pairs = _pairs(tree, usable)
    best: dict[str, int] = {}
    for legs in pairs:
        for arms in pairs:
            found = _humanoid(tree, names, legs, arms, usable)
            if len(found) > len(best):
                best = found
    return best


def _pairs(tree: Tree, usable: Sequence[bool]) -> list[Pair]:
    """Like siblings, the far-reaching ones; cousins too, where each hangs on a bone of its own."""
    reaches = [tree.reach(bone) for bone in range(tree.count)]
    longest = max(reaches, default=0.0)
    pairs: list[Pair] = []
    for carrier in range(tree.count):
        limbs = [b for b in tree.children[carrier] if usable[b] and reaches[b] + tree.lengths[b] > _SMALL * longest]
        for place, first in enumerate(limbs):
            for second in limbs[place + 1 :]:
                if _alike(tree, first, second):
                    pairs.append(Pair(first, second, carrier, reaches[first] + float(tree.lengths[first])))
    return sorted(pairs, key=lambda pair: -pair.reach)[:12]


def _alike(tree: Tree, first: int, second: int) -> bool:
    """Whether two chains have like lengths and do not lie in the same place."""
    a = [float(tree.lengths[b]) for b in _main_chain(tree, first)]
    b = [float(tree.lengths[b]) for b in _main_chain(tree, second)]
    if len(a) != len(b) or len(a) < 3:
        return False
    total = max(sum(a), sum(b), 1e-9)
    same_place = np.linalg.norm(
        tree.heads[_main_chain(tree, first)[-1]] - tree.heads[_main_chain(tree, second)[-1]]
    ) < 0.05 * total  # fmt: skip
    return not same_place and sum(abs(x - y) for x, y in zip(a, b, strict=True)) < _ALIKE * total


def _main_chain(tree: Tree, bone: int) -> list[int]:
    """From the bone outwards, at each branch along the child that reaches farthest (with most below it)."""
    chain = [bone]
    while below := tree.children[chain[-1]]:
        chain.append(max(below, key=lambda b: (tree.reach(b) + tree.lengths[b], -b)))
    return chain


def _humanoid(tree: Tree, names: Sequence[BoneName], legs: Pair, arms: Pair, usable: Sequence[bool]) -> dict[str, int]:
    taken = {legs.first, legs.second, arms.first, arms.second}
    hips = tree.common([legs.carrier, arms.carrier])
    if len(taken) < 4 or hips is None or hips == arms.carrier:
        return {}
    if any(tree.carries(limb, arms.carrier) or limb == arms.carrier for limb in (legs.first, legs.second)):
        return {}
    trunk_way = tree.heads[arms.carrier] - tree.heads[hips]
    trunk = float(np.linalg.norm(trunk_way))
    neck = _head_chain(tree, arms, usable, trunk_way)
    if trunk < 1e-9 or not neck or tree.gap(hips, legs.carrier) > 0.6 * trunk:
        return {}
    found = _limbs(tree, legs, arms, trunk)
    if not found or not _upright(tree, found, trunk_way):
        return {}
    found |= {"hips": hips} | _neck_and_head(tree, neck, trunk)
    if "neck" not in found and _is_neck(tree, found, arms.carrier, trunk_way):
        found["neck"] = arms.carrier
    found |= spread_spine(tree, names, found)
    for side in ("left", "right"):
        hand = found.get(f"{side}Hand")
        if hand is not None:
            chains = finger_chains(tree, hand, usable)
            found |= {side + joint: bone for joint, bone in five_fingers(tree, hand, chains, names).items()}
    return found


def _limbs(tree: Tree, legs: Pair, arms: Pair, trunk: float) -> dict[str, int]:
    """Both sides' joints at the same places of their chains."""
    found: dict[str, int] = {}
    for pair, like, parts in (
        (legs, LEG, ("UpperLeg", "LowerLeg", "Foot")),
        (arms, ARM, ("UpperArm", "LowerArm", "Hand")),
    ):
        chains = _limb_chain(tree, pair.first), _limb_chain(tree, pair.second)
        for side, chain, twin in (("left", *chains), ("right", *chains[::-1])):
            joints = limb_joints(tree, chain, twin, trunk, like)
            if joints is None:
                return {}
            found |= {side + part: bone for part, bone in zip(parts, joints, strict=True)}
            place = chain.index(joints[0])
            before = [b for b in chain[:place] if tree.gap(b, joints[0]) > 0.1 * tree.gap(joints[0], joints[1])]
            if pair is arms and before:
                found[f"{side}Shoulder"] = before[-1]
            beyond = chain[chain.index(joints[2]) + 1 :]
            if pair is legs and beyond and tree.gap(joints[2], beyond[0]) < 0.45 * tree.gap(joints[1], joints[2]):
                found[f"{side}Toes"] = beyond[0]
    return found


def _limb_chain(tree: Tree, start: int) -> list[int]:
    """The limb's bones up to where it branches into many (fingers, toes): the branching bone is the last of them.

    After it come the bones of the farthest branch, so that a foot's toes are there too.
    """
    chain = _main_chain(tree, start)
    for place, bone in enumerate(chain):
        reaches = [tree.reach(b) + float(tree.lengths[b]) for b in tree.children[bone] if tree.children[b]]
        if sum(reach > 0.5 * max(reaches) for reach in reaches) >= 3:
            return chain[: place + 1]
    return chain


def _head_chain(tree: Tree, arms: Pair, usable: Sequence[bool], up: np.ndarray) -> list[int]:
    """The bones from the arms' carrier on towards the head: the child that leads up, and is no limb."""
    best: list[int] = []
    best_up = 0.0
    for child in tree.children[arms.carrier]:
        if child in (arms.first, arms.second) or not usable[child]:
            continue
        chain = [child]
        while len(below := [b for b in tree.children[chain[-1]] if usable[b]]) == 1:
            chain.append(below[0])
        tip = max((float(tree.heads[b] @ up) for b in (child, *tree.below(child))), default=0.0)
        rise = tip - float(tree.heads[arms.carrier] @ up)
        twin = any(other != child and other in tree.children[arms.carrier] and _twins(tree, child, other, up)
                   for other in tree.children[arms.carrier])  # fmt: skip
        if rise > best_up and not twin:
            best, best_up = chain, rise
    return best


def _twins(tree: Tree, first: int, second: int, up: np.ndarray) -> bool:
    """Two like bones side by side at one height: a pair (breasts, wings), not the neck."""
    apart = tree.heads[first] - tree.heads[second]
    near = abs(tree.lengths[first] - tree.lengths[second]) < 0.02 * max(tree.lengths[first], 1e-9)
    level = abs(apart @ up) < 0.02 * (up @ up)
    return bool(near and level and np.linalg.norm(apart) > 0.1 * tree.lengths[first])


def _neck_and_head(tree: Tree, chain: Sequence[int], trunk: float) -> dict[str, int]:
    """From an unbranched chain upwards: the head is the bone that starts a neck's length above the first.

    What comes after it in the chain is the head's end or a face.
    """
    if len(chain) == 1:
        return {"head": chain[0]}
    away = np.array([max(tree.gap(chain[0], bone), 1e-6) for bone in chain[1:]])
    place = 1 + int(np.argmin(np.abs(np.log(away / (_NECK * trunk)))))
    return {"neck": chain[0], "head": chain[place]}


def _is_neck(tree: Tree, found: Mapping[str, int], carrier: int, up: np.ndarray) -> bool:
    """Whether the bone that carries the arms starts as high as they do: collar bones can hang on the neck."""
    shoulders = np.mean([tree.heads[found[f"{side}UpperArm"]] for side in ("left", "right")], axis=0)
    return float((shoulders - tree.heads[carrier]) @ up) < 0.03 * float(up @ up)


def _upright(tree: Tree, found: Mapping[str, int], up: np.ndarray) -> bool:
    return leg_trunk_cosine(tree, found, up) < _TRUNK_UP


def leg_trunk_cosine(tree: Tree, found: Mapping[str, int], up: np.ndarray) -> float:
    """The cosine between where the legs point and where the trunk does."""
    ways = [
        tree.heads[found[f"{side}Foot"]] - tree.heads[found[f"{side}UpperLeg"]]
        for side in ("left", "right")
        if f"{side}Foot" in found and f"{side}UpperLeg" in found
    ]
    if not ways:
        return -1.0
    down = np.sum([way / max(float(np.linalg.norm(way)), 1e-9) for way in ways], axis=0)
    return float(down @ up / max(float(np.linalg.norm(down) * np.linalg.norm(up)), 1e-9))
