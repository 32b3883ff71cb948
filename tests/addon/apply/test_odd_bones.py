"""Bones as users have them: constrained, locked, posed before, without inheritance, hanging elsewhere."""

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from understudy.addon.apply import ApplyOptions, apply_take
from understudy.addon.retarget import retarget
from understudy.addon.rigs import detect_rig
from understudy.addon.rigs.rest import read_rest
from understudy.ml.take import BONE_NAMES
from understudy.tests.corpus.posing import posed_heads

ORDERS = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX", "AXIS_ANGLE", "QUATERNION")


def edit(armature, change):
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    change(armature.data.edit_bones)
    bpy.ops.object.mode_set(mode="OBJECT")


def test_inheritance_and_local_location_in_every_combination(workshop):
    armature = workshop.armature()
    for number, bone in enumerate(armature.data.bones):
        bone.use_inherit_rotation = number % 3 != 0
        bone.use_local_location = number % 2 == 0
        bone.inherit_scale = ("NONE", "FULL", "ALIGNED", "AVERAGE")[number % 4]
    for number, bone in enumerate(armature.pose.bones):
        bone.rotation_mode = ORDERS[number % len(ORDERS)]
    take = workshop.restless()
    apply_take(take, armature, detect_rig(armature))
    assert workshop.follow(take, armature, {name: name for name in BONE_NAMES}).worst < 0.1


@pytest.mark.parametrize("seed", [0, 1])
def test_posing_in_numpy_is_blenders(workshop, seed, monkeypatch):
    """The corpus is judged by keys posed in numpy: they must lie where Blender puts them."""
    kept = {}

    def spy(*arguments):
        kept["channels"] = retarget(*arguments).channels
        return retarget(*arguments)

    monkeypatch.setattr("understudy.addon.bone_curves.retarget", spy)
    armature = workshop.armature(seed=seed)
    for number, bone in enumerate(armature.data.bones):
        bone.use_inherit_rotation = (number + seed) % 4 != 0
        bone.use_local_location = (number + seed) % 3 != 0
    take = workshop.restless(21, seed)
    rest = read_rest(armature)
    apply_take(take, armature, detect_rig(armature))
    posed = posed_heads(rest, kept["channels"])
    bpy.context.scene.frame_set(11)
    for bone in armature.pose.bones:
        there = posed[bone.name][min(10, len(posed[bone.name]) - 1)]
        assert np.allclose(there, bone.head, atol=1e-4), bone.name


def test_feet_and_hands_under_the_root_go_along(workshop):
    """As in game rigs whose inverse kinematics were baked: they get locations too."""
    armature = workshop.armature()

    def change(bones):
        root = bones.new("root")
        root.head, root.tail = (0, 0, 0), (0, 0.2, 0)
        bones["hips"].parent = root
        for name in ("leftFoot", "rightFoot", "leftHand"):
            bones[name].parent = root

    edit(armature, change)
    profile = detect_rig(armature)
    bones = {name: name for name in BONE_NAMES}
    profile = type(profile)(profile.armature, profile.kind, bones)
    take = workshop.restless()
    apply_take(take, armature, profile)
    found = workshop.follow(take, armature, bones)
    assert found.worst < 0.1
    leg = np.linalg.norm(found.heads["leftFoot"] - found.heads["leftLowerLeg"], axis=1)
    assert np.ptp(leg) < 1e-4


def test_a_forgotten_pose_does_not_stay(workshop):
    armature = workshop.armature()
    armature.pose.bones["leftUpperLeg"].location = (0.1, 0.2, 0.0)
    armature.pose.bones["spine"].scale = (1.5, 1.0, 1.0)
    take = workshop.restless(16)
    profile = detect_rig(armature)
    apply_take(take, armature, profile)
    assert workshop.follow(take, armature, profile.bones).worst < 0.1
    assert tuple(armature.pose.bones["leftUpperLeg"].location) == (0, 0, 0)


def test_a_connected_or_locked_hips_bone_is_carried_by_its_parent(workshop):
    for how in ("connected", "locked"):
        armature = workshop.armature()

        def change(bones, how=how):
            root = bones.new("root")
            root.head, root.tail = (0, 0, 0), bones["hips"].head
            bones["hips"].parent = root
            bones["hips"].use_connect = how == "connected"

        edit(armature, change)
        armature.pose.bones["hips"].lock_location = (how == "locked",) * 3
        path = np.stack([np.zeros(21), np.linspace(0, -1, 21), np.zeros(21)], axis=-1)
        take = workshop.take({}, 21, path)
        profile = detect_rig(armature)
        apply_take(take, armature, profile)
        hips = workshop.follow(take, armature, profile.bones, step=20).hips
        assert np.allclose(hips[-1] - hips[0], [0, -1, 0], atol=1e-4), how


def constrained(workshop):
    armature = workshop.armature()
    target = bpy.data.objects.new("Target", None)
    bpy.context.collection.objects.link(target)
    target.location = (1, 1, 1)
    bones = armature.pose.bones
    reach = bones["leftHand"].constraints.new("IK")
    reach.target, reach.chain_count, reach.use_tail = target, 3, True
    look = bones["head"].constraints.new("DAMPED_TRACK")
    look.target = target
    bones["hips"]["leg_ik"] = 1.0
    stand = bones["rightLowerLeg"].constraints.new("IK")
    stand.target, stand.chain_count = target, 2
    driver = stand.driver_add("influence").driver
    driver.type = "SCRIPTED"
    driver.expression = "var"
    variable = driver.variables.new()
    variable.name = "var"
    variable.targets[0].id = armature
    variable.targets[0].data_path = 'pose.bones["hips"]["leg_ik"]'
    bpy.context.view_layer.update()
    return armature


def test_constraints_that_hide_the_keys_are_switched_off_by_the_new_action(workshop):
    armature = constrained(workshop)
    profile = detect_rig(armature)
    take = workshop.restless(16)
    result = apply_take(take, armature, profile)
    assert workshop.follow(take, armature, profile.bones).worst < 0.1
    assert any("switches them off" in warning for warning in result.warnings)
    # The rig itself keeps them: without the action they could be switched on again.
    assert [c.type for c in armature.pose.bones["leftHand"].constraints] == ["IK"]
    assert not armature.pose.bones["leftHand"].constraints[0].mute
    assert armature.pose.bones["hips"]["leg_ik"] == 0.0


def test_constraints_can_be_kept_and_are_named(workshop):
    armature = constrained(workshop)
    result = apply_take(workshop.restless(6), armature, detect_rig(armature), ApplyOptions(free_constrained=False))
    assert any("Constraints hold" in warning and "leftHand" in warning for warning in result.warnings)
    assert armature.pose.bones["leftHand"].constraints[0].influence == 1.0


def test_driven_bones_are_named(workshop):
    armature = workshop.armature()
    armature.pose.bones["head"].driver_add("rotation_quaternion", 1)
    result = apply_take(workshop.restless(6), armature, detect_rig(armature))
    assert any("Drivers move head" in warning for warning in result.warnings)


def test_twist_bones_share_the_turn_of_the_hand(workshop):
    """A hand turned by 80 degrees about the arm: a bone in the middle of the forearm turns by 40."""
    armature = workshop.armature()

    def change(bones):
        twist = bones.new("leftLowerArm_twist")
        lower, hand = bones["leftLowerArm"], bones["leftHand"]
        twist.head = (lower.head + hand.head) / 2
        twist.tail = hand.head
        twist.parent = lower

    edit(armature, change)
    frames = 3
    roll = np.tile([np.radians(80), 0.0, 0.0], (frames, 1))
    apply_take(workshop.take({"leftHand": roll}, frames), armature, detect_rig(armature))
    bpy.context.scene.frame_set(2)
    bones = armature.pose.bones

    def turned(name):
        bone = bones[name]
        return (bone.matrix.to_3x3() @ bone.bone.matrix_local.to_3x3().inverted()).to_quaternion().angle

    assert np.isclose(np.degrees(turned("leftHand")), 80, atol=0.5)
    assert np.isclose(np.degrees(turned("leftLowerArm_twist")), 40, atol=0.5)
    assert np.degrees(turned("leftLowerArm")) < 0.5


@pytest.mark.parametrize("root", ["root", "object"])
def test_the_way_is_carried_by_root_bone_or_object(workshop, root):
    armature = workshop.armature()

    def change(bones):
        new = bones.new("root")
        new.head, new.tail = (0, 0, 0), (0, 0.2, 0)
        bones["hips"].parent = new

    edit(armature, change)
    frames = 61
    path = np.stack([np.linspace(0, 0.5, frames), np.linspace(0, -2, frames), np.zeros(frames)], axis=-1)
    take = workshop.take({}, frames, path)
    profile = detect_rig(armature)
    apply_take(take, armature, profile, ApplyOptions(root=root))
    hips = workshop.follow(take, armature, profile.bones, step=60).hips
    assert np.allclose(hips[-1] - hips[0], [0.5, -2, 0], atol=1e-3)
    gone = armature.matrix_world.translation if root == "object" else armature.pose.bones["root"].head
    assert np.allclose(gone, [0.5, -2, 0], atol=0.05)


def test_in_place_the_character_stays(workshop):
    armature = workshop.armature()
    path = np.stack([np.zeros(61), np.linspace(0, -2, 61), np.zeros(61)], axis=-1)
    take = workshop.take({}, 61, path)
    profile = detect_rig(armature)
    apply_take(take, armature, profile, ApplyOptions(in_place=True))
    hips = workshop.follow(take, armature, profile.bones, step=10).hips
    assert np.ptp(hips[:, :2], axis=0).max() < 0.05


def test_limits_are_switched_off_by_the_new_action(workshop):
    armature = workshop.armature()
    for name, kind in (("leftLowerArm", "LIMIT_ROTATION"), ("hips", "LIMIT_LOCATION")):
        limit = armature.pose.bones[name].constraints.new(kind)
        limit.owner_space = "LOCAL"
        for axis in "xyz":
            setattr(limit, f"use_limit_{axis}" if kind == "LIMIT_ROTATION" else f"use_max_{axis}", True)
    take = workshop.restless(16)
    profile = detect_rig(armature)
    result = apply_take(take, armature, profile)
    assert workshop.follow(take, armature, profile.bones).worst < 0.1
    assert any("hips" in text and "leftLowerArm" in text for text in result.warnings)


def test_locked_rotations(workshop):
    """Wholly locked collar bones and fingers stay as they are and limbs go right all the same; both are said."""
    armature = workshop.armature()
    still = ("leftShoulder", "rightShoulder", "leftIndexProximal")
    for name in (*still, "leftLowerArm"):
        armature.pose.bones[name].lock_rotation = (True, True, True)
    armature.pose.bones["rightLowerLeg"].lock_rotation = (False, True, True)
    take = workshop.restless(16)
    profile = detect_rig(armature)
    result = apply_take(take, armature, profile)
    found = workshop.follow(take, armature, profile.bones)
    assert max(degrees for (a, _), degrees in found.degrees.items() if a not in still) < 0.1
    for name in still:
        assert tuple(armature.pose.bones[name].rotation_quaternion) == (1, 0, 0, 0)
    assert any("leftIndexProximal, leftShoulder" in text and "left as it is" in text for text in result.warnings)
    assert any("leftLowerArm, rightLowerLeg" in text for text in result.warnings)


def test_a_body_posed_a_hundred_times_its_rest_keeps_its_size(workshop):
    """Some exports rest at a hundredth of their size, with the hips scaled up in the pose."""
    take = workshop.restless()
    bones = {name: name for name in BONE_NAMES}
    paths = []
    for factor in (1, 100):
        armature = workshop.armature()
        armature.data.transform(Matrix.Scale(1 / factor, 4))
        armature.pose.bones["hips"].scale = (factor, factor, factor)
        apply_take(take, armature, detect_rig(armature), ApplyOptions(start_here=False))
        found = workshop.follow(take, armature, bones)
        assert found.worst < 0.1
        assert tuple(armature.pose.bones["hips"].scale) == pytest.approx((factor, factor, factor))
        leg = np.linalg.norm(found.heads["leftUpperLeg"] - found.heads["leftLowerLeg"], axis=1).mean()
        paths.append((found.heads["hips"] - found.heads["hips"][0]) / leg)
    assert np.allclose(paths[0], paths[1], atol=0.02)
