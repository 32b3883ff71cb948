"""Whatever a character's rest pose, axes, unit and rotation modes: its bones point where the take's do."""

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from understudy.addon.apply import ApplyOptions, apply_take
from understudy.addon.rigs import detect_rig
from understudy.addon.rigs.conventions import mixamo
from understudy.ml.take import BONE_NAMES

MIXAMO = mixamo.CONVENTION.bones
A_POSE = {
    "leftUpperArm": (0, 45, 0), "rightUpperArm": (0, -45, 0), "leftLowerArm": (0, 0, -20), "rightLowerArm": (0, 0, 20),
    "leftIndexProximal": (0, 25, 0), "leftIndexIntermediate": (0, 30, 0),
}  # fmt: skip
ODD = {
    "leftUpperArm": (0, 70, -30), "rightUpperArm": (0, -20, 60), "leftLowerArm": (0, 0, -90),
    "rightLowerArm": (0, 0, 60), "leftUpperLeg": (-40, 0, 10), "leftLowerLeg": (60, 0, 0), "leftFoot": (-20, 0, -10),
    "rightUpperLeg": (0, 15, 0), "rightFoot": (0, -15, 0), "spine": (15, 0, 0), "leftHand": (40, 0, 0),
}  # fmt: skip
TURNED = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])  # faces +X
Y_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])  # as FBX and glTF files come in: the object turns it upright
Y_UP_WORLD = Matrix(((0.01, 0, 0, 0), (0, 0, -0.01, 0), (0, 0.01, 0, 0), (0, 0, 0, 1)))


def mixamo_name(name: str) -> str:
    return f"mixamorig:{MIXAMO[name]}"


CASES = {
    "T-pose": ({}, {}, np.eye(3)),
    "A-pose": (A_POSE, {}, np.eye(3)),
    "odd pose": (ODD, {}, np.eye(3)),
    "Y up, centimetres": (A_POSE, {"axes": Y_UP, "unit": 100.0, "world": Y_UP_WORLD}, np.eye(3)),
    "faces +X, Euler": (A_POSE, {"axes": TURNED, "mode": "ZXY"}, TURNED),
    "object turned, axis-angle": (
        A_POSE, {"world": Matrix.Rotation(np.pi / 2, 4, "Z"), "mode": "AXIS_ANGLE"}, TURNED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bones_point_where_the_takes_do(workshop, case):
    rest, how, facing = CASES[case]
    armature = workshop.armature(workshop.rest(rest), rename=mixamo_name, **how)
    profile = detect_rig(armature)
    assert profile.bones == {name: mixamo_name(name) for name in BONE_NAMES}
    take = workshop.restless()
    result = apply_take(take, armature, profile)
    assert result.bones == 52
    assert workshop.follow(take, armature, profile.bones, facing).worst < 0.1


def test_elbows_bend_the_same_way(workshop):
    """A forearm bent by 90 degrees about Z points forwards, from an A-pose too."""
    frames = 3
    bend = np.tile([0.0, 0.0, -np.pi / 2], (frames, 1))
    armature = workshop.armature(workshop.rest(A_POSE))
    profile = detect_rig(armature)
    take = workshop.take({"leftLowerArm": bend}, frames)
    apply_take(take, armature, profile)
    heads = workshop.follow(take, armature, profile.bones, step=1).heads
    forearm = heads["leftHand"][0] - heads["leftLowerArm"][0]
    assert np.allclose(forearm / np.linalg.norm(forearm), [0, -1, 0], atol=1e-3)


def test_hips_follow_the_path_scaled_to_the_legs(workshop):
    child = {name: 0.6 * point for name, point in workshop.rest({}).items()}
    armature = workshop.armature(child)
    profile = detect_rig(armature)
    frames = 31
    path = np.stack([np.linspace(0, 1, frames), np.linspace(0, -2, frames), np.zeros(frames)], axis=-1)
    take = workshop.take({}, frames, path)
    apply_take(take, armature, profile)
    hips = workshop.follow(take, armature, profile.bones, step=30).hips
    assert np.allclose(hips[0], child["hips"], atol=1e-4)
    assert np.allclose(hips[-1] - hips[0], [0.6, -1.2, 0], atol=1e-4)


def test_the_stage_place_is_kept_on_request(workshop):
    armature = workshop.armature()
    profile = detect_rig(armature)
    take = workshop.take({}, 2, np.tile([0.5, 3.0, 0.0], (2, 1)))
    apply_take(take, armature, profile, ApplyOptions(start_here=False))
    hips = workshop.follow(take, armature, profile.bones, step=1).hips
    assert np.allclose(hips[0], [0.5, 3.0, 0.93], atol=1e-4)


def test_squatting_keeps_the_feet_on_the_floor(workshop):
    """Legs of another length and other proportions, hips sinking: the ankles stay at their height."""
    frames = 21
    angle = np.radians(np.linspace(0, 60, frames))
    zero = np.zeros(frames)
    local = {}
    for side in ("left", "right"):
        local[f"{side}UpperLeg"] = np.stack([-angle, zero, zero], axis=-1)
        local[f"{side}LowerLeg"] = np.stack([2 * angle, zero, zero], axis=-1)
        local[f"{side}Foot"] = np.stack([-angle, zero, zero], axis=-1)
    thigh, shin = 0.42, 0.41
    # Where the hips go when the ankles stay.
    path = np.stack([zero, (shin - thigh) * np.sin(-angle), (thigh + shin) * (np.cos(angle) - 1)], axis=-1)
    take = workshop.take(local, frames, path, contacts=np.ones((frames, 4), dtype=bool))
    rest = workshop.rest({})
    for side in ("left", "right"):
        rest[f"{side}LowerLeg"] = rest[f"{side}LowerLeg"] + [0.0, 0.0, 0.05]
    armature = workshop.armature({name: 1.3 * point for name, point in rest.items()})
    profile = detect_rig(armature)
    apply_take(take, armature, profile)
    ankles = workshop.follow(take, armature, profile.bones, step=1).heads["leftFoot"]
    assert np.ptp(ankles, axis=0).max() < 0.002


@pytest.mark.parametrize("dropped", [("upperChest",), ("chest", "upperChest"), ("leftShoulder", "rightShoulder")])
def test_fewer_bones_than_the_performer(workshop, dropped):
    names = tuple(name for name in BONE_NAMES if name not in dropped)
    armature = workshop.armature(names=names)
    profile = detect_rig(armature)
    take = workshop.restless()
    apply_take(take, armature, profile)
    assert workshop.follow(take, armature, profile.bones).worst < 0.1


def test_more_spine_bones_than_the_performer(workshop):
    """Unreal's five: the bend is spread, and each stretch points where the performer's does."""
    armature = workshop.armature()
    bpy.ops.object.mode_set(mode="EDIT")
    bones = armature.data.edit_bones
    for lower, upper in (("spine", "chest"), ("chest", "upperChest")):
        extra = bones.new(f"{lower} half")
        extra.head = (bones[lower].head + bones[upper].head) / 2
        extra.tail = bones[upper].head
        extra.parent, bones[upper].parent = bones[lower], extra
    bpy.ops.object.mode_set(mode="OBJECT")
    profile = detect_rig(armature)
    take = workshop.restless()
    result = apply_take(take, armature, profile)
    assert result.bones == 54
    followed = workshop.follow(take, armature, profile.bones)
    assert followed.worst < 0.1
