"""Where a standing character's feet are: how high its ankles lie, and where the balls of its feet."""

from __future__ import annotations

import numpy as np

from ...ml.take import rotation
from .pose import Character, Turns
from .rig import Floats

_UNEVEN = 0.02
"""Of the hips' height: by so much legs may differ and still both be straight."""


def ankle_height(who: Character, at_rest: Turns, side: str) -> float:
    """How high the ankle of a standing foot is: in the T-pose the lower one stands on the floor, at its height there.

    Legs of measured skeletons differ a little in length: the shorter one stands that much higher, since to bend the
    longer one for it would take ten degrees and more.
    """
    drops = {}
    hips = who.bones["hips"]
    level = at_rest.get(hips, rotation.IDENTITY[None])
    for each in ("left", "right"):
        names = [f"{each}{part}" for part in ("UpperLeg", "LowerLeg", "Foot")]
        if all(name in who.joints for name in names):
            hip, knee, ankle = (who.joints[name] for name in names)
            steps = [(names[0], knee - hip), (names[1], ankle - knee)]
            down = [rotation.rotate(at_rest.get(who.bones[n], rotation.IDENTITY[None]), way)[0, 2] for n, way in steps]
            drops[each] = -float(rotation.rotate(level, hip - who.joints["hips"])[0, 2] + sum(down))
    height = float(min(who.joints[f"{each}Foot"][2] for each in drops))
    longest = max(drops.values())
    return height + min(longest - drops[side], _UNEVEN * float(np.ptp([who.joints["hips"][2], height])))


def sole_of(who: Character, side: str, leg: list[Floats], flat: Floats) -> Floats:
    """From the ankle to the toes' joint at rest [3]; without toes to where it would be on a foot turned flat."""
    toes = f"{side}Toes"
    if toes in who.joints and np.linalg.norm(who.joints[toes] - leg[2]) > 1e-6:
        return who.joints[toes] - leg[2]
    length = float(np.linalg.norm(leg[1] - leg[0]) + np.linalg.norm(leg[2] - leg[1]))
    return rotation.rotate(rotation.conjugate(flat), length * np.array([0.0, -0.15, -0.07]))
