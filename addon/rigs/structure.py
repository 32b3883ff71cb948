"""Matching by structure alone, for rigs whose names say nothing: hierarchy, pairs of like limbs, proportions.

A humanoid is a bone (the hips) that carries two like chains downwards and a trunk upwards; the trunk carries two more
like chains, and goes on to a head. Like chains are found by their lengths, which no rest pose changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...ml.take.names import mirrored
from ..retarget.rig import Floats
from .fingers import finger_chains, five_fingers
from .limbs import ARM, LEG, limb_joints
from .names import BoneName
from .tree import Tree
from .trunk import spread_spine

_ALIKE = 0.12
"""Two limbs of a pair differ in length by less than this share."""
_SMALL = 0.15
"""Of the longest reach in the rig: shorter chains are no limbs."""
_HEAD_RISE, _HEAD_SPREAD = 0.27, 0.11
"""How far the head's joint lies above the shoulder joints, in lengths of the trunk from hips to shoulders."""
_CLEAR_HEAD = 1.0
_LOW_HEAD, _HIGH_HEAD, _HEAD_END = 0.1, 0.4, 0.62
"""Heads begin between the first two; the end of a head lies above the last."""
_ENOUGH_POINTS = 100
_NECK, _HALF, _TOP = 0.15, 0.55, 0.75
"""Of the height from the shoulders to the crown: a head's joint lies between the first two, its end above the last."""
_ABOUT = 0.7
_BESIDE = 0.01
_FORELEGS = 0.75
_HIGH_HIPS = 0.1
"""In lengths of the trunk: hips lie no higher above the legs' joints."""
_LONG = 0.5
"""Of the trunk: what else hangs on the hips (skirts, tails) is shorter."""
_STRAIGHT_ON = 0.9
"""Cosine: a foot that goes straight on from the shin is not one."""
_TRUNK_UP = -0.35
"""Cosine between legs and trunk: standing people have nearly -1, animals on four legs about 0."""


@dataclass(frozen=True)
class Pair:
    """Two like chains: their first bones, the bone that carries both, and how far they reach from there."""

    first: int
    second: int
    carrier: int
    reach: float


def match_by_structure(tree: Tree, names: Sequence[BoneName], points: Floats | None = None) -> dict[str, int]:
    """{humanoid: bone} with left and right as yet by chance (sides.settle says which is which); empty if unclear.

    points [M, 3]: vertices of the character's meshes, where it has any.
    """
    usable = [not read.mechanism and not read.end for read in names]
    pairs = _pairs(tree, usable)
    best: dict[str, int] = {}
    used: tuple[Pair, ...] = ()
    for legs in pairs:
        for arms in pairs:
            found = _humanoid(tree, names, legs, arms, usable, points)
            if len(found) > len(best):
                best, used = found, (legs, arms)
    return {} if used and any(_doubled(tree, pairs, pair) for pair in used) else best


def _doubled(tree: Tree, pairs: Sequence[Pair], used: Pair) -> bool:
    """Whether the limbs are there twice in one place (for inverse kinematics, or to deform): either could be meant."""

    def ends(bone: int) -> Floats:
        return np.array([tree.heads[bone], tree.heads[_main_chain(tree, bone)[-1]]])

    mine = ends(used.first)
    others = [bone for pair in pairs for bone in (pair.first, pair.second) if bone not in (used.first, used.second)]
    return any(np.linalg.norm(ends(bone) - mine, axis=1).max() < 0.1 * used.reach for bone in others)


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
    """From the bone outwards, at each branch along the child that reaches farthest (with most below it).

    Of ends that reach about as far the straightest: a sleeve's tip hangs beside the hand.
    """
    chain = [bone]
    while below := tree.children[chain[-1]]:
        best = max(below, key=lambda b: (tree.reach(b) + tree.lengths[b], -b))
        if len(chain) > 1 and not any(tree.children[b] for b in below):
            way = tree.heads[chain[-1]] - tree.heads[chain[-2]]
            near = [b for b in below if tree.lengths[b] >= _ABOUT * tree.lengths[best]]
            ways = {b: tree.heads[b] - tree.heads[chain[-1]] for b in near}
            best = max(near, key=lambda b: float(ways[b] @ way) / max(float(tree.lengths[b]), 1e-9))
        chain.append(best)
    return chain


def _humanoid(
    tree: Tree, names: Sequence[BoneName], legs: Pair, arms: Pair, usable: Sequence[bool], points: Floats | None
) -> dict[str, int]:
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
    shoulders = (tree.heads[arms.first] + tree.heads[arms.second]) / 2
    found = _limbs(tree, legs, arms, max(trunk, float(np.linalg.norm(shoulders - tree.heads[hips]))))
    found = _unambiguous(tree, _same_order(tree, found)) if found else found
    if not found or not _upright(tree, found, trunk_way) or _on_the_floor(tree, hips, legs, arms):
        return {}
    hips = _hips(tree, hips, legs, arms)
    found |= {"hips": hips} | _neck_and_head(tree, neck, found, hips, points)
    if "neck" not in found and _is_neck(tree, found, arms.carrier, trunk_way):
        found["neck"] = arms.carrier
    found |= spread_spine(tree, names, found)
    for side in ("left", "right"):
        hand = found.get(f"{side}Hand")
        if hand is not None:
            chains = finger_chains(tree, hand, usable)
            found |= {side + joint: bone for joint, bone in five_fingers(tree, hand, chains, names).items()}
    return found


def _same_order(tree: Tree, found: Mapping[str, int]) -> dict[str, int]:
    """With the arms' sides exchanged where they are not the legs', by the limbs' first joints: lower ones may cross."""
    ways = [tree.heads[found[f"left{part}"]] - tree.heads[found[f"right{part}"]] for part in ("UpperArm", "UpperLeg")]
    if float(ways[0] @ ways[1]) >= 0:
        return dict(found)
    arms = ("Shoulder", "UpperArm", "LowerArm", "Hand")
    return {mirrored(name) if name.endswith(arms) else name: bone for name, bone in found.items()}


def _limbs(tree: Tree, legs: Pair, arms: Pair, trunk: float) -> dict[str, int]:
    """Both sides' joints at the same places of their chains."""
    found: dict[str, int] = {}
    for pair, like, parts in (
        (legs, LEG, ("UpperLeg", "LowerLeg", "Foot")),
        (arms, ARM, ("UpperArm", "LowerArm", "Hand")),
    ):
        chains = _limb_chain(tree, pair.first), _limb_chain(tree, pair.second)
        for side, chain, twin in (("left", *chains), ("right", *chains[::-1])):
            palm = _palm(tree, chain, twin) if pair is arms else None
            joints = limb_joints(tree, chain, twin, trunk, like, palm)
            if joints is None:
                return {}
            found |= {side + part: bone for part, bone in zip(parts, joints, strict=True)}
            place = chain.index(joints[0])
            before = [b for b in chain[:place] if tree.gap(b, joints[0]) > 0.1 * tree.gap(joints[0], joints[1])]
            if pair is arms and before:
                found[f"{side}Shoulder"] = before[-1]
            if pair is legs:
                found |= _toes(tree, side, joints)
    return found


def _unambiguous(tree: Tree, found: Mapping[str, int]) -> dict[str, int]:
    """Without feet and hands that could be the end of what comes before: another bone begins in their place."""

    def doubtful(name: str, bone: int) -> bool:
        if not name.endswith(("Foot", "Hand")) or tree.children[bone]:
            return False
        near = 0.02 * float(tree.lengths[bone])
        return any(b != bone and tree.gap(b, bone) < near and tree.children[b] for b in range(tree.count))

    return {name: bone for name, bone in found.items() if not doubtful(name, bone)}


def _palm(tree: Tree, chain: Sequence[int], twin: Sequence[int]) -> int | None:
    """The bone on which fingers hang, at the same place of both arms: it is the hand and no other.

    Fingers of three joints go before such of two: helpers of a forearm, each with an end, look like those.
    """

    for joints, fingers in ((3, 3), (3, 2), (2, 3)):
        for bone, other in zip(chain, twin, strict=False):
            if all(_branches(tree, b, joints) >= fingers for b in (bone, other)):
                return bone
    return None


def _branches(tree: Tree, bone: int, joints: int) -> int:
    """How many chains of so many joints hang on the bone."""
    return sum(tree.deepest[child] >= joints for child in tree.children[bone])


def _toes(tree: Tree, side: str, joints: Sequence[int]) -> dict[str, int]:
    """The one bone that goes on from the foot, to a side of the shin; several may be single toes or heels."""
    _, knee, foot = joints
    length = tree.gap(knee, foot)
    ahead = [bone for bone in tree.children[foot] if tree.gap(foot, bone) > 0.02 * length]
    if len(ahead) != 1 or tree.gap(foot, ahead[0]) > 0.45 * length:
        return {}
    if any(tree.children[tip] for tip in tree.children[ahead[0]]):
        return {}  # a metatarsal, on which the toes hang, or a toe with all its joints
    shin, step = tree.heads[foot] - tree.heads[knee], tree.heads[ahead[0]] - tree.heads[foot]
    along = float(shin @ step) / max(length * float(np.linalg.norm(step)), 1e-9)
    return {f"{side}Toes": ahead[0]} if along < _STRAIGHT_ON else {}


def _limb_chain(tree: Tree, start: int) -> list[int]:
    """The limb's bones up to where it branches into many (fingers, toes): the branching bone is the last of them.

    After it come the bones of the farthest branch, so that a foot's toes are there too.
    """
    chain = _main_chain(tree, start)
    hand = next((place for place, bone in enumerate(chain) if _branches(tree, bone, 3) >= 3), None)
    if hand is not None:
        return chain[: hand + 1]
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
        # A helper in the bone's own place is no second way.
        least = _BESIDE * float(np.linalg.norm(up))
        while len(below := [b for b in tree.children[chain[-1]] if usable[b] and (
            tree.children[b] or tree.lengths[b] > least or len(tree.children[chain[-1]]) == 1
        )]) == 1:  # fmt: skip
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


def _neck_and_head(
    tree: Tree, chain: Sequence[int], found: Mapping[str, int], hips: int, points: Floats | None
) -> dict[str, int]:
    """From an unbranched chain upwards: the head starts a neck's length above the shoulders, or where a face hangs on.

    What comes after it in the chain is the head's end or a face. Where two bones could be the head none is.
    """
    shoulders = np.mean([tree.heads[found[f"{side}UpperArm"]] for side in ("left", "right")], axis=0)
    up = shoulders - tree.heads[hips]
    trunk = float(np.linalg.norm(up))
    if trunk < 1e-9:
        return {}
    rises = [float((tree.heads[bone] - shoulders) @ up) / trunk**2 for bone in chain]
    some = points if points is not None and len(points) >= _ENOUGH_POINTS else shoulders[None]
    crown = float(((some - shoulders) @ up).max()) / trunk**2
    head = _branching(tree, chain, 0.07 * trunk)
    if head is None and crown > 0.1:
        # The head's joint lies in the lower half of what rises above the shoulders, its end at the top.
        able = [place for place, rise in enumerate(rises) if _NECK * crown < rise < _TOP * crown]
        clear = len(able) == 1 and rises[able[0]] < _HALF * crown
        head = able[0] if clear else _by_height(rises)
    elif head is None:
        head = _by_height(rises)
    if head is not None and head > 1 and not tree.children[chain[head]]:
        head = None  # the last of three and more: the head or its end
    if head is None:
        return {"neck": chain[0]} if len(chain) > 2 and rises[0] < _LOW_HEAD < rises[1] else {}
    named = {"head": chain[head]}
    if head and rises[0] < rises[head]:
        named["neck"] = chain[0]
    return named


def _branching(tree: Tree, chain: Sequence[int], near: float) -> int | None:
    """The place of the bone on which several hang (eyes, jaw, hair): the head, or the first of several in its place."""
    last = len(chain) - 1
    if len(tree.children[chain[last]]) < 2:
        return None
    return next(place for place, bone in enumerate(chain) if tree.gap(bone, chain[last]) <= near)


def _by_height(rises: Sequence[float]) -> int | None:
    """The place of the one bone that lies where heads begin, if the others clearly do not."""
    fits = [-(((rise - _HEAD_RISE) / _HEAD_SPREAD) ** 2) for rise in rises]
    order = sorted(range(len(rises)), key=lambda place: -fits[place])
    if not _LOW_HEAD < rises[order[0]] < _HIGH_HEAD:
        return None
    # One above that is no head's end, or one below that is no neck: either could be the head.
    doubtful = any(
        fits[place] > fits[order[0]] - _CLEAR_HEAD or _HIGH_HEAD <= rises[place] < _HEAD_END for place in order[1:]
    )
    return None if doubtful else order[0]


def _hips(tree: Tree, carrier: int, legs: Pair, arms: Pair) -> int:
    """The bone that carries legs and trunk; the one above it where that lies at the legs' height and it does not.

    Biped's lowest spine bone carries the legs; its pelvis is the bone before.
    """
    above = tree.parents[carrier]
    up = tree.heads[arms.carrier] - tree.heads[carrier]
    trunk = float(np.linalg.norm(up))
    if above < 0 or any(tree.reach(child) > _LONG * trunk for child in tree.children[above] if child != carrier):
        return carrier
    joints = np.mean([tree.heads[legs.first], tree.heads[legs.second]], axis=0)
    heights = [float((tree.heads[bone] - joints) @ up) / trunk**2 for bone in (carrier, above)]
    return above if heights[0] > _HIGH_HIPS and abs(heights[1]) < 0.5 * heights[0] else carrier


def _on_the_floor(tree: Tree, hips: int, legs: Pair, arms: Pair) -> bool:
    """Whether the arms reach down nearly as far as the legs: forelegs of an animal."""
    tips = [tree.heads[_main_chain(tree, bone)[-1]] for bone in (legs.first, legs.second, arms.first, arms.second)]
    down = (tips[0] + tips[1]) / 2 - tree.heads[hips]
    return all(float((tip - tree.heads[hips]) @ down) > _FORELEGS * float(down @ down) for tip in tips[2:])


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
