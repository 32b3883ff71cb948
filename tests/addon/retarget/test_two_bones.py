"""Inverse kinematics in closed form against forward kinematics."""

import numpy as np

from understudy.addon.retarget.two_bones import reach
from understudy.ml.take import rotation

THIGH, SHIN = np.array([0.0, 0.0, -0.42]), np.array([0.0, 0.0, -0.41])
AHEAD = np.array([0.0, -1.0, 0.0])


def solve(target, bend=0.3):
    upper = rotation.from_rotvec([[-bend, 0.0, 0.0]])
    lower = rotation.from_rotvec([[bend, 0.0, 0.0]])
    bones = rotation.rotate(upper, THIGH), rotation.rotate(lower, SHIN)
    new = reach(upper, lower, bones, np.array([target]), AHEAD[None], np.array([0.83]))
    knee = rotation.rotate(new[0], THIGH)[0]
    return knee, knee + rotation.rotate(new[1], SHIN)[0]


def test_the_ankle_gets_there_and_bones_keep_their_length():
    for target in ([0.0, -0.1, -0.75], [0.2, 0.1, -0.6], [0.0, 0.3, -0.5], [0.1, -0.5, -0.2]):
        knee, ankle = solve(target)
        assert np.allclose(ankle, target, atol=1e-9)
        assert np.isclose(np.linalg.norm(knee), 0.42)


def test_knees_bend_forwards_from_a_straight_leg_too():
    for bend in (0.0, 0.3):
        knee, ankle = solve([0.0, 0.0, -0.7], bend)
        assert np.allclose(ankle, [0, 0, -0.7])
        assert knee[1] < -0.05


def test_out_of_reach_the_leg_points_there():
    _, ankle = solve([0.0, -1.0, -1.0])
    assert np.allclose(ankle / np.linalg.norm(ankle), np.array([0, -1, -1]) / np.sqrt(2), atol=1e-6)
    assert np.isclose(np.linalg.norm(ankle), 0.83)


def test_a_target_where_the_ankle_is_changes_nothing():
    upper = rotation.from_rotvec([[-0.2, 0.1, 0.0]])
    lower = rotation.from_rotvec([[0.4, 0.0, 0.1]])
    bones = rotation.rotate(upper, THIGH), rotation.rotate(lower, SHIN)
    new = reach(upper, lower, bones, bones[0] + bones[1], AHEAD[None], np.array([0.83]))
    assert np.allclose(new[0], upper) and np.allclose(new[1], lower)
