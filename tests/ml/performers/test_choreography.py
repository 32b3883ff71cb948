"""Curves, chains and planted feet; the demonstration clip's truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from understudy.ml.performers.choreography import eased, plant_feet, turn
from understudy.ml.performers.demo_clip import demo_performer, demo_take
from understudy.ml.performers.demo_sound import speech_sound
from understudy.ml.take import joint_positions, load_take, parent_indices, rotation
from understudy.ml.take.contract import validate

DEMO = Path(__file__).resolve().parents[3] / "demo"


@pytest.fixture(scope="module")
def performer():
    return demo_performer()


def test_eased_rests_at_its_keys_and_never_overshoots():
    curve = eased(np.linspace(-1, 3, 401), [(0, 0), (1, 2), (2, -1)])
    assert curve[0] == 0 and curve[-1] == -1
    assert curve.max() == pytest.approx(2, abs=1e-3) and curve.min() >= -1


def test_planted_feet_reach_their_places_with_legs_of_their_own_length(performer):
    skeleton = performer.skeleton
    names = list(skeleton.names)
    rest = skeleton.rest_positions
    turns = np.tile(np.array(rotation.IDENTITY), (3, len(names), 1))
    hips = np.add([[0, 0, -0.05], [0.03, -0.1, -0.2], [0, 0, -0.3]], rest[0])
    ankle = np.tile(rest[names.index("leftFoot")], (3, 1)) + np.array([0.04, -0.05, 0])
    planted = plant_feet(skeleton, turns, hips, {"left": ankle}, {"left": turn("Z", np.zeros(3))})
    joints = joint_positions(planted, hips, rest, parent_indices(names))
    np.testing.assert_allclose(joints[:, names.index("leftFoot")], ankle, atol=2e-3)
    knee = joints[:, names.index("leftLowerLeg")]
    middle = (joints[:, names.index("leftUpperLeg")] + ankle) / 2
    assert (knee[:, 1] < middle[:, 1]).all(), "knees bend forward"


def test_the_demo_take_holds_to_the_contract_and_its_feet_stay(performer):
    take = validate(demo_take(performer))
    joints = joint_positions(take.rotations, take.hips_position, take.rest_positions, parent_indices(take.bone_names))
    foot = joints[:, take.bone_names.index("rightFoot")]
    assert np.ptp(foot, axis=0).max() < 0.005
    assert joints[..., 2].min() > -0.02
    steps = np.degrees(rotation.angle(take.rotations[1:], take.rotations[:-1]))
    fingers = np.array(
        [name.endswith(("Proximal", "Intermediate", "Distal", "Metacarpal")) for name in take.bone_names]
    )
    assert steps[:, ~fingers].max() < 25, "nothing jumps from one frame to the next"
    assert steps[:, fingers].max() < 45


def test_the_bundled_truth_is_the_scripts(performer):
    truth = load_take(DEMO / "clip.truth.take.npz")
    made = demo_take(performer)
    np.testing.assert_allclose(truth.face_weights, made.face_weights, atol=1e-6)
    np.testing.assert_allclose(truth.hips_position, made.hips_position, atol=1e-6)
    assert (DEMO / "clip.mp4").stat().st_size < 2_000_000


def test_speech_is_heard_only_while_it_is_spoken():
    sound = speech_sound(np.full(60, 0.5), 30.0, 8000, 0.5, 1.5)
    assert len(sound) == 16000
    assert np.abs(sound[:3900]).max() == 0 and np.abs(sound[5000:11000]).max() > 0.1
