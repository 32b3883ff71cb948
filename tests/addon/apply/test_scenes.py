"""Scenes as users have them: linked and overridden rigs, NLA, shared actions, hidden and large characters."""

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from understudy.addon.apply import ApplyError, ApplyOptions, apply_take
from understudy.addon.rigs import detect_rig
from understudy.ml.take import FACE_NAMES, Take
from understudy.tests.addon.apply.keyed import curves_in


def test_a_mirrored_or_flat_object_is_refused_in_words(workshop):
    for scale, word in (((-1, 1, 1), "mirrored"), ((0, 0, 0), "nothing")):
        armature = workshop.armature()
        profile = detect_rig(armature)
        armature.scale = scale
        bpy.context.view_layer.update()
        with pytest.raises(ApplyError, match=word):
            apply_take(workshop.restless(3), armature, profile)


def test_an_uneven_scale_and_the_rest_position_are_mentioned(workshop):
    armature = workshop.armature()
    armature.scale = (1, 1, 2)
    armature.data.pose_position = "REST"
    bpy.context.view_layer.update()
    warnings = apply_take(workshop.restless(3), armature, detect_rig(armature)).warnings
    assert any("unevenly" in text for text in warnings) and any("rest position" in text for text in warnings)


def test_edit_mode_and_no_armature_are_refused(workshop):
    armature = workshop.armature()
    profile = detect_rig(armature)
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(ApplyError, match="Edit Mode"):
        apply_take(workshop.restless(3), armature, profile)
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(ApplyError, match="choose"):
        apply_take(workshop.restless(3), None, profile)
    other = bpy.data.objects.new("Cube", None)
    with pytest.raises(ApplyError, match="not an armature"):
        apply_take(workshop.restless(3), other, profile)


def keys_of(action):
    return [
        (curve.data_path, curve.array_index, curve.mute, curve.lock, [tuple(key.co) for key in curve.keyframe_points])
        for curve in curves_in(action)
    ]


def test_actions_that_were_there_stay_as_they_were(workshop):
    """Shared with another object, with muted and locked curves: untouched, and kept in the file."""
    armature = workshop.armature()
    armature.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=3)
    old = armature.animation_data.action
    curves = curves_in(old)
    curves[0].mute, curves[1].lock = True, True
    other = armature.copy()
    bpy.context.collection.objects.link(other)
    before = keys_of(old)
    profile = detect_rig(armature)
    first = apply_take(workshop.restless(6), armature, profile)
    second = apply_take(workshop.restless(6), armature, profile)
    assert keys_of(old) == before
    assert other.animation_data.action == old
    assert len({old.name, *first.actions, *second.actions}) == 3
    assert all(bpy.data.actions[name].users for name in (old.name, *first.actions))


def test_nla(workshop):
    """Tweak mode is refused; strips below do not mix in; a track that plays alone is mentioned."""
    armature = workshop.armature()
    profile = detect_rig(armature)
    armature.pose.bones["head"].rotation_quaternion = (0.7, 0.7, 0, 0)
    armature.pose.bones["head"].keyframe_insert("rotation_quaternion", frame=1)
    data = armature.animation_data
    track = data.nla_tracks.new()
    track.strips.new("old", 1, data.action)
    data.action = None
    data.action_blend_type, data.action_influence = "ADD", 0.5
    take = workshop.restless(16)
    apply_take(take, armature, profile)
    assert workshop.follow(take, armature, profile.bones).worst < 0.1
    track.is_solo = True
    assert any("plays alone" in text for text in apply_take(take, armature, profile).warnings)
    track.is_solo = False
    track.select = True
    data.nla_tracks.active = track
    track.strips[0].select = True
    data.use_tweak_mode = True
    if data.use_tweak_mode:
        with pytest.raises(ApplyError, match="tweak mode"):
            apply_take(take, armature, profile)


def library(workshop, folder):
    armature = workshop.armature()
    collection = bpy.data.collections.new("Hero")
    bpy.context.scene.collection.children.link(collection)
    bpy.context.scene.collection.objects.unlink(armature)
    collection.objects.link(armature)
    path = folder / "hero.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 30
    with bpy.data.libraries.load(str(path), link=True) as (there, here):
        here.collections = list(there.collections)
    return here.collections[0]


def test_a_linked_rig_is_refused_and_its_override_keyed(workshop, tmp_path):
    linked = library(workshop, tmp_path)
    holder = bpy.data.objects.new("Hero", None)
    holder.instance_type, holder.instance_collection = "COLLECTION", linked
    bpy.context.scene.collection.objects.link(holder)
    armature = linked.objects[0]
    profile = detect_rig(armature)
    take = workshop.restless(16)
    with pytest.raises(ApplyError, match="override"):
        apply_take(take, armature, profile)
    made = linked.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer, do_fully_editable=True)
    override = next(thing for thing in made.all_objects if thing.type == "ARMATURE")
    assert override.override_library is not None
    apply_take(take, override, detect_rig(override))
    assert override.animation_data.action.library is None
    assert workshop.follow(take, override, profile.bones).worst < 0.1
    assert armature.animation_data is None


def test_a_hidden_character_is_keyed(workshop):
    armature = workshop.armature()
    hidden = bpy.data.collections.new("Hidden")
    bpy.context.scene.collection.children.link(hidden)
    bpy.context.scene.collection.objects.unlink(armature)
    hidden.objects.link(armature)
    bpy.context.view_layer.layer_collection.children["Hidden"].exclude = True
    armature.hide_viewport = True
    assert apply_take(workshop.restless(6), armature, detect_rig(armature)).bones == 52


def test_the_scene_keeps_its_frame_rate(workshop):
    """Take time t lies at start + t x fps of the scene."""
    armature = workshop.armature()
    bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = 24, 1.001
    take = workshop.restless(31)
    profile = detect_rig(armature)
    result = apply_take(take, armature, profile, ApplyOptions(start_frame=101))
    assert bpy.context.scene.render.fps == 24
    assert np.isclose(result.frames[1], 101 + 24 / 1.001)
    assert workshop.follow(take, armature, profile.bones, step=10, start=101).worst < 0.1


def test_five_hundred_bones_and_two_thousand_shape_keys(workshop):
    armature = workshop.armature()
    bpy.ops.object.mode_set(mode="EDIT")
    bones = armature.data.edit_bones
    for number in range(450):
        extra = bones.new(f"cloth_{number}")
        extra.head, extra.tail = (0, 0.2, 1 + number * 0.001), (0, 0.3, 1 + number * 0.001)
        extra.parent = bones["hips"]
    bpy.ops.object.mode_set(mode="OBJECT")
    mesh = bpy.data.meshes.new("Face")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    face = bpy.data.objects.new("Face", mesh)
    bpy.context.collection.objects.link(face)
    face.parent = armature
    for name in ("Basis", *FACE_NAMES, *(f"corrective_{number}" for number in range(1948))):
        face.shape_key_add(name=name)
    profile = detect_rig(armature)
    body = workshop.restless(11)
    weights = np.zeros((11, 52))
    weights[:, FACE_NAMES.index("jawOpen")] = 0.5
    take = Take(
        body.fps, body.times, face_weights=weights, bone_names=body.bone_names, rotations=body.rotations,
        hips_position=body.hips_position, rest_positions=body.rest_positions,
    )  # fmt: skip
    result = apply_take(take, armature, profile)
    assert (result.bones, result.keys) == (52, 52)
    bpy.context.scene.frame_set(5)
    assert np.isclose(mesh.shape_keys.key_blocks["jawOpen"].value, 0.5)
    assert mesh.shape_keys.animation_data.action != armature.animation_data.action


def test_unseen_bones_are_left_alone_unless_asked(workshop):
    armature = workshop.armature()
    armature.pose.bones["leftUpperLeg"].rotation_quaternion = (0.9, 0.43, 0, 0)
    profile = detect_rig(armature)
    body = workshop.restless(6)
    confidence = np.ones(body.rotations.shape[:2])
    for column, name in enumerate(body.bone_names):
        if "Leg" in name or "Foot" in name or "Toes" in name:
            confidence[:, column] = 0
    take = workshop.restless(6, bone_confidence=confidence)
    assert apply_take(take, armature, profile).bones == 44
    assert np.isclose(armature.pose.bones["leftUpperLeg"].rotation_quaternion[0], 0.9, atol=0.01)
    assert apply_take(take, armature, profile, ApplyOptions(only_seen=False)).bones == 52


def test_scaled_turned_and_parented_objects(workshop):
    holder_world = Matrix.Translation((3, 2, 1)) @ Matrix.Rotation(0.7, 4, "Z") @ Matrix.Scale(100, 4)
    armature = workshop.armature(unit=0.01, world=Matrix.Rotation(-0.7, 4, "Z"))
    profile = detect_rig(armature)
    holder = bpy.data.objects.new("Holder", None)
    bpy.context.collection.objects.link(holder)
    holder.matrix_world = holder_world
    armature.parent = holder
    bpy.context.view_layer.update()
    take = workshop.restless()
    apply_take(take, armature, profile)
    facing = np.array(armature.matrix_world.to_quaternion().to_matrix())
    found = workshop.follow(take, armature, profile.bones, facing)
    assert found.worst < 0.1
    assert np.allclose(np.ptp(found.hips[:, 2]), np.ptp(take.hips_position[:46:5, 2]), atol=0.03)
