"""A disk that is full and names that are too long: one line, exit code 2, and nothing left behind."""

import subprocess
import sys

import numpy as np
import pytest

from understudy.ml.footage.writer import VideoWriter
from understudy.ml.take import Take, TakeError, save_take

resource = pytest.importorskip("resource", reason="a limit on written files stands in for a full disk")

COMMAND = [sys.executable, "-m", "understudy.ml"]
LONG = "n" * 300


def with_little_room(arguments, folder, size=2000):
    """Run a command that may not make a file larger than `size` bytes, as a full disk would not let it."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return subprocess.run(
        [*COMMAND, *map(str, arguments)], cwd=folder, preexec_fn=limit, capture_output=True, text=True, check=False
    )


def test_a_recording_without_room_says_so_and_leaves_nothing(tmp_path):
    done = with_little_room(["record", "mine.mp4", "--source", "test:320x240@30/1"], tmp_path)
    assert done.returncode == 2, done.stderr
    assert "mine.mp4" in done.stderr and "make room" in done.stderr and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_take_without_room_says_so_and_leaves_nothing(tmp_path):
    program = (
        "import numpy as np, sys\n"
        "from understudy.ml.take import Take, TakeError, save_take\n"
        "weights = np.random.default_rng(0).random((300, 52))\n"
        "take = Take(fps=30.0, times=np.arange(300) / 30, face_weights=weights)\n"
        "try:\n    save_take('mine.take.npz', take)\n"
        "except TakeError as error:\n    sys.exit(str(error))\n"
    )

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, preexec_fn=limit, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and "cannot be written" in done.stderr and "mine.take.npz" in done.stderr
    assert "Traceback" not in done.stderr and list(tmp_path.iterdir()) == []


def test_names_too_long_are_named(tmp_path):
    take = Take(fps=30.0, times=np.arange(2) / 30, face_weights=np.zeros((2, 52)))
    with pytest.raises(TakeError, match="cannot be written"):
        save_take(tmp_path / f"{LONG}.take.npz", take)
    with pytest.raises(ValueError, match="cannot be written"):
        VideoWriter(tmp_path / f"{LONG}.mp4", 30, (64, 48))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["capture", f"{LONG}.mp4"], ["info", f"{LONG}.take.npz"]])
def test_reading_a_name_too_long_is_wrong_input(tmp_path, arguments):
    done = subprocess.run([*COMMAND, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


def test_deep_folders_are_no_obstacle(tmp_path):
    deep = tmp_path.joinpath(*["a folder with a name of some length é"] * 30)
    deep.mkdir(parents=True)
    take = Take(fps=30.0, times=np.arange(2) / 30, face_weights=np.zeros((2, 52)))
    assert save_take(deep / "a.take.npz", take).exists()
    with VideoWriter(deep / "a.mp4", 30, (64, 48)) as video:
        video.write(np.zeros((48, 64, 3), np.uint8))
    assert (deep / "a.mp4").stat().st_size > 0
