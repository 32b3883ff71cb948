"""Made-up sources, recording them, and devices that are not there."""

import itertools
import threading
import time

import numpy as np
import pytest

from understudy.ml.footage import FootageError, open_footage
from understudy.ml.footage.devices import Device, camera_number, list_devices
from understudy.ml.footage.record import record
from understudy.ml.footage.synthetic import TONE_HERTZ, parse


def test_pattern_is_read_from_its_name():
    pattern = parse("test:320x240@12.5/3")
    assert (pattern.width, pattern.height, pattern.fps, pattern.seconds, pattern.sound) == (320, 240, 12.5, 3.0, True)
    assert parse("test:8x8@30").seconds is None
    assert not parse("test:8x8@30/1/silent").sound


@pytest.mark.parametrize("text", ["test:", "test:0x10@30/1", "test:10x10@0/1", "test:10x10@30/0", "test:axb"])
def test_wrong_patterns_are_refused(text):
    with pytest.raises(FootageError, match="test:640x480@30/5"):
        open_footage(text)


def test_made_up_footage_has_pictures_and_a_tone():
    with open_footage("test:96x64@25/2") as footage:
        frames = list(footage.frames())
        sound = footage.sound(16000)
    assert len(frames) == 50
    assert frames[0].image.shape == (64, 96, 3)
    assert any((a.image != b.image).any() for a, b in itertools.pairwise(frames))
    assert len(sound) == 32000
    assert int(np.abs(np.fft.rfft(sound[:16000])).argmax()) == TONE_HERTZ


def test_endless_source_runs_in_real_time_until_closed():
    footage = open_footage("test:64x48@20")
    assert footage.info.live
    assert footage.info.duration is None
    begun = time.monotonic()
    taken = 0
    for _frame in footage.frames():
        taken += 1
        if taken == 8:
            footage.close()
    assert 0.3 < time.monotonic() - begun < 3.0
    assert taken == 8


def test_recording_stops_when_told_and_keeps_what_it_has(tmp_path):
    stop = threading.Event()
    shown = []

    def preview(image, seconds):
        shown.append((image.shape, seconds))
        if seconds > 0.7:
            stop.set()

    recording = record("test:66x50@20", tmp_path / "a.mp4", preview=preview, stop=stop)
    assert recording.frames == len(shown)
    assert shown[0][0] == (50, 66, 3)
    footage = open_footage(recording.path)
    assert len(list(footage.frames())) == pytest.approx(recording.frames, abs=1)
    assert footage.info.has_sound
    assert len(footage.sound(16000)) / 16000 == pytest.approx(recording.seconds, abs=0.25)


def test_recording_stops_by_itself(tmp_path):
    recording = record("test:64x48@30/9", tmp_path / "a.mp4", seconds=0.5)
    assert recording.seconds == pytest.approx(0.5, abs=0.05)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_recording_that_fails_leaves_nothing(tmp_path):
    def preview(image, seconds):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        record("test:64x48@30", tmp_path / "a.mp4", preview=preview)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_nothing_to_record_from(tmp_path):
    with pytest.raises(FootageError, match="nothing to record from"):
        record("clip.mp4", tmp_path / "a.mp4")


def test_cameras_are_chosen_by_number_or_name():
    known = [Device("camera", "FaceTime HD", "camera:0"), Device("camera", "Logitech Brio", "camera:1")]
    assert camera_number("1", known) == 1
    assert camera_number("brio", known) == 1
    with pytest.raises(FootageError, match="FaceTime HD, Logitech Brio"):
        camera_number("Kinect", known)


def test_a_missing_camera_is_named(tmp_path):
    if any(device.kind == "camera" for device in list_devices()):
        pytest.skip("this computer has a camera")
    with pytest.raises(FootageError, match="no camera"):
        record("camera:7", tmp_path / "a.mp4")
