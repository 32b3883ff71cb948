"""Control rigs: the controls are keyed, forward and inverse, and the deforming bones land where the take says."""

from pathlib import Path

import addon_utils
import bpy
import numpy as np
import pytest

from understudy.addon.apply import ApplyOptions, apply_take
from understudy.addon.rigs import detect_rig
from understudy.addon.rigs.conventions import rigify_metarig
from understudy.ml.take import FACE_NAMES
from understudy.tests.addon.apply.control_rig_mock import auto_rig_pro_mock
from understudy.tests.addon.apply.keyed import holders_of

RIGO = Path(__file__).resolve().parents[3] / "sample_rigs" / "rigo.blend"
ARP_DEFORM = {
    "hips": "root.x", "spine": "spine_01.x", "chest": "spine_02.x", "upperChest": "spine_03.x", "neck": "neck.x",
    "head": "head.x",
    **{
        side + part: f"{bone}.{s}"
        for side, s in (("left", "l"), ("right", "r"))
        for part, bone in (
            ("Shoulder", "shoulder"), ("UpperArm", "arm_stretch"), ("LowerArm", "forearm_stretch"), ("Hand", "hand"),
            ("UpperLeg", "thigh_stretch"), ("LowerLeg", "leg_stretch"), ("Foot", "foot"), ("Toes", "toes_01"),
        )
    },
}  # fmt: skip


def rigo():
    bpy.ops.wm.open_mainfile(filepath=str(RIGO), load_ui=False)
    return next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")


def rigify_deform(armature):
    names = {name: f"DEF-{bone}" for name, bone in rigify_metarig.CONVENTION.bones.items()}
    return {name: bone for name, bone in names.items() if bone in armature.data.bones}


@pytest.mark.parametrize(("limbs", "worst"), [("fk", 0.1), ("ik", 3.0), ("ik legs", 3.0)])
# Blender's solver stops short of straight limbs by a few degrees; forward kinematics are exact.
def test_rigify_lands_where_the_take_says(workshop, limbs, worst):
    armature = rigo()
    profile = detect_rig(armature)
    assert profile.kind == "rigify"
    take = workshop.restless(31)
    result = apply_take(take, armature, profile, ApplyOptions(limbs=limbs))
    assert not result.warnings
    found = workshop.follow(take, armature, rigify_deform(armature), step=10)
    assert found.worst < worst, found.degrees
    bones = armature.pose.bones
    arms, legs = bones["upper_arm_parent.L"]["IK_FK"], bones["thigh_parent.L"]["IK_FK"]
    assert (arms, legs) == {"fk": (1.0, 1.0), "ik": (0.0, 0.0), "ik legs": (1.0, 0.0)}[limbs]


def test_both_kinds_of_controls_get_keys(workshop):
    """The animator can switch either way and go on by hand."""
    armature = rigo()
    apply_take(workshop.restless(11), armature, detect_rig(armature))
    action = armature.animation_data.action
    groups = {group.name for holder in holders_of(action) for group in holder.groups}
    assert {"hand_ik.L", "foot_ik.R", "thigh_ik_target.L", "upper_arm_ik_target.R", "hand_fk.L", "torso"} <= groups


def test_auto_rig_pro_by_its_control_names(workshop):
    for limbs, worst in (("fk", 0.1), ("ik", 2.0)):
        armature = auto_rig_pro_mock()
        profile = detect_rig(armature)
        assert profile.kind == "auto_rig_pro_controls", profile
        assert profile.bones["leftUpperArm"] == "c_arm_fk.l"
        take = workshop.restless(31)
        apply_take(take, armature, profile, ApplyOptions(limbs=limbs))
        found = workshop.follow(take, armature, ARP_DEFORM, step=10)
        assert armature.pose.bones["c_hand_ik.l"]["ik_fk_switch"] == (1.0 if limbs == "fk" else 0.0)
        assert found.worst < worst, (limbs, found.degrees)


def rigify_human():
    """The human metarig with its face, generated."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    if "rigify" not in bpy.context.preferences.addons:
        addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    metarig = bpy.context.object
    bpy.ops.object.mode_set(mode="POSE")
    bpy.ops.pose.rigify_generate()
    rig = bpy.context.object
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.data.objects.remove(metarig)
    bpy.context.scene.render.fps = 30
    bpy.context.view_layer.update()
    return rig


def test_rigifys_eyes_and_jaw_follow_the_face(workshop):
    """Gaze 20 degrees to the left and 10 up, the mouth open: seen on the mechanism and the deforming jaw."""
    frames = 3
    weights = np.zeros((frames, 52))
    weights[:, FACE_NAMES.index("jawOpen")] = 1.0
    gaze = np.tile([20.0, 10.0], (frames, 2, 1))
    turn = np.tile([0.0, 0.0, np.radians(40)], (frames, 1))
    take = workshop.take({"neck": turn}, frames, face_weights=weights, gaze=gaze)
    armature = rigify_human()
    profile = detect_rig(armature)
    assert profile.kind == "rigify"
    apply_take(take, armature, profile)
    bpy.context.scene.frame_set(2)
    posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones

    def looks(name):
        turns = [np.array(posed[b].matrix.to_3x3() @ posed[b].bone.matrix_local.to_3x3().inverted())
                 for b in ("DEF-spine.006", name)]  # fmt: skip
        x, y, z = turns[0].T @ turns[1] @ [0.0, -1.0, 0.0]
        return np.degrees([np.arctan2(x, -y), np.arcsin(z)])

    for eye in ("MCH-eye.L", "MCH-eye.R"):
        assert np.allclose(looks(eye), [20, 10], atol=0.2)
    assert np.allclose(looks("DEF-jaw"), [0, -22], atol=0.2)
