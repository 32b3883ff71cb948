"""Is a match anatomically possible? What is not is taken out: a missing bone is better than a wrong one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from ...ml.take import BONE_NAMES, BONE_PARENTS
from ...ml.take.names import mirrored
from ..retarget.rig import Floats, RigRest


def consistent(
    rest: RigRest, bones: Mapping[str, str], beside: Collection[str] = ()
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The bones that pass, and one sentence for each that does not or for sides that were swapped.

    beside: humanoid bones on which nothing needs to hang (controls of a control rig's trunk).
    """
    doubts: list[str] = []
    kept = _once_each(bones, doubts)
    kept = _in_chain(rest, kept, beside, doubts)
    kept, swapped = _anatomical_sides(rest, kept)
    if swapped:
        doubts.append("The names' left is the character's right (its feet say so), so sides were exchanged.")
    kept = _apart(rest, kept, doubts)
    return {name: kept[name] for name in BONE_NAMES if name in kept}, tuple(doubts)


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


def _in_chain(rest: RigRest, bones: dict[str, str], beside: Collection[str], doubts: list[str]) -> dict[str, str]:
    """Each bone must hang, however indirectly, on the nearest kept bone above it."""
    kept: dict[str, str] = {}
    for humanoid in BONE_NAMES:
        if humanoid not in bones:
            continue
        above = nearest_above(humanoid, kept.keys() - set(beside))
        chain = rest.ancestors(rest.index[bones[humanoid]])
        if above is not None and rest.index[kept[above]] not in chain:
            doubts.append(f"Bone {bones[humanoid]!r} does not hang on {kept[above]!r}; {humanoid} is left out.")
        else:
            kept[humanoid] = bones[humanoid]
    return kept


def nearest_above(humanoid: str, bones: Collection[str]) -> str | None:
    """The nearest ancestor in the VRM hierarchy that is in `bones`."""
    parent = BONE_PARENTS[humanoid]
    while parent is not None and parent not in bones:
        parent = BONE_PARENTS[parent]
    return parent


def _anatomical_sides(rest: RigRest, bones: dict[str, str]) -> tuple[dict[str, str], bool]:
    """Exchange left and right when both feet, beyond doubt, point against the facing that the names imply."""

    def head(name: str) -> Floats:
        return rest.heads[rest.index[bones[name]]]

    needed = ("leftUpperLeg", "rightUpperLeg", "leftFoot", "rightFoot", "leftToes", "rightToes")
    if not all(name in bones for name in needed):
        return bones, False
    up = (head("leftUpperLeg") + head("rightUpperLeg") - head("leftFoot") - head("rightFoot")) / 2
    left = head("leftUpperLeg") - head("rightUpperLeg")
    forward = np.cross(left, up)
    forward /= max(float(np.linalg.norm(forward)), 1e-12)
    steps = [head(f"{side}Toes") - head(f"{side}Foot") for side in ("left", "right")]
    backwards = all(step @ forward < -0.5 * np.linalg.norm(step) for step in steps)
    if not backwards:
        return bones, False
    return {mirrored(name): bone for name, bone in bones.items()}, True


def _apart(rest: RigRest, bones: dict[str, str], doubts: list[str]) -> dict[str, str]:
    """Left and right must lie apart, and on the same sides as the legs (or arms) do."""
    left = side_axis(rest, bones)
    if left is None:
        return bones
    kept = dict(bones)
    for name in BONE_NAMES:
        other = mirrored(name)
        if not name.startswith("left") or name not in kept or other not in kept:
            continue
        apart = rest.heads[rest.index[kept[name]]] - rest.heads[rest.index[kept[other]]]
        if apart @ left < 0:
            doubts.append(f"Bones {kept[name]!r} and {kept[other]!r} lie on each other's sides; both are left out.")
            del kept[name], kept[other]
    return kept


def side_axis(rest: RigRest, bones: Mapping[str, str]) -> Floats | None:
    """From the character's right to its left, [3] in armature space, by hips, then shoulders."""
    total = np.zeros(3)
    for part in ("UpperLeg", "UpperArm", "Shoulder"):
        pair = [bones.get(side + part) for side in ("left", "right")]
        if pair[0] is not None and pair[1] is not None:
            total += rest.heads[rest.index[pair[0]]] - rest.heads[rest.index[pair[1]]]
    length = float(np.linalg.norm(total))
    return total / length if length > 1e-9 else None
