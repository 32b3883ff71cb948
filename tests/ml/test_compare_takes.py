"""Comparing takes: exact on known differences."""

import numpy as np
import pytest

from understudy.ml.compare import compare_takes
from understudy.ml.take import CAPTURED_BONES, STANDARD_REST, Take, rotation


def standing_take(frames: int = 20, turn_degrees: float = 0.0, **changes) -> Take:
    rest = np.array([STANDARD_REST[name] for name in CAPTURED_BONES])
    turn = rotation.from_rotvec(np.radians([0.0, turn_degrees, 0.0]))
    values = {
        "fps": 30.0,
        "times": np.arange(frames) / 30,
        "face_weights": np.tile(np.linspace(0, 1, frames)[:, None], (1, 52)),
        "head_rotation": np.tile(rotation.IDENTITY, (frames, 1)),
        "gaze": np.zeros((frames, 2, 2)),
        "bone_names": CAPTURED_BONES,
        "rotations": np.tile(turn, (frames, len(CAPTURED_BONES), 1)),
        "hips_position": np.tile(rest[0], (frames, 1)),
        "rest_positions": rest,
    }
    return Take(**{**values, **changes})


def test_a_take_is_no_way_from_itself():
    same = compare_takes(standing_take(), standing_take())
    assert same.frames == 20
    assert same.face_correlation == pytest.approx(1)
    for value in (same.face_weight_error, same.head_degrees, same.gaze_degrees, same.path_centimetres):
        assert value == pytest.approx(0, abs=1e-9)
    assert same.bone_direction_degrees == pytest.approx(0, abs=1e-3)


def test_a_body_tilted_by_ten_degrees_is_ten_degrees_away():
    # About Y every segment in the frontal plane turns by the whole angle; the neck's small depth takes a little off.
    tilted = compare_takes(standing_take(turn_degrees=10), standing_take())
    assert tilted.bone_direction_degrees == pytest.approx(10, abs=0.2)


def test_known_differences_of_face_gaze_and_path():
    truth = standing_take()
    way = np.zeros((20, 3))
    way[10:, 0] = 0.2
    take = standing_take(
        face_weights=1 - truth.face_weights, gaze=np.full((20, 2, 2), 3.0), hips_position=truth.hips_position + way
    )
    found = compare_takes(take, truth)
    assert found.face_correlation == pytest.approx(-1)
    assert found.gaze_degrees == pytest.approx(3 * np.sqrt(2))
    assert found.path_centimetres == pytest.approx(10)


def test_missing_parts_are_none_and_shorter_takes_compare_what_they_share():
    truth = standing_take()
    face_only = Take(fps=30.0, times=truth.times[:8], face_weights=truth.face_weights[:8])
    found = compare_takes(face_only, truth)
    assert found.frames == 8
    assert found.bone_direction_degrees is None and found.gaze_degrees is None
    assert found.face_weight_error == pytest.approx(0)
