"""Knees told nearly straight become straighter; bent ones stay as they are."""

from __future__ import annotations

import numpy as np

from understudy.ml.body.bank import BODY_BONES
from understudy.ml.body.knees import too_far, with_straighter_knees
from understudy.ml.body.lift import Lifted
from understudy.ml.take import rotation

THIGH, SHIN = BODY_BONES.index("leftUpperLeg"), BODY_BONES.index("leftLowerLeg")


def standing(bends: np.ndarray) -> Lifted:
    """Somebody whose left knee bends by `bends` [T] degrees, the ankle below the hip, turned about by 50 degrees."""
    count = len(bends)
    turns = np.tile(np.eye(3), (count, len(BODY_BONES), 1, 1))
    about = rotation.to_matrix(rotation.from_rotvec((0.1, 0.2, np.radians(50))))
    for bone, sign in ((THIGH, -0.5), (SHIN, 0.5)):
        turns[:, bone] = rotation.to_matrix(rotation.from_rotvec(np.radians(bends)[:, None] * sign * (1.0, 0.0, 0.0)))
    zeros = np.zeros((count, 3))
    return Lifted(about @ turns, zeros, zeros, np.zeros((count, 4)), {})


def bend(lifted: Lifted) -> np.ndarray:
    down = np.array((0.0, 0.0, -1.0))
    above, below = lifted.turns[:, THIGH] @ down, lifted.turns[:, SHIN] @ down
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(above, below), axis=1), (above * below).sum(axis=1)))


def test_knees_straighten_by_some_degrees_and_never_the_other_way():
    told = np.array([0.0, 1.0, 8.0, 22.0, 30.0, 60.0, 120.0])
    found = bend(with_straighter_knees(standing(told)))
    assert np.allclose(found, told - np.degrees(too_far(np.radians(told))), atol=1e-3)
    assert np.allclose(found[[0, 5, 6]], told[[0, 5, 6]], atol=0.1)
    assert (found >= told / 2 - 1e-3).all() and 4 < told[3] - found[3] < 6


def test_more_bent_stays_more_bent():
    told = np.radians(np.linspace(0, 140, 400))
    assert (np.diff(told - too_far(told)) > 0).all()


def test_the_ankle_stays_below_the_hip():
    before = standing(np.array([20.0, 35.0]))
    after = with_straighter_knees(before)
    down = np.array((0.0, 0.0, -1.0))

    def ankle(lifted: Lifted) -> np.ndarray:
        way = lifted.turns[:, THIGH] @ down + lifted.turns[:, SHIN] @ down
        return way / np.linalg.norm(way, axis=1, keepdims=True)

    assert np.allclose(ankle(after), ankle(before), atol=1e-6)
    others = [i for i in range(len(BODY_BONES)) if i not in (THIGH, SHIN)]
    assert np.allclose(after.turns[:, others], before.turns[:, others])
