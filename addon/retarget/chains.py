"""Forward kinematics of a rig: where bones get to under given turns, as Blender will pose them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...ml.take import rotation
from .pose import Character, Turns
from .rig import Floats

Heads = dict[int, Floats]
"""Bone index -> where its head is put [T, 3], stage axes; other heads follow their parents."""


def followed_turn(who: Character, turns: Mapping[int, Floats], bone: int) -> Floats:
    """The bone's turn: its own, or that of the nearest bone above which has one; the identity [4] at the top."""
    while bone >= 0:
        if bone in turns:
            return turns[bone]
        if not who.rest.inherits[bone]:
            return rotation.IDENTITY
        bone = int(who.rest.parents[bone])
    return rotation.IDENTITY


def carried_head(who: Character, turns: Turns, heads: Heads, bone: int) -> Floats:
    """Where the bone's head is [T, 3] (or [1, 3]) when nothing but its parents moves it."""
    parent = int(who.rest.parents[bone])
    if parent < 0:
        return who.heads[bone][None]
    return posed_point(who, turns, heads, parent, who.heads[bone])


def posed_point(who: Character, turns: Turns, heads: Heads, bone: int, point: Floats) -> Floats:
    """Where a point fixed to `bone` (a rest position [3]) is posed: [T, 3] (or [1, 3]) in stage axes."""
    head = heads[bone] if bone in heads else carried_head(who, turns, heads, bone)
    return head + rotation.rotate(followed_turn(who, turns, bone), point - who.heads[bone])


def offset_from(who: Character, turns: Turns, carrier: int, bone: int, point: Floats) -> Floats:
    """From the carrier's head to a point fixed to `bone` (a rest position [3]), posed: [T, 3] in stage axes."""
    chain = who.rest.path(carrier, bone)
    corners = [*(who.heads[i] for i in chain), point]
    steps = [
        rotation.rotate(followed_turn(who, turns, i), b - a)
        for i, a, b in zip(chain, corners, corners[1:], strict=False)
    ]
    frames = max(len(np.atleast_2d(step)) for step in steps)
    return np.broadcast_to(np.sum([np.broadcast_to(s, (frames, 3)) for s in steps], axis=0), (frames, 3))
