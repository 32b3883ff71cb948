"""Shape keys of unknown or misleading names, found by what they move."""

import time
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="needs Blender as a module (pip install bpy)")

import understudy  # noqa: E402
from understudy.addon.rigs import detect_rig  # noqa: E402
from understudy.addon.rigs.face.project import best_pairs, nonnegative_least_squares  # noqa: E402
from understudy.addon.rigs.face.reference import reference_face  # noqa: E402
from understudy.ml.take import FACE_NAMES  # noqa: E402

RIGS = Path(understudy.__file__).parent / "sample_rigs"


@pytest.fixture
def opened():
    def open_rig(name):
        bpy.ops.wm.open_mainfile(filepath=str(RIGS / f"{name}.blend"), use_scripts=False)
        return bpy.data.objects[name.capitalize()]

    return open_rig


def keyed():
    return [thing for thing in bpy.data.objects if thing.type == "MESH" and thing.data.shape_keys]


def rename(new_name):
    """Give every key another name; returns {new: old}."""
    old = {}
    for mesh in keyed():
        for block in mesh.data.shape_keys.key_blocks[1:]:
            name = new_name(block.name)
            old[name] = block.name
            block.name = name
    return old


def face_of(profile, mesh="Face"):
    return next((face.shape_keys for face in profile.faces if face.object == mesh), {})


def test_the_reference_is_small_and_sided():
    reference = reference_face()
    assert reference.names == FACE_NAMES
    smile = np.linalg.norm(reference.field("mouthSmileLeft"), axis=1)
    assert reference.points[smile > 0.5 * smile.max(), 0].min() > 0  # the character's left is +X
    assert (Path(understudy.__file__).parent / "addon/rigs/face/reference.npz").stat().st_size < 1_000_000


def test_all_52_under_names_that_say_nothing(opened):
    armature = opened("mira")
    numbers = {}
    old = rename(lambda name: numbers.setdefault(name, f"key_{(7 * FACE_NAMES.index(name)) % 53}"))
    found = face_of(detect_rig(armature))
    assert {name: old[shares[0][0]] for name, shares in found.items()} == {name: name for name in FACE_NAMES}


def test_a_studios_own_shapes_under_names_that_say_nothing(opened):
    armature = opened("kit")
    named = face_of(detect_rig(armature))
    old = rename(lambda name: "".join(chr(ord("a") + ord(letter) % 26) for letter in name) + "_x")
    found = face_of(detect_rig(armature))
    back = {name: {old[key]: factor for key, factor in shares} for name, shares in found.items()}
    plain = {"jawOpen": "jaw_open", "eyeBlinkLeft": "blink_L", "mouthSmileRight": "smile_R",
             "browDownLeft": "brow_down_L", "mouthPucker": "pucker", "tongueOut": "tongue_out"}  # fmt: skip
    for name, key in plain.items():
        assert back[name] == {key: 1.0}
    assert back["eyeLookOutLeft"] == {"look_left": 0.5} and back["eyeLookInRight"] == {"look_left": 0.5}
    assert back["noseSneerLeft"] == back["noseSneerRight"] == {"nose_wrinkle": 0.5}
    assert len(named) >= 47 and len(found) >= 45
    # Nothing for one side moves the other side's key.
    for name, shares in back.items():
        assert not any(key.endswith("_R") for key in shares) or not name.endswith("Left")


def test_left_as_seen_from_the_front_is_found_out(opened):
    armature = opened("mira")
    other = {"Left": "Right", "Right": "Left"}

    def seen_from_the_front(name):
        side = next((side for side in other if name.endswith(side)), "")
        return "new " + name.removesuffix(side) + other.get(side, "")

    old = rename(seen_from_the_front)
    profile = detect_rig(armature)
    found = face_of(profile)
    assert {name: old[shares[0][0]] for name, shares in found.items()} == {name: name for name in FACE_NAMES}
    assert any("seen from the front" in doubt for doubt in profile.doubts)


def test_one_key_on_the_wrong_side_is_left_out(opened):
    armature = opened("mira")
    blocks = bpy.data.objects["Face"].data.shape_keys.key_blocks
    blocks["mouthSmileLeft"].name = "kept"
    blocks["mouthSmileRight"].name = "mouthSmileLeft"
    profile = detect_rig(armature)
    assert ("mouthSmileLeft", 1.0) not in face_of(profile).get("mouthSmileLeft", ())
    assert any("'mouthSmileLeft' moves the other side" in doubt for doubt in profile.doubts)


def test_driven_muted_and_absolute_keys_are_left_alone_and_said(opened):
    armature = opened("mira")
    keys = bpy.data.objects["Face"].data.shape_keys
    keys.key_blocks["jawOpen"].driver_add("value")
    keys.key_blocks["cheekPuff"].mute = True
    bpy.data.objects["Tongue"].data.shape_keys.use_relative = False
    profile = detect_rig(armature)
    used = {key for shares in face_of(profile).values() for key, _ in shares}
    assert not used & {"jawOpen", "cheekPuff"} and not face_of(profile, "Tongue")
    said = " ".join(profile.doubts)
    assert "follow drivers" in said and "are muted" in said and "Tongue are absolute" in said


def test_keys_of_a_body_are_no_face():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.mesh.primitive_uv_sphere_add(segments=40, ring_count=30)
    body = bpy.context.object
    bpy.ops.object.armature_add()
    body.parent = bpy.context.object
    chance = np.random.default_rng(0)
    body.shape_key_add(name="Basis")
    for number in range(12):
        block = body.shape_key_add(name=f"morph {number}")
        flat = np.empty(3 * len(body.data.vertices), dtype=np.float32)
        block.data.foreach_get("co", flat)
        points = flat.reshape(-1, 3)
        centre = points[chance.integers(len(points))]
        points += np.exp(-((points - centre) ** 2).sum(1, keepdims=True) * 3) * chance.normal(size=3) * 0.2
        block.data.foreach_set("co", points.ravel())
    assert detect_rig(bpy.context.object).faces == ()


def test_keys_relative_to_another_key_and_within_a_vertex_group(opened):
    """jawOpen as an offset from a sculpted base; its half on a vertex group."""
    armature = opened("mira")
    mesh = bpy.data.objects["Face"]
    blocks = mesh.data.shape_keys.key_blocks
    base = mesh.shape_key_add(name="sculpt", from_mix=False)
    flat = np.empty(3 * len(mesh.data.vertices), dtype=np.float32)
    base.data.foreach_get("co", flat)
    shift = np.tile(np.array([0.0, 0.0, 0.1], dtype=np.float32), len(mesh.data.vertices))
    base.data.foreach_set("co", flat + shift)
    jaw = blocks["jawOpen"]
    jaw.data.foreach_get("co", flat)
    jaw.data.foreach_set("co", flat + shift)
    jaw.relative_key = base
    jaw.name = "a1"
    assert face_of(detect_rig(armature))["jawOpen"] == (("a1", 1.0),)


def test_two_thousand_keys_are_read_fast(opened):
    armature = opened("mira")
    mesh = bpy.data.objects["Face"]
    for number in range(1950):
        mesh.shape_key_add(name=f"Extra {number}", from_mix=False)
    started = time.process_time()
    profile = detect_rig(armature)
    assert len(profile.face_names) == 52
    assert time.process_time() - started < 4


def test_the_best_pairs_and_shares_of_known_problems():
    gain = np.array([[0.9, 0.8, 0.0], [0.8, 0.1, 0.0], [0.0, 0.0, 0.0]])
    assert best_pairs(gain)[:2] == [1, 0]
    columns = np.array([[1.0, 0, 1], [0, 1, 1], [0, 0, 0.5]])
    target = columns @ [0.5, 0.0, 0.25]
    found = nonnegative_least_squares(columns.T @ columns, (columns.T @ target)[:, None])[:, 0]
    assert np.allclose(found, [0.5, 0.0, 0.25], atol=1e-2)
