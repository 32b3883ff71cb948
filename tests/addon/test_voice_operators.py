"""Voice and emotion as scripts use them, in Blender as a module with the real engine."""

import sys
import wave
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="needs Blender as a module (pip install bpy)")

import understudy  # noqa: E402
from understudy.addon import session  # noqa: E402
from understudy.ml.take import load_take  # noqa: E402


@pytest.fixture
def values(tmp_path, monkeypatch):
    """The panel's settings, in an empty file, with this environment as the engine."""
    monkeypatch.setenv("UNDERSTUDY_ENGINE_FOLDER", str(tmp_path / "engine"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    understudy.register()
    assert bpy.ops.understudy.use_python(python=sys.executable) == {"FINISHED"}
    yield bpy.context.scene.understudy
    understudy.unregister()


def murmur(path: Path) -> str:
    time = np.arange(16000) / 16000
    sound = np.sum([np.sin(2 * np.pi * 130 * k * time) / k for k in range(1, 15)], axis=0) * 0.2
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((sound * 20000).astype(np.int16).tobytes())
    return str(path)


def test_a_recording_becomes_a_take_and_the_take_another_mood(values, tmp_path):
    bpy.context.scene.render.fps = 25
    assert bpy.ops.understudy.speak(filepath=murmur(tmp_path / "voice ü.wav")) == {"FINISHED"}
    spoken = load_take(values.takes[0].filepath)
    assert spoken.fps == 25 and spoken.frame_count == 25 and spoken.has_face and not spoken.has_body
    values.emotion, values.emotion_strength = "happiness", 0.8
    assert bpy.ops.understudy.feel() == {"FINISHED"}
    assert len(values.takes) == 2 and "happiness" in values.takes[1].name
    happy = load_take(values.takes[1].filepath)
    assert happy.metadata["emotion"] == {"name": "happiness", "strength": pytest.approx(0.8, abs=1e-6)}
    assert np.asarray(happy.face_weights).sum() > np.asarray(spoken.face_weights).sum()


def test_what_is_missing_is_said_in_one_sentence(values, tmp_path):
    with pytest.raises(RuntimeError, match="no recording"):
        bpy.ops.understudy.speak(filepath=str(tmp_path / "none.wav"))
    (tmp_path / "text.wav").write_text("no sound", encoding="utf-8")
    with pytest.raises(RuntimeError, match="not a recording"):
        bpy.ops.understudy.speak(filepath=str(tmp_path / "text.wav"))
    assert "not a recording" in session.state.problems["voice"]
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.understudy.feel()


def test_the_sequencers_sound_is_found(values, tmp_path):
    with pytest.raises(RuntimeError, match="poll"):
        bpy.ops.understudy.voice_from_strip()
    editor = bpy.context.scene.sequence_editor_create()
    strips = getattr(editor, "strips", None) or editor.sequences
    strips.new_sound("voice", murmur(tmp_path / "a.wav"), 1, 1)
    assert bpy.ops.understudy.voice_from_strip() == {"FINISHED"}
    assert Path(values.voice_path) == tmp_path / "a.wav"
