"""A turn as people do it, by formula: one foot after the other is lifted, turned and put down, the other stands still.

In a take of a body that turns as a whole the feet go round over the floor while contacts say that they stand: no
character's feet can do both, and nothing can be measured on it but whether bones follow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from understudy.addon.retarget.two_bones import reach
from understudy.ml.take import CAPTURED_BONES, STANDARD_REST, Take, rotation, validate

Floats = NDArray[np.float64]
_STEP = 0.5
"""Seconds from one foot's step to the other's."""
_YAW = np.radians(45.0)
_LIFT = 0.06
_LOW = 0.04
"""Metres by which the hips are lower than with straight legs."""


def step_turn(fps: float = 30.0, steps: int = 8) -> Take:
    """A half turn in `steps` steps of 45 degrees, the feet by turns."""
    count = round((steps + 1) * _STEP * fps)
    time = np.arange(count) / fps
    hips_yaw = _YAW * np.clip(time / _STEP - 0.5, 0, steps) / 2
    rest = {name: np.array(STANDARD_REST[name]) for name in CAPTURED_BONES}
    turns = {name: _about_z(hips_yaw) for name in CAPTURED_BONES}
    hips = np.tile(rest["hips"] - [0.0, 0.0, _LOW], (count, 1))
    contacts = np.ones((count, 4), dtype=bool)
    for column, side in ((0, "left"), (2, "right")):
        own = [k for k in range(steps) if k % 2 == (side == "right")]
        yaw, lift = np.zeros(count), np.zeros(count)
        for k in own:
            share = np.clip((time - (k + 0.5) * _STEP) / _STEP, 0, 1)
            yaw += _YAW * (share * share * (3 - 2 * share))
            lift += _LIFT * np.sin(np.pi * share) ** 2
        up = lift > 1e-3
        contacts[up, column : column + 2] = False
        foot = _about_z(yaw)
        ankle = rotation.rotate(foot, rest[f"{side}Foot"]) + lift[:, None] * np.array([0.0, 0.0, 1.0])
        hip = hips + rotation.rotate(turns["hips"], rest[f"{side}UpperLeg"] - rest["hips"])
        thigh, shin = (
            rotation.rotate(turns["hips"], rest[f"{side}{b}"] - rest[f"{side}{a}"])
            for a, b in (("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
        )
        front = rotation.rotate(turns["hips"], [0.0, -1.0, 0.0])
        longest = np.full(count, 0.9999 * float(np.linalg.norm(thigh[0]) + np.linalg.norm(shin[0])))
        upper, lower = reach(turns["hips"], turns["hips"], (thigh, shin), ankle - hip, front, longest)
        turns |= {f"{side}UpperLeg": upper, f"{side}LowerLeg": lower, f"{side}Foot": foot, f"{side}Toes": foot}
    rotations = np.stack([turns[name] for name in CAPTURED_BONES], axis=1)
    return validate(
        Take(
            fps, time, bone_names=CAPTURED_BONES, rotations=rotations, hips_position=hips,
            rest_positions=np.array([rest[name] for name in CAPTURED_BONES]), contacts=contacts,
            metadata={"source": {"name": "step turn"}},
        )
    )  # fmt: skip


def _about_z(angle: Floats) -> Floats:
    return rotation.from_rotvec(angle[:, None] * np.array([0.0, 0.0, 1.0]))
