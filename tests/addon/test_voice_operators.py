"""Voice and emotion as scripts use them, in Blender as a module with the real engine."""

import wave
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy", reason="needs Blender as a module (pip install bpy)")

from understudy.addon import session  # noqa: E402
from understudy.addon.emotion_track import EmotionTrack  # noqa: E402
from understudy.addon.engine import pump  # noqa: E402
from understudy.ml.take import EMOTION_NAMES, Take, load_take, save_take  # noqa: E402


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


def test_an_emotion_is_previewed_on_the_character_and_taken_back(values):
    assert bpy.ops.understudy.add_sample_character() == {"FINISHED"}
    keys = next(
        o.data.shape_keys for o in bpy.data.objects if o.type == "MESH" and o.data.shape_keys is not None
        and "mouthSmileLeft" in o.data.shape_keys.key_blocks
    ).key_blocks  # fmt: skip
    keys["mouthSmileLeft"].value = 0.1
    values.emotion, values.emotion_strength = "happiness", 1.0
    assert keys["mouthSmileLeft"].value == pytest.approx(0.1)
    values.emotion_preview = True
    pump.wait(lambda: keys["mouthSmileLeft"].value > 0.5, timeout=120)
    full = keys["mouthSmileLeft"].value
    assert full > 0.8
    values.emotion_strength = 0.5
    assert 0.3 < keys["mouthSmileLeft"].value < full
    values.emotion_preview = False
    assert keys["mouthSmileLeft"].value == pytest.approx(0.1)
    assert max(block.value for block in keys if block.name != "mouthSmileLeft") == 0


def test_emotions_of_a_take_are_marked_on_the_timeline(values, tmp_path):
    strengths = np.zeros((100, 7))
    strengths[:, 0] = 1
    strengths[25:75, EMOTION_NAMES.index("anger")] = 0.8
    take = Take(
        fps=25.0, times=np.arange(100) / 25, face_weights=np.zeros((100, 52)), emotion_names=EMOTION_NAMES,
        emotion=strengths,
    )  # fmt: skip
    save_take(tmp_path / "angry.take.npz", take)
    bpy.context.scene.render.fps = 25
    assert bpy.ops.understudy.add_take(filepath=str(tmp_path / "angry.take.npz")) == {"FINISHED"}
    bpy.context.scene.timeline_markers.new("mine", frame=5)
    for _ in range(2):  # marking again replaces what was marked
        assert bpy.ops.understudy.mark_emotions() == {"FINISHED"}
        assert [(m.name, m.frame) for m in bpy.context.scene.timeline_markers] == [("mine", 5), ("anger 80%", 26)]


def test_a_track_names_what_leads():
    strengths = np.zeros((40, 7))
    strengths[:20, 1], strengths[20:, 6] = 0.6, 0.1
    track = EmotionTrack(EMOTION_NAMES, np.arange(40) / 10, strengths)
    assert track.at(0.5) == ("happiness", 0.6) and track.at(3.0)[0] == "neutral" and track.at(9.0) is None
    assert track.strip(4) == ["happiness", "happiness", "neutral", "neutral"]
    assert [(f.emotion, f.start) for f in track.feelings()] == [("happiness", 0.0)]
