"""Behaviour as scripts use it, in Blender as a module with the real engine."""

from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="needs Blender as a module (pip install bpy)")

from understudy.addon import session  # noqa: E402
from understudy.addon.keyframes import animated_groups  # noqa: E402
from understudy.ml.take import Take, load_take, save_take  # noqa: E402


def test_a_body_is_generated_and_another_seed_is_another(values):
    values.behaviour, values.behaviour_seconds, values.emotion = "walk", 2.0, "anger"
    assert bpy.ops.understudy.generate() == {"FINISHED"}
    first = load_take(values.takes[0].filepath)
    assert first.frame_count == 60 and first.has_body and first.has_face
    assert first.metadata["behaviour"] == "walk" and first.metadata["seed"] == 0
    assert bpy.ops.understudy.generate(another=True) == {"FINISHED"}
    assert values.behaviour_seed == 1 and len(values.takes) == 2
    second = load_take(values.takes[1].filepath)
    assert np.abs(np.asarray(first.rotations) - np.asarray(second.rotations)).max() > 0.05
    assert "Generated 60 frames" in session.state.notes["behaviour"]


def test_a_behaviour_is_laid_onto_the_chosen_take_which_stays(values):
    values.behaviour, values.behaviour_seconds = "idle", 2.0
    assert bpy.ops.understudy.generate() == {"FINISHED"}
    path = Path(values.takes[0].filepath)
    before = path.read_bytes()
    values.behaviour, values.behaviour_amount = "talk", 0.7
    assert bpy.ops.understudy.complete() == {"FINISHED"}
    assert path.read_bytes() == before
    laid = load_take(values.takes[1].filepath)
    assert laid.metadata["layer"] == {"behaviour": "talk", "seed": 0, "amount": pytest.approx(0.7, abs=1e-3)}


def test_a_body_that_was_laid_under_a_face_is_keyed(values, tmp_path):
    """It was asked for, so it counts although the footage never showed it."""
    frames = 45
    face = Take(30.0, np.arange(frames) / 30, face_weights=np.zeros((frames, 52)), confidence_face=np.ones(frames))
    assert bpy.ops.understudy.add_take(filepath=str(save_take(tmp_path / "face.take.npz", face))) == {"FINISHED"}
    values.behaviour = "listen"
    assert bpy.ops.understudy.complete() == {"FINISHED"}
    completed = load_take(values.takes[1].filepath)
    assert completed.has_body and not np.asarray(completed.bone_confidence).any()
    assert bpy.ops.understudy.add_sample_character(character="mira") == {"FINISHED"}
    assert values.apply_only_seen
    assert bpy.ops.understudy.apply() == {"FINISHED"}
    assert len(animated_groups(values.character)) > 40


def test_what_is_missing_is_said_in_one_sentence(values, tmp_path):
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.understudy.complete()
    values.behaviour, values.behaviour_voice = "talk", True
    with pytest.raises(RuntimeError, match="No recording is chosen"):
        bpy.ops.understudy.generate()
    values.voice_path = str(tmp_path / "none.wav")
    with pytest.raises(RuntimeError, match="no recording"):
        bpy.ops.understudy.generate()
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    values.behaviour, values.takes_folder = "idle", str(tmp_path / "file" / "takes")
    with pytest.raises(RuntimeError, match="choose another folder"):
        bpy.ops.understudy.generate()
    assert not len(values.takes)
