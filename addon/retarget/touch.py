"""Hands that touch the body or each other do so on a character of other proportions too: clapping, hands on hips.

Following directions alone, short arms never meet and broad hips are walked through. Near its own body a hand is led to
where it is as far from the nearest joints, or from the other hand, as the performer's, scaled to the character.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...ml.take import rotation
from .chains import Heads, posed_point
from .pose import Character, Performer, Turns
from .rig import Floats
from .two_bones import reach

_NEAR, _FAR = 0.25, 0.55
"""In lengths of the arm: hands nearer than the first keep their distance whole, beyond the second not at all."""
_ANCHORS = ("head", "neck", "chest", "spine", "hips", "leftUpperLeg", "rightUpperLeg", "leftLowerLeg", "rightLowerLeg")
_STRAIGHT = 0.999
_PARTS = ("UpperArm", "LowerArm", "Hand")


def hands_in_touch(actor: Performer, who: Character, turns: Turns, heads: Heads) -> Turns:
    """`turns` with arms that bring the hands to where the performer's touch; hands keep their own turns.

    heads: where bones are put, the hips among them.
    """
    sides = [side for side in ("left", "right") if all(_has(actor, who, turns, side + part) for part in _PARTS)]
    if not sides:
        return turns
    mine = {side: _palm(who, turns, heads, actor, side) for side in sides}
    theirs = {side: _performers_palm(actor, side) for side in sides}
    size = _size(actor, who)
    moved = dict(turns)
    for side in sides:
        arm = sum(_length(actor.rest, side + a, side + b) for a, b in (("UpperArm", "LowerArm"), ("LowerArm", "Hand")))
        goals, weights = _body_goals(actor, who, turns, heads, theirs[side], size, arm, side)
        other = "right" if side == "left" else "left"
        if other in mine:
            between = theirs[side] - theirs[other]
            goals.append((mine[side] + mine[other]) / 2 + size * between / 2)
            weights.append(_nearness(between, arm))
        weight = np.stack(weights)
        whole = np.maximum(weight.sum(axis=0), 1e-9)
        goal = np.sum(np.stack(goals) * (weight / whole)[..., None], axis=0)
        step = weight.max(axis=0)[:, None] * (goal - mine[side])
        moved |= _reached(actor, who, turns, heads, side, step)
    return moved


def _has(actor: Performer, who: Character, turns: Turns, name: str) -> bool:
    return name in who.bones and who.bones[name] in turns and name in actor.joints


def _length(joints: Mapping[str, Floats], a: str, b: str) -> float:
    return float(np.linalg.norm(joints[a] - joints[b]))


def _size(actor: Performer, who: Character) -> float:
    """The character's units per metre of the performer, by the breadth of the shoulders and the length of the arms."""
    pairs = (("leftUpperArm", "rightUpperArm"), *((s + "UpperArm", s + "LowerArm") for s in ("left", "right")))
    known = [(a, b) for a, b in pairs if {a, b} <= who.joints.keys() and {a, b} <= actor.rest.keys()]
    return sum(_length(who.joints, *pair) for pair in known) / sum(_length(actor.rest, *pair) for pair in known)


def _performers_palm(actor: Performer, side: str) -> Floats:
    """[T, 3] the knuckle of the middle finger, or where it would be."""
    return actor.joints.get(f"{side}MiddleProximal", actor.joints[f"{side}Hand"])


def _palm(who: Character, turns: Turns, heads: Heads, actor: Performer, side: str) -> Floats:
    """The same place of the character's hand [T, 3]."""
    hand = f"{side}Hand"
    has_both = f"{side}MiddleProximal" in who.joints and f"{side}MiddleProximal" in actor.joints
    point = who.joints[f"{side}MiddleProximal" if has_both else hand]
    return np.broadcast_to(posed_point(who, turns, heads, who.bones[hand], point), (actor.frames, 3))


def _body_goals(
    actor: Performer,
    who: Character,
    turns: Turns,
    heads: Heads,
    palm: Floats,
    size: float,
    arm: float,
    side: str,
) -> tuple[list[Floats], list[Floats]]:
    """Where the palm would go for each joint of the body, and how near the performer's is to it (0..1)."""
    goals, weights = [], []
    for name in _ANCHORS:
        if name not in who.bones or name not in actor.joints:
            continue
        away = palm - actor.joints[name]
        at = posed_point(who, turns, heads, who.bones[name], who.joints[name])
        goals.append(at + size * away)
        weights.append(_nearness(away, arm))
    if not goals:
        return [_palm(who, turns, heads, actor, side)], [np.zeros(actor.frames)]
    return goals, weights


def _nearness(away: Floats, arm: float) -> Floats:
    """1 near, 0 far, with level ends [T]."""
    share = np.clip((_FAR - np.linalg.norm(away, axis=1) / arm) / (_FAR - _NEAR), 0.0, 1.0)
    return share * share * (3 - 2 * share)


def _reached(actor: Performer, who: Character, turns: Turns, heads: Heads, side: str, step: Floats) -> Turns:
    """Upper and lower arm [T, 4] that carry the hand `step` [T, 3] further."""
    upper, lower = (who.bones[side + part] for part in _PARTS[:2])
    joints = [
        np.broadcast_to(posed_point(who, turns, heads, who.bones[side + part], who.joints[side + part]), step.shape)
        for part in _PARTS
    ]
    bones = joints[1] - joints[0], joints[2] - joints[1]
    length = np.linalg.norm(bones[0], axis=1) + np.linalg.norm(bones[1], axis=1)
    longest = np.maximum(_STRAIGHT * length, np.linalg.norm(joints[2] - joints[0], axis=1))
    # Elbows bend backwards and down.
    behind = rotation.rotate(actor.turns.get("chest", actor.turns[f"{side}UpperArm"]), np.array([0.0, 0.8, -0.6]))
    frames = (len(step), 4)
    first, second = reach(
        np.broadcast_to(turns[upper], frames),
        np.broadcast_to(turns[lower], frames),
        bones,
        joints[2] + step - joints[0],
        np.broadcast_to(behind, step.shape),
        longest,
    )
    return {upper: first, lower: second}
