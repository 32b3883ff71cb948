"""Feet that stand still for the performer stand still for the character: two-bone inverse kinematics of the legs.

Scaled by leg length, a character of other proportions still lets its feet drift by millimetres to centimetres. Where
the take says that a foot is on the floor, the drift is held at its mean over that step; before and after it is faded.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...ml.take import rotation
from .chains import offset_from
from .pose import Character, Performer, Turns
from .rig import Floats

_FADE = 0.2
"""Seconds in which a correction comes and goes."""
_LARGEST = 0.12
"""Share of the leg: a drift beyond this is no matter of proportions, so it is not followed further."""
_REACH = 0.999


@dataclass(frozen=True)
class Root:
    """The bone that carries the whole body, and where its head goes [T, 3], stage axes."""

    bone: int
    heads: Floats


def plant_feet(
    actor: Performer, who: Character, turns: Turns, root: Root, scale: float, contacts: NDArray[np.bool_], fps: float
) -> Turns:
    """The turns with legs corrected; contacts [T, 4] leftFoot, leftToes, rightFoot, rightToes as in the take."""
    planted = dict(turns)
    for side, column in (("left", 0), ("right", 2)):
        legs = [f"{side}UpperLeg", f"{side}LowerLeg", f"{side}Foot"]
        if all(name in who.bones and name in actor.turns and who.bones[name] in turns for name in legs):
            on_floor = contacts[:, column : column + 2]
            planted |= _planted_leg(actor, who, turns, root, scale, side, on_floor, round(_FADE * fps))
    return planted


def _planted_leg(
    actor: Performer, who: Character, turns: Turns, root: Root, scale: float, side: str, on_floor: NDArray, fade: int
) -> Turns:
    upper, lower, foot = (who.bones[f"{side}{part}"] for part in ("UpperLeg", "LowerLeg", "Foot"))
    places = [who.joints[f"{side}{part}"] for part in ("UpperLeg", "LowerLeg", "Foot")]
    thigh = rotation.rotate(turns[upper], places[1] - places[0])
    shin = rotation.rotate(turns[lower], places[2] - places[1])
    hip = root.heads + offset_from(who, turns, root.bone, upper, places[0])
    ankle = hip + thigh + shin
    drift = {"foot": ankle - scale * actor.joints[f"{side}Foot"]}
    standing = np.where(on_floor[:, 0], 1, 0)
    toes = f"{side}Toes"
    if toes in who.joints and toes in actor.joints:
        tip = ankle + rotation.rotate(turns[foot], who.joints[toes] - places[2])
        drift["toes"] = tip - scale * actor.joints[toes]
        # While the toes stand, the foot rolls over them: they are what must not slide.
        standing = np.where(on_floor[:, 1], 2, standing)
    correction = _correction(standing, drift["foot"], drift.get("toes", drift["foot"]), fade)
    longest = _LARGEST * float(np.linalg.norm(places[1] - places[0]) + np.linalg.norm(places[2] - places[1]))
    length = np.linalg.norm(correction, axis=1, keepdims=True)
    correction *= np.minimum(1.0, longest / np.maximum(length, 1e-9))
    return dict(zip((upper, lower), _reach(turns[upper], turns[lower], thigh, shin, correction), strict=True))


def _correction(standing: NDArray, of_foot: Floats, of_toes: Floats, fade: int) -> Floats:
    """What to add to the ankle [T, 3]; standing [T]: 0 in the air, 1 on the heel, 2 on the toes."""
    frames = len(standing)
    correction = np.zeros((frames, 3))
    steps = _runs(standing)
    for first, last, kind in steps:
        drift = (of_foot if kind == 1 else of_toes)[first:last]
        correction[first:last] = drift.mean(axis=0) - drift
    edges = [(first, last) for first, last, _ in steps]
    for (_, end), (start, _) in zip([(0, 0), *edges], [*edges, (frames, frames)], strict=True):
        gap = start - end
        if gap <= 0:
            continue
        length = min(fade, gap)
        after = np.clip(1 - np.arange(1, gap + 1) / (length + 1), 0, 1)
        leaving = correction[end - 1] if end > 0 else np.zeros(3)
        coming = correction[start] if start < frames else np.zeros(3)
        correction[end:start] = _eased(after)[:, None] * leaving + _eased(after[::-1])[:, None] * coming
    return correction


def _eased(share: Floats) -> Floats:
    return share * share * (3 - 2 * share)


def _runs(standing: NDArray) -> list[tuple[int, int, int]]:
    """(first, one past the last, kind) of every stretch on the floor."""
    edges = np.flatnonzero(np.diff(standing)) + 1
    bounds = [0, *edges.tolist(), len(standing)]
    return [(a, b, int(standing[a])) for a, b in pairwise(bounds) if standing[a]]


def _reach(upper: Floats, lower: Floats, thigh: Floats, shin: Floats, move: Floats) -> tuple[Floats, Floats]:
    """New turns of upper and lower leg so that the ankle goes by `move`; the knee stays in its plane."""
    first, second = np.linalg.norm(thigh, axis=1), np.linalg.norm(shin, axis=1)
    old = thigh + shin
    longest = np.maximum(_REACH * (first + second), np.minimum(np.linalg.norm(old, axis=1), first + second))
    new = old + move
    distance = np.clip(np.linalg.norm(new, axis=1), np.abs(first - second) + 1e-6, longest)
    swing = rotation.between(old, new)
    aim = new / np.maximum(np.linalg.norm(new, axis=1, keepdims=True), 1e-9)
    # Knees bend forwards: where the leg is straight, the thigh's own front says which way.
    front = rotation.rotate(upper, [0.0, -1e-3, 0.0]) * first[:, None]
    knee = rotation.rotate(swing, thigh + front)
    knee -= np.sum(knee * aim, axis=1, keepdims=True) * aim
    knee /= np.maximum(np.linalg.norm(knee, axis=1, keepdims=True), 1e-9)
    cosine = np.clip((first**2 + distance**2 - second**2) / (2 * first * distance), -1, 1)
    new_thigh = first[:, None] * (cosine[:, None] * aim + np.sqrt(1 - cosine**2)[:, None] * knee)
    new_shin = distance[:, None] * aim - new_thigh
    turned = []
    for turn, old_way, new_way in ((upper, thigh, new_thigh), (lower, shin, new_shin)):
        settle = rotation.between(rotation.rotate(swing, old_way), new_way)
        turned.append(rotation.multiply(settle, rotation.multiply(swing, turn)))
    still = np.linalg.norm(move, axis=1, keepdims=True) < 1e-9
    return np.where(still, upper, turned[0]), np.where(still, lower, turned[1])
