"""The Voice, Emotion and Behaviour panels in a real Blender's window: spoken, felt, given a body, walking."""

import sys
import wave

import numpy as np
import pytest

from understudy.tests.blender.real_blender import ROOT, needs_blender, needs_screen

pytestmark = [pytest.mark.blender, needs_blender, needs_screen]


def murmur(path):
    """A second of a voice's buzz that swells and fades."""
    time = np.arange(16000) / 16000
    sound = np.sum([np.sin(2 * np.pi * 130 * k * time) / k for k in range(1, 15)], axis=0) * np.sin(np.pi * time)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((sound * 6000).astype(np.int16).tobytes())
    return path


def test_a_voice_becomes_a_face_in_the_window(blender, tmp_path):
    recording = murmur(tmp_path / "voice ü.wav")
    mira = ROOT / "sample_rigs" / "mira.blend"
    _report, steps, _log = blender.drive("drive_voice.py", "-voice", sys.executable, recording, opened=[mira])
    assert len(steps["spoken"]["takes"]) == 1
    assert "happiness" in steps["felt"]["takes"][1]
    assert "bones" in steps["applied"]["note"] and "bones" in steps["walk-applied"]["note"]
    assert len(steps["walking"]["takes"]) == 4
