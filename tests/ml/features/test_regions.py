"""Networks that look at a region of a picture: what they are given of it, and that it makes no difference."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from understudy.ml.features.mediapipe_regions import BodyFinder, HandReader, HandRefiner, surroundings
from understudy.ml.features.regions import Region, turned
from understudy.ml.footage import open_footage

CLIP = Path(__file__).resolve().parents[3] / "demo" / "clip.mp4"


@pytest.mark.parametrize("turn", [0.0, 0.7, -2.5])
@pytest.mark.parametrize("place", [(100.0, 80.0), (5.0, 190.0)])
def test_the_surroundings_hold_all_that_a_region_covers_of_the_picture(turn, place):
    image = np.arange(200 * 300 * 3, dtype=np.uint32).reshape(200, 300, 3).astype(np.uint8)
    region = Region(*place, 60.0, turn)
    piece, within, corner = surroundings(image, region)
    assert piece.size < image.size / 2
    edges = turned(np.array([(a, b) for a in (-30.0, 30.0) for b in (-30.0, 30.0)]), turn)
    inside = np.clip(edges + region.centre, 0, (299, 199))
    assert (inside >= corner[:2]).all() and (inside <= corner[:2] + np.array(piece.shape[1::-1])).all()
    assert np.allclose(within.centre + corner[:2], region.centre) and within.side == region.side
    x, y = (int(value) for value in corner[:2])
    assert (piece == image[y : y + piece.shape[0], x : x + piece.shape[1]]).all()


def test_a_region_as_large_as_the_picture_or_beside_it_is_left_to_the_whole():
    image = np.zeros((100, 100, 3), np.uint8)
    for region in (Region(50, 50, 95, 0.3), Region(900, 50, 40, 0.0)):
        piece, within, corner = surroundings(image, region)
        assert piece is image and within == region and not corner.any()


def test_a_hand_in_a_large_picture_is_read_where_it_is():
    """The same picture small, where the hand is much of it, and within a larger one."""
    with open_footage(CLIP) as footage:
        picture = next(iter(footage.frames(1.0, 1.2))).image
    picture = np.ascontiguousarray(picture)
    finder, reader, refiner = BodyFinder(), HandReader(), HandRefiner()
    try:
        assert finder.find(picture)
        large = cv2.copyMakeBorder(picture, 700, 300, 900, 1100, cv2.BORDER_CONSTANT)
        found = _a_hand(reader, picture)
        moved = Region(found.x + 900, found.y + 700, found.side, found.turn)
        near, far = reader.read(picture, found), reader.read(large, moved)
        assert near is not None and far is not None
        assert np.abs(far.points[:, :2] - (900, 700) - near.points[:, :2]).max() < 0.5
        fitted, beyond = refiner.refine(picture, found), refiner.refine(large, moved)
        assert fitted is not None and beyond is not None
        assert np.allclose((beyond.x - 900, beyond.y - 700), (fitted.x, fitted.y), atol=0.5)
    finally:
        for graph in (finder, reader, refiner):
            graph.close()


def _a_hand(reader: HandReader, picture: np.ndarray) -> Region:
    from understudy.ml.features.mediapipe_models import MAKERS

    body = MAKERS["body"]()
    pose = body.detect(picture, None).pose
    body.close()
    assert pose is not None
    for wrist, knuckle in ((15, 19), (16, 20)):
        middle = (pose.image[wrist, :2] + pose.image[knuckle, :2]) / 2
        region = Region(float(middle[0]), float(middle[1]), 110.0, 0.0)
        if reader.read(picture, region) is not None:
            return region
    raise AssertionError("the clip shows hands")
