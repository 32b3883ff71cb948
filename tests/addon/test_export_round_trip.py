"""What is exported opens elsewhere as it was: read back into an empty Blender, and by a reader of our own for .glb."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="needs Blender as a module (pip install bpy)")

import addon_utils  # noqa: E402

import understudy  # noqa: E402
from understudy.addon import scene_files  # noqa: E402
from understudy.addon.apply import apply_take  # noqa: E402
from understudy.addon.range_of_motion import range_of_motion_take  # noqa: E402
from understudy.addon.rigs import detect_rig, meshes_of  # noqa: E402

RIGS = Path(understudy.__file__).parent / "sample_rigs"
FIRST, LAST, STEP = 150, 186, 12
FPS = 30


def performed(name):
    """A sample character under the range-of-motion take, playing a part of it."""
    scene_files.open_rig(RIGS / f"{name}.blend")
    armature = bpy.data.objects[name.capitalize()]
    profile = detect_rig(armature)
    apply_take(range_of_motion_take(), armature, profile)
    bpy.context.scene.render.fps, bpy.context.scene.render.fps_base = FPS, 1.0
    scene_files.set_range(FIRST, LAST)
    return armature, profile


def rotations(matrices):
    u, _, v = np.linalg.svd(np.array(matrices)[..., :3, :3])
    return u @ v


def seen(armature, bones, frames):
    """{bone: turns since rest [F, 3, 3]}, {bone: heads [F, 3]}, {(mesh, key): values [F]} in the scene."""
    world = np.array(armature.matrix_world)
    rest = {name: rotations(world @ np.array(armature.data.bones[name].matrix_local)) for name in bones}
    turns, heads, weights = {n: [] for n in bones}, {n: [] for n in bones}, {}
    for frame in frames:
        bpy.context.scene.frame_set(int(frame))
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        for name in bones:
            matrix = np.array(posed.matrix_world) @ np.array(posed.pose.bones[name].matrix)
            turns[name].append(rotations(matrix) @ rest[name].T)
            heads[name].append(matrix[:3, 3])
        for mesh in meshes_of(armature):
            keys = mesh.data.shape_keys
            for block in keys.key_blocks[1:] if keys else ():
                weights.setdefault((mesh.name.split(".0")[0], block.name), []).append(block.value)
    return (
        {name: np.array(value) for name, value in turns.items()},
        {name: np.array(value) for name, value in heads.items()},
        {key: np.array(value) for key, value in weights.items()},
    )


def degrees(a, b):
    trace = np.einsum("fij,fij->f", a, b)
    return np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1))).max()


def read_back(path):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = FPS
    for addon in ("io_scene_gltf2", "io_scene_fbx", "io_anim_bvh"):
        addon_utils.enable(addon)
    if path.suffix == ".glb":
        bpy.ops.import_scene.gltf(filepath=str(path))
    elif path.suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path))
    else:
        bpy.ops.import_anim.bvh(filepath=str(path))
    return next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")


@pytest.mark.parametrize("suffix", [".glb", ".fbx", ".bvh"])
@pytest.mark.parametrize("rig", ["mira", "kit", "rigo"])
def test_bones_and_face_come_back(rig, suffix, tmp_path):
    armature, profile = performed(rig)
    control = profile.kind == "rigify"
    bones = [bone.name for bone in armature.data.bones if bone.use_deform]
    frames = np.arange(FIRST, LAST + 1, STEP)
    turns, heads, weights = seen(armature, bones, frames)
    matrix = np.array(armature.data.bones[0].matrix_local)
    path = tmp_path / f"{rig}{suffix}"
    scene_files.write_scene(path, armature, control_rig=control)
    assert np.allclose(np.array(armature.data.bones[0].matrix_local), matrix)  # the character itself is unchanged
    again = read_back(path)
    begin = min(action.frame_range[0] for action in bpy.data.actions)
    there = [name for name in bones if name in again.data.bones]
    assert len(there) == len(bones)
    new_turns, new_heads, new_weights = seen(again, there, frames - FIRST + begin)
    assert max(degrees(turns[name], new_turns[name]) for name in there) < 1.0
    assert max(np.abs(heads[name] - new_heads[name]).max() for name in there) < 0.005
    assert max(degrees(turns[name], np.tile(np.eye(3), (len(frames), 1, 1))) for name in there) > 30  # it does move
    if suffix != ".bvh":
        assert set(weights) == set(new_weights)
        assert max(np.abs(weights[key] - new_weights[key]).max() for key in weights) < 0.01
        assert max(value.max() for value in weights.values()) > 0.5
        assert {thing.type for thing in bpy.data.objects} <= {"ARMATURE", "MESH", "EMPTY"}


def test_a_glb_read_without_blender(tmp_path):
    """The container by the specification: one skin, one animation named as the take, its length, no camera or light."""
    armature, _profile = performed("mira")
    path = tmp_path / "mira.glb"
    scene_files.write_scene(path, armature)
    data = path.read_bytes()
    magic, version, length, size, kind = struct.unpack("<5I", data[:20])
    assert (magic, version, kind) == (0x46546C67, 2, 0x4E4F534A) and length == len(data)
    told = json.loads(data[20 : 20 + size])
    assert "cameras" not in told and "KHR_lights_punctual" not in told.get("extensions", {})
    (animation,) = told["animations"]
    assert animation["name"] == "Range of motion"
    times = [told["accessors"][sampler["input"]] for sampler in animation["samplers"]]
    assert max(time["max"][0] for time in times) == pytest.approx((LAST - FIRST) / FPS, abs=1e-4)
    assert min(time["min"][0] for time in times) == pytest.approx(0.0, abs=1e-4)
    paths = [channel["target"]["path"] for channel in animation["channels"]]
    assert paths.count("weights") >= 1 and paths.count("rotation") >= 52
    names = {told["nodes"][joint]["name"] for skin in told["skins"] for joint in skin["joints"]}
    assert {"mixamorig:Hips", "mixamorig:LeftHand"} <= names
    targets = next(mesh for mesh in told["meshes"] if "jawOpen" in mesh.get("extras", {}).get("targetNames", ()))
    assert len(targets["extras"]["targetNames"]) == len(targets["primitives"][0]["targets"])


@pytest.mark.parametrize("place", ["beside", "elsewhere", "elsewhere/below"])
def test_what_a_scene_refers_to_is_still_found(tmp_path, place):
    """A picture and a linked file, named relative to the rig file, from wherever the result is written."""
    home, out = tmp_path / "home", tmp_path / ("home" if place == "beside" else place)
    (home / "textures").mkdir(parents=True)
    out.mkdir(parents=True, exist_ok=True)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.collection.objects.link(bpy.data.objects.new("Prop", bpy.data.meshes.new("Prop")))
    bpy.ops.wm.save_as_mainfile(filepath=str(home / "props.blend"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    armature = bpy.data.objects.new("Hero", bpy.data.armatures.new("Hero"))
    bpy.context.collection.objects.link(armature)
    bpy.ops.wm.save_as_mainfile(filepath=str(home / "hero.blend"))
    picture = bpy.data.images.new("Skin", 8, 8)
    picture.file_format, picture.filepath_raw = "PNG", "//textures/skin.png"
    picture.save()
    picture.use_fake_user = True
    with bpy.data.libraries.load("//props.blend", link=True, relative=True) as (_, here):
        here.objects = ["Prop"]
    bpy.context.collection.objects.link(here.objects[0])
    bpy.ops.wm.save_as_mainfile(filepath=str(home / "hero.blend"))
    scene_files.write_scene(out / "take.blend", armature)
    assert {path.name for path in out.iterdir()} - {"textures", "below"} <= {
        "take.blend", "props.blend", "hero.blend", "hero.blend1",
    }  # fmt: skip
    bpy.ops.wm.open_mainfile(filepath=str(out / "take.blend"))
    for data in (bpy.data.images["Skin"], bpy.data.libraries[0]):
        assert data.filepath.startswith("//")
        assert Path(bpy.path.abspath(data.filepath)).is_file(), data.filepath
    assert not bpy.data.objects["Prop"].is_missing
