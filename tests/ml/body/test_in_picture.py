"""Limbs held against the picture: turned onto their points, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from understudy.ml.body.analytic import arm_raise
from understudy.ml.body.bank import BODY_BONES, BODY_COLUMNS
from understudy.ml.body.hinges import hinged
from understudy.ml.body.ideal import ideal_features
from understudy.ml.body.in_picture import in_picture
from understudy.ml.body.landmarks import read_points
from understudy.ml.body.lift import Lifted
from understudy.ml.body.read_lengths import SEGMENTS
from understudy.ml.camera import default_camera
from understudy.ml.take import rotation

CAMERA = default_camera(1280, 720)
EYE = np.array((0.0, -3.5, 1.2))
FPS = 30.0


@pytest.fixture(scope="module")
def motion():
    return arm_raise(60)


@pytest.fixture(scope="module")
def truth(motion):
    places = dict(zip(BODY_BONES, motion.rest_positions[BODY_COLUMNS], strict=True))
    lengths = {name: float(np.linalg.norm(places[b] - places[a])) for name, ((a, b), *_) in SEGMENTS.items()}
    turns = rotation.to_matrix(motion.rotations[:, BODY_COLUMNS])
    up = np.tile((0.0, 0.0, 1.0), (len(turns), 1))
    return Lifted(turns, up, motion.hips_position - EYE, np.ones((len(turns), 4)), lengths)


def points_of(motion):
    return read_points(ideal_features(motion.rotations, motion.hips_position, CAMERA, EYE, FPS), FPS)


def turned(lifted, bone, turn):
    turns = lifted.turns.copy()
    turns[:, BODY_BONES.index(bone)] = rotation.to_matrix(turn) @ turns[:, BODY_BONES.index(bone)]
    return replace(lifted, turns=turns)


def error(lifted, truth, bone, along):
    i = BODY_BONES.index(bone)
    cosine = ((lifted.turns[:, i] @ along) * (truth.turns[:, i] @ along)).sum(axis=-1)
    return np.degrees(np.arccos(cosine.clip(-1, 1))).mean()


@pytest.mark.parametrize(
    "bone, sign", [("leftUpperArm", 1), ("rightUpperArm", -1), ("leftLowerArm", 1), ("rightUpperLeg", 0)]
)
def test_an_arm_beside_its_points_comes_half_way_back_to_them(motion, truth, bone, sign):
    along = np.array((sign, 0.0, 0.0) if sign else (0.0, 0.0, -1.0))
    wrong = turned(truth, bone, rotation.from_rotvec((0.0, np.radians(20.0), 0.0)))
    before = error(wrong, truth, bone, along)
    assert before > 10
    assert error(in_picture(wrong, points_of(motion), CAMERA), truth, bone, along) < 0.6 * before


def test_what_lies_right_stays(motion, truth):
    found = in_picture(truth, points_of(motion), CAMERA)
    for bone, sign in (("leftUpperArm", 1), ("rightLowerArm", -1)):
        assert error(found, truth, bone, np.array((sign, 0.0, 0.0))) < 3
    assert error(found, truth, "leftLowerLeg", np.array((0.0, 0.0, -1.0))) < 3
    others = [i for i, name in enumerate(BODY_BONES) if not name.endswith(("Arm", "Leg"))]
    assert np.array_equal(found.turns[:, others], truth.turns[:, others])


@pytest.mark.parametrize(
    "bone, below, sign", [("leftUpperArm", "leftLowerArm", 1), ("rightUpperArm", "rightLowerArm", -1)]
)
def test_a_bent_elbow_tells_how_the_upper_arm_is_turned(truth, bone, below, sign):
    along, upper = np.array((sign, 0.0, 0.0)), BODY_BONES.index(bone)
    bend = np.arccos(
        (truth.turns[:, upper] @ along * (truth.turns[:, BODY_BONES.index(below)] @ along)).sum(-1).clip(-1, 1)
    )
    assert np.allclose(hinged(truth).turns, truth.turns, atol=1e-6)
    about = rotation.from_rotvec(np.radians(15.0) * (truth.turns[:, upper] @ along))
    wrong = turned(truth, bone, about)
    found = hinged(wrong)
    assert np.allclose(found.turns[:, upper] @ along, truth.turns[:, upper] @ along)
    apart = np.degrees(rotation.angle(*(rotation.from_matrix(lifted.turns[:, upper]) for lifted in (found, truth))))
    assert (bend > 0.7).any() and apart[bend > 0.7].max() < 1
    assert apart.max() < 15.1


def test_points_that_are_not_seen_say_nothing(motion, truth):
    points = points_of(motion)
    points = replace(points, visibility=0.3 * points.visibility, image=points.image + 40.0)
    assert np.allclose(in_picture(truth, points, CAMERA).turns, truth.turns)
