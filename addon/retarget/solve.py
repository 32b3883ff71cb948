"""A take and a rig at rest in, keys for the rig's bones out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ...ml.take import BONE_PARENTS, Take, rotation
from .chains import Heads, carried_head, offset_from, posed_point
from .channels import BoneChannel, location_channel, rotation_channels
from .face_bones import eye_turns, head_turns, jaw_turn
from .facing import facing_axes
from .level import level_feet
from .lids import lid_turns
from .limb_controls import IkLimb, eye_targets, limb_controls
from .place import placement
from .plant import Root, plant_feet
from .pose import Character, Performer, Turns, body_turns, character, performer
from .rig import Floats, RigRest
from .touch import hands_in_touch
from .travel import travelled
from .twists import twist_turns

RootMotion = Literal["hips", "root", "object"]


@dataclass(frozen=True)
class Controls:
    """Which bones to move: humanoid -> bone, and what a control rig needs besides (rigs/conventions/convention.py).

    twists: limb bone (humanoid) -> the bones that share its twist, from its start to its end; root: the bone that
    carries the whole character; lids: eyelid bones; company: bones beside the hips that go along with them.
    """

    bones: Mapping[str, str]
    shared: Mapping[str, str] = field(default_factory=dict)
    joints: Mapping[str, str] = field(default_factory=dict)
    twists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    root: str | None = None
    control_rig: bool = False
    limbs: tuple[IkLimb, ...] = ()
    aims: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    lids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    company: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wishes:
    """What of the take to use: `wanted` humanoid bones; eyes, eyelids and jaw moved by bones; how feet and place are
    kept.

    root: what carries the way over the floor; in_place: the way over the floor is left out. touch: hands near the own
    body, or each other, keep their distance rather than the arms their directions.
    """

    wanted: Collection[str]
    eyes: bool = True
    lids: bool = True
    jaw: bool = True
    plant: bool = True
    start_here: bool = True
    root: RootMotion = "hips"
    in_place: bool = False
    touch: bool = False


@dataclass(frozen=True)
class Retargeted:
    """Keys for bones; travel [T, 3] what the armature object moves in its own axes and unit, with root "object"."""

    channels: tuple[BoneChannel, ...]
    travel: Floats | None = None


def retarget(take: Take, rest: RigRest, controls: Controls, wishes: Wishes) -> Retargeted:
    """Rotations for every wanted bone that take and rig share, and locations of the hips; values at the take's frames.

    Bones which do not hang on the body they belong to (feet and hands under the root) get locations too.
    """
    bones = {name: bone for name, bone in controls.bones.items() if bone in rest.index}
    who = character(rest, facing_axes(rest, bones), bones, controls.joints, spread=not controls.control_rig)
    heads: Heads = {}
    travel = None
    if take.has_body:
        actor = performer(take)
        if take.contacts is not None:
            actor = level_feet(actor, take.contacts, take.fps)
        turns = _wanted_turns(body_turns(actor, who), who, wishes.wanted)
        turns.update(_shared_turns(turns, who, controls))
        if "hips" in bones and who.bones["hips"] in turns:
            at_rest = _t_pose(actor, who)
            root = _root(actor, who, turns, at_rest, controls, wishes)
            if wishes.plant and take.contacts is not None:
                turns, root = plant_feet(actor, who, turns, at_rest, root, take.contacts, take.fps)
            heads[root.bone] = root.heads
            travel = _moved_by(who, controls, wishes, heads, root, take.fps)
        if wishes.touch:
            turns = hands_in_touch(actor, who, turns, heads)
        heads.update(_detached(who, turns, heads, controls))
        _taken_along(who, turns, heads, controls)
        limb_turns, limb_heads = limb_controls(who, turns, heads, controls.limbs)
        turns.update(limb_turns)
        heads.update(limb_heads)
        turns.update(twist_turns(actor, who, turns, _indices(who, controls.twists)))
    else:
        turns = _wanted_turns(head_turns(take, who), who, wishes.wanted)
    if wishes.eyes:
        looking = eye_turns(take, who, turns, controls.aims)
        turns.update({who.bones[name]: turn for name, turn in looking.items() if name in who.bones})
        heads.update(eye_targets(who, turns, heads, looking, controls.aims))
    if wishes.jaw:
        turns.update(jaw_turn(take, who, turns))
    if wishes.lids:
        eyes = {side: _eye(controls, f"{side}Eye") for side in ("left", "right")}
        shut, moved = lid_turns(take, who, turns, heads, controls.lids, eyes)
        turns.update(shut)
        heads.update(moved)
    located = [location_channel(who, turns, heads, bone) for bone in sorted(heads)]
    return Retargeted((*located, *rotation_channels(who, turns)), travel)


def _eye(controls: Controls, name: str) -> str:
    """The bone at whose head the eye turns; "" for none."""
    return controls.aims[name][1] if name in controls.aims else controls.bones.get(name, "")


def _indices(who: Character, bones: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
    index = who.rest.index
    return {name: tuple(index[bone] for bone in chain if bone in index) for name, chain in bones.items()}


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


def _t_pose(actor: Performer, who: Character) -> Turns:
    """Turns [1, 4] that put the character into the take's T-pose."""
    still = Performer(
        {name: np.broadcast_to(rotation.IDENTITY, (1, 4)) for name in actor.turns},
        {name: point[None] for name, point in actor.rest.items()},
        actor.rest,
        1,
    )
    return body_turns(still, who)


def _root(actor: Performer, who: Character, turns: Turns, at_rest: Turns, controls: Controls, wishes: Wishes) -> Root:
    """The bone whose location carries the body, and its path."""
    path = placement(actor, who, turns, at_rest, wishes.start_here)
    hips = who.bones["hips"]
    bone = _movable(who, hips)
    holder = next(
        (who.rest.index[b] for b, name in controls.shared.items() if name == "hips" and b in who.rest.index), hips
    )
    return Root(bone, path.hips - offset_from(who, turns, bone, holder, who.joints["hips"]), path.scale)


def _movable(who: Character, hips: int) -> int:
    """The hips, or the first bone above them that can be moved: not joined to its parent's end, location not locked."""
    chain = [hips, *who.rest.ancestors(hips)]
    loose = [bone for bone in chain if not (who.rest.connected[bone] and who.rest.parents[bone] >= 0)]
    return next((bone for bone in loose if not who.rest.locked[bone]), loose[0])


def _moved_by(
    who: Character, controls: Controls, wishes: Wishes, heads: Heads, root: Root, fps: float
) -> Floats | None:
    """Take the way over the floor out of the hips' path where something else carries it, or nothing does."""
    if wishes.root == "hips" and not wishes.in_place:
        return None
    way = travelled(root.heads, fps)
    carrier = who.rest.index.get(controls.root or "", -1)
    if wishes.root == "root" and carrier in who.rest.ancestors(root.bone):
        if not wishes.in_place:
            heads[carrier] = who.heads[carrier] + way
            return None
    elif wishes.root == "object" and not wishes.in_place:
        heads[root.bone] = root.heads - way
        return way @ who.axes.T
    if wishes.in_place:
        heads[root.bone] = root.heads - way
    return None


def _detached(who: Character, turns: Turns, heads: Heads, controls: Controls) -> Heads:
    """Where bones go that do not hang on the body part before them, as if they did. A control rig's mechanism carries
    its controls itself."""
    if controls.control_rig:
        return {}
    placed = dict(heads)
    added: Heads = {}
    for name, bone in who.bones.items():
        parent = BONE_PARENTS[name]
        while parent is not None and parent not in who.bones:
            parent = BONE_PARENTS[parent]
        if parent is None or bone not in turns or bone in placed:
            continue
        above = who.bones[parent]
        if above in who.rest.ancestors(bone) or above not in turns:
            continue
        placed[bone] = added[bone] = posed_point(who, turns, placed, above, who.heads[bone])
    return {bone: head for bone, head in added.items() if not _carried_there(who, turns, heads, bone, head)}


def _taken_along(who: Character, turns: Turns, heads: Heads, controls: Controls) -> None:
    """Bones that hang beside the hips go where they would if they hung on them."""
    hips = who.bones.get("hips", -1)
    if controls.control_rig or hips not in turns:
        return
    for name in controls.company:
        bone = who.rest.index.get(name, -1)
        if bone >= 0 and bone not in turns:
            heads[bone] = posed_point(who, turns, heads, hips, who.heads[bone])
            turns[bone] = turns[hips]


def _carried_there(who: Character, turns: Turns, heads: Heads, bone: int, head: Floats) -> bool:
    return bool(np.abs(carried_head(who, turns, heads, bone) - head).max() < 1e-6)
