"""Which way a character stands in its armature's own space, whatever axes its maker used."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .rig import Floats, RigRest

_SNAP_UP = np.cos(np.radians(30))
_SNAP_SIDE = np.cos(np.radians(5))
_UP_FROM = (("hips", "head"), ("hips", "neck"), ("spine", "head"), ("leftFoot", "leftUpperLeg"),
            ("rightFoot", "rightUpperLeg"), ("leftFoot", "head"), ("rightFoot", "head"), ("neck", "head"))  # fmt: skip


def facing_axes(rest: RigRest, bones: Mapping[str, str]) -> Floats:
    """[3, 3] whose columns are the stage's X (the character's left), Y (its back) and Z (up) in armature space.

    Up is where head and hips lie above the feet, settled on the nearest axis of the armature or of the scene: trunks
    lean a little. Left is from the right hip and shoulder to the left ones.
    """
    up = _up(rest, bones)
    left = _left(rest, bones, up)
    return np.column_stack([left, np.cross(up, left), up])


def _up(rest: RigRest, bones: Mapping[str, str]) -> Floats:
    def head(name: str) -> Floats:
        return rest.heads[rest.index[bones[name]]]

    total = np.zeros(3)
    for below, above in _UP_FROM:
        if below in bones and above in bones:
            total += head(above) - head(below)
    scene_up = rest.world_rotation.T @ np.array([0.0, 0.0, 1.0])
    length = float(np.linalg.norm(total))
    if length < 1e-9:
        return scene_up
    total /= length
    candidates = np.concatenate([scene_up[None], np.eye(3), -np.eye(3)])
    best = candidates[int(np.argmax(candidates @ total))]
    return best if best @ total > _SNAP_UP else total


def _left(rest: RigRest, bones: Mapping[str, str], up: Floats) -> Floats:
    # Hips and shoulders say it whatever the pose at rest; hands and feet only where there is nothing else.
    total = np.zeros(3)
    for parts in (("UpperLeg", "UpperArm"), ("Shoulder", "Eye"), ("Foot", "Hand")):
        for part in parts:
            if f"left{part}" in bones and f"right{part}" in bones:
                pair = [rest.heads[rest.index[bones[side + part]]] for side in ("left", "right")]
                total += pair[0] - pair[1]
        if float(np.linalg.norm(total - (total @ up) * up)) > 1e-9:
            break
    total -= (total @ up) * up
    length = float(np.linalg.norm(total))
    if length < 1e-9:
        # A lone head or spine: face the scene's front, as a new character does.
        total = rest.world_rotation.T @ np.array([1.0, 0.0, 0.0])
        total -= (total @ up) * up
        length = float(np.linalg.norm(total))
        if length < 1e-9:
            total, length = np.cross(up, np.eye(3)[int(np.argmin(np.abs(up)))]), 1.0
    total /= float(np.linalg.norm(total))
    axes = np.concatenate([np.eye(3), -np.eye(3)])
    nearest = axes[int(np.argmax(axes @ total))]
    return nearest if nearest @ total > _SNAP_SIDE and abs(nearest @ up) < 1e-6 else total
