"""Left and right: exchanged where the detector takes a front for a back, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from understudy.ml.body.analytic import turn_around, walk
from understudy.ml.body.ideal import ideal_features, ideal_reading
from understudy.ml.body.sides import _SWAPPED, sides_kept
from understudy.ml.camera import default_camera

CAMERA = default_camera(1280, 720)
FPS = 30.0
EYE = np.array((0.0, -5.0, 1.0))


def seen(motion):
    features = ideal_features(motion.rotations, motion.hips_position, CAMERA, EYE, FPS)
    return features, ideal_reading(motion.rotations, motion.hips_position, EYE)


def confused(features, frames):
    """The detector sees these frames the wrong way round."""
    arrays = {}
    for name in ("pose_image", "pose_world", "pose_visibility"):
        arrays[name] = getattr(features, name).copy()
        arrays[name][frames] = arrays[name][frames][:, _SWAPPED]
    for part in ("hand", "hand_world", "hand_confidence"):
        for side, other in (("left", "right"), ("right", "left")):
            array = getattr(features, f"{side}_{part}").copy()
            array[frames] = getattr(features, f"{other}_{part}")[frames]
            arrays[f"{side}_{part}"] = array
    return replace(features, **arrays)


@pytest.mark.parametrize("frames", [slice(30, 31), slice(20, 32), slice(0, 8), slice(52, 60)])
@pytest.mark.parametrize("read", [True, False])
def test_frames_the_wrong_way_round_are_put_right(frames, read):
    features, reading = seen(walk(60))
    found, wrong = sides_kept(confused(features, frames), reading if read else np.full_like(reading, np.nan), FPS)
    assert np.flatnonzero(wrong).tolist() == list(range(60))[frames]
    assert np.array_equal(found.pose_image, features.pose_image)
    assert np.array_equal(found.left_hand, features.left_hand)
    assert np.array_equal(found.right_hand_confidence, features.right_hand_confidence)


@pytest.mark.parametrize("motion", [walk(60), turn_around(60), turn_around(24)])
def test_a_clip_that_is_right_stays_as_it_is(motion):
    features, reading = seen(motion)
    for given in (reading, np.full_like(reading, np.nan)):
        found, wrong = sides_kept(features, given, FPS)
        assert found is features and not wrong.any()


def test_most_frames_may_be_wrong_where_the_picture_says_so():
    features, reading = seen(walk(60))
    found, wrong = sides_kept(confused(features, slice(10, 55)), reading, FPS)
    assert wrong.sum() == 45 and np.array_equal(found.pose_world, features.pose_world)


def test_frames_without_anybody_are_passed_over():
    features, reading = seen(walk(60))
    features = confused(features, slice(20, 26))
    for name in ("pose_image", "pose_world"):
        getattr(features, name)[24:29] = np.nan
    reading[24:29] = np.nan
    _, wrong = sides_kept(features, reading, FPS)
    assert np.flatnonzero(wrong).tolist() == [20, 21, 22, 23]
