"""Lengths of limbs from readings: followed as far as they are known, both sides alike, within what people are."""

from __future__ import annotations

import numpy as np
import pytest

from understudy.ml.body.bank import BODY_BONES, READING
from understudy.ml.body.model import LENGTHS
from understudy.ml.body.proportions import STANDARD, rest_of_lengths
from understudy.ml.body.read_lengths import read_lengths

FRAMES = 12


def readings(**stretched: float) -> np.ndarray:
    """Readings [FRAMES, READING] of a standing standard adult, the joints below some bones moved along them."""
    joints = STANDARD.copy()
    for bone, factor in stretched.items():
        for side, child in (("left", "LowerLeg"), ("right", "LowerLeg")):
            head, tail = BODY_BONES.index(side + bone), BODY_BONES.index(side + child)
            shift = (factor - 1) * (joints[tail] - joints[head])
            for name in (child, "Foot", "Toes"):
                joints[BODY_BONES.index(side + name)] += shift
    told = np.zeros((FRAMES, READING))
    told[:, : joints.size] = joints.ravel()
    return told


def test_longer_thighs_are_told_and_nothing_else():
    usual, long = read_lengths(readings()), read_lengths(readings(UpperLeg=1.08))
    assert list(usual) == list(LENGTHS)
    assert long["thigh"] > 1.08 * usual["thigh"]  # readings are drawn towards the usual, so they are followed further
    for name in LENGTHS:
        if name != "thigh":
            assert long[name] == pytest.approx(usual[name]), name


def test_single_frames_and_frames_without_anybody_say_nothing():
    told = readings(UpperLeg=1.05)
    spoilt = told.copy()
    spoilt[:3] = np.nan
    spoilt[4, : 3 * len(BODY_BONES)] *= 5
    for name, length in read_lengths(told).items():
        assert read_lengths(spoilt)[name] == pytest.approx(length), name


@pytest.mark.parametrize("told", [np.full((4, READING), np.nan), np.zeros((0, READING)), readings(UpperLeg=4.0)])
def test_what_nobody_is_like_is_not_believed(told):
    lengths = read_lengths(told)
    usual = read_lengths(np.full((1, READING), np.nan))
    for name, length in lengths.items():
        assert 0.7 < length / usual[name] < 1.4, name
    assert np.isfinite(rest_of_lengths(lengths)).all()
