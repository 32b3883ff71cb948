"""Which side is the character's left: by which way its body faces, not by what its bones are called."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...ml.take.names import mirrored
from ..retarget.rig import Floats, RigRest

_ACROSS = 0.9
_SURE = 1.5
_AGAINST = 0.3
"""Votes for the front: toes count most, then eyes and jaw, thumbs, feet of the mesh, bent knees and elbows, the neck's
lean. The second is enough for a doubt."""


def side_axis(rest: RigRest, bones: Mapping[str, str]) -> Floats | None:
    """From the character's right to its left as the map has it, [3] in armature space, by hips, then shoulders."""
    total = np.zeros(3)
    for part in ("UpperLeg", "UpperArm", "Shoulder"):
        pair = [bones.get(side + part) for side in ("left", "right")]
        if pair[0] is not None and pair[1] is not None:
            total += rest.heads[rest.index[pair[0]]] - rest.heads[rest.index[pair[1]]]
    length = float(np.linalg.norm(total))
    return total / length if length > 1e-9 else None


def forward_votes(rest: RigRest, bones: Mapping[str, str], points: Floats | None = None) -> float:
    """How much speaks for the front that the map's left and right imply (positive) or against it (negative).

    points: [M, 3] vertices of the character's meshes in armature space.
    """
    left = side_axis(rest, bones)
    if left is None or not {"leftUpperLeg", "rightUpperLeg", "leftFoot", "rightFoot"} <= bones.keys():
        return 0.0

    def head(name: str) -> Floats:
        return rest.heads[rest.index[bones[name]]]

    up = (head("leftUpperLeg") + head("rightUpperLeg") - head("leftFoot") - head("rightFoot")) / 2
    leg = float(np.linalg.norm(up))
    forward = np.cross(left, up)
    if leg < 1e-9 or float(np.linalg.norm(forward)) < 1e-9:
        return 0.0
    forward /= np.linalg.norm(forward)
    up /= leg
    votes = 0.0
    for weight, ahead in _steps(rest, bones, head, forward, up, leg):
        votes += weight * float(np.clip(ahead, -1.0, 1.0))
    if points is not None and len(points):
        votes += 2.0 * _mesh_feet(points, head, forward, up, leg)
    return votes


def _steps(rest: RigRest, bones: Mapping[str, str], head, forward: Floats, up: Floats, leg: float):  # noqa: ANN001, ANN202
    """(weight, how far ahead -1..1) for each sign of where the front is."""

    def tail(name: str) -> Floats:
        return rest.tails[rest.index[bones[name]]]

    if {"neck", "head"} <= bones.keys():
        # Heads are carried before the neck's root, in every body; straight necks of toys say nothing.
        yield 0.7, float((head("head") - head("neck")) @ forward) / (0.02 * leg)
    for side in ("left", "right"):
        if f"{side}Toes" in bones:
            step = head(f"{side}Toes") - head(f"{side}Foot")
            yield 1.5, 2 * float(step @ forward) / max(float(np.linalg.norm(step)), 1e-9)
        else:
            step = tail(f"{side}Foot") - head(f"{side}Foot")
            level = step - (step @ up) * up
            # Importers let a bone without children go on along its parent: only a foot that points level says much.
            if np.linalg.norm(level) > 0.5 * np.linalg.norm(step):
                yield 1.0, 2 * float(step @ forward) / max(float(np.linalg.norm(step)), 1e-9)
        if f"{side}Eye" in bones and "head" in bones:
            yield 0.7, float((head(f"{side}Eye") - head("head")) @ forward) / (0.05 * leg)
        if {f"{side}ThumbMetacarpal", f"{side}LittleProximal"} <= bones.keys():
            # Thumbs lie before the little fingers in a T-pose and with hanging arms alike.
            step = head(f"{side}ThumbMetacarpal") - head(f"{side}LittleProximal")
            yield 0.8, float(step @ forward) / (0.04 * leg)
        if f"{side}LowerLeg" in bones:
            middle = _off_line(head(f"{side}UpperLeg"), head(f"{side}LowerLeg"), head(f"{side}Foot"))
            yield 0.5, float(middle @ forward) / (0.05 * leg)
        if {f"{side}UpperArm", f"{side}LowerArm", f"{side}Hand"} <= bones.keys():
            middle = _off_line(head(f"{side}UpperArm"), head(f"{side}LowerArm"), head(f"{side}Hand"))
            yield 0.3, -float(middle @ forward) / (0.05 * leg)


def _off_line(start: Floats, middle: Floats, end: Floats) -> Floats:
    """From the straight line between a limb's ends to its middle joint."""
    way = end - start
    return middle - start - float((middle - start) @ way) / max(float(way @ way), 1e-12) * way


def _mesh_feet(points: Floats, head, forward: Floats, up: Floats, leg: float) -> float:  # noqa: ANN001
    """-1..1: feet reach farther before the ankle than behind it."""
    ankles = (head("leftFoot") + head("rightFoot")) / 2
    offset = points - ankles
    height = offset @ up
    low = offset[(height < 0.05 * leg) & (height > -0.3 * leg) & (np.linalg.norm(offset, axis=1) < 0.6 * leg)]
    if len(low) < 20:
        return 0.0
    ahead = low @ forward
    far, near = np.quantile(ahead, 0.98), np.quantile(ahead, 0.02)
    return float(np.clip((far + near) / max(far - near, 1e-9) * 3, -1.0, 1.0))


def shows_front(rest: RigRest, bones: Mapping[str, str], points: Floats | None = None) -> bool:
    """Whether the body itself says which way it faces."""
    return abs(forward_votes(rest, bones, points)) > _SURE / 2


def settled(
    rest: RigRest, bones: dict[str, str], points: Floats | None = None, believed: bool = True
) -> tuple[dict[str, str], bool]:
    """The map with its sides exchanged where the body says so, and whether it was.

    believed: the names have sides, which only clear signs overrule; otherwise sides are by chance and any sign
    decides, or the front of Blender's scene where there is none. Limbs are lost where a weak sign speaks against that
    front, and by a character that stands along X.
    """
    votes = forward_votes(rest, bones, points)
    if believed:
        wrong = votes < -_SURE
    elif abs(votes) > _SURE / 2:
        wrong = votes < 0
    else:
        left = side_axis(rest, bones)
        across = 0.0 if left is None else float((rest.world_rotation @ left)[0])
        if abs(across) < _ACROSS:
            return {name: bone for name, bone in bones.items() if name == mirrored(name)}, False
        wrong = across < 0
        if (votes < -_AGAINST and not wrong) or (votes > _AGAINST and wrong):
            return {name: bone for name, bone in bones.items() if name == mirrored(name)}, False
    return ({mirrored(name): bone for name, bone in bones.items()}, True) if wrong else (bones, False)
