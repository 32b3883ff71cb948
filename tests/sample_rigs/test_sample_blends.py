"""The shipped .blend files: what an animator finds in them, and that it moves as it should."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import radians

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="the sample characters are opened with Blender's bpy")
from mathutils import Matrix  # noqa: E402

from understudy.ml.take import FACE_NAMES  # noqa: E402
from understudy.sample_rigs.library import SampleCharacter, sample_characters  # noqa: E402

CHARACTERS = {character.name: character for character in sample_characters()}
BONES = {
    "mira": ["mixamorig:Hips", "mixamorig:LeftForeArm", "mixamorig:RightHandPinky3", "mixamorig:LeftToe_End"],
    "rigo": ["torso", "upper_arm_fk.L", "hand_ik.R", "foot_ik.L", "f_index.01.L", "DEF-spine.006", "head", "root"],
    "kit": ["root", "pelvis", "spine_03", "upperarm_l", "calf_r", "ball_l", "pinky_03_r", "head"],
}
ARMS = {"mira": "mixamorig:LeftArm", "rigo": "upper_arm_fk.L", "kit": "upperarm_l"}
JAW = {"mira": "jawOpen", "rigo": "jawOpen", "kit": "jaw_open"}
LEFT_BLINK = {"mira": "eyeBlinkLeft", "rigo": "eyeBlinkLeft", "kit": "blink_L"}
HEIGHTS = {"mira": (1.6, 1.85), "rigo": (1.65, 1.95), "kit": (1.0, 1.4)}


@pytest.fixture(params=sorted(CHARACTERS), scope="module")
def character(request: pytest.FixtureRequest) -> Iterator[SampleCharacter]:
    chosen = CHARACTERS[request.param]
    bpy.ops.wm.open_mainfile(filepath=str(chosen.path))
    yield chosen
    bpy.ops.wm.read_factory_settings(use_empty=True)


def armature(character: SampleCharacter) -> bpy.types.Object:
    (found,) = [thing for thing in bpy.data.objects if thing.type == "ARMATURE"]
    return found


def meshes(character: SampleCharacter) -> list[bpy.types.Object]:
    return [thing for thing in bpy.data.collections[character.name].objects if thing.type == "MESH"]


def rest_points(thing: bpy.types.Object) -> np.ndarray:
    flat = np.empty(len(thing.data.vertices) * 3, dtype=np.float32)
    thing.data.vertices.foreach_get("co", flat)
    return flat.reshape(-1, 3)


def posed_points(thing: bpy.types.Object) -> np.ndarray:
    evaluated = thing.evaluated_get(bpy.context.evaluated_depsgraph_get())
    mesh = evaluated.to_mesh()
    flat = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
    mesh.vertices.foreach_get("co", flat)
    evaluated.to_mesh_clear()
    return flat.reshape(-1, 3)


def key_offsets(thing: bpy.types.Object, name: str) -> np.ndarray:
    blocks = thing.data.shape_keys.key_blocks
    flat = np.empty(len(thing.data.vertices) * 3, dtype=np.float32)
    blocks[name].data.foreach_get("co", flat)
    return flat.reshape(-1, 3) - rest_points(thing)


def eye_height() -> float:
    return float(rest_points(bpy.data.objects["Eyes"])[:, 2].mean())


def test_all_three_ship_and_are_small() -> None:
    assert list(CHARACTERS) == ["mira", "rigo", "kit"]
    sizes = [character.path.stat().st_size for character in CHARACTERS.values()]
    assert max(sizes) < 3e6
    assert sum(sizes) < 5e6
    assert all("/" not in str(character.label) for character in CHARACTERS.values())


def test_the_file_opens_in_the_oldest_supported_blender(character: SampleCharacter) -> None:
    assert bpy.data.version[:2] == (4, 2)


def test_bones_have_their_convention_names(character: SampleCharacter) -> None:
    bones = armature(character).data.bones
    assert [name for name in BONES[character.name] if name not in bones] == []


def test_the_face_answers_to_its_shape_names(character: SampleCharacter) -> None:
    names = [block.name for block in bpy.data.objects["Face"].data.shape_keys.key_blocks]
    assert names[0] == "Basis"
    if character.name == "kit":
        assert 25 <= len(names) - 1 < 52
        assert not set(names) & set(FACE_NAMES)
    else:
        assert set(names[1:]) == set(FACE_NAMES)
    for thing in meshes(character):
        if thing.data.shape_keys:
            own = {block.name for block in thing.data.shape_keys.key_blocks}
            assert own <= set(names), f"{thing.name} has shape keys which the face does not know"


def test_all_sliders_rest_at_zero_and_nothing_is_animated(character: SampleCharacter) -> None:
    for thing in meshes(character):
        if thing.data.shape_keys:
            assert all(block.value == 0 for block in thing.data.shape_keys.key_blocks)
    assert not bpy.data.actions


def test_stands_on_the_floor_facing_forward_at_human_size(character: SampleCharacter) -> None:
    points = np.concatenate([posed_points(thing) for thing in meshes(character)])
    low, high = HEIGHTS[character.name]
    assert abs(points[:, 2].min()) < 2e-3
    assert low < points[:, 2].max() < high
    eyes, hair = rest_points(bpy.data.objects["Eyes"]), rest_points(bpy.data.objects["Hair"])
    assert eyes[:, 1].mean() < hair[:, 1].mean() - 0.05
    assert abs(points[:, 0].min() + points[:, 0].max()) < 0.03


def test_there_is_nothing_but_the_character_and_its_stage(character: SampleCharacter) -> None:
    inside = set(bpy.data.collections[character.name].objects)
    stage = {thing.name for thing in bpy.data.objects if thing not in inside and not thing.name.startswith("WGT-")}
    assert stage == {"Body camera", "Face camera", "Key", "Fill", "Rim"}
    assert {thing.type for thing in inside} == {"MESH", "ARMATURE"}
    assert bpy.context.scene.camera.name == "Body camera"
    assert not [name for name in [mesh.name for mesh in bpy.data.meshes] if "helper" in name or "joint" in name]


def test_pictures_travel_inside_the_file(character: SampleCharacter) -> None:
    pictures = [image for image in bpy.data.images if image.source == "FILE"]
    assert {image.name for image in pictures} == {"Skin", "Eyes"}
    assert all(image.packed_file and image.filepath.startswith("//") for image in pictures)


def test_every_mesh_is_clothed_in_a_material_and_bound(character: SampleCharacter) -> None:
    bones = armature(character).data.bones
    for thing in meshes(character):
        assert all(slot.material for slot in thing.material_slots)
        assert [m.object for m in thing.modifiers if m.type == "ARMATURE"] == [armature(character)]
        assert [group.name for group in thing.vertex_groups if group.name not in bones] == []
        bound = [sum(g.weight for g in vertex.groups) for vertex in thing.data.vertices]
        assert min(bound) > 0.9, f"{thing.name} has points which no bone moves"


def test_the_jaw_moves_only_the_lower_face(character: SampleCharacter) -> None:
    face = bpy.data.objects["Face"]
    moved = np.linalg.norm(key_offsets(face, JAW[character.name]), axis=1)
    heights = rest_points(face)[:, 2]
    assert moved.max() > 0.012
    assert heights[moved > 1e-3].max() < eye_height()
    lower_teeth = key_offsets(bpy.data.objects["Teeth lower"], JAW[character.name])
    assert lower_teeth[:, 2].mean() < -0.005


def test_left_is_the_characters_left(character: SampleCharacter) -> None:
    face = bpy.data.objects["Face"]
    moved = np.linalg.norm(key_offsets(face, LEFT_BLINK[character.name]), axis=1)
    assert (rest_points(face)[:, 0] * moved).sum() / moved.sum() > 0.015


def test_eyeballs_are_whole_and_turn(character: SampleCharacter) -> None:
    eyes = bpy.data.objects["Eyes"]
    points = rest_points(eyes)
    name = "look_up" if character.name == "kit" else "eyeLookUpLeft"
    pupil = np.argmin(points[:, 1] + np.where(points[:, 0] > 0, 0, 1))
    assert key_offsets(eyes, name)[pupil, 2] > 0.002
    left = points[:, 0] > 0
    centre = points[left].mean(axis=0)
    for polygon in eyes.data.polygons:
        if polygon.center.x > 0:
            assert np.dot(np.array(polygon.normal), np.array(polygon.center) - centre) > 0


def test_turning_the_arm_carries_the_hand_and_leaves_the_head(character: SampleCharacter) -> None:
    rig = armature(character)
    if character.name == "rigo":
        rig.pose.bones["upper_arm_parent.L"]["IK_FK"] = 1.0
    hand, face = bpy.data.objects["Arm.L"], bpy.data.objects["Face"]
    before_hand, before_face = posed_points(hand), posed_points(face)
    bone = rig.pose.bones[ARMS[character.name]]
    at = Matrix.Translation(bone.matrix.translation)
    bone.matrix = at @ Matrix.Rotation(radians(40), 4, "Y") @ at.inverted() @ bone.matrix
    rig.update_tag()
    bpy.context.view_layer.update()
    moved = np.linalg.norm(posed_points(hand) - before_hand, axis=1)
    stayed = np.linalg.norm(posed_points(face) - before_face, axis=1)
    bone.matrix_basis.identity()
    assert moved.max() > 0.2
    assert stayed.max() < 0.03
    far = before_hand[:, 0] > np.percentile(before_hand[:, 0], 90)
    assert moved[far].min() > 0.15


def test_mira_rests_in_a_t_pose() -> None:
    if "mira" not in CHARACTERS:
        pytest.skip("mira.blend is not built")
    bpy.ops.wm.open_mainfile(filepath=str(CHARACTERS["mira"].path))
    bones = armature(CHARACTERS["mira"]).data.bones
    for side, out in (("Left", 1.0), ("Right", -1.0)):
        chain = [bones[f"mixamorig:{side}{name}"].head_local for name in ("Arm", "ForeArm", "Hand", "HandMiddle1")]
        for a, b in pairwise(chain):
            assert (b - a).normalized().x * out > 0.9998
        index, pinky = (bones[f"mixamorig:{side}Hand{finger}1"].head_local for finger in ("Index", "Pinky"))
        across = (index - pinky).normalized()
        assert across.y < -0.9, "palms face down: the index finger lies in front of the little finger"
        assert abs(across.z) < 0.05
    bpy.ops.wm.read_factory_settings(use_empty=True)
