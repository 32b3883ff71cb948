"""Which bones are spine, chest and upper chest, found from where they hang instead of from their names."""

from __future__ import annotations

from collections.abc import Mapping

from ..retarget.rig import RigRest


def spread_spine(rest: RigRest, found: Mapping[str, str]) -> dict[str, str]:
    """Spine, chest, upperChest (as many as there are) for a rig whose hips and neck, head or arms are known."""
    hips = rest.index[found["hips"]]
    top = chest_bone(rest, found)
    if top is None:
        return {}
    chain = [rest.names[i] for i in rest.path(hips, top)[1:]]
    if not chain:
        return {}
    if len(chain) <= 3:
        return dict(zip(("spine", "chest", "upperChest"), chain, strict=False))
    return {"spine": chain[0], "chest": chain[len(chain) // 2], "upperChest": chain[-1]}


def chest_bone(rest: RigRest, found: Mapping[str, str]) -> int | None:
    """The uppermost bone of the trunk: the last one that carries the neck (or head) and both arms."""
    ends = [
        rest.index[found[name]]
        for name in ("neck", "leftShoulder", "rightShoulder", "leftUpperArm", "rightUpperArm")
        if name in found
    ]
    if not ends and "head" in found:
        ends = [rest.index[found["head"]]]
    return common_ancestor(rest, ends) if ends else None


def common_ancestor(rest: RigRest, bones: list[int]) -> int | None:
    """The nearest bone above all of the given ones."""
    for candidate in rest.ancestors(bones[0]):
        if all(candidate in rest.ancestors(bone) for bone in bones[1:]):
            return candidate
    return None
