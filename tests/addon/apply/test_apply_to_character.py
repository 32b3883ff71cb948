"""Applying takes: new actions, frames, what is keyed and what is left alone, and refusals in one sentence."""

import bpy
import numpy as np
import pytest

import understudy
from understudy.addon.apply import ApplyError, ApplyOptions, apply_take
from understudy.addon.keyframes import animated_groups
from understudy.addon.rigs import FaceMap, RigProfile, detect_rig
from understudy.ml.take import CAPTURED_BONES, FACE_NAMES, Take
from understudy.tests.addon.apply.keyed import curves_in

SAMPLES = [f"{understudy.__path__[0]}/sample_rigs/{name}.blend" for name in ("mira", "rigo", "kit")]


def with_face(armature, keys=FACE_NAMES, name="Face"):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    face = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(face)
    face.parent = armature
    for key in ("Basis", *keys):
        face.shape_key_add(name=key)
    return face


def face_take(frames=4, fps=30.0, **more):
    weights = np.linspace(0, 1, frames)[:, None] * np.linspace(0.2, 1, 52)
    return Take(fps, np.arange(frames) / fps, face_weights=weights, **more)


def curves_of(owner):
    data = owner.animation_data
    return curves_in(data.action, getattr(data, "action_slot", None))


def turn_of(armature, bone):
    """[3, 3] from the bone's rest pose to its pose."""
    posed, rest = armature.pose.bones[bone].matrix, armature.data.bones[bone].matrix_local
    return np.array(posed)[:3, :3] @ np.array(rest)[:3, :3].T


def keys_of(owner, path, index=0):
    (curve,) = [c for c in curves_of(owner) if c.data_path == path and c.array_index == index]
    return np.array([point.co for point in curve.keyframe_points])


def test_body_and_face_go_to_actions_of_their_own(workshop):
    armature = workshop.armature()
    face = with_face(armature)
    take = workshop.restless(10, face_weights=np.full((10, 52), 0.25))
    result = apply_take(take, armature, detect_rig(armature))
    keys = face.data.shape_keys
    assert result.bones == 52 and result.keys == 52 and len(result.actions) == 2
    assert armature.animation_data.action.name == result.actions[0]
    assert keys.animation_data.action.name == result.actions[1]
    assert len(curves_of(armature)) == 52 * 4 + 3
    assert animated_groups(armature) == set(CAPTURED_BONES)
    assert np.allclose(keys_of(keys, 'key_blocks["jawOpen"].value')[:, 1], 0.25)


def test_existing_actions_stay_as_they_are(workshop):
    armature = workshop.armature()
    bone = armature.pose.bones["head"]
    bone.location = (1, 2, 3)
    bone.keyframe_insert("location", frame=7)
    old = armature.animation_data.action
    apply_take(workshop.take({}, 3), armature, detect_rig(armature))
    assert armature.animation_data.action != old
    armature.animation_data.action = old
    if hasattr(old, "slots"):
        armature.animation_data.action_slot = old.slots[0]
    assert np.allclose(keys_of(armature, 'pose.bones["head"].location', 1), [[7, 2]])
    assert old.use_fake_user  # or it would not be saved


def test_applying_twice_leaves_the_first_action(workshop):
    armature = workshop.armature()
    profile = detect_rig(armature)
    first = apply_take(workshop.take({}, 3), armature, profile).actions[0]
    second = apply_take(workshop.take({}, 3), armature, profile).actions[0]
    assert first != second and {first, second} <= set(bpy.data.actions.keys())


@pytest.mark.parametrize(("fps", "base", "start"), [(24, 1.0, 1), (30, 1.001, 101), (60, 1.0, 10.5)])
def test_time_t_lies_at_start_plus_t_times_the_scenes_rate(workshop, fps, base, start):
    armature = workshop.armature()
    face = with_face(armature)
    render = bpy.context.scene.render
    render.fps, render.fps_base = fps, base
    take = face_take(7)
    result = apply_take(take, armature, detect_rig(armature), ApplyOptions(start_frame=start))
    frames = keys_of(face.data.shape_keys, 'key_blocks["jawOpen"].value')[:, 0]
    assert np.allclose(frames, start + take.times * fps / base, atol=1e-4)
    assert render.fps == fps and result.frames == pytest.approx((frames[0], frames[-1]))


def test_the_scene_is_lengthened_never_cut(workshop):
    armature = workshop.armature()
    with_face(armature)
    scene = bpy.context.scene
    scene.frame_end = 5
    apply_take(face_take(20), armature, detect_rig(armature))
    assert scene.frame_end == 20
    apply_take(face_take(3), armature, detect_rig(armature))
    assert scene.frame_end == 20


def test_bones_never_seen_are_keyed_only_if_asked(workshop):
    armature = workshop.armature()
    seen = np.ones((5, len(CAPTURED_BONES)))
    for j, name in enumerate(CAPTURED_BONES):
        if "Leg" in name or "Foot" in name or "Toes" in name or name == "hips":
            seen[:, j] = 0
    take = workshop.restless(5, bone_confidence=seen)
    profile = detect_rig(armature)
    assert apply_take(take, armature, profile).bones == 52 - 9
    assert not {"hips", "leftFoot"} & animated_groups(armature)
    degrees = workshop.follow(take, armature, profile.bones, step=1).degrees
    assert degrees["leftUpperArm", "leftLowerArm"] < 0.1  # over a pelvis that stays at rest
    assert apply_take(take, armature, profile, ApplyOptions(only_seen=False)).bones == 52


@pytest.mark.parametrize(("option", "count"), [("body", 32), ("hands", 22), ("head", 50)])
def test_parts_can_be_left_out(workshop, option, count):
    armature = workshop.armature()
    take = workshop.restless(4)
    assert apply_take(take, armature, detect_rig(armature), ApplyOptions(**{option: False})).bones == count


def test_a_take_without_body_turns_head_and_neck(workshop):
    armature = workshop.armature()
    half = np.sqrt(0.5)
    take = face_take(3, head_rotation=np.tile([half, 0, 0, half], (3, 1)))
    result = apply_take(take, armature, detect_rig(armature))
    assert animated_groups(armature) == {"neck", "head", "jaw"} and result.bones == 3
    bpy.context.scene.frame_set(2)
    assert np.allclose(turn_of(armature, "head") @ [0, -1, 0], [1, 0, 0], atol=1e-4)


def test_eyes_move_by_bones_only_where_no_shape_keys_do(workshop):
    gaze = np.tile([[30.0, 0.0]], (3, 2, 1))
    armature = workshop.armature()
    face = with_face(armature)
    apply_take(face_take(3, gaze=gaze), armature, detect_rig(armature))
    assert armature.animation_data is None
    bpy.data.objects.remove(face)
    apply_take(face_take(3, gaze=gaze), armature, detect_rig(armature))
    assert {"leftEye", "rightEye"} <= animated_groups(armature)
    bpy.context.scene.frame_set(1)
    assert np.allclose(turn_of(armature, "leftEye") @ [0, -1, 0], [0.5, -np.sqrt(0.75), 0], atol=1e-4)


def test_shared_and_limited_shape_keys(workshop):
    armature = workshop.armature()
    face = with_face(armature, ["blink", "jawOpen"])
    face.data.shape_keys.key_blocks["jawOpen"].slider_max = 0.5
    weights = np.zeros((2, 52))
    weights[:, FACE_NAMES.index("eyeBlinkLeft")] = 1.0
    weights[:, FACE_NAMES.index("eyeBlinkRight")] = 0.4
    weights[:, FACE_NAMES.index("jawOpen")] = 0.9
    apply_take(Take(30.0, np.arange(2) / 30, face_weights=weights), armature, detect_rig(armature))
    assert np.allclose(keys_of(face.data.shape_keys, 'key_blocks["blink"].value')[:, 1], 0.7)
    assert np.allclose(keys_of(face.data.shape_keys, 'key_blocks["jawOpen"].value')[:, 1], 0.5)


def test_names_with_quotes_and_umlauts(workshop):
    armature = workshop.armature(rename=lambda name: f'Jürgen "x" {name}')
    profile = RigProfile("Rig", "custom", {name: f'Jürgen "x" {name}' for name in CAPTURED_BONES})
    take = workshop.restless(6)
    apply_take(take, armature, profile)
    assert workshop.follow(take, armature, profile.bones).worst < 0.1


def test_one_frame(workshop):
    armature = workshop.armature()
    assert apply_take(workshop.restless(1), armature, detect_rig(armature)).frames == (1.0, 1.0)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.rsplit("/", 1)[1])
def test_sample_characters_follow(workshop, path):
    bpy.ops.wm.open_mainfile(filepath=path)
    (armature,) = [thing for thing in bpy.data.objects if thing.type == "ARMATURE"]
    for thing in bpy.data.objects:
        thing.hide_viewport = thing.type == "MESH"
    profile = detect_rig(armature)
    bones = dict(profile.bones)
    if profile.kind == "rigify":  # where its deforming bones get to is what counts
        from understudy.addon.rigs.conventions import rigify

        bones = {name: rigify.CONVENTION.joints[name] for name in bones}
    take = workshop.restless(31)
    result = apply_take(take, armature, profile)
    assert not result.warnings and result.bones >= 52
    assert workshop.follow(take, armature, bones, step=10).worst < 0.5


def test_what_is_refused(workshop):
    armature = workshop.armature()
    take = workshop.restless(2)
    profile = detect_rig(armature)
    face = with_face(armature, ["jawOpen"])

    def refusal(*arguments):
        with pytest.raises(ApplyError) as caught:
            apply_take(*arguments)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    assert "choose" in refusal(take, None, profile)
    assert "not an armature" in refusal(take, face, profile)
    assert "map them" in refusal(take, armature, RigProfile("Rig", "custom", {}))
    assert "another character" in refusal(take, armature, RigProfile("Rig", "custom", {"hips": "no such bone"}))
    assert "switch on" in refusal(take, armature, profile, ApplyOptions(1, False, False, False, False))
    assert "nothing of it fits" in refusal(face_take(), armature, RigProfile("Rig", "custom", {"hips": "hips"}))
    wrong = RigProfile("Rig", "custom", {}, (FaceMap("Face", {"jawOpen": (("gone", 1.0),)}),))
    assert "no shape key 'gone'" in refusal(face_take(), armature, wrong)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    assert "Edit Mode" in refusal(take, armature, profile)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert not bpy.data.actions
