"""Which bones are spine, chest and upper chest, found from where they hang more than from their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .names import BoneName
from .parts import CHEST, UPPER_CHEST
from .tree import Tree


def spread_spine(tree: Tree, names: Sequence[BoneName], found: Mapping[str, int]) -> dict[str, int]:
    """Spine, chest, upperChest (as many as there are) for a rig whose hips and neck, head or arms are known."""
    hips = found["hips"]
    top = chest_bone(tree, found)
    if top is None:
        return {}
    chain = tree.path(hips, top)[1:]
    if len(chain) > 3:
        chain = [bone for bone in chain if not names[bone].mechanism] or chain
    if len(chain) <= 3:
        return dict(zip(("spine", "chest", "upperChest"), chain, strict=False))
    inner = chain[1:-1]
    upper = next((bone for bone in reversed(chain[2:]) if names[bone].words in UPPER_CHEST), chain[-1])
    inner = [bone for bone in inner if tree.carries(bone, upper)] or inner[:1]
    chest = next((bone for bone in inner if names[bone].words in CHEST), None)
    middle = chain[len(chain) // 2]
    return {"spine": chain[0], "chest": chest or (middle if middle in inner else inner[-1]), "upperChest": upper}


def chest_bone(tree: Tree, found: Mapping[str, int]) -> int | None:
    """The uppermost bone of the trunk: the last one that carries the neck (or head) and both arms."""
    ends = [
        found[name]
        for name in ("neck", "leftShoulder", "rightShoulder", "leftUpperArm", "rightUpperArm")
        if name in found
    ]
    if "neck" not in found and "head" in found:
        ends.append(found["head"])
    if not ends:
        return None
    top = tree.common(ends)
    # Biped's collar bones hang on the neck, which is no chest for that.
    while top is not None and top in (found.get("neck"), found.get("head")):
        top = tree.parents[top] if tree.parents[top] >= 0 else None
    return top
