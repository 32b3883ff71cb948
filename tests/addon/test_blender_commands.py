"""apply, inspect and preview as a user types them: files written, and one line for whatever is wrong."""

import json
import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest

import understudy
from understudy.addon.cli import main
from understudy.addon.keyframes import animated_groups
from understudy.ml.take import STANDARD_REST, Take, save_take

ROOT = Path(understudy.__file__).parent
MIRA = ROOT / "sample_rigs" / "mira.blend"
KIT = ROOT / "sample_rigs" / "kit.blend"
NAMES = ("hips", "spine", "leftUpperArm", "leftLowerArm")


def take_file(path, frames=4):
    turns = np.tile([1.0, 0, 0, 0], (frames, len(NAMES), 1))
    rest = np.array([STANDARD_REST[name] for name in NAMES])
    weights = np.tile(np.linspace(0, 1, frames)[:, None], (1, 52))
    take = Take(
        30.0, np.arange(frames) / 30, face_weights=weights, bone_names=NAMES, rotations=turns,
        hips_position=np.tile(rest[0], (frames, 1)), rest_positions=rest,
    )  # fmt: skip
    return str(save_take(path, take))


@pytest.fixture
def take(tmp_path):
    return take_file(tmp_path / "clip.take.npz")


def refused(capfd, *arguments):
    """The one line a command prints when its input is wrong."""
    assert main([str(argument) for argument in arguments]) == 2
    lines = [line for line in capfd.readouterr().err.splitlines() if not line.startswith(("Read blend", "Info:"))]
    assert len(lines) == 1, lines
    return lines[0]


def test_apply_writes_a_blend_named_after_the_take(take, tmp_path):
    assert main(["apply", take, "--rig", str(MIRA), "--start", "5"]) == 0
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "clip.blend"))
    armature = bpy.data.objects["Mira"]
    assert animated_groups(armature) == {f"mixamorig:{name}" for name in ("Hips", "Spine", "LeftArm", "LeftForeArm")}
    assert (bpy.context.scene.frame_start, bpy.context.scene.frame_end) == (5, 8)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.blend", "clip.take.npz"]


@pytest.mark.parametrize("suffix", [".glb", ".fbx", ".bvh"])
def test_apply_exports_and_takes_its_exports_as_rigs(take, tmp_path, suffix):
    out = tmp_path / f"mira é{suffix}"
    assert main(["apply", take, "--rig", str(MIRA), "--out", str(out)]) == 0
    assert out.stat().st_size > 1000
    if suffix == ".bvh":
        return
    assert main(["apply", take, "--rig", str(out), "--out", str(tmp_path / "again.blend")]) == 0
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "again.blend"))
    assert bpy.context.scene.render.fps == 30
    (armature,) = [thing for thing in bpy.data.objects if thing.type == "ARMATURE"]
    assert len(animated_groups(armature)) == 4
    (face,) = [mesh for mesh in bpy.data.meshes if mesh.name.startswith("Face")]
    assert face.shape_keys.animation_data.action is not None


def test_inspect_prints_what_profile_reads(take, tmp_path, capfd):
    assert main(["inspect", str(KIT), "--json"]) == 0
    text = capfd.readouterr().out
    found = json.loads(text)
    assert set(found) == {"armature", "kind", "bones", "faces"}
    assert found["armature"] == "Kit" and found["bones"]["leftUpperArm"] == "upperarm_l"
    assert {tuple(face) for face in found["faces"]} == {("object", "shape_keys")}
    profile = tmp_path / "kit.json"
    profile.write_text(text, encoding="utf-8")
    out = tmp_path / "kit.blend"
    assert main(["apply", take, "--rig", str(KIT), "--profile", str(profile), "--out", str(out)]) == 0
    assert out.is_file()


def test_inspect_in_words(capfd):
    assert main(["inspect", str(MIRA)]) == 0
    assert capfd.readouterr().out.startswith("Mira: Mixamo skeleton, 52 of 52 face shapes\n")


def test_preview_renders_pictures(take, tmp_path):
    out, pictures = tmp_path / "kit.blend", tmp_path / "pictures"
    assert main(["apply", take, "--rig", str(KIT), "--out", str(out)]) == 0
    command = ["preview", str(out), "--out", str(pictures), "--fps", "15", "--seconds", "0.134", "--size", "48x64"]
    assert main([*command, "--samples", "1"]) == 0
    assert sorted(path.name for path in pictures.iterdir()) == ["0001.png", "0002.png"]
    picture = bpy.data.images.load(str(pictures / "0001.png"))
    assert tuple(picture.size) == (48, 64)
    pixels = np.array(picture.pixels).reshape(64, 48, 4)
    assert pixels[16:48, 12:36, :3].std() > 0.05  # someone stands in the middle


def test_wrong_input_is_one_line(take, tmp_path, capfd):
    empty, text, odd = tmp_path / "empty.blend", tmp_path / "text.glb", tmp_path / "rig.obj"
    empty.touch()
    text.write_text("not a glTF file")
    odd.write_text("v 0 0 0")
    bare = tmp_path / "bare.blend"
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(bare), copy=True)
    bad_profile = tmp_path / "bad.json"
    bad_profile.write_text('{"bones": {"tail": "Tail"}}')
    capfd.readouterr()
    assert "no take" in refused(capfd, "apply", tmp_path / "none.take.npz", "--rig", MIRA)
    assert "no rig file" in refused(capfd, "apply", take, "--rig", tmp_path / "none.blend")
    assert "empty" in refused(capfd, "inspect", empty)
    assert "no rig file" in refused(capfd, "inspect", odd)
    assert "no armature" in refused(capfd, "inspect", bare)
    assert "no armature 'Nobody'; there is 'Mira'" in refused(capfd, "inspect", MIRA, "--object", "Nobody")
    assert "cannot be written" in refused(capfd, "apply", take, "--rig", MIRA, "--out", tmp_path / "out.mp4")
    assert "no folder" in refused(capfd, "apply", take, "--rig", MIRA, "--out", tmp_path / "gone" / "out.blend")
    assert "'tail'" in refused(capfd, "apply", take, "--rig", MIRA, "--profile", bad_profile)
    assert "360x480" in refused(capfd, "preview", MIRA, "--out", tmp_path / "p", "--size", "big")
    assert not (tmp_path / "clip.blend").exists()


def test_of_several_characters_one_is_to_be_chosen(take, tmp_path, capfd):
    """Two whole humanoids: asked; a second armature that is no character: not."""
    path = tmp_path / "two.blend"
    bpy.ops.wm.open_mainfile(filepath=str(MIRA))
    prop = bpy.data.objects.new("Sword", bpy.data.armatures.new("Sword"))
    bpy.context.collection.objects.link(prop)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    capfd.readouterr()
    assert main(["inspect", str(path)]) == 0
    assert capfd.readouterr().out.startswith("Mira:")
    twin = bpy.data.objects["Mira"].copy()
    twin.name = "Twin"
    bpy.context.collection.objects.link(twin)
    face = bpy.data.objects["Face"].copy()
    bpy.context.collection.objects.link(face)
    face.parent = twin
    face.modifiers[0].object = twin
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    capfd.readouterr()
    assert "--object" in (said := refused(capfd, "inspect", path)) and "'Mira', 'Twin'" in said
    out = tmp_path / "out.blend"
    assert "--object" in refused(capfd, "apply", take, "--rig", path, "--out", out)
    assert main(["apply", take, "--rig", str(path), "--object", "Twin", "--out", str(out)]) == 0
    assert "Twin" in capfd.readouterr().out
    # A profile says which by the name it was made with; in another file that name means nothing.
    profile = tmp_path / "profile.json"
    assert main(["inspect", str(path), "--object", "Twin", "--json"]) == 0
    profile.write_text(capfd.readouterr().out)
    assert main(["apply", take, "--rig", str(path), "--profile", str(profile), "--out", str(out)]) == 0
    assert "Twin" in capfd.readouterr().out


def test_a_broken_gltf_file_is_named(tmp_path, capfd):
    broken = tmp_path / "broken.glb"
    broken.write_bytes(b"glTF" + bytes(40))
    assert main(["inspect", str(broken)]) == 2
    assert str(broken) in capfd.readouterr().err


def test_the_command_itself_keeps_stdout_clean():
    done = subprocess.run(
        [sys.executable, "-m", "understudy.cli", "inspect", str(KIT), "--json"], capture_output=True, check=False
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["kind"] == "game_engine"
