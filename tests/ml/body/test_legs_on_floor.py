"""Feet that stand: still in place and heading while they do, free again when they turn."""

from __future__ import annotations

import numpy as np
import pytest

from understudy.ml.body.contacts import level_contacts
from understudy.ml.body.legs_on_floor import reach_ankle, stand_on_floor
from understudy.ml.body.metrics import foot_skate
from understudy.ml.take import CAPTURED_BONES, STANDARD_REST, joint_positions, parent_indices, rotation

FPS = 30.0
FRAMES = 60
REST = np.array([STANDARD_REST[name] for name in CAPTURED_BONES])
FEET = [CAPTURED_BONES.index(name) for name in ("leftFoot", "leftToes", "rightFoot", "rightToes")]


def yaw(degrees):
    return rotation.from_rotvec(np.radians(degrees)[:, None] * (0.0, 0.0, 1.0))


def stood(turns, contacts=None):
    contacts = np.ones((FRAMES, 4), dtype=bool) if contacts is None else contacts
    hips = np.tile(REST[0] - (0, 0, 0.03), (FRAMES, 1))
    rotations, hips = stand_on_floor(turns, hips, REST, contacts, FPS, 0.03)
    return rotations, joint_positions(rotations, hips, REST, parent_indices(CAPTURED_BONES))[:, FEET]


def standing():
    return np.tile(rotation.IDENTITY, (FRAMES, len(CAPTURED_BONES), 1))


def with_legs(turns, by):
    """Both legs turned about the vertical [T, 4]."""
    turns = turns.copy()
    for bone, name in enumerate(CAPTURED_BONES):
        if name.endswith(("UpperLeg", "LowerLeg", "Foot", "Toes")):
            turns[:, bone] = rotation.multiply(by, turns[:, bone])
    return turns


@pytest.mark.parametrize("planted", [slice(0, FRAMES), slice(20, 40)])
def test_a_standing_foot_keeps_heel_and_toes_where_they_are(planted):
    wobble = 8 * np.sin(np.arange(FRAMES) / 3)
    contacts = np.zeros((FRAMES, 4), dtype=bool)
    contacts[planted] = True
    turns = with_legs(standing(), yaw(wobble))
    _, feet = stood(turns, contacts)
    assert foot_skate(feet, contacts, FPS) < 0.002
    assert foot_skate(stood(turns, np.zeros_like(contacts))[1], contacts, FPS) > 0.05


def test_a_foot_that_turns_round_is_followed():
    turning = yaw(np.linspace(0, 120, FRAMES))
    rotations, _ = stood(with_legs(standing(), turning))
    away = np.degrees(rotation.angle(rotations[:, FEET[0]], turning))
    assert away[[0, -1]].max() < 1 and away.max() < 20


def test_between_stances_a_foot_goes_from_one_heading_to_the_next_without_a_jump():
    contacts = np.ones((FRAMES, 4), dtype=bool)
    contacts[25:35] = False
    heading = 20 * np.clip((np.arange(FRAMES) - 25) / 10, 0, 1)
    rotations, _ = stood(with_legs(standing(), yaw(heading)), contacts)
    steps = np.degrees(rotation.angle(rotations[1:, FEET[0]], rotations[:-1, FEET[0]]))
    assert steps.max() < 6


@pytest.mark.parametrize("behind", [1.0, 5.0])
def test_a_knee_that_was_read_behind_its_leg_bends_to_the_front(behind):
    thigh, shin, foot = (CAPTURED_BONES.index(f"left{part}") for part in ("UpperLeg", "LowerLeg", "Foot"))
    turns = np.tile(np.array(rotation.IDENTITY), (3, len(CAPTURED_BONES), 1))
    turns[:, thigh] = rotation.from_rotvec((np.radians(behind), 0, 0))
    turns[:, shin] = rotation.from_rotvec((np.radians(-behind), 0, 0))  # the shin swings to the front: not as knees do
    joints = joint_positions(turns, np.zeros((3, 3)), REST, parent_indices(CAPTURED_BONES))
    assert (joints[:, shin, 1] > joints[:, [thigh, foot], 1].mean(axis=1)).all()
    target = joints[:, foot] + (0, 0, 0.05)
    reach_ankle(turns, joints, target, (thigh, shin, foot))
    joints = joint_positions(turns, np.zeros((3, 3)), REST, parent_indices(CAPTURED_BONES))
    assert np.allclose(joints[:, foot], target, atol=1e-6)
    assert (joints[:, shin, 1] < joints[:, [thigh, foot], 1].mean(axis=1) - 0.05).all(), "forward is -Y"


@pytest.mark.parametrize(
    ("degrees", "heel", "toe"), [(0.0, 0.9, 0.9), (10.0, 0.9, 0.9), (45.0, 0.0, 0.9), (-45.0, 0.9, 0.0)]
)
def test_a_foot_on_tiptoe_does_not_stand_on_its_heel(degrees, heel, toe):
    turns = standing()
    turns[:, FEET[0]] = turns[:, FEET[1]] = rotation.from_rotvec((np.radians(degrees), 0.0, 0.0))  # + toes down
    joints = joint_positions(turns, np.tile(REST[0], (FRAMES, 1)), REST, parent_indices(CAPTURED_BONES))
    sure = level_contacts(np.full((FRAMES, 4), 0.9), joints, REST)
    np.testing.assert_allclose(sure, np.tile((heel, toe, 0.9, 0.9), (FRAMES, 1)), atol=1e-9)
