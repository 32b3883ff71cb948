"""Where the hips go: the performer's path, scaled to the character's legs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...ml.take import rotation
from .pose import Character, Performer, Turns
from .rig import Floats

_SIDES = ("left", "right")


@dataclass(frozen=True)
class Placement:
    """scale: the character's unit per metre of the performer; hips [T, 3] where its hips joint goes, stage axes."""

    scale: float
    hips: Floats


def placement(actor: Performer, who: Character, turns_at_rest: Turns, start_here: bool = True) -> Placement:
    """Scale by the height of the hips over the ankles in the T-pose; feet that stand for the performer stand here too.

    turns_at_rest: turns [1, 4] that put the character into the T-pose. With start_here the path begins where the
    character stands; otherwise at the performer's place on the stage.
    """
    legs = _hips_over_ankles(who, turns_at_rest)
    performers_legs = _performers_hips_over_ankles(actor)
    if legs is None or performers_legs is None:
        scale = _height_ratio(actor, who)
        floor = who.joints["hips"][2] - scale * actor.rest["hips"][2]
    else:
        scale = legs / performers_legs
        ankles = np.mean([who.joints[f"{side}Foot"][2] for side in _SIDES])
        floor = ankles - scale * np.mean([actor.rest[f"{side}Foot"][2] for side in _SIDES])
    path = actor.joints["hips"] * scale
    place = np.array([who.joints["hips"][0], who.joints["hips"][1], floor])
    if start_here:
        place[:2] -= path[0, :2]
    return Placement(float(scale), path + place)


def _performers_hips_over_ankles(actor: Performer) -> float | None:
    if not all(f"{side}Foot" in actor.rest for side in _SIDES):
        return None
    height = float(np.mean([actor.rest["hips"][2] - actor.rest[f"{side}Foot"][2] for side in _SIDES]))
    return height if height > 1e-3 else None


def _hips_over_ankles(who: Character, turns_at_rest: Turns) -> float | None:
    """The character's, with legs brought to the T-pose."""
    heights = []
    for side in _SIDES:
        names = [f"{side}UpperLeg", f"{side}LowerLeg", f"{side}Foot"]
        if not all(name in who.bones for name in names):
            return None
        height = who.joints["hips"][2] - who.joints[names[0]][2]
        for above, below in pairwise(names):
            turn = turns_at_rest.get(who.bones[above], rotation.IDENTITY[None])
            height -= rotation.rotate(turn, who.joints[below] - who.joints[above])[0, 2]
        heights.append(height)
    mean = float(np.mean(heights))
    return mean if mean > 1e-6 else None


def _height_ratio(actor: Performer, who: Character) -> float:
    """Without legs: by the trunk from hips to head (or neck)."""
    for end in ("head", "neck", "chest"):
        if end in who.joints and end in actor.rest:
            mine = float(np.linalg.norm(who.joints[end] - who.joints["hips"]))
            performers = float(np.linalg.norm(actor.rest[end] - actor.rest["hips"]))
            if mine > 1e-6 and performers > 1e-6:
                return mine / performers
    return 1.0
