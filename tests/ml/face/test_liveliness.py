"""Gains by which a take is bolder than the network."""

import numpy as np

from understudy.ml.face.liveliness import TOO_SMALL, USUAL_GAIN, fit_gains, told
from understudy.ml.face.model import PREDICTED

BROWS = [PREDICTED.index("browOuterUpLeft"), PREDICTED.index("browOuterUpRight")]


def shown(seed: int, size: float, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """What a timid network says of brows, and the truth [20000, 44]."""
    rng = np.random.default_rng(seed)
    truth = np.zeros((20000, len(PREDICTED)))
    truth[:, BROWS] = np.clip(rng.normal(0, 0.4, (20000, 2)), 0, 1)
    raw = np.zeros_like(truth)
    raw[:, BROWS] = TOO_SMALL + size * truth[:, BROWS] + rng.normal(0, noise, (20000, 2)).clip(0)
    return raw, truth


def test_what_is_told_timidly_but_surely_is_told_in_full():
    raw, truth = shown(1, size=0.3, noise=0.001)
    gains = fit_gains(raw, truth)
    errors = np.abs(told(raw, gains)[:, BROWS] - truth[:, BROWS])
    assert errors.mean() < 0.02 < np.abs(told(raw)[:, BROWS] - truth[:, BROWS]).mean()


def test_what_is_told_unsurely_is_enlarged_less():
    sure, unsure = (fit_gains(*shown(2, size=0.3, noise=noise))[BROWS[0]] for noise in (0.001, 0.1))
    assert USUAL_GAIN <= unsure < 0.8 * sure


def test_both_sides_get_one_gain_and_what_never_moves_the_usual_one():
    gains = fit_gains(*shown(3, size=0.2, noise=0.02))
    assert gains[BROWS[0]] == gains[BROWS[1]] != USUAL_GAIN
    assert set(np.delete(gains, BROWS)) == {USUAL_GAIN}


def test_nothing_small_becomes_anything():
    assert not told(np.full((3, len(PREDICTED)), TOO_SMALL * 0.99), (4.0,) * len(PREDICTED)).any()
