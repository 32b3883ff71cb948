"""What a rig has besides the humanoid bones: spine and neck bones between them, twist bones, a root. By structure.

It follows from the rest pose and the map alone, so it is worked out anew for every map and never saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from ..retarget.rig import RigRest
from .lids import find_lids

_TRUNK = ("hips", "spine", "chest", "upperChest", "neck", "head")
_SEGMENTS = (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
_TWIST_WORD = re.compile(r"twist|tweak|roll(?!er)|ribbon|捩|ねじり|nejiri", re.IGNORECASE)
_NO_TWIST = re.compile(r"cor(?![a-z]*e)|correct|helper|(?<![a-z])ik(?![a-z])|target|goal|pole|先", re.IGNORECASE)
_HELD = re.compile(r"(?<![a-z])(?:ik|pole|target|ctrl|control|goal)(?![a-z])", re.IGNORECASE)
_BESIDE = 0.15
"""Of a segment's length: a twist bone's head lies no further from the line between the joints."""


@dataclass(frozen=True)
class Extras:
    """between: trunk bone -> the bones from it (without) up to the next humanoid one (without), lowest first.

    twists: limb bone -> bones along its segment, from its start to its end; they carry the next joint (Daz' ThighTwist,
    MakeHuman's upperarm02) or hang loose (Unreal's upperarm_twist_01_l). root: the topmost bone that carries the hips,
    None when it is the hips themselves. lids: "leftUpper", "leftLower" ... -> eyelid bones.
    company: bones that the mesh follows and that hang beside the hips on what is above them (a sheath, a cape): left
    behind they would stay where the walk began.
    """

    between: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    twists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    root: str | None = None
    lids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    company: tuple[str, ...] = ()


def find_extras(rest: RigRest, bones: Mapping[str, str]) -> Extras:
    """The bones beside the humanoid ones of a map {humanoid: bone} that move along with them."""
    known = {name: rest.index[bone] for name, bone in bones.items() if bone in rest.index}
    return Extras(
        _between(rest, known), _twists(rest, known), _root(rest, known), find_lids(rest, bones), _company(rest, known)
    )


def _between(rest: RigRest, known: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    trunk = [name for name in _TRUNK if name in known]
    found: dict[str, tuple[str, ...]] = {}
    for lower, upper in pairwise(trunk):
        inner = rest.path(known[lower], known[upper])[1:-1]
        if inner:
            found[lower] = tuple(rest.names[i] for i in inner)
    return found


def _twists(rest: RigRest, known: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    children: dict[int, list[int]] = {}
    for bone, parent in enumerate(rest.parents):
        children.setdefault(int(parent), []).append(bone)
    taken = set(known.values())
    found: dict[str, tuple[str, ...]] = {}
    for side in ("left", "right"):
        for upper, lower in _SEGMENTS:
            if side + upper not in known or side + lower not in known:
                continue
            start, end = known[side + upper], known[side + lower]
            inner = rest.path(start, end)[1:-1]
            loose = [b for b in _loose(children, start, taken) if _is_twist(rest, b, start, end)]
            along = sorted({*inner, *loose}, key=lambda b: _place(rest, b, start, end)[0])
            if along:
                found[side + upper] = tuple(rest.names[b] for b in along)
    return found


def _loose(children: Mapping[int, list[int]], bone: int, taken: set[int]) -> list[int]:
    """What hangs on the bone without being, or hanging on, a humanoid bone."""
    found: list[int] = []
    waiting = [child for child in children.get(bone, []) if child not in taken]
    while waiting:
        found.append(waiting.pop())
        waiting += [child for child in children.get(found[-1], []) if child not in taken]
    return found


def _is_twist(rest: RigRest, bone: int, start: int, end: int) -> bool:
    name = rest.names[bone]
    if rest.constrained[bone] or not _TWIST_WORD.search(name) or _NO_TWIST.search(name):
        return False
    place, beside = _place(rest, bone, start, end)
    return -0.1 <= place <= 1.1 and beside < _BESIDE


def _place(rest: RigRest, bone: int, start: int, end: int) -> tuple[float, float]:
    """Where a bone's head lies on the line between two joints (0..1), and how far beside it; in segment lengths."""
    way = rest.heads[end] - rest.heads[start]
    length = max(float(np.linalg.norm(way)), 1e-9)
    offset = rest.heads[bone] - rest.heads[start]
    place = float(offset @ way) / length**2
    return place, float(np.linalg.norm(offset - place * way)) / length


def _root(rest: RigRest, known: Mapping[str, int]) -> str | None:
    above = rest.ancestors(known["hips"]) if "hips" in known else []
    return rest.names[above[-1]] if above else None


def _company(rest: RigRest, known: Mapping[str, int]) -> tuple[str, ...]:
    if "hips" not in known or rest.skinned is None:
        return ()
    hips = known["hips"]
    above = set(rest.ancestors(hips))
    taken = {hips, *known.values(), *(bone for limb in known.values() for bone in rest.ancestors(limb))}
    return tuple(
        rest.names[bone]
        for bone in range(len(rest.names))
        if int(rest.parents[bone]) in above
        and bone not in above
        and bone not in taken
        and rest.skinned[bone]
        and not rest.constrained[bone]
        and _HELD.search(rest.names[bone]) is None
    )
