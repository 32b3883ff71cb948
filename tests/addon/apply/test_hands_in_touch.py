"""Hands that touch do so on bodies of other proportions: clapping hands meet, hands on the hips stay beside them."""

import numpy as np
import pytest

from understudy.addon.apply import ApplyOptions, apply_take
from understudy.addon.rigs import detect_rig
from understudy.ml.take import STANDARD_REST, joint_positions, parent_indices

FRAMES = 31


def stretched(arms=1.0, shoulders=1.0, hips=1.0):
    """The standard adult with arms, shoulders and hips of other lengths and breadths."""
    rest = {name: np.array(point, dtype=float) for name, point in STANDARD_REST.items()}
    for side in ("left", "right"):
        start = rest[f"{side}UpperArm"].copy()
        moved = start * [shoulders, 1, 1]
        for name in rest:
            if name.startswith(side) and not any(part in name for part in ("Leg", "Foot", "Toes", "Eye", "Shoulder")):
                rest[name] = moved + arms * (rest[name] - start)
            elif name.startswith(side) and any(part in name for part in ("Leg", "Foot", "Toes")):
                rest[name] = rest[name] * [hips, 1, 1]
    return rest


def clapping(workshop):
    """Arms forward and inwards until the knuckles meet, then apart again."""
    share = np.sin(np.linspace(0, np.pi, FRAMES))[:, None]
    local = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        local[f"{side}UpperArm"] = share * np.array([0.0, 0.0, -sign * np.radians(75)])
        local[f"{side}LowerArm"] = share * np.array([0.0, 0.0, -sign * np.radians(CLAP)])
    return workshop.take(local, FRAMES)


CLAP = 57.0


def joints(take):
    parents = parent_indices(take.bone_names)
    points = joint_positions(take.rotations, take.hips_position, take.rest_positions, parents)
    return {name: points[:, j] for j, name in enumerate(take.bone_names)}


@pytest.mark.parametrize("body", [{"arms": 0.7}, {"shoulders": 1.5}, {"arms": 1.3, "shoulders": 0.8}])
def test_clapping_hands_meet(workshop, body):
    take = clapping(workshop)
    theirs = joints(take)
    wanted = np.linalg.norm(theirs["leftMiddleProximal"] - theirs["rightMiddleProximal"], axis=1)
    middle = FRAMES // 2
    assert wanted[middle] < 0.06
    gaps, jerks = {}, {}
    for touch in (False, True):
        armature = workshop.armature(stretched(**body))
        profile = detect_rig(armature)
        apply_take(take, armature, profile, ApplyOptions(touch=touch))
        heads = workshop.follow(take, armature, profile.bones, step=1).heads
        gaps[touch] = np.linalg.norm(heads["leftMiddleProximal"] - heads["rightMiddleProximal"], axis=1)
        jerks[touch] = np.abs(np.diff(heads["leftMiddleProximal"], 2, axis=0)).max()
    assert gaps[False][middle] > 0.1
    assert gaps[True][middle] < 0.06
    assert jerks[True] < 2.5 * jerks[False]  # metres per frame and frame: no jumps
    # Far apart, as at the beginning, nothing is changed.
    assert gaps[True][0] == pytest.approx(gaps[False][0], abs=1e-3)


def test_hands_on_the_own_proportions_are_left_alone(workshop):
    take = clapping(workshop)
    armature = workshop.armature()
    profile = detect_rig(armature)
    apply_take(take, armature, profile, ApplyOptions(touch=True))
    assert workshop.follow(take, armature, profile.bones).worst < 0.2
