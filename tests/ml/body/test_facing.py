"""Fronts and backs kept apart over time."""

from __future__ import annotations

import numpy as np

from understudy.ml.body.bank import BODY_BONES, BODY_PARENTS, READING
from understudy.ml.body.facing import facing_kept, turned_round
from understudy.ml.take import STANDARD_REST, joint_positions, rotation

FPS = 30.0
REST = np.array([STANDARD_REST[name] for name in BODY_BONES])


def read(yaw, distance):
    """Readings of somebody who stands in a T-pose, turned by yaw [T] radians, 0 = facing the camera."""
    turn = rotation.from_rotvec(np.stack((0 * yaw, 0 * yaw, yaw), axis=-1))
    turns = np.repeat(turn[:, None], len(BODY_BONES), axis=1)
    joints = joint_positions(turns, np.zeros((len(yaw), 3)), REST - REST[0], BODY_PARENTS)
    columns = rotation.to_matrix(turns)[..., :2]
    parts = (joints.reshape(len(yaw), -1), columns.reshape(len(yaw), -1), np.log(distance)[:, None])
    return np.concatenate(parts, axis=1)


def test_turned_round_twice_is_as_it_was_and_once_is_the_back_of_the_front():
    front = read(np.zeros(2), np.full(2, 3.0))
    assert front.shape[1] == READING
    assert np.allclose(turned_round(turned_round(front)), front)
    assert np.allclose(turned_round(front), read(np.full(2, np.pi), np.full(2, 3.0)), atol=1e-9)


def test_some_frames_read_from_behind_are_turned_back():
    true = read(np.linspace(-0.5, 0.6, 90), np.full(90, 3.0))
    wrong = true.copy()
    wrong[20:45] = turned_round(true[20:45])
    wrong[60] = np.nan
    kept = facing_kept(wrong, np.zeros((90, 2)), FPS)
    seen = np.arange(90) != 60
    assert np.allclose(kept[seen], true[seen]) and np.isnan(kept[60]).all()


def test_a_full_turn_stays_a_turn():
    true = read(np.linspace(0, 2 * np.pi, 60), np.full(60, 3.0))
    assert np.allclose(facing_kept(true, np.zeros((60, 2)), FPS), true)


def test_who_comes_nearer_faces_the_camera():
    true = read(np.full(90, 0.1), np.linspace(6.0, 2.5, 90))
    mostly_wrong = turned_round(true)
    mostly_wrong[70:] = true[70:]
    assert np.allclose(facing_kept(mostly_wrong, np.zeros((90, 2)), FPS), true)


def test_nothing_seen_stays_nothing():
    nothing = np.full((5, READING), np.nan)
    assert np.isnan(facing_kept(nothing, np.full((5, 2), np.nan), FPS)).all()
