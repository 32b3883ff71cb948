"""Figures of the body evaluation on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from understudy.ml.body import metrics
from understudy.ml.take import rotation

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
