"""Short clips cut from the bundled one, and the sample characters."""

from pathlib import Path

import pytest

from understudy.ml.footage import open_footage
from understudy.ml.footage.writer import VideoWriter

ROOT = Path(__file__).resolve().parents[2]
_RATE = 16000


def cut_clip(path: Path, start: float, frames: int, sound: bool) -> Path:
    """`frames` pictures of the bundled clip from `start` seconds on, with or without its sound."""
    with open_footage(ROOT / "demo" / "clip.mp4") as footage:
        samples = footage.sound(_RATE)[round(start * _RATE) : round((start + frames / 30) * _RATE)]
        images = [f.image for f, _ in zip(footage.frames(start=start, max_side=480), range(frames), strict=False)]
    size = (images[0].shape[1], images[0].shape[0])
    with VideoWriter(path, 30, size, sound=samples if sound else None, rate=_RATE) as writer:
        for image in images:
            writer.write(image)
    return path


@pytest.fixture(scope="session")
def two_clips(tmp_path_factory) -> Path:
    """A folder with a.mp4 (with sound) and b.mp4 (without)."""
    folder = tmp_path_factory.mktemp("clips")
    cut_clip(folder / "a.mp4", 1.0, 6, sound=True)
    cut_clip(folder / "b.mp4", 3.0, 6, sound=False)
    return folder
