"""The evaluation's figures on inputs whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from understudy.ml.face.evaluate import EvaluationError, evaluate_face, table
from understudy.ml.face.metrics import (
    REGIONS,
    Estimate,
    blink_f1,
    by_region,
    gaze_error,
    gaze_of_weights,
    lag,
    measure,
    region_columns,
    vertex_error,
)
from understudy.ml.face.watch_videos import reprojection, stillness
from understudy.ml.performers import gaze_weights
from understudy.ml.take import FACE_NAMES, rotation


def curves(frames: int = 90) -> np.ndarray:
    time = np.arange(frames)[:, None] / 30
    phase = np.arange(52)[None] * 0.7
    weights = 0.4 + 0.4 * np.sin(2 * np.pi * 0.8 * time + phase)
    weights[:10] = 0
    return weights


def estimate(weights: np.ndarray, degrees: float = 0.0) -> Estimate:
    head = np.tile(rotation.from_rotvec((0, 0, np.radians(degrees))), (len(weights), 1))
    return Estimate(weights, np.full((len(weights), 2, 2), degrees), head)


def test_the_truth_itself_is_perfect():
    truth = estimate(curves())
    figures = measure([truth], [truth])
    assert figures.weight_mae == figures.vertex_mm == figures.head_degrees == figures.neutral_bias == 0
    assert figures.correlation == pytest.approx(1) and figures.jitter_ratio == pytest.approx(1)
    assert figures.blink_f1 == 1 and figures.lag_frames == pytest.approx(0, abs=0.05)


def test_known_errors_are_measured_as_they_are():
    truth = estimate(curves())
    guess = estimate(np.clip(truth.weights + 0.1, 0, 1), degrees=5.0)
    figures = measure([guess], [truth])
    assert figures.head_degrees == pytest.approx(5.0, abs=1e-6)
    assert figures.weight_mae == pytest.approx(0.1) and figures.neutral_bias == pytest.approx(0.1)
    assert figures.gaze_degrees == pytest.approx(np.degrees(np.arccos(np.cos(np.radians(5)) ** 2)), abs=1e-3)


def test_vertex_error_is_in_millimetres():
    actions = np.zeros((52, 13380, 3))
    actions[0, :100, 2] = 0.004
    guess, truth = np.zeros((4, 52)), np.zeros((4, 52))
    guess[:, 0] = 0.5
    assert vertex_error(guess, truth, actions) == pytest.approx(2.0)


@pytest.mark.parametrize("shift", [-2, 0, 1, 3])
def test_lag_is_found_with_its_sign(shift):
    rng = np.random.default_rng(0)
    from scipy.ndimage import gaussian_filter1d

    truth = gaussian_filter1d(rng.normal(size=(200, 52)), 2, axis=0)
    assert lag([(np.roll(truth, shift, axis=0), truth)]) == pytest.approx(shift, abs=0.1)


def test_blinks_are_counted_as_events():
    column = FACE_NAMES.index("eyeBlinkLeft")
    truth, guess = np.zeros((60, 52)), np.zeros((60, 52))
    truth[10:14, column] = truth[30:34, column] = 1
    guess[12:15, column] = guess[50:53, column] = 0.8
    assert blink_f1([(guess, truth)]) == pytest.approx(0.5)


def test_gaze_and_its_weights_are_inverse_within_range():
    gaze = np.array([[[12.0, -9.0], [-20.0, 15.0]]])
    np.testing.assert_allclose(gaze_of_weights(gaze_weights(gaze)), gaze)
    assert gaze_error(gaze, gaze).max() < 1e-5


def test_every_weight_is_in_one_region():
    together = sorted(column for region in REGIONS for column in region_columns(region))
    assert together == list(range(52))
    truth = estimate(curves())
    assert by_region([truth], [truth])["brows_r"] == pytest.approx(1)


def test_without_truth_stillness_and_reprojection_tell_good_from_bad():
    rng = np.random.default_rng(0)
    weights = np.clip(np.cumsum(rng.normal(0, 0.05, (240, 52)), axis=0), 0, 1)
    basis = rng.normal(0, 0.02, (52, 478 * 3))
    face = (weights @ basis).reshape(240, 478, 3)
    assert reprojection(face, weights) < 0.5 < 0.9 < reprojection(face, rng.random((240, 52)))
    still = np.zeros((240, 478, 3))
    still[120:, :, 0] = 1
    assert stillness(still, np.zeros((240, 52))) == 0 < stillness(still, rng.random((240, 52)))


def test_training_people_are_not_evaluated_on():
    with pytest.raises(EvaluationError, match="training"):
        evaluate_face(seeds=(1000,))


def test_the_whole_evaluation_runs_and_ours_beats_nothing():
    from understudy.ml.performers import Renderer, RendererError

    try:
        Renderer(16, 16).close()
    except RendererError as error:
        pytest.skip(str(error))
    rows = evaluate_face(seeds=(3,), frames=60)
    assert list(rows) == ["zero", "ours", "ours live"]
    assert rows["ours"]["correlation"] > 0.2
    assert "head_degrees" not in rows["zero"] and "ours" in table(rows)
