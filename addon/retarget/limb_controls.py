"""The inverse kinematics controls of a control rig, put where the forward kinematics already are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...ml.take import rotation
from .chains import Heads, posed_point
from .pose import Character, Turns
from .rig import Floats

_BENT = 0.03
"""Of the limb: with the middle joint this far off the straight line the limb's own plane is sure."""


@dataclass(frozen=True)
class IkLimb:
    """One limb's controls. start, middle, end: humanoid bones; control: the bone that takes hand or foot with it; pole:
    the bone to which elbow or knee points; follow: further controls -> the humanoid bones they turn with; neutral:
    controls held at rest; switches: (bone, property, value for forward, value for inverse kinematics), those of them
    that exist are set; settings: values of (bone, property) under which the controls act as described.
    """

    start: str
    middle: str
    end: str
    control: str
    pole: str
    follow: Mapping[str, str] = field(default_factory=dict)
    neutral: tuple[str, ...] = ()
    switches: tuple[tuple[str, str, float, float], ...] = ()
    settings: Mapping[tuple[str, str], float] = field(default_factory=dict)


def limb_controls(who: Character, turns: Turns, heads: Heads, limbs: Sequence[IkLimb]) -> tuple[Turns, Heads]:
    """Turns and heads of the limbs' controls, so that either kind of kinematics gives the same pose."""
    found: Turns = {}
    placed: Heads = {}
    index = who.rest.index
    for limb in limbs:
        names = (limb.start, limb.middle, limb.end)
        if limb.control not in index or not all(who.bones.get(name) in turns for name in names):
            continue
        control, end = index[limb.control], who.bones[limb.end]
        found[control] = turns[end]
        placed[control] = posed_point(who, turns, heads, end, who.heads[control])
        for bone, name in limb.follow.items():
            if bone in index and who.bones.get(name) in turns:
                found[index[bone]] = turns[who.bones[name]]
        if limb.pole in index:
            placed[index[limb.pole]] = _pole(who, turns, heads, limb)
    return found, placed


def _pole(who: Character, turns: Turns, heads: Heads, limb: IkLimb) -> Floats:
    """Where the pole goes [T, 3]: in the limb's plane, as far from the middle joint as at rest.

    A straight limb has no plane; then the pole stays where it is at rest, seen from the upper bone.
    """
    start, middle = who.bones[limb.start], who.bones[limb.middle]
    hip = posed_point(who, turns, heads, start, who.joints[limb.start])
    knee = posed_point(who, turns, heads, start, who.joints[limb.middle])
    ankle = posed_point(who, turns, heads, middle, who.joints[limb.end])
    at_rest = who.heads[who.rest.index[limb.pole]] - who.joints[limb.middle]
    distance = float(np.linalg.norm(at_rest))
    carried = rotation.rotate(turns[start], at_rest / max(distance, 1e-9))
    line = ankle - hip
    line = line / np.maximum(np.linalg.norm(line, axis=1, keepdims=True), 1e-9)
    aside = (knee - hip) - np.sum((knee - hip) * line, axis=1, keepdims=True) * line
    carried = carried - np.sum(carried * line, axis=1, keepdims=True) * line
    carried /= np.maximum(np.linalg.norm(carried, axis=1, keepdims=True), 1e-9)
    size = np.linalg.norm(np.diff([who.joints[n] for n in (limb.start, limb.middle, limb.end)], axis=0), axis=1).sum()
    sure = np.linalg.norm(aside, axis=1, keepdims=True) / (_BENT * size)
    way = aside / size + 0.2 * _BENT * np.exp(-(sure**2)) * carried
    return knee + distance * way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-12)


def eye_targets(
    who: Character, turns: Turns, heads: Heads, looking: Mapping[str, Floats], aims: Mapping[str, tuple[str, str]]
) -> Heads:
    """Heads of the controls at which eyes look. looking: humanoid eye -> its turn [T, 4] in stage axes; aims: humanoid
    eye -> (control, the bone at whose head the eye turns)."""
    placed: Heads = {}
    for name, (control, eye) in aims.items():
        if name in looking and control in who.rest.index and eye in who.rest.index:
            bone = who.rest.index[eye]
            centre = posed_point(who, turns, heads, bone, who.heads[bone])
            way = who.heads[who.rest.index[control]] - who.heads[bone]
            placed[who.rest.index[control]] = centre + rotation.rotate(looking[name], way)
    return placed
