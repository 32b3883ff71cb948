"""How the camera was tilted: what is read of it, beside how cameras are held."""

from __future__ import annotations

import numpy as np
import pytest

from understudy.ml.body.tilt import as_cameras_are, less_tilted, level_axes


def tilted(pitch, roll=0.0):
    """The turn to level axes of a camera that looks up by `pitch` degrees and is rolled."""
    across, ahead = np.sin(np.radians(roll)), np.sin(np.radians(pitch))
    return level_axes(np.array([[across, ahead, np.sqrt(1 - across**2 - ahead**2)]]), np.ones(1))


def pitch_of(to_level):
    return np.degrees(np.arcsin(to_level[2, 1]))


def test_what_is_nearly_level_is_taken_for_level():
    for read in (-8, -5, -2, 0, 3):
        assert abs(pitch_of(as_cameras_are(tilted(read)))) < max(4.0, abs(read) - 3)


@pytest.mark.parametrize("read", [-30, -22, 20, 28])
def test_steep_cameras_are_believed(read):
    found = pitch_of(as_cameras_are(tilted(read)))
    assert np.sign(found) == np.sign(read) and abs(found) > abs(read) - 5


def test_what_is_read_steeper_is_found_steeper_and_nothing_jumps():
    found = np.array([pitch_of(as_cameras_are(tilted(read))) for read in np.arange(-40, 41, 0.5)])
    steps = np.diff(found)
    assert (steps > 0).all() and steps.max() < 1.0


def test_roll_stays_and_axes_are_square():
    found = as_cameras_are(tilted(-12, roll=7))
    assert np.degrees(np.arcsin(found[2, 0])) == pytest.approx(7, abs=1e-6)
    assert np.allclose(found @ found.T, np.eye(3)) and np.linalg.det(found) == pytest.approx(1)


def test_without_legs_half_of_a_tilt_is_believed():
    up = np.tile(tilted(20)[2], (3, 1))
    assert np.degrees(np.arcsin(less_tilted(up, np.zeros(3))[:, 1])) == pytest.approx(10, abs=0.3)
    assert np.allclose(less_tilted(up, np.ones(3)), up)
