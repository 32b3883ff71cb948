"""Gains by which a take is bolder than the network."""

import numpy as np

from understudy.ml.face.liveliness import USUAL_GAIN, fit_gains, told
from understudy.ml.face.model import PREDICTED

BROWS = [PREDICTED.index("browOuterUpLeft"), PREDICTED.index("browOuterUpRight")]


def shown(seed: int, size: float, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """What a timid network says of brows, and the truth [20000, 44]."""
    rng = np.random.default_rng(seed)
    truth = np.zeros((20000, len(PREDICTED)))
    truth[:, BROWS] = np.clip(rng.normal(0, 0.4, (20000, 2)), 0, 1)
    raw = np.zeros_like(truth)
    raw[:, BROWS] = size * truth[:, BROWS] + rng.normal(0, noise, (20000, 2)).clip(0)
    return raw, truth


def test_what_is_told_timidly_but_surely_is_told_in_full():
    raw, truth = shown(1, size=0.5, noise=0.001)
    gains = fit_gains(raw, truth)
    errors = np.abs(told(raw, gains)[:, BROWS] - truth[:, BROWS])
    assert errors.mean() < 0.5 * np.abs(told(raw)[:, BROWS] - truth[:, BROWS]).mean()


def test_what_is_told_unsurely_is_enlarged_less():
    sure, unsure = (fit_gains(*shown(2, size=0.5, noise=noise))[BROWS[0]] for noise in (0.001, 0.1))
    assert USUAL_GAIN <= unsure < 0.9 * sure


def test_both_sides_get_one_gain_and_what_never_moves_the_usual_one():
    gains = fit_gains(*shown(3, size=0.2, noise=0.02))
    assert gains[BROWS[0]] == gains[BROWS[1]] != USUAL_GAIN
    assert set(np.delete(gains, BROWS)) == {USUAL_GAIN}


def test_what_the_network_hardly_dares_to_tell_is_told_a_little():
    raw = np.linspace(0, 1, 101)[:, None].repeat(len(PREDICTED), axis=1)
    weights = told(raw)
    assert (np.diff(weights, axis=0) >= 0).all() and weights[0].max() == 0 and weights[-1].min() == 1
    jaw, blink = weights[:, PREDICTED.index("jawLeft")], weights[:, PREDICTED.index("eyeBlinkLeft")]
    assert 0 < jaw[2] < 0.01 and jaw[50] > 0.55  # small ones smaller, larger ones bolder
    assert blink[42] > 0.5 > blink[40]
    assert told(raw, (4.0,) * len(PREDICTED))[2].max() < 0.02


def test_a_tongue_has_to_be_believed_more():
    raw = np.zeros(len(PREDICTED))
    for name in ("tongueOut", "jawForward"):
        raw[PREDICTED.index(name)] = 0.15
    shown = told(raw)
    assert shown[PREDICTED.index("tongueOut")] < 0.7 * shown[PREDICTED.index("jawForward")]
    raw[PREDICTED.index("tongueOut")] = 0.8
    assert told(raw)[PREDICTED.index("tongueOut")] > 0.75
