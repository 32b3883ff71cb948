"""Figures of the body evaluation on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from understudy.ml.body import metrics
from understudy.ml.body.analytic import Motion
from understudy.ml.body.evaluate import compare, of_motion
from understudy.ml.body.evaluation_clips import EvaluationClip
from understudy.ml.camera import default_camera
from understudy.ml.features.arrays import empty_features
from understudy.ml.take import CAPTURED_BONES, STANDARD_REST, joint_positions, parent_indices, rotation

RNG = np.random.default_rng(1)
JOINTS = RNG.normal(size=(6, 12, 3))


def test_mpjpe_counts_distance_and_forgets_the_root():
    moved = JOINTS + np.array((0.3, 0.0, 0.4))
    assert metrics.mpjpe(moved, JOINTS) == pytest.approx(0.5)
    assert metrics.mpjpe(moved, JOINTS, root=2) == pytest.approx(0.0, abs=1e-12)


def test_pa_mpjpe_forgets_turn_scale_and_place_but_not_mirroring():
    turned = 1.7 * rotation.rotate(rotation.from_rotvec((0.3, -1.0, 2.0)), JOINTS) + (1.0, 2.0, 3.0)
    assert metrics.pa_mpjpe(turned, JOINTS) == pytest.approx(0.0, abs=1e-9)
    assert metrics.pa_mpjpe(JOINTS * (-1, 1, 1), JOINTS) > 0.1


def test_direction_degrees():
    angles = metrics.direction_degrees([(1, 0, 0), (0, 2, 0), (0, 0, -1)], [(0, 3, 0), (0, 1, 0), (0, 0, 5)])
    assert angles == pytest.approx([90, 0, 180])


def test_jitter_of_steady_motion_is_zero_and_ratio_compares():
    steady = np.arange(10.0)[:, None, None] * np.ones((1, 2, 3))
    assert metrics.jitter(steady, 30) == pytest.approx(0)
    curve = (np.arange(10.0) ** 2)[:, None, None] * np.ones((1, 2, 3))
    assert metrics.jitter_ratio(3 * curve, curve, 30) == pytest.approx(3)
    assert metrics.jitter(JOINTS[:1], 30) == 0


def test_foot_skate_counts_planted_frames_and_the_floor_alone():
    feet = np.zeros((5, 1, 3))
    feet[:, 0, 0] = (0, 0, 0.01, 0.02, 0.5)
    feet[:, 0, 2] = (0, 1, 2, 3, 4)
    planted = np.array([[True], [True], [True], [True], [False]])
    assert metrics.foot_skate(feet, planted, 30) == pytest.approx(30 * 0.02 / 3)
    assert metrics.foot_skate(feet, np.zeros((5, 1)), 30) == 0


def test_f1():
    assert metrics.f1([1, 1, 0, 0], [1, 0, 1, 0]) == pytest.approx(0.5)
    assert metrics.f1([0, 0], [0, 0]) == 1
    assert metrics.f1([0, 1], [1, 0]) == 0


def test_path_error_forgets_where_it_began_but_not_its_length():
    path = np.stack((np.linspace(0, 2, 11), np.zeros(11), np.zeros(11)), axis=-1)
    assert metrics.path_error(path + np.full(3, 5), path) == pytest.approx(0)
    assert metrics.path_error(0.5 * path, path) > 0.2


def test_hands_and_fingers_count_where_they_were_seen_and_fingers_beside_their_hand():
    count, rest = 8, np.array([STANDARD_REST[name] for name in CAPTURED_BONES])
    true = np.tile(rotation.IDENTITY, (count, len(CAPTURED_BONES), 1))
    joints = joint_positions(true, np.tile(rest[0], (count, 1)), rest, parent_indices(CAPTURED_BONES))
    told = true.copy()
    left = [i for i, name in enumerate(CAPTURED_BONES) if name.startswith("left") and name[-4:] in ("imal", "stal")]
    hand = CAPTURED_BONES.index("leftHand")
    told[:4, [hand, *left]] = rotation.from_rotvec((np.radians(30.0), 0.0, 0.0))
    told[4:, hand] = rotation.from_rotvec((np.radians(90.0), 0.0, 0.0))
    features = empty_features(np.arange(count) / 30, (640, 480))
    features.left_hand_confidence[:4] = 0.9
    none = np.zeros((count, 4), dtype=bool)
    motion = Motion("still", 30.0, CAPTURED_BONES, true, np.tile(rest[0], (count, 1)), rest)
    clip = EvaluationClip(motion, none, none, default_camera(640, 480), np.array((0.0, -5.0, 1.0)), features)
    figures = compare(of_motion(joints, told, rest), of_motion(joints, true, rest), clip)
    assert figures["hands_degrees"] == pytest.approx(30.0)
    assert figures["hands_all_degrees"] == pytest.approx((4 * 30 + 4 * 90) / 16)
    # Intermediate bones and the metacarpal stay behind: 6 of the 15, by the hand's 30 degrees.
    behind = 15 - len(left)
    assert figures["fingers_degrees"] == pytest.approx(30.0 * behind / 15)
