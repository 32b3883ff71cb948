"""Twist bones: the turn of a limb about itself, spread along it as skin and muscle spread it.

An upper arm or thigh does not twist where it meets the body and twists wholly at its end; a forearm or shin follows the
elbow or knee at its start and the hand or foot at its end.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...ml.take import BONE_PARENTS, rotation
from .pose import Character, Performer, Turns
from .rig import Floats

_NEXT = {"UpperArm": "LowerArm", "LowerArm": "Hand", "UpperLeg": "LowerLeg", "LowerLeg": "Foot"}


def twist_turns(actor: Performer, who: Character, turns: Turns, twists: Mapping[str, tuple[int, ...]]) -> Turns:
    """Turns of twist bones; of limb bones too, where twist bones carry the rest of the limb (they share it then).

    twists: humanoid limb bone -> bones along it, from its start to its end.
    """
    found: Turns = {}
    for name, along in twists.items():
        side = "left" if name.startswith("left") else "right"
        following = side + _NEXT[name.removeprefix(side)]
        if following not in who.bones or who.bones.get(name) not in turns or name not in actor.turns:
            continue
        main, end = who.bones[name], who.bones[following]
        axis = who.joints[following] - who.joints[name]
        length = float(np.linalg.norm(axis))
        if length < 1e-9:
            continue
        start, finish = _end_twists(actor, who, turns, name, following, axis / length)
        inside = [bone for bone in along if bone in who.rest.ancestors(end) and bone != main]
        carried = [main, *inside]
        for number, bone in enumerate(carried if inside else []):
            share = number / (len(carried) - 1)
            found[bone] = _twisted(turns[main], axis / length, start * (1 - share) + finish * share)
        if inside:
            _aim_whole(who, found, carried, end, rotation.rotate(turns[main], axis))
        for bone in along:
            if bone not in carried:
                share = float(np.clip((who.heads[bone] - who.joints[name]) @ axis / length**2, 0, 1))
                found[bone] = _twisted(turns[main], axis / length, start * (1 - share) + finish * share)
    return found


def _twisted(turn: Floats, axis: Floats, angle: Floats) -> Floats:
    """The bone's turn after it has turned about its own rest axis."""
    return rotation.multiply(turn, rotation.from_rotvec(angle[:, None] * axis))


def _end_twists(
    actor: Performer, who: Character, turns: Turns, name: str, following: str, axis: Floats
) -> tuple[Floats, Floats]:
    """Radians [T] by which the limb's skin at its start and at its end is turned about it beyond the limb bone."""
    main = turns[who.bones[name]]
    nothing = np.zeros(actor.frames)
    if "Upper" in name:
        parent = BONE_PARENTS[name]
        while parent is not None and parent not in actor.turns:
            parent = BONE_PARENTS[parent]
        if parent is None:
            return nothing, nothing
        own = rotation.multiply(rotation.conjugate(actor.turns[parent]), actor.turns[name])
        # The same twist about the performer's straight limb.
        along = actor.rest[following] - actor.rest[name] if following in actor.rest else axis
        return -_angle(own, along / max(float(np.linalg.norm(along)), 1e-9)), nothing
    if who.bones[following] not in turns:
        return nothing, nothing
    # Rest to rest, so that a limb at rest is not twisted.
    beyond = rotation.multiply(rotation.conjugate(main), turns[who.bones[following]])
    return nothing, _angle(beyond, axis)


def _angle(turn: Floats, axis: Floats) -> Floats:
    """The turn's part about a unit axis, radians [T], without jumps."""
    return np.unwrap(2 * np.arctan2(turn[:, 1:] @ axis, turn[:, 0]))


def _aim_whole(who: Character, turns: Turns, chain: list[int], end: int, wanted: Floats) -> None:
    """Swing a chain that is not quite straight so that as a whole it points where it should."""
    corners = [*(who.heads[bone] for bone in chain), who.heads[end]]
    way = sum(rotation.rotate(turns[bone], b - a) for bone, a, b in zip(chain, corners, corners[1:], strict=False))
    aim = rotation.between(way, wanted)
    for bone in chain:
        turns[bone] = rotation.multiply(aim, turns[bone])
