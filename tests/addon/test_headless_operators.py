"""The operators as scripts use them, in Blender as a module: everything runs to its end before it returns."""

import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="needs Blender as a module (pip install bpy)")

import understudy  # noqa: E402
from understudy.addon import session  # noqa: E402
from understudy.addon.engine.platform import venv_python  # noqa: E402
from understudy.ml.take import FACE_NAMES, Take, load_take, save_take  # noqa: E402

ROOT = Path(understudy.__file__).parent
CLIP = ROOT / "demo" / "clip.mp4"


@pytest.fixture
def addon(tmp_path, monkeypatch):
    """The add-on in an empty file, without an engine."""
    monkeypatch.setenv("UNDERSTUDY_ENGINE_FOLDER", str(tmp_path / "engine"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    understudy.register()
    yield bpy.context.scene.understudy
    understudy.unregister()


@pytest.fixture
def engine(addon):
    """The same with this environment as its engine."""
    assert bpy.ops.understudy.use_python(python=sys.executable) == {"FINISHED"}
    return addon


def face_take(path, seconds=1.0):
    count = round(seconds * 30)
    weights = np.zeros((count, 52), np.float32)
    weights[:, FACE_NAMES.index("jawOpen")] = np.linspace(0, 1, count)
    take = Take(
        fps=30.0,
        times=np.arange(count) / 30.0,
        face_weights=weights,
        head_rotation=np.tile([1.0, 0, 0, 0], (count, 1)),
        gaze=np.zeros((count, 2, 2)),
        confidence_face=np.full(count, 0.8),
        metadata={"source": {"name": "made.mp4"}, "warnings": ["The body was not seen."]},
    )
    return str(save_take(path, take))


def names_of(prefix):
    return {name for name in dir(bpy.types) if name.startswith(prefix)}


def test_what_register_adds_unregister_removes():
    handlers = len(bpy.app.handlers.load_post)
    for _ in range(2):
        understudy.register()
        assert "UNDERSTUDY_OT_capture" in names_of("UNDERSTUDY_") and hasattr(bpy.types.Scene, "understudy")
        understudy.unregister()
        assert not names_of("UNDERSTUDY_") and not hasattr(bpy.types.Scene, "understudy")
        assert len(bpy.app.handlers.load_post) == handlers


def test_every_operator_has_a_description_and_panels_name_real_operators(addon):
    from understudy.addon import operators

    described = [kind for kind in operators.CLASSES if issubclass(kind, bpy.types.Operator)]
    assert all(kind.__doc__ and not kind.__doc__.endswith(".") for kind in described)
    known = {kind.bl_idname for kind in described}
    for file in (ROOT / "addon" / "panels").glob("*.py"):
        for part in file.read_text(encoding="utf-8").split('"understudy.')[1:]:
            assert f"understudy.{part.split(chr(34))[0]}" in known


def test_without_an_engine_capture_says_what_to_do(addon):
    assert session.engine_state() == "missing"
    with pytest.raises(RuntimeError, match="Install the engine first"):
        bpy.ops.understudy.capture()
    with pytest.raises(RuntimeError, match="not installed"):
        bpy.ops.understudy.check_engine()


def test_a_broken_environment_is_told_apart_from_none(addon, tmp_path):
    from understudy.addon.engine.environment import Environment, write_environment

    folder = tmp_path / "engine"
    folder.mkdir()
    write_environment(folder, Environment(tmp_path / "gone/bin/python", True))
    assert session.engine_state() == "broken"
    with pytest.raises(RuntimeError, match="install the engine again"):
        bpy.ops.understudy.capture()


def test_an_engine_of_older_requirements_is_outdated_unless_it_is_the_users_own(addon, tmp_path):
    from understudy.addon.engine.environment import Environment, write_environment

    folder = tmp_path / "engine"
    folder.mkdir()
    write_environment(folder, Environment(Path(sys.executable), True, "of last year"))
    assert session.engine_state() == "outdated"
    write_environment(folder, Environment(Path(sys.executable), False))
    assert session.engine_state() == "ready"


def test_install_without_online_access_says_how_to_go_on(addon):
    if bpy.app.online_access:
        pytest.skip("this Blender is allowed online")
    with pytest.raises(RuntimeError, match="Allow Online Access"):
        bpy.ops.understudy.install_engine(python=str(venv_python(Path(sys.prefix))))


def test_properties_are_kept_in_the_file(addon, tmp_path):
    addon.countdown, addon.capture_hands, addon.source_path = 7, False, "//clip.mp4"
    file = str(tmp_path / "kept.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assert bpy.context.scene.understudy.countdown == 3
    bpy.ops.wm.open_mainfile(filepath=file)
    values = bpy.context.scene.understudy
    assert (values.countdown, values.capture_hands, values.source_path) == (7, False, "//clip.mp4")


def test_takes_are_listed_and_taken_out_but_never_deleted(addon, tmp_path):
    path = face_take(tmp_path / "Grüße.take.npz")
    bpy.ops.understudy.add_take(filepath=path)
    bpy.ops.understudy.add_take(filepath=path)
    assert [take.name for take in addon.takes] == ["Grüße"]
    take = addon.takes[0]
    assert take.duration == pytest.approx(1.0) and take.quality == pytest.approx(0.8) and take.parts == "face"
    assert take.warnings == "The body was not seen."
    bpy.ops.understudy.remove_take()
    assert len(addon.takes) == 0 and Path(path).exists()


def test_a_damaged_take_is_refused_in_one_sentence(addon, tmp_path):
    damaged = tmp_path / "half.take.npz"
    damaged.write_bytes(Path(face_take(tmp_path / "whole.take.npz")).read_bytes()[:500])
    with pytest.raises(RuntimeError, match=r"half\.take\.npz"):
        bpy.ops.understudy.add_take(filepath=str(damaged))
    assert len(addon.takes) == 0 and "half.take.npz" in session.state.problems["takes"]


def test_apply_keys_the_sample_character_in_new_actions(addon, tmp_path):
    with pytest.raises(RuntimeError, match="Choose a character first"):
        bpy.ops.understudy.apply()
    bpy.ops.understudy.add_sample_character(character="mira")
    assert addon.character is not None and addon.character.type == "ARMATURE"
    with pytest.raises(RuntimeError, match="no take yet"):
        bpy.ops.understudy.apply()
    mine = bpy.data.actions.new("mine")
    addon.character.animation_data_create().action = mine
    bpy.ops.understudy.add_take(filepath=face_take(tmp_path / "a.take.npz"))
    assert bpy.ops.understudy.apply(start_frame=5) == {"FINISHED"}
    assert "mine" in bpy.data.actions and len(bpy.data.actions) > 1
    mesh = next(
        thing.data.shape_keys
        for thing in addon.character.children_recursive
        if thing.type == "MESH" and thing.data.shape_keys and "jawOpen" in thing.data.shape_keys.key_blocks
    )
    opened = []
    for frame in (5, 28):
        bpy.context.scene.frame_set(frame)
        opened.append(mesh.key_blocks["jawOpen"].value)
    assert opened[0] == pytest.approx(0.0, abs=0.01) and opened[1] > 0.9


def test_what_was_found_in_a_character_is_said_in_words(addon):
    from understudy.addon.operators.character import character_report

    bpy.ops.understudy.add_sample_character(character="mira")
    report = character_report(addon.character)
    assert "52 of 52 face shapes" in report.text and not report.problem
    assert character_report(addon.character) is report  # looked at once


def test_a_missing_video_is_named(engine):
    with pytest.raises(RuntimeError, match="No video is chosen"):
        bpy.ops.understudy.capture()
    with pytest.raises(RuntimeError, match=r"There is no video .*nowhere\.mp4"):
        bpy.ops.understudy.capture(filepath="nowhere.mp4")
    with pytest.raises(RuntimeError, match="No person was found"):
        bpy.ops.understudy.capture(filepath="test:64x48@25/0.2")
    assert session.state.capture is None


@pytest.mark.skipif(not CLIP.exists(), reason="the bundled clip is not there")
def test_the_way_from_the_clip_to_a_moving_character(engine, tmp_path):
    takes = tmp_path / "takes"
    takes.mkdir()
    engine.takes_folder, engine.use_range, engine.capture_end = str(takes), True, 0.4
    assert bpy.ops.understudy.open_video(filepath=str(CLIP)) == {"FINISHED"}
    assert bpy.ops.understudy.capture() == {"FINISHED"}
    assert os.listdir(takes) == ["clip.take.npz"]  # noqa: PTH208
    assert engine.takes[0].frames == load_take(takes / "clip.take.npz").frame_count > 5
    bpy.ops.understudy.add_sample_character(character="mira")
    before = len(bpy.data.actions)
    assert bpy.ops.understudy.apply() == {"FINISHED"}
    assert len(bpy.data.actions) > before
    # an engine killed between two captures is started again by the second, which gets a name of its own
    os.kill(session.engine().pid, 9)
    time.sleep(0.5)  # a process of this size takes a moment to go
    assert bpy.ops.understudy.capture() == {"FINISHED"}
    assert sorted(path.name for path in takes.iterdir()) == ["clip-2.take.npz", "clip.take.npz"]


def test_recording_a_made_up_camera_becomes_the_source(engine, tmp_path):
    from understudy.addon.engine import pump
    from understudy.addon.record.camera import camera

    engine.camera, engine.microphone, engine.countdown = "test:64x48@25", "none", 0
    engine.takes_folder = str(tmp_path)
    assert bpy.ops.understudy.record() == {"FINISHED"}
    assert pump.wait(lambda: camera.state == "recording" and camera.seconds > 0.3, timeout=20)
    assert not bpy.ops.understudy.record.poll()
    bpy.ops.understudy.stop_camera()
    assert camera.state == "closed" and engine.source_kind == "FILE"
    assert Path(engine.source_path).parent == tmp_path and Path(engine.source_path).stat().st_size > 300


def test_the_engine_ends_with_the_addon(engine):
    session.ask("hello", {}, lambda _result: None, lambda _error: None)
    from understudy.addon.engine import pump

    pump.wait(lambda: not session.engine().busy, timeout=10)
    pid = session.engine().pid
    understudy.unregister()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    understudy.register()
