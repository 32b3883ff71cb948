"""Standing still: pins, fades and slow curves."""

import numpy as np

from understudy.addon.retarget.pins import bridged, faded, lasting_speed, lowest_around, pinned, runs, smoothed_where


def test_runs_are_found_at_both_ends():
    assert runs(np.array([True, True, False, True])) == [(0, 2), (3, 4)]
    assert runs(np.zeros(3, dtype=bool)) == []


def test_a_drifting_foot_is_held_at_its_mean():
    path = np.stack([np.linspace(0, 0.04, 20), np.zeros(20), np.zeros(20)], axis=-1)
    stands = np.zeros(20, dtype=bool)
    stands[4:15] = True
    place = pinned(path, path, stands, limit=0.1, shift=6)
    assert np.isnan(place[:4]).all() and np.isnan(place[15:]).all()
    assert np.allclose(place[4:15], path[4:15].mean(axis=0))


def test_a_shuffle_is_several_places():
    path = np.zeros((60, 3))
    path[30:, 0] = 0.5
    place = pinned(path, path, np.ones(60, dtype=bool), limit=0.1, shift=6)
    assert np.ptp(place[:20], axis=0).max() < 1e-9
    assert np.ptp(place[40:], axis=0).max() < 1e-9
    assert np.abs(np.diff(place[:, 0])).max() < 0.5 / 3


def test_corrections_fade_without_a_jump_in_place_or_speed():
    there = np.zeros(60, dtype=bool)
    there[20:40] = True
    values = np.where(there, 0.02 + 0.001 * np.arange(60), 0.0)[:, None]
    result = faded(values, there, 8)
    assert np.allclose(result[there], values[there])
    assert np.allclose(result[:11], 0) and np.allclose(result[49:], 0)
    assert np.abs(np.diff(result[:, 0], 2)).max() < 0.006


def test_two_stances_close_together_are_joined():
    there = np.array([True] * 5 + [False] * 4 + [True] * 5)
    values = np.where(np.arange(14) < 7, 0.1, 0.3)[:, None]
    middle = faded(values, there, 8)[5:9, 0]
    assert ((middle > 0.1) & (middle < 0.3)).all() and (np.diff(middle) > 0).all()


def test_gaps_within_a_stance_are_filled():
    known = np.array([False, True, False, False, True, False])
    values = np.array([0.0, 1.0, 0.0, 0.0, 4.0, 0.0])[:, None]
    assert bridged(values, known, np.ones(6, dtype=bool))[:, 0].tolist() == [1, 1, 2, 3, 4, 4]


def test_hips_never_stay_above_what_is_needed():
    needed = -np.abs(np.random.default_rng(0).normal(size=50))
    curve = lowest_around(needed, 3)
    assert len(curve) == 50 and (curve <= needed + 1e-12).all()


def test_a_slow_curve_goes_on_where_nothing_is_known():
    there = np.zeros(90, dtype=bool)
    there[10:20] = True
    curve = smoothed_where(np.where(there, 0.05, 0.0), there, 5.0)
    assert np.allclose(curve, 0.05, atol=1e-9)


def test_only_lasting_speed_counts():
    path = np.zeros((30, 3))
    path[-2:, 0] = [0.05, 0.1]
    assert lasting_speed(path, 30).max() < 1e-9
    path[:, 0] = 0.01 * np.arange(30)
    assert np.allclose(lasting_speed(path, 30), 0.3)
