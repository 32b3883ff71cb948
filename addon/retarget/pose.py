"""From a take to the turns of a rig's bones, in stage axes: what each bone does, before it is written in its own axes.

A turn [T, 4] takes a bone from its rest pose to its pose, seen from the stage; bones without one follow their parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...ml.take import Take, joint_positions, parent_indices, rotation
from .calibrate import TRUNK, calibration, trunk_next
from .rig import Floats, RigRest

_SHORTEST = 0.01
"""Metres: trunk segments of a take shorter than this have no direction worth following."""

Turns = dict[int, Floats]
"""Bone index -> turn [T, 4]."""


@dataclass(frozen=True)
class Performer:
    """A take's body with its joints worked out: turns [T, 4] and joints [T, 3] by humanoid name, rest joints [3]."""

    turns: Mapping[str, Floats]
    joints: Mapping[str, Floats]
    rest: Mapping[str, Floats]
    frames: int


def performer(take: Take) -> Performer:
    """The take's body. The take must have one."""
    assert take.bone_names is not None and take.rotations is not None and take.rest_positions is not None
    names = take.bone_names
    turns = rotation.normalize(take.rotations)
    hips = np.asarray(take.hips_position, dtype=np.float64)
    joints = joint_positions(turns, hips, take.rest_positions, parent_indices(names))
    return Performer(
        {name: turns[:, j] for j, name in enumerate(names)},
        {name: joints[:, j] for j, name in enumerate(names)},
        {name: np.asarray(take.rest_positions[j], dtype=np.float64) for j, name in enumerate(names)},
        take.frame_count,
    )


@dataclass(frozen=True)
class Character:
    """A rig seen from the stage: heads, tails [N, 3] in stage axes (the rig's unit), humanoid -> bone index, and where
    each humanoid joint lies at rest (in a control rig not always the head of the control)."""

    rest: RigRest
    axes: Floats
    heads: Floats
    tails: Floats
    bones: Mapping[str, int]
    joints: Mapping[str, Floats]
    spread: bool = True
    """Whether spine bones between the known ones bend along; in a control rig they are mechanism."""


def character(
    rest: RigRest, axes: Floats, bones: Mapping[str, str], joints: Mapping[str, str], spread: bool = True
) -> Character:
    """`axes` as from facing_axes; `joints`: humanoid -> bone at whose head the joint lies, where it is another bone."""
    heads, tails = rest.heads @ axes, rest.tails @ axes
    known = {name: rest.index[bone] for name, bone in bones.items()}
    places = {name: heads[rest.index.get(joints.get(name, ""), bone)] for name, bone in known.items()}
    return Character(rest, axes, heads, tails, known, places, spread=spread)


def body_turns(actor: Performer, who: Character) -> Turns:
    """The turn of every humanoid bone which both have, and of the spine bones between them."""
    tails = {name: who.tails[bone] for name, bone in who.bones.items()}
    corrections = calibration(who.joints, tails, actor.rest)
    turns: Turns = {
        bone: rotation.multiply(_own_turn(actor, who, name), corrections[name])
        for name, bone in who.bones.items()
        if name in actor.turns
    }
    turns.update(_trunk_turns(actor, who, corrections))
    return turns


_ENDS = {"UpperArm": ("LowerArm", "Hand"), "UpperLeg": ("LowerLeg", "Foot")}


def _own_turn(actor: Performer, who: Character, name: str) -> Floats:
    """The performer's turn [T, 4]; of a limb that is but one bone on the character, that of the limb as a whole."""
    side = "left" if name.startswith("left") else "right"
    lower, end = _ENDS.get(name.removeprefix(side), ("", ""))
    if not end or side + lower in who.bones or side + end not in actor.joints:
        return actor.turns[name]
    rest = actor.rest[side + lower] - actor.rest[name]
    aim = rotation.between(rotation.rotate(actor.turns[name], rest), actor.joints[side + end] - actor.joints[name])
    return rotation.multiply(aim, actor.turns[name])


def _trunk_turns(actor: Performer, who: Character, corrections: Mapping[str, Floats]) -> Turns:
    """The spine bent over however many bones the rig has, each stretch pointing where the performer's does."""
    turns: Turns = {}
    shared = [name for name in TRUNK if name in who.bones and name in actor.turns]
    for name in shared:
        following = trunk_next(name, who.bones.keys() & actor.turns.keys())
        chain = _stretch(who, name, following)
        between = _performers_bones(actor, name, following)
        correction = corrections[name]
        swings = [rotation.multiply(turn, correction) for turn in _sampled(actor, between, following, len(chain), name)]
        if following is not None:
            aim = _aim(actor, who, name, following, chain, swings)
            swings = [rotation.multiply(aim, turn) for turn in swings]
        turns.update(zip(chain, swings, strict=True))
    return turns


def _stretch(who: Character, name: str, following: str | None) -> list[int]:
    """The rig's bones from `name` up to, without, the next known one."""
    bone = who.bones[name]
    if following is None or not who.spread:
        return [bone]
    return who.rest.path(bone, who.bones[following])[:-1] or [bone]


def _performers_bones(actor: Performer, name: str, following: str | None) -> list[str]:
    """The performer's bones over the same stretch: chest and upperChest for a rig which has but a chest."""
    start = TRUNK.index(name)
    end = TRUNK.index(following) if following in TRUNK else len(TRUNK)
    if following is None:
        end = start + 1
    return [bone for bone in TRUNK[start:end] if bone in actor.turns]


def _sampled(actor: Performer, bones: list[str], following: str | None, count: int, name: str) -> list[Floats]:
    """Turns for `count` rig bones over a stretch of the performer's: one each where they are as many."""
    if len(bones) == count:
        return [actor.turns[bone] for bone in bones]
    if count == 1:
        middle = (len(bones) - 1) / 2
        low, high = actor.turns[bones[int(middle)]], actor.turns[bones[int(np.ceil(middle))]]
        return [rotation.slerp(low, high, np.full(actor.frames, middle - int(middle)))]
    # More bones than the performer has: bend on evenly towards the next joint's turn.
    knots = [actor.turns[bone] for bone in bones]
    if following is not None and following in actor.turns:
        knots.append(actor.turns[following])
    places = np.arange(count) * (len(knots) - 1) / count
    return [_along(knots, float(place)) for place in places]


def _along(knots: list[Floats], place: float) -> Floats:
    low = min(int(place), len(knots) - 1)
    high = min(low + 1, len(knots) - 1)
    return rotation.slerp(knots[low], knots[high], np.full(len(knots[low]), place - low))


def _aim(actor: Performer, who: Character, name: str, following: str, chain: list[int], turns: list[Floats]) -> Floats:
    """The small swing [T, 4] that makes the stretch as a whole point where the performer's does."""
    wanted = actor.joints[following] - actor.joints[name]
    if np.linalg.norm(actor.rest[following] - actor.rest[name]) < _SHORTEST:
        return rotation.IDENTITY
    starts = [who.joints[name], *(who.heads[bone] for bone in chain[1:]), who.joints[following]]
    if np.linalg.norm(starts[-1] - starts[0]) < 1e-6:
        return rotation.IDENTITY
    way = sum(rotation.rotate(turn, b - a) for turn, a, b in zip(turns, starts, starts[1:], strict=False))
    return rotation.between(way, wanted)
