"""Whose face is taken: the body's, not whichever else is in the picture; and how well it can be told."""

from pathlib import Path

import numpy as np
import pytest

from understudy.ml.features.interface import PoseSeen
from understudy.ml.features.mediapipe_face import MediaPipeFace, well_lit
from understudy.ml.footage import open_footage

DEMO = Path(__file__).resolve().parents[3] / "demo"
LEFT, TOP, SIDE = 290, 0, 140  # the head's square in the clip


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    """Somebody's face in the left half of an empty picture."""
    with open_footage(DEMO / "clip.mp4") as footage:
        frame = next(iter(footage.frames()))
    head = frame.image[TOP : TOP + SIDE, LEFT : LEFT + SIDE]
    wide = np.full((SIDE, 4 * SIDE, 3), 90, np.uint8)
    wide[:, :SIDE] = head
    return wide


def body_at(x: float) -> PoseSeen:
    """A body whose head is at x, half as high as the picture."""
    image = np.zeros((33, 3), np.float32)
    image[:11] = (x, SIDE / 2, 0)
    image[7, 0], image[8, 0] = x + 20, x - 20
    image[11:, :2] = (x, SIDE)
    return PoseSeen(image, np.zeros((33, 3), np.float32), np.ones(33, np.float32), 1.0)


@pytest.fixture
def detector(request):
    face = MediaPipeFace(**getattr(request, "param", {}))
    yield face
    face.close()


def test_without_any_body_the_picture_s_face_is_taken(detector, picture):
    assert detector.detect(picture).face is not None


@pytest.mark.parametrize("detector", [{"of_one": True}], indirect=True)
def test_somebody_who_is_not_there_has_no_face(detector, picture):
    assert detector.detect(picture).face is None
    assert detector.detect(picture, body_at(SIDE / 2)).face is not None
    assert detector.detect(picture).face is not None  # the body was lost, the face is where it was
    for _ in range(30):
        detector.detect(picture)
    assert detector.detect(picture).face is None


def test_a_face_elsewhere_is_not_taken_for_one_whose_body_was_lost(detector, picture):
    assert detector.detect(picture, body_at(3.5 * SIDE)).face is None
    assert all(detector.detect(picture).face is None for _ in range(30))
    assert detector.detect(picture).face is not None  # nobody has come back: whoever is there
    detector.new_shot()
    assert detector.detect(picture).face is not None


def test_black_and_burnt_out_faces_are_trusted_less():
    grey = np.full((96, 96, 3), 120, np.uint8)
    assert well_lit(grey) == 1.0
    assert well_lit(grey // 3) == 1.0  # dark skin, a dim room
    assert well_lit(grey // 15) < 0.5
    burnt = grey.copy()
    burnt[:50] = 255
    assert 0.5 < well_lit(burnt) < 1.0
    burnt[:90] = 255
    assert well_lit(burnt) < 0.5
