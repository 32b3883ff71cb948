"""Box people: a body, a head, two arms and two legs of one bone each (Minecraft, Minetest, Kenney's little ones)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .names import BoneName
from .parts import HEAD, TRUNK_WORDS
from .tree import Tree

_ARM = (frozenset(("arm",)), frozenset(("upper", "arm")))
_LEG = (frozenset(("leg",)), frozenset(("upper", "leg")), frozenset(("thigh",)))
_NEAR = 0.25
"""Of the height: hips lie no further from the legs' joints."""


def match_box_people(tree: Tree, names: Sequence[BoneName]) -> dict[str, int]:
    """{humanoid: bone}; empty unless all six parts are there, each once, under words that say so, in their places."""

    def only(meanings: Sequence[frozenset[str]], side: str = "") -> int | None:
        found = [
            bone
            for bone, read in enumerate(names)
            if read.side == side and read.words in meanings and not (read.mechanism or read.end or read.control)
        ]
        return found[0] if len(found) == 1 else None

    limbs = {
        f"{side}{part}": only(meanings, side)
        for side in ("left", "right")
        for part, meanings in (("UpperArm", _ARM), ("UpperLeg", _LEG))
    }
    head = only(HEAD)
    trunk = only([frozenset((word,)) for word in TRUNK_WORDS])
    known = {name: bone for name, bone in limbs.items() if bone is not None}
    if len(known) < 4 or head is None or trunk is None or any(_jointed(tree, names, b) for b in known.values()):
        return {}
    arms, legs = ([known[f"{side}{part}"] for side in ("left", "right")] for part in ("UpperArm", "UpperLeg"))
    if not all(tree.carries(trunk, bone) for bone in (*arms, head)):
        return {}
    up = tree.heads[head] - tree.heads[legs].mean(axis=0)
    height = float(np.linalg.norm(up))
    if height < 1e-9 or float((tree.heads[arms].mean(axis=0) - tree.heads[legs].mean(axis=0)) @ up) < 0.4 * height**2:
        return {}
    found = {**known, "head": head}
    carrier = tree.common([*legs, trunk])
    if (
        carrier is not None
        and abs(float((tree.heads[carrier] - tree.heads[legs].mean(axis=0)) @ up)) < _NEAR * height**2
    ):
        found["hips"] = carrier
    return found | ({"spine": trunk} if found.get("hips") != trunk else {})


def _jointed(tree: Tree, names: Sequence[BoneName], bone: int) -> bool:
    """Whether more of a limb hangs on it: then it is no limb of one bone."""
    return any(names[b].side == names[bone].side and names[b].words and not names[b].end for b in tree.below(bone))
