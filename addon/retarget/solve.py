"""A take and a rig at rest in, keys for the rig's bones out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from ...ml.take import Take, rotation
from .chains import offset_from
from .channels import BoneChannel, location_channel, rotation_channels
from .face_bones import eye_turns, head_turns, jaw_turn
from .facing import facing_axes
from .place import placement
from .plant import Root, plant_feet
from .pose import Character, Performer, Turns, body_turns, character, performer
from .rig import RigRest


@dataclass(frozen=True)
class Controls:
    """Which bones to move: humanoid -> bone, and what a control rig needs besides (rigs/conventions/convention.py)."""

    bones: Mapping[str, str]
    shared: Mapping[str, str] = field(default_factory=dict)
    joints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wishes:
    """What of the take to use: `wanted` humanoid bones; eyes and jaw moved by bones; how feet and place are kept."""

    wanted: Collection[str]
    eyes: bool = True
    jaw: bool = True
    plant: bool = True
    start_here: bool = True


def retarget(take: Take, rest: RigRest, controls: Controls, wishes: Wishes) -> list[BoneChannel]:
    """Rotations for every wanted bone that take and rig share, and the hips' location; values at the take's frames."""
    bones = {name: bone for name, bone in controls.bones.items() if bone in rest.index}
    who = character(rest, facing_axes(rest, bones), bones, controls.joints)
    channels: list[BoneChannel] = []
    if take.has_body:
        actor = performer(take)
        turns = _wanted_turns(body_turns(actor, who), who, wishes.wanted)
        turns.update(_shared_turns(turns, who, controls))
        if "hips" in bones and who.bones["hips"] in turns:
            root, scale = _root(actor, who, turns, controls, wishes)
            if wishes.plant and take.contacts is not None:
                turns = plant_feet(actor, who, turns, root, scale, take.contacts, take.fps)
            channels.append(location_channel(who, root.bone, root.heads))
    else:
        turns = _wanted_turns(head_turns(take, who), who, wishes.wanted)
    if wishes.eyes:
        turns.update(eye_turns(take, who, turns))
    if wishes.jaw:
        turns.update(jaw_turn(take, who, turns))
    return channels + rotation_channels(who, turns)


def _wanted_turns(turns: Turns, who: Character, wanted: Collection[str]) -> Turns:
    """Without unwanted bones; spine bones between two humanoid ones go with the lower of them."""
    unwanted = {who.bones[name] for name in who.bones if name not in wanted}
    known = set(who.bones.values())

    def owner(bone: int) -> int:
        return next((b for b in (bone, *who.rest.ancestors(bone)) if b in known), bone)

    return {bone: turn for bone, turn in turns.items() if owner(bone) not in unwanted}


def _shared_turns(turns: Turns, who: Character, controls: Controls) -> Turns:
    """Bones which turn with a humanoid one without hanging on it."""
    return {
        who.rest.index[bone]: turns[who.bones[name]]
        for bone, name in controls.shared.items()
        if bone in who.rest.index and name in who.bones and who.bones[name] in turns
    }


def _root(actor: Performer, who: Character, turns: Turns, controls: Controls, wishes: Wishes) -> tuple[Root, float]:
    """The bone whose location carries the body, and its path; the scale of the path."""
    still = Performer(
        {name: np.broadcast_to(rotation.IDENTITY, (1, 4)) for name in actor.turns},
        {name: point[None] for name, point in actor.rest.items()},
        actor.rest,
        1,
    )
    path = placement(actor, who, body_turns(still, who), wishes.start_here)
    hips = who.bones["hips"]
    bone = hips
    # A bone joined to its parent's end cannot be moved: the first one above that can carries the body.
    while who.rest.connected[bone] and who.rest.parents[bone] >= 0:
        bone = int(who.rest.parents[bone])
    holder = next(
        (who.rest.index[b] for b, name in controls.shared.items() if name == "hips" and b in who.rest.index), hips
    )
    offset = offset_from(who, turns, bone, holder, who.joints["hips"])
    return Root(bone, path.hips - offset), path.scale
