"""Euler curves in every order: the same turns, without jumps."""

from itertools import permutations

import numpy as np
import pytest
from mathutils import Euler

from understudy.addon.retarget.euler import to_euler
from understudy.ml.take import rotation

ORDERS = ["".join(order) for order in permutations("XYZ")]


def matrix(angles, order):
    return np.array(Euler(angles, order).to_matrix())


@pytest.mark.parametrize("order", ORDERS)
def test_angles_mean_the_turn_as_in_blender(order):
    chance = np.random.default_rng(1)
    turns = rotation.normalize(chance.normal(size=(40, 4)))
    for turn, angles in zip(turns, to_euler(turns, order), strict=True):
        assert np.allclose(matrix(angles, order), rotation.to_matrix(turn), atol=1e-5)


@pytest.mark.parametrize("order", ORDERS)
def test_full_turns_go_on_counting(order):
    axis = np.eye(3)["XYZ".index(order[0])]
    turns = rotation.from_rotvec(np.linspace(0, 4 * np.pi, 121)[:, None] * axis)
    angles = to_euler(turns, order)
    assert np.abs(np.diff(angles, axis=0)).max() < 0.12
    assert np.isclose(angles[-1, "XYZ".index(order[0])], 4 * np.pi)


@pytest.mark.parametrize("order", ORDERS)
def test_through_the_gimbal_lock_nothing_jumps(order):
    """The middle angle goes through 90 degrees and stays there for a while, with the outer ones turned."""
    middle = np.concatenate([np.linspace(0, np.pi / 2, 31), np.full(10, np.pi / 2), np.linspace(np.pi / 2, 2.2, 20)])
    first, _, last = order
    truth = np.zeros((len(middle), 3))
    truth[:, "XYZ".index(order[1])] = middle
    truth[:, "XYZ".index(first)] = 0.4
    truth[:, "XYZ".index(last)] = 0.3
    turns = rotation.from_matrix(np.array([matrix(angles, order) for angles in truth]))
    angles = to_euler(rotation.continuous(turns), order)
    assert np.abs(np.diff(angles, axis=0)).max() < 0.15
    for got, turn in zip(angles, turns, strict=True):
        assert np.allclose(matrix(got, order), rotation.to_matrix(turn), atol=3e-3)
