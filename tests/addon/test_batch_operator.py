"""The Batch panel's operators, in Blender as a module: a job file from the scene, run by the real command."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="needs Blender as a module (pip install bpy)")

import understudy  # noqa: E402
from understudy.addon import session  # noqa: E402
from understudy.addon.batch.job_text import Character, file_name, job_text  # noqa: E402
from understudy.addon.engine import pump  # noqa: E402
from understudy.batch.job_file import load_job  # noqa: E402
from understudy.ml.take import FACE_NAMES, Take, save_take  # noqa: E402

ROOT = Path(understudy.__file__).parent


def face_take(path: Path, key: str) -> Path:
    weights = np.zeros((10, 52), np.float32)
    weights[:, FACE_NAMES.index(key)] = np.linspace(0, 1, 10)
    return save_take(path, Take(fps=30.0, times=np.arange(10) / 30.0, face_weights=weights,
                                confidence_face=np.ones(10), metadata={"source": {"name": "made.mp4"}}))  # fmt: skip


@pytest.fixture
def shot(tmp_path, monkeypatch):
    """The sample character's file, saved, with two takes in its list and this environment as the engine."""
    monkeypatch.setenv("UNDERSTUDY_ENGINE_FOLDER", str(tmp_path / "engine"))
    shutil.copy(ROOT / "sample_rigs" / "mira.blend", tmp_path / "my shot.blend")
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "my shot.blend"), load_ui=False)
    understudy.register()
    assert bpy.ops.understudy.use_python(python=sys.executable) == {"FINISHED"}
    for name, key in (("open", "jawOpen"), ("smile", "mouthSmileLeft")):
        bpy.ops.understudy.add_take(filepath=str(face_take(tmp_path / f"{name}.take.npz", key)))
    values = bpy.context.scene.understudy
    values.character = next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")
    yield tmp_path
    understudy.unregister()


def largest_key(path: Path, key: str) -> float:
    bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False)
    scene = bpy.context.scene
    scene.frame_set(scene.frame_end)
    meshes = [thing for thing in bpy.data.objects if thing.type == "MESH" and thing.data.shape_keys]
    return max(mesh.data.shape_keys.key_blocks[key].value for mesh in meshes if key in mesh.data.shape_keys.key_blocks)


def test_every_take_becomes_a_scene_of_its_own(shot):
    assert bpy.ops.understudy.batch() == {"FINISHED"}, session.state.problems
    folder = shot / "my shot_batch"
    scenes = sorted(path.name for path in (folder / "scenes").glob("*.blend"))
    assert scenes == ["open_Mira.blend", "smile_Mira.blend"]
    assert (folder / "report.html").is_file()
    assert bpy.ops.understudy.open_batch_report.poll()
    assert not bpy.data.actions, "the open file stays as it is"
    # Again: nothing is left to do, and nothing is refused.
    assert bpy.ops.understudy.batch() == {"FINISHED"}
    assert largest_key(folder / "scenes/open_Mira.blend", "jawOpen") == pytest.approx(1.0, abs=0.01)
    assert largest_key(folder / "scenes/smile_Mira.blend", "jawOpen") == pytest.approx(0.0, abs=0.01)


def test_cancel_stops_and_the_next_start_goes_on(shot):
    from understudy.addon.operators.batch import start_batch

    job = start_batch(bpy.context, render=False)
    assert bpy.ops.understudy.cancel_batch.poll()
    assert not bpy.ops.understudy.batch.poll()
    bpy.ops.understudy.cancel_batch()
    assert pump.wait(lambda: job.finished, timeout=60)
    assert session.state.batch is None
    assert bpy.ops.understudy.batch() == {"FINISHED"}


def test_what_goes_wrong_is_said_in_the_panel(shot):
    (shot / "open.take.npz").write_text("damaged")
    with pytest.raises(RuntimeError, match="1 failed, such as apply open on Mira"):
        bpy.ops.understudy.batch()
    assert "open.take.npz" in session.state.problems["batch"]


def test_unsaved_files_are_refused(tmp_path):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    understudy.register()
    try:
        assert not bpy.ops.understudy.batch.poll()
        assert not bpy.ops.understudy.open_batch_report.poll()
    finally:
        understudy.unregister()


def test_the_job_file_is_read_as_it_was_meant(tmp_path):
    characters = [Character('Hero "of" all: one', tmp_path / "p.json"), Character("Ünder\\study", None)]
    apply = {"face": True, "unseen": False, "start": 5.0}
    text = job_text(tmp_path / "a b.blend", [tmp_path / "t.take.npz"], characters, apply, "cycles", "place")
    (tmp_path / "job.toml").write_text(text, encoding="utf-8")
    job = load_job(tmp_path / "job.toml")
    assert [rig.object for rig in job.rig] == ['Hero "of" all: one', "Ünder\\study"]
    assert [rig.name for rig in job.rig] == ["Hero _of_ all_ one", "Ünder_study"]
    assert (job.apply.start, job.render.engine, job.render.camera) == (5.0, "cycles", "place")
    assert file_name("a/b|c") == "a_b_c"
