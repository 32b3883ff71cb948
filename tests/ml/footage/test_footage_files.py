"""Video files: what is told about them, when their pictures were taken, and what is said about bad ones."""

import struct
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from understudy.ml.footage import FootageError, open_footage
from understudy.ml.footage.orientation import from_display_matrix
from understudy.ml.footage.writer import VideoWriter

VIDEOS = Path(__file__).resolve().parents[4] / "shared" / "data" / "video"


def real(name: str) -> Path:
    path = VIDEOS / name
    if not path.exists():
        pytest.skip(f"the clip {name} is not there")
    return path


def grey(level: int, size: tuple[int, int] = (64, 48)) -> np.ndarray:
    return np.full((size[1], size[0], 3), level, np.uint8)


def make_video(path: Path, times=None, fps=25, count=25, size=(64, 48), **sound) -> Path:
    """A video whose picture number i is grey 4 i."""
    with VideoWriter(path, fps, size, **sound) as writer:
        for index in range(count):
            writer.write(grey(min(4 * index, 255), size), None if times is None else times[index])
    return path


def error_of(path) -> str:
    with pytest.raises(FootageError) as caught, open_footage(path) as footage:
        list(footage.frames())
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


def test_constant_rate_video_is_read_frame_by_frame(tmp_path):
    footage = open_footage(make_video(tmp_path / "a.mp4"))
    assert (footage.info.width, footage.info.height, footage.info.fps) == (64, 48, 25.0)
    assert footage.info.duration == pytest.approx(1.0, abs=0.01)
    assert not footage.info.variable_rate
    frames = list(footage.frames())
    assert [frame.index for frame in frames] == list(range(25))
    np.testing.assert_allclose([frame.time for frame in frames], np.arange(25) / 25)
    np.testing.assert_allclose([frame.image.mean() for frame in frames], 4 * np.arange(25), atol=3)
    assert footage.warnings == []


def test_start_and_end_cut_the_very_frames(tmp_path):
    footage = open_footage(make_video(tmp_path / "a.mp4", count=50, fps=25))
    frames = list(footage.frames(start=0.8, end=1.2))
    np.testing.assert_allclose([frame.time for frame in frames], 0.8 + np.arange(10) / 25)
    np.testing.assert_allclose([frame.image.mean() for frame in frames], 4 * np.arange(20, 30), atol=3)


def test_another_rate_shows_the_nearest_picture(tmp_path):
    footage = open_footage(make_video(tmp_path / "a.mp4", fps=25))
    halved = list(footage.frames(fps=12.5))
    np.testing.assert_allclose([frame.image.mean() for frame in halved], 8 * np.arange(13), atol=3)
    doubled = list(footage.frames(fps=50))
    assert len(doubled) == 50
    assert max(abs(frame.time - frame.shown_at) for frame in doubled) <= 0.5 / 25 + 1e-3


def test_uneven_video_is_resampled_by_presentation_time(tmp_path):
    # A phone at 30 fps that dropped every third frame.
    times = [index / 30 for index in range(60) if index % 3 != 2]
    footage = open_footage(make_video(tmp_path / "phone.mp4", times=times, count=len(times), fps=30))
    assert footage.info.variable_rate
    assert footage.info.fps == 30.0
    frames = list(footage.frames())
    assert len(frames) == 59
    assert max(abs(frame.time - frame.shown_at) for frame in frames) <= 1 / 30 + 2e-3


def test_real_phone_clip_stands_upright_with_even_times():
    footage = open_footage(real("rotated_vfr_sign_sister.mp4"))
    info = footage.info
    assert (info.width, info.height, info.rotation, info.variable_rate, info.fps) == (640, 480, 270, True, 30.0)
    frames = list(footage.frames())
    assert frames[0].image.shape == (480, 640, 3)
    np.testing.assert_allclose([frame.time for frame in frames], np.arange(len(frames)) / 30)
    assert frames[-1].time == pytest.approx(info.duration - 1 / 30, abs=0.02)
    # The performer stands in the middle before a bright wall; lying on its side, the picture's left edge would be it.
    picture = frames[10].image.astype(float).mean(axis=-1)
    assert picture[:60, 100:400].mean() > picture[300:, 200:400].mean() + 30


@pytest.mark.parametrize(
    ("matrix", "point"),
    [
        ((1, 0, 0, 1), (0, 0)),
        ((0, 1, -1, 0), (2, 0)),  # a quarter turn clockwise takes the top left corner to the top right
        ((-1, 0, 0, -1), (2, 1)),
        ((0, -1, 1, 0), (0, 2)),
        ((-1, 0, 0, 1), (2, 0)),  # mirrored
    ],
)
def test_display_matrices_move_the_corner(matrix, point):
    a, b, c, d = (value * 65536 for value in matrix)
    orientation = from_display_matrix(np.array([a, b, 0, c, d, 0, 0, 0, 1 << 30], dtype="<i4"))
    image = np.zeros((2, 3, 3), np.uint8)
    image[0, 0] = 255
    upright = orientation.apply(image)
    assert orientation.size(3, 2) == (upright.shape[1], upright.shape[0])
    y, x = np.argwhere(upright[..., 0] == 255)[0]
    height, width = upright.shape[:2]
    assert (x, y) == (min(point[0], width - 1), min(point[1], height - 1))


@pytest.mark.parametrize(("turned", "corner"), [(1, (0, 0)), (3, (1, 1)), (6, (1, 0)), (8, (0, 1))])
def test_a_phones_photograph_stands_upright(tmp_path, turned, corner):
    """EXIF orientation: 1 as it is, 3 half round, 6 and 8 a quarter clockwise and back; sizes 32 x 24 or 24 x 32."""
    picture = np.full((24, 32, 3), 40, np.uint8)
    picture[:8, :8] = 255
    data = cv2.imencode(".jpg", picture)[1].tobytes()
    exif = b"Exif\0\0II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, turned, 0, 0)
    path = tmp_path / "photo.jpg"
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:])
    (frame,) = list(open_footage(path).frames())
    height, width = frame.image.shape[:2]
    assert (width, height) == ((24, 32) if turned > 4 else (32, 24))
    assert frame.image[corner[1] * (height - 1), corner[0] * (width - 1)].mean() > 200


def test_sound_is_mono_and_in_step(tmp_path):
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(16000) / 16000)
    footage = open_footage(make_video(tmp_path / "a.mp4", sound=tone, rate=16000))
    assert footage.info.has_sound
    sound = footage.sound(rate=8000)
    assert sound.dtype == np.float32
    assert len(sound) / 8000 == pytest.approx(1.0, abs=0.08)
    assert int(np.abs(np.fft.rfft(sound[:8000])).argmax()) == pytest.approx(440, abs=2)
    assert np.abs(sound[1000:7000]).max() == pytest.approx(0.5, abs=0.1)


def test_without_sound_there_are_no_samples(tmp_path):
    footage = open_footage(make_video(tmp_path / "a.mp4"))
    assert not footage.info.has_sound
    assert footage.sound().shape == (0,)


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (641, 359)])
def test_odd_sizes(tmp_path, size):
    footage = open_footage(make_video(tmp_path / "odd.mp4", size=size, count=3))
    frames = list(footage.frames())
    assert frames[0].image.shape == (size[1] + size[1] % 2, size[0] + size[0] % 2, 3)
    assert len(frames) == 3


def test_eight_k_is_scaled_down_while_it_is_read():
    footage = open_footage("test:7680x4320@30/0.1")
    assert (footage.info.width, footage.info.height) == (7680, 4320)
    frames = list(footage.frames(max_side=1920))
    assert frames[0].image.shape == (1080, 1920, 3)


def test_240_frames_per_second_and_a_single_frame(tmp_path):
    fast = open_footage(make_video(tmp_path / "fast.mp4", fps=240, count=48))
    assert fast.info.fps == 240
    assert len(list(fast.frames())) == 48
    single = open_footage(make_video(tmp_path / "one.mp4", count=1))
    assert len(list(single.frames())) == 1


def test_names_in_any_script(tmp_path):
    path = make_video(tmp_path / "видео 演技 ü.mp4", count=3)
    footage = open_footage(path)
    assert footage.info.name == "видео 演技 ü.mp4"
    assert len(list(footage.frames())) == 3


def test_bad_files_are_told_in_a_sentence(tmp_path):
    assert "no video at" in error_of(tmp_path / "none.mp4")
    assert "folder" in error_of(tmp_path)
    (tmp_path / "empty.mp4").touch()
    assert "empty" in error_of(tmp_path / "empty.mp4")
    (tmp_path / "text.mp4").write_text("this is no video\n" * 50)
    assert "not a video" in error_of(tmp_path / "text.mp4")
    with av.open(str(tmp_path / "sound.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.float32), format="flt", layout="mono")
        frame.sample_rate = 16000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert "only sound" in error_of(tmp_path / "sound.mp4")


def test_truncated_without_its_index_is_an_error(tmp_path):
    whole = make_video(tmp_path / "a.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    assert "cut.mp4" in error_of(tmp_path / "cut.mp4")


def test_truncated_with_its_index_yields_what_there_is_and_a_warning(tmp_path):
    noise = np.random.default_rng(0)
    with VideoWriter(tmp_path / "a.mp4", 25, (64, 48)) as writer:
        for _ in range(75):
            writer.write(noise.integers(0, 255, (48, 64, 3), dtype=np.uint8))
    with (
        av.open(str(tmp_path / "a.mp4")) as source,
        av.open(str(tmp_path / "front.mp4"), "w", options={"movflags": "faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    data = (tmp_path / "front.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: int(len(data) * 0.6)])
    footage = open_footage(tmp_path / "cut.mp4")
    frames = list(footage.frames())
    assert 20 < len(frames) < 70
    assert len(footage.warnings) == 1
    assert "damaged or incomplete" in footage.warnings[0]


def test_nonsense_ranges_are_refused(tmp_path):
    footage = open_footage(make_video(tmp_path / "a.mp4"))
    for arguments in ({"start": 5.0}, {"start": 0.5, "end": 0.2}, {"fps": 0.0}, {"fps": 1e6}):
        with pytest.raises(FootageError):
            list(footage.frames(**arguments))


def test_writer_leaves_nothing_behind_after_an_error(tmp_path):
    with pytest.raises(RuntimeError), VideoWriter(tmp_path / "a.mp4", 25, (64, 48)) as writer:
        writer.write(grey(5))
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_writer_names_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FootageError, match="cannot be written"):
        VideoWriter(tmp_path / "none" / "a.mp4", 25, (64, 48))


@pytest.mark.parametrize("name", ["upper_body_sign_book.mkv", "walk_outdoor_side.mp4", "exercise_squats.mp4"])
def test_real_clips_are_read_to_their_end(name):
    footage = open_footage(real(name))
    times = [frame.time for frame in footage.frames(max_side=128)]
    assert times[-1] == pytest.approx(footage.info.duration, abs=0.12 if footage.info.fps > 10 else 0.3)
    assert footage.warnings == []


def test_mpeg_program_streams_start_at_zero():
    folder = VIDEOS.parent / "talk"
    if not (folder / "swwp2s.mpg").exists():
        pytest.skip("the talking clips are not there")
    footage = open_footage(folder / "swwp2s.mpg")
    frames = list(footage.frames())
    assert frames[0].shown_at == pytest.approx(0.0, abs=0.02)
    assert len(frames) == pytest.approx(75, abs=1)
    assert len(footage.sound(16000)) / 16000 == pytest.approx(3.0, abs=0.15)
