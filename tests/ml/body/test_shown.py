"""What the picture shows: limbs within it, feet that stand in it, points that tremble in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from understudy.ml.body.analytic import walk
from understudy.ml.body.contacts import find_contacts, foot_heights, joint_speeds, still_contacts
from understudy.ml.body.ideal import ideal_features
from understudy.ml.body.landmarks import ANKLE, ELBOW, HIP, KNEE, SHOULDER, WRIST, read_points
from understudy.ml.body.metrics import f1
from understudy.ml.body.shown_limbs import shown_limbs
from understudy.ml.camera import default_camera

CAMERA = default_camera(1280, 720)
FPS = 30.0
EYE = np.array((0.0, -5.0, 1.0))


@pytest.fixture(scope="module")
def motion():
    return walk(60)


@pytest.fixture(scope="module")
def features(motion):
    return ideal_features(motion.rotations, motion.hips_position, CAMERA, EYE, FPS)


@pytest.fixture(scope="module")
def points(features):
    return read_points(features, FPS)


def hidden(points, *marks, down=0.0):
    """Marks that the detector guesses, moved down by some pixels."""
    visibility, image = points.visibility.copy(), points.image.copy()
    visibility[:, list(marks)] = 0.02
    image[:, list(marks), 1] += down
    return replace(points, visibility=visibility, image=image)


def test_an_arm_behind_the_body_is_not_filled_in(points):
    behind = shown_limbs(hidden(points, SHOULDER["left"], ELBOW["left"], WRIST["left"]), CAMERA)
    assert behind["leftArm"].min() > 0.9
    below = shown_limbs(hidden(points, ELBOW["left"], WRIST["left"], down=720.0), CAMERA)
    assert below["leftArm"].max() < 0.1 and below["rightArm"].min() > 0.9


def test_one_leg_behind_the_other_is_not_filled_in_but_both_behind_a_desk_are(points):
    left, right = ([mark[side] for mark in (HIP, KNEE, ANKLE)] for side in ("left", "right"))
    assert shown_limbs(hidden(points, *left), CAMERA)["legs"].min() > 0.9
    assert shown_limbs(hidden(points, *left, *right), CAMERA)["legs"].max() == 0.0


def test_feet_that_move_in_the_picture_do_not_stand(motion, points):
    heights = foot_heights(motion.joints, motion.rest_positions)
    true = find_contacts(heights, joint_speeds(motion.joints, FPS), FPS)
    depth = np.full(len(true), 5.0)
    always = np.full(true.shape, 0.6)
    assert f1(still_contacts(always, points, depth, CAMERA) > 0.5, true) > f1(always > 0.5, true) + 0.1
    # A network that is sure of a swinging foot is still outvoted; one that is sure of none is not.
    assert (still_contacts(np.zeros(true.shape), points, depth, CAMERA) < 0.01).all()


def test_trembling_is_told_from_motion(features, points):
    assert points.trembling.max() < 0.01
    noise = np.random.default_rng(0).normal(0, 6.0, features.pose_image[..., :2].shape)
    image = features.pose_image.copy()
    image[..., :2] += noise
    assert read_points(replace(features, pose_image=image), FPS).trembling.min() > 0.02
