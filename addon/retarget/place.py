"""Where the hips go: the performer's path, scaled to the character's legs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...ml.take import rotation
from .chains import offset_from
from .pose import Character, Performer, Turns
from .rig import Floats

_SIDES = ("left", "right")
_FEET_SHARE = 0.3
_DOWN = 0.7
"""Cosine to straight down: less is no leg's end."""
_LEG = ("UpperLeg", "LowerLeg", "Foot")


@dataclass(frozen=True)
class Placement:
    """scale: the character's unit per metre of the performer; hips [T, 3] where its hips joint goes, stage axes."""

    scale: float
    hips: Floats


def placement(actor: Performer, who: Character, turns: Turns, at_rest: Turns, start_here: bool = True) -> Placement:
    """Scaled by the length of the legs; the middle between the thighs goes where the performer's does.

    The hips bone itself lies elsewhere in every rig, so it is carried along by its turn. turns: the body's [T, 4];
    at_rest: turns [1, 4] that put the character into the T-pose. With start_here the path begins where the character
    stands; otherwise at the performer's place on the stage.
    """
    if not all(f"{side}{part}" in names for side in _SIDES for part in _LEG for names in (who.joints, actor.rest)):
        return _without_feet(actor, who, turns, start_here)
    scale = _legs(who.joints) / _legs(actor.rest)
    hips_turn = turns.get(who.bones["hips"], rotation.IDENTITY)
    middle, hips = _between_thighs(who.joints), who.joints["hips"]
    performers = np.mean([actor.joints[f"{side}UpperLeg"] for side in _SIDES], axis=0)
    # Where the thighs' middle is in the T-pose: above the ankles, of which the lower one stands on the floor.
    height = min(who.joints[f"{side}Foot"][2] for side in _SIDES) + _drop(who, at_rest)
    path = scale * (performers - [0.0, 0.0, _between_thighs(actor.rest)[2]]) + [0.0, 0.0, height]
    path[:, :2] += middle[:2] - (path[0, :2] if start_here else 0.0)
    # Where the hips bone lies above the thighs is anatomy. Tilted about the performer's hips its own path stays true,
    # about the thighs the feet do: mostly the first, since feet are planted anyway.
    own, performers_own = hips - middle, scale * (actor.rest["hips"] - _between_thighs(actor.rest))
    tilted = rotation.rotate(hips_turn, own)
    standing = rotation.rotate(at_rest.get(who.bones["hips"], rotation.IDENTITY[None]), own)
    true_path = rotation.rotate(actor.turns["hips"], performers_own) + standing - performers_own
    return Placement(float(scale), path + _FEET_SHARE * tilted + (1 - _FEET_SHARE) * true_path)


def _between_thighs(joints: Mapping[str, Floats]) -> Floats:
    return np.mean([joints[f"{side}UpperLeg"] for side in _SIDES], axis=0)


def _legs(joints: Mapping[str, Floats]) -> float:
    return sum(float(np.linalg.norm(joints[side + a] - joints[side + b])) for side in _SIDES for a, b in pairwise(_LEG))


def _drop(who: Character, at_rest: Turns) -> float:
    """From the lower ankle up to the thighs' middle in the T-pose."""
    heights = []
    for side in _SIDES:
        names = [side + part for part in _LEG]
        heights.append(
            -sum(
                rotation.rotate(at_rest.get(who.bones[a], rotation.IDENTITY[None]), who.joints[b] - who.joints[a])[0, 2]
                for a, b in pairwise(names)
            )
        )
    return float(np.max(heights))


def _without_feet(actor: Performer, who: Character, turns: Turns, start_here: bool) -> Placement:
    """Scaled by the thighs, by how high the hips lie above the legs' ends, or by the trunk from hips to head (or neck).

    The hips' height in the T-pose is where they rest; where there are legs their lower end stays on the floor as the
    performer's lower foot does: they bend elsewhere than the performer's, or not at all.
    """
    tips = _leg_tips(who)
    scale = _thigh_ratio(actor, who) or _hips_ratio(actor, who, tips) or _height_ratio(actor, who)
    path = scale * (actor.joints["hips"] - actor.rest["hips"]) + who.joints["hips"]
    feet = [f"{side}Foot" for side in _SIDES if f"{side}Foot" in actor.joints]
    if len(tips) == len(feet) == 2:
        hips = who.bones["hips"]
        drops = [offset_from(who, turns, hips, bone, tip)[:, 2] for bone, tip in tips]
        lifted = np.min([actor.joints[foot][:, 2] - actor.rest[foot][2] for foot in feet], axis=0)
        floor = min(float(tip[2]) for _, tip in tips)
        path[:, 2] = floor + scale * lifted - np.min(drops, axis=0)
    if start_here:
        path[:, :2] += who.joints["hips"][:2] - path[0, :2]
    return Placement(float(scale), path)


def _leg_tips(who: Character) -> list[tuple[int, Floats]]:
    """(bone, where it ends at rest [3]) of each leg without a foot."""
    found = []
    for side in _SIDES:
        name = next((side + part for part in ("LowerLeg", "UpperLeg") if side + part in who.bones), None)
        if name is None:
            continue
        bone = who.bones[name]
        way = who.tails[bone] - who.joints[name]
        length = float(np.linalg.norm(way))
        # Importers invent where a bone without children ends.
        down = length > 1e-9 and -way[2] > _DOWN * length
        found.append((bone, who.joints[name] + (way if down else [0.0, 0.0, -max(length, 1e-9)])))
    return found


def _hips_ratio(actor: Performer, who: Character, tips: list[tuple[int, Floats]]) -> float:
    height = float(who.joints["hips"][2] - min((tip[2] for _, tip in tips), default=who.joints["hips"][2]))
    return height / float(actor.rest["hips"][2]) if height > 1e-9 and actor.rest["hips"][2] > 1e-6 else 0.0


def _thigh_ratio(actor: Performer, who: Character) -> float:
    """Of legs without feet (box men's); 0 where there are none."""
    names = [side + part for side in _SIDES for part in _LEG[:2]]
    if not all(name in joints for name in names for joints in (who.joints, actor.rest)):
        return 0.0
    mine, performers = (
        sum(float(np.linalg.norm(joints[f"{side}LowerLeg"] - joints[f"{side}UpperLeg"])) for side in _SIDES)
        for joints in (who.joints, actor.rest)
    )
    return mine / performers if performers > 1e-6 else 0.0


def _height_ratio(actor: Performer, who: Character) -> float:
    for end in ("head", "neck", "chest"):
        if end in who.joints and end in actor.rest:
            mine = float(np.linalg.norm(who.joints[end] - who.joints["hips"]))
            performers = float(np.linalg.norm(actor.rest[end] - actor.rest["hips"]))
            if mine > 1e-6 and performers > 1e-6:
                return mine / performers
    return 1.0
