"""The map of a character in the panel: found, edited, mirrored, kept in the library, tested by a wiggle."""

import json
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy", reason="needs Blender as a module (pip install bpy)")

import understudy  # noqa: E402
from understudy.addon.rig_map import read_map, rig_map  # noqa: E402
from understudy.ml.take import BONE_NAMES, FACE_NAMES  # noqa: E402


@pytest.fixture
def mira(tmp_path, monkeypatch):
    """The add-on in an empty file with a sample character chosen."""
    monkeypatch.setenv("UNDERSTUDY_ENGINE_FOLDER", str(tmp_path / "engine"))
    monkeypatch.setenv("UNDERSTUDY_PROFILES_FOLDER", str(tmp_path / "profiles"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    understudy.register()
    bpy.ops.understudy.add_sample_character(character="mira")
    yield bpy.context.scene.understudy.character
    understudy.unregister()


def row_of(rows, name):
    return next(row for row in rows if row.name == name)


def test_found_in_words_and_row_by_row(mira):
    bpy.ops.understudy.detect_character()
    values = rig_map(mira)
    assert read_map(mira).describe() == "Mixamo skeleton, 52 of 52 face shapes"
    assert [row.name for row in values.bones] == list(BONE_NAMES)
    assert [row.name for row in values.keys] == list(FACE_NAMES)
    assert row_of(values.bones, "leftHand").bone == "mixamorig:LeftHand"
    assert not values.edited


def test_an_edit_is_kept_with_the_file_and_replaced_by_detecting_again(mira, tmp_path):
    bpy.ops.understudy.detect_character()
    row_of(rig_map(mira).keys, "jawOpen").key = "mouthFunnel"
    row_of(rig_map(mira).keys, "jawOpen").factor = 0.5
    file = str(tmp_path / "kept.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.open_mainfile(filepath=file)
    armature = bpy.context.scene.understudy.character
    face = next(face for face in read_map(armature).faces if face.object == "Face")
    assert rig_map(armature).edited and face.shape_keys["jawOpen"] == (("mouthFunnel", 0.5),)
    bpy.ops.understudy.detect_character()
    face = next(face for face in read_map(armature).faces if face.object == "Face")
    assert not rig_map(armature).edited and face.shape_keys["jawOpen"] == (("jawOpen", 1.0),)


def test_mirror_fills_what_one_side_lacks(mira):
    bpy.ops.understudy.detect_character()
    values = rig_map(mira)
    for name in ("rightHand", "leftLowerLeg"):
        row_of(values.bones, name).bone = ""
    row_of(values.keys, "mouthSmileRight").key = ""
    bpy.ops.understudy.mirror_map(part="BONES")
    bpy.ops.understudy.mirror_map(part="KEYS")
    assert row_of(values.bones, "rightHand").bone == "mixamorig:RightHand"
    assert row_of(values.bones, "leftLowerLeg").bone == "mixamorig:LeftLeg"
    assert row_of(values.keys, "mouthSmileRight").key == "mouthSmileRight"


def test_a_face_shape_may_move_several_keys(mira):
    bpy.ops.understudy.detect_character()
    values = rig_map(mira)
    values.active_key = FACE_NAMES.index("cheekPuff")
    bpy.ops.understudy.add_face_share()
    assert values.active_key == FACE_NAMES.index("cheekPuff") + 1
    values.keys[values.active_key].key = "mouthPucker"
    face = next(face for face in read_map(mira).faces if face.object == "Face")
    assert face.shape_keys["cheekPuff"] == (("cheekPuff", 1.0), ("mouthPucker", 1.0))
    bpy.ops.understudy.remove_face_share()
    bpy.ops.understudy.remove_face_share()
    face = next(face for face in read_map(mira).faces if face.object == "Face")
    assert "cheekPuff" not in face.shape_keys and len(values.keys) == 52


def test_exported_and_imported_maps_are_the_same(mira, tmp_path):
    bpy.ops.understudy.detect_character()
    before = read_map(mira).to_json()
    path = tmp_path / "mira.profile.json"
    bpy.ops.understudy.export_profile(filepath=str(path))
    assert json.loads(path.read_text()) == before
    row_of(rig_map(mira).bones, "hips").bone = ""
    bpy.ops.understudy.import_profile(filepath=str(path))
    assert read_map(mira).to_json() == before and rig_map(mira).origin == "mira.profile.json"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"bones": {"hips": 3}}', '{"bones": {"tail": "x"}}', "[" * 100_000,
             '{"bones": {}, "faces": [{"object": "Face", "shape_keys": {"jawOpen": [["a", NaN]]}}]}',
             '{"bones": {}, "faces": [{"object": "Face", "shape_keys": {"jawOpen": [["a", 1e999]]}}]}',
             '{"bones": {"hips": "nothing like it"}}', "\x00\xff"]
)  # fmt: skip
def test_a_strangers_profile_is_at_worst_refused(mira, tmp_path, text):
    bpy.ops.understudy.detect_character()
    before = read_map(mira)
    path = tmp_path / "stranger.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(RuntimeError) as refused:
        bpy.ops.understudy.import_profile(filepath=str(path))
    assert "Traceback" not in str(refused.value)
    assert read_map(mira) == before


def test_a_saved_map_comes_back_for_the_same_skeleton_and_nothing_is_overwritten(mira, tmp_path):
    bpy.ops.understudy.detect_character()
    row_of(rig_map(mira).bones, "jaw").bone = "mixamorig:Head"
    bpy.ops.understudy.save_profile(name="My Mira")
    bpy.ops.understudy.save_profile(name="My Mira")
    names = sorted(path.name for path in (tmp_path / "profiles").iterdir())
    assert names == ["My Mira 2.profile.json", "My Mira.profile.json"]
    bpy.ops.understudy.add_sample_character(character="mira")  # another one with the same skeleton
    other = bpy.context.scene.understudy.character
    assert other != mira
    from understudy.addon.operators.mapping import map_of

    assert map_of(other).bones["jaw"] == "mixamorig:Head"
    assert rig_map(other).origin.startswith("saved profile My Mira")
    bpy.ops.understudy.add_sample_character(character="kit")
    assert "jaw" not in map_of(bpy.context.scene.understudy.character).bones
    with pytest.raises(RuntimeError, match="Nothing in"):
        bpy.ops.understudy.load_profile(saved="My Mira.profile.json")


def test_the_range_of_motion_moves_everything_and_leaves_nothing(mira):
    face = bpy.data.objects["Face"].data.shape_keys
    own = bpy.data.actions.new("My own")
    mira.animation_data_create().action = own
    end, actions = bpy.context.scene.frame_end, len(bpy.data.actions)
    bpy.ops.understudy.test_map()
    scene = bpy.context.scene
    highest = dict.fromkeys(FACE_NAMES, 0.0)
    rest = {bone.name: bone.matrix_basis.copy() for bone in mira.pose.bones}
    moved = set()
    for frame in range(scene.frame_start, scene.frame_end, 2):
        scene.frame_set(frame)
        for name in highest:
            highest[name] = max(highest[name], face.key_blocks[name].value)
        moved |= {bone.name for bone in mira.pose.bones if bone.matrix_basis != rest[bone.name]}
    assert min(highest.values()) > 0.9
    assert {"mixamorig:LeftForeArm", "mixamorig:RightHandPinky2", "mixamorig:Head", "mixamorig:LeftToeBase"} <= moved
    assert mira.animation_data.action != own
    bpy.ops.understudy.end_test()
    assert mira.animation_data.action == own and len(bpy.data.actions) == actions
    assert scene.frame_end == end and all(block.value == 0 for block in face.key_blocks)
    assert Path(bpy.data.filepath or "x").name
