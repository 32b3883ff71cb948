"""Is a match anatomically possible? What is not is taken out: a missing bone is better than a wrong one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from ...ml.take import BONE_NAMES, BONE_PARENTS
from ...ml.take.names import mirrored
from ..retarget.rig import Floats, RigRest
from .sides import settled, shows_front, side_axis
from .tree import Tree

_LIMBS = (("UpperArm", "LowerArm", "Hand"), ("UpperLeg", "LowerLeg", "Foot"))
_RATIO = 3.0
"""Upper and lower limb differ in length by less than this factor, in cartoons too."""
_LOOSE = 0.2
"""Of the lower limb's length: a foot that hangs elsewhere begins no further from where the shin ends."""
FOUR_LEGS = "Its trunk lies level above its legs: an animal on four legs, no humanoid."
NO_SIDES = "Neither names nor shape say which way it faces and which side is left: limbs are left out."
_HANDS = 8
_LEVEL = -0.35
"""Cosine between legs and trunk: standing people have nearly -1, animals on four legs about 0."""
_LONG_FINGER = 2.2
"""Of the forearm's length: a finger's joint lies no further from the wrist."""


def consistent(
    rest: RigRest,
    bones: Mapping[str, str],
    beside: Collection[str] = (),
    points: Floats | None = None,
    believed: bool = True,
) -> tuple[dict[str, str], tuple[str, ...], bool]:
    """The bones that pass, one sentence for each that does not, and whether left and right were exchanged.

    beside: humanoid bones on which nothing needs to hang (controls of a control rig's trunk). points [M, 3]: the
    meshes' vertices in armature space. believed: sides come from names, not from chance.
    """
    doubts: list[str] = []
    tree = Tree(rest)
    kept = _once_each(bones, doubts)
    kept = _in_chain(tree, kept, beside, doubts)
    fingers = sum(name.endswith(("Proximal", "Intermediate")) for name in kept)
    if on_four_legs(tree, kept):
        if believed and fingers >= _HANDS:
            # Nothing but a human has so many named fingers; its rest pose then says nothing about sides.
            return {name: kept[name] for name in BONE_NAMES if name in kept}, tuple(doubts), False
        return {}, (FOUR_LEGS,), False
    kept = _proportioned(tree, kept, doubts)
    kept, swapped = settled(rest, kept, points, believed)
    if not believed and kept and not any(name.startswith("left") for name in kept):
        doubts.append(NO_SIDES)
    elif not believed and kept and not shows_front(rest, kept, points):
        doubts.append("Nothing shows which way it faces; left and right are taken as of one that faces the front (-Y).")
    elif swapped and believed:
        doubts.append("The names' left is the character's right (its feet say so), so sides were exchanged.")
    kept = _apart(rest, kept, doubts)
    return {name: kept[name] for name in BONE_NAMES if name in kept}, tuple(doubts), swapped


def _once_each(bones: Mapping[str, str], doubts: list[str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for humanoid in BONE_NAMES:
        bone = bones.get(humanoid)
        if bone is None:
            continue
        if bone in kept.values():
            doubts.append(f"Bone {bone!r} fits more than one part; {humanoid} is left out.")
        else:
            kept[humanoid] = bone
    return kept


def _in_chain(tree: Tree, bones: dict[str, str], beside: Collection[str], doubts: list[str]) -> dict[str, str]:
    """Each bone must hang, however indirectly, on the nearest kept bone above it."""
    index = tree.rest.index
    kept: dict[str, str] = {}
    for humanoid in BONE_NAMES:
        if humanoid not in bones:
            continue
        bone = index[bones[humanoid]]
        above = nearest_above(humanoid, kept.keys() - set(beside))
        if above is None or tree.carries(index[kept[above]], bone) or _is_loose(tree, kept, humanoid, bone):
            kept[humanoid] = bones[humanoid]
        else:
            doubts.append(f"Bone {bones[humanoid]!r} does not hang on {kept[above]!r}; {humanoid} is left out.")
    return kept


def nearest_above(humanoid: str, bones: Collection[str]) -> str | None:
    """The nearest ancestor in the VRM hierarchy that is in `bones`."""
    parent = BONE_PARENTS[humanoid]
    while parent is not None and parent not in bones:
        parent = BONE_PARENTS[parent]
    return parent


def _is_loose(tree: Tree, kept: Mapping[str, str], humanoid: str, bone: int) -> bool:
    index = tree.rest.index
    for upper, lower, end in _LIMBS:
        for side in ("left", "right"):
            if humanoid == side + end and side + lower in kept and side + upper in kept:
                return is_loose_end(tree, index[kept[side + upper]], index[kept[side + lower]], bone)
    return False


def is_loose_end(tree: Tree, upper: int, lower: int, end: int) -> bool:
    """Whether a hand or foot that hangs elsewhere (rigs with baked inverse kinematics) still ends the limb.

    It begins where the lower bone ends, and nothing that hangs on the limb begins there.
    """
    length = tree.gap(lower, end)
    if tree.rest.constrained[end] or not 1 / _RATIO < length / max(tree.gap(upper, lower), 1e-9) < _RATIO:
        return False
    if any(tree.gap(child, end) < _LOOSE * length and tree.children[child] for child in tree.children[lower]):
        return False
    if float(np.linalg.norm(tree.rest.tails[lower] - tree.heads[end])) < _LOOSE * length:
        return True
    # Importers invent tails: without children to say where it ends, a limb that goes on straight does so there.
    ways = tree.heads[lower] - tree.heads[upper], tree.heads[end] - tree.heads[lower]
    straight = float(ways[0] @ ways[1]) > 0.8 * float(np.linalg.norm(ways[0]) * np.linalg.norm(ways[1]))
    return straight and not tree.children[lower]


def on_four_legs(tree: Tree, bones: Mapping[str, str]) -> bool:
    """Whether the trunk, from the hips to the arms (or the head), lies level above the legs."""
    index = tree.rest.index
    legs = [f"{side}UpperLeg" for side in ("left", "right")]
    ends = [next((f"{side}{part}" for part in ("Foot", "LowerLeg") if f"{side}{part}" in bones), None)
            for side in ("left", "right")]  # fmt: skip
    tops = [name for name in ("leftUpperArm", "rightUpperArm") if name in bones] or [
        name for name in ("neck", "head") if name in bones
    ][:1]
    if not tops or not all(name in bones for name in legs) or None in ends:
        return False

    def middle(names: list[str]) -> Floats:
        return np.mean([tree.heads[index[bones[name]]] for name in names], axis=0)

    down = middle([end for end in ends if end is not None]) - middle(legs)
    up = middle(tops) - middle(legs)
    return float(down @ up) > _LEVEL * float(np.linalg.norm(down) * np.linalg.norm(up))


def _proportioned(tree: Tree, bones: dict[str, str], doubts: list[str]) -> dict[str, str]:
    """Limbs whose two halves no body could have are left out with all that hangs on them; so are far fingers."""
    index = tree.rest.index
    kept = dict(bones)
    for side in ("left", "right"):
        for upper, lower, end in _LIMBS:
            names = [side + part for part in (upper, lower, end)]
            if not all(name in kept for name in names):
                continue
            a, b, c = (index[kept[name]] for name in names)
            first, second = tree.gap(a, b), tree.gap(b, c)
            if min(first, second) * _RATIO < max(first, second):
                doubts.append(f"Bones {kept[names[0]]!r} to {kept[names[2]]!r} are no limb by their lengths.")
                kept = {name: bone for name, bone in kept.items() if not _part_of(name, side, names[0])}
            elif end == "Hand":
                far = [name for name in kept if nearest_above(name, [names[2]]) == names[2]
                       and tree.gap(c, index[kept[name]]) > _LONG_FINGER * second]  # fmt: skip
                for name in far:
                    doubts.append(f"Bone {kept[name]!r} lies too far from the hand; {name} is left out.")
                    del kept[name]
    return kept


def _part_of(humanoid: str, side: str, start: str) -> bool:
    return humanoid == start or (humanoid.startswith(side) and nearest_above(humanoid, [start]) == start)


def _apart(rest: RigRest, bones: dict[str, str], doubts: list[str]) -> dict[str, str]:
    """Left and right must lie apart, and on the same sides as the legs (or arms) do.

    Of limbs the first joints: what hangs on them is theirs, and crossed legs or arms at rest are pose.
    """
    left = side_axis(rest, bones)
    if left is None:
        return bones
    kept = dict(bones)
    checked: list[str] = []
    for name in BONE_NAMES:
        other = mirrored(name)
        if not name.startswith("left") or name not in kept or other not in kept:
            continue
        if any(_part_of(name, "left", first) for first in checked):
            continue
        checked.append(name)
        apart = rest.heads[rest.index[kept[name]]] - rest.heads[rest.index[kept[other]]]
        if apart @ left < 0:
            doubts.append(f"Bones {kept[name]!r} and {kept[other]!r} lie on each other's sides; both are left out.")
            kept = {
                n: bone for n, bone in kept.items() if not (_part_of(n, "left", name) or _part_of(n, "right", other))
            }
    return kept
