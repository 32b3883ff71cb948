"""From video to take, its cancelling, and what is said when it cannot be done."""

import time
from pathlib import Path

import numpy as np
import pytest

from understudy.ml.camera import default_camera
from understudy.ml.capture import Cancelled, CaptureError, CaptureOptions, capture, capture_features
from understudy.ml.footage import FootageError, open_footage
from understudy.ml.footage.writer import VideoWriter
from understudy.ml.overlay import project_stage, projected_skeleton, write_overlay
from understudy.ml.quality import body_jitter, face_jitter
from understudy.ml.take import validate
from understudy.ml.voice.loudness import loudness

VIDEOS = Path(__file__).resolve().parents[3] / "shared" / "data" / "video"


def real(name: str, folder: Path = VIDEOS) -> Path:
    path = folder / name
    if not path.exists():
        pytest.skip(f"the clip {name} is not there")
    return path


@pytest.fixture(scope="module")
def phone_clip():
    """The upright part of a phone's clip of uneven rate, captured once."""
    shares = []
    options = CaptureOptions(end=1.5)
    captured = capture_features(
        real("rotated_vfr_sign_sister.mp4"), options, lambda share, message: shares.append((share, message))
    )
    return captured, shares


def test_a_real_clip_becomes_a_valid_take(phone_clip):
    take = phone_clip[0].take
    validate(take)
    assert take.fps == 30.0
    np.testing.assert_allclose(take.times, np.arange(45) / 30)
    assert take.has_face
    assert take.has_body
    assert take.voice is None
    assert (np.asarray(take.confidence_face) > 0).mean() > 0.9
    # The performer faces the camera, upright.
    assert np.degrees(2 * np.arccos(np.abs(take.head_rotation[:, 0]).clip(0, 1))).mean() < 30


def test_metadata_tells_where_the_take_came_from(phone_clip):
    metadata = phone_clip[0].take.metadata
    assert metadata["source"]["name"] == "rotated_vfr_sign_sister.mp4"
    assert metadata["source"]["duration"] == pytest.approx(2.867, abs=0.01)
    assert metadata["source"]["variable_rate"] is True
    assert metadata["camera"]["focal_px"] == pytest.approx(default_camera(640, 480).focal_px)
    assert "face.safetensors" in metadata["models"]
    assert "pose_landmark_full.tflite" in metadata["models"]
    assert all(len(sha) == 64 for sha in metadata["models"].values())
    assert isinstance(metadata["warnings"], list)


def test_progress_rises_to_one(phone_clip):
    shares = [share for share, _ in phone_clip[1]]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) >= 45


def test_the_skeleton_lies_on_the_performer(phone_clip):
    captured = phone_clip[0]
    joints = projected_skeleton(captured)
    names = captured.take.bone_names
    for bone, point in (("leftUpperArm", 11), ("rightUpperArm", 12)):
        apart = np.linalg.norm(joints[:, names.index(bone)] - captured.features.pose_image[:, point, :2], axis=-1)
        assert np.median(apart) < 40


def test_the_overlay_shows_the_clip(phone_clip, tmp_path):
    captured = phone_clip[0]
    write_overlay(real("rotated_vfr_sign_sister.mp4"), tmp_path / "o.mp4", captured, side_by_side=True)
    footage = open_footage(tmp_path / "o.mp4")
    frames = list(footage.frames())
    assert len(frames) == captured.take.frame_count
    left, right = np.hsplit(frames[20].image.astype(int), 2)
    assert 0.2 < np.abs(left - right).mean() < 30
    assert [path.name for path in tmp_path.iterdir()] == ["o.mp4"]


def test_stage_points_ahead_of_the_camera_are_in_the_middle():
    camera = default_camera(640, 480)
    pixels = project_stage(np.array([[0.5, 3.0, 1.2], [1.5, 3.0, 2.2]]), camera, np.array([0.5, 0.0, 1.2]))
    np.testing.assert_allclose(pixels[0], (320, 240))
    assert pixels[1][0] > 320
    assert pixels[1][1] < 240


def test_face_alone_leaves_the_body_out():
    take = capture(real("face_closeup_male.mp4"), CaptureOptions(body=False, start=1.0, end=2.0))
    assert take.has_face
    assert not take.has_body
    assert take.times[0] == 1.0
    assert len(take.times) == 12


def test_another_rate():
    take = capture(real("face_closeup_male.mp4"), CaptureOptions(body=False, end=1.0, fps=24))
    assert take.fps == 24
    assert len(take.times) == 24


def test_one_frame_is_enough(tmp_path):
    with open_footage(real("face_closeup_male.mp4")) as footage:
        frame = next(footage.frames())
        with VideoWriter(tmp_path / "one.mp4", 25, (footage.info.width, footage.info.height)) as writer:
            writer.write(frame.image)
    take = capture(tmp_path / "one.mp4")
    assert take.frame_count == 1
    assert take.has_face


def test_voice_comes_with_the_sound():
    clip = real("swwp2s.mpg", VIDEOS.parent / "talk")
    take = capture(clip, CaptureOptions(body=False))
    assert take.voice is not None
    assert take.voice.max() > 0.9
    # The sentence begins after silence (see the clip's .align file).
    assert take.voice[:5].mean() < take.voice[30:50].mean()


def test_nobody_there_is_said():
    with pytest.raises(CaptureError, match=r"^No person was found in no_person_bottles.mp4"):
        capture(real("no_person_bottles.mp4"), CaptureOptions(start=5.5))
    with pytest.raises(CaptureError, match="No person"):
        capture("test:64x48@30/0.5")


@pytest.mark.parametrize("size", ["1x1", "7680x4320"])
def test_extreme_sizes_are_no_defect(size):
    with pytest.raises(CaptureError, match="No person"):
        capture(f"test:{size}@10/0.3")


def test_live_sources_and_nothing_to_capture_are_refused(tmp_path):
    with pytest.raises(CaptureError, match="record"):
        capture("test:64x48@30")
    with pytest.raises(CaptureError, match="switched off"):
        capture("test:64x48@30/1", CaptureOptions(face=False, body=False))
    with pytest.raises(FootageError, match="no video"):
        capture(tmp_path / "none.mp4")


def test_cancelling_is_heard_within_a_second():
    begun = []

    def progress(share, message):
        begun.append(time.monotonic())

    def cancelled():
        return bool(len(begun) > 5)

    with pytest.raises(Cancelled):
        capture(real("upper_body_sign_book.mkv"), CaptureOptions(), progress, cancelled)
    assert time.monotonic() - begun[5] < 1.0


def test_jitter_of_a_still_take_is_zero(phone_clip):
    take = phone_clip[0].take
    assert face_jitter(take) > 0
    assert body_jitter(take) > 0


def test_loudness_follows_the_level_whatever_the_gain():
    rate = 16000
    tone = np.sin(2 * np.pi * 200 * np.arange(2 * rate) / rate).astype(np.float32)
    tone[:rate] *= 0.01  # 40 dB down
    times = np.array([0.5, 1.5])
    for gain in (1.0, 0.1):
        levels = loudness(iter(np.array_split(gain * tone, 37)), rate, times)
        np.testing.assert_allclose(levels, [0.0, 1.0], atol=0.08)
    assert not loudness(iter([np.zeros(rate, np.float32)]), rate, times).any()
    assert not loudness(iter([]), rate, times).any()
