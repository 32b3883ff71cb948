"""Behaviour: the gait, generated takes against what was asked for, and what users get wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from understudy.ml.behaviour.base import base
from understudy.ml.behaviour.frechet import frechet_distance
from understudy.ml.behaviour.gait import phase_of, shipped_gait, stride_of, walk
from understudy.ml.behaviour.generate import BehaviourError, GenerateOptions, generate
from understudy.ml.behaviour.metrics import beat_alignment, drift, joints_of, skate
from understudy.ml.behaviour.pose import FPS, features_of, motion_of
from understudy.ml.behaviour.train import SMOKE, generator_of_run, train_behaviour
from understudy.ml.cli import main
from understudy.ml.take import CAPTURED_BONES, FACE_NAMES, Take, load_take, rotation
from understudy.ml.training import TrainingError

LIDS = [FACE_NAMES.index("eyeBlinkLeft"), FACE_NAMES.index("eyeBlinkRight")]
HEAD = CAPTURED_BONES.index("head")


def made(behaviour: str, seconds: float = 20, **more: object) -> Take:
    return generate(GenerateOptions(behaviour, seconds, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("behaviour", ["idle", "listen", "talk", "walk"])
def test_a_take_is_as_long_as_asked_for_and_stands_on_its_feet(behaviour: str) -> None:
    take = made(behaviour, 20.5, travel=behaviour == "walk")
    assert take.frame_count == 615
    assert skate(take) < 1.0  # cm/s
    feet = [CAPTURED_BONES.index(name) for name in ("leftToes", "rightToes", "leftFoot", "rightFoot")]
    heights = joints_of(take)[:, feet, 2] - np.asarray(take.rest_positions)[feet, 2]
    assert heights.min() > -0.005
    blinks = (np.asarray(take.face_weights)[:, LIDS].mean(axis=1) > 0.8).sum()
    assert blinks > 2


@pytest.mark.parametrize("behaviour", ["idle", "talk", "walk"])
def test_nothing_drifts_in_five_minutes(behaviour: str) -> None:
    assert drift(made(behaviour, 300)) < 6.0  # centimetres: a weight shift


def test_walking_stays_in_place_unless_it_is_to_travel() -> None:
    stays, goes = (np.asarray(made("walk", 30, travel=travel).hips_position) for travel in (False, True))
    assert np.ptp(stays[:, :2], axis=0).max() < 0.2
    assert -60 < goes[-1, 1] - goes[0, 1] < -18  # metres forward, which is -Y
    assert abs(goes[-1, 0] - goes[0, 0]) < 0.5


def test_the_same_seed_is_the_same_take_and_another_is_another() -> None:
    first, again, other = (np.asarray(made("talk", 8, seed=seed).rotations) for seed in (4, 4, 5))
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > 0.05


def test_gestures_strike_with_the_voice() -> None:
    found = [beat_alignment(made("talk", 60, seed=seed)) for seed in range(3)]
    assert min(near for near, _ in found) > max(chance for _, chance in found) + 0.05


def test_emotion_carries_body_and_face() -> None:
    plain, sad = made("idle", 8), made("idle", 8, emotion="sadness", strength=1.0)
    front = [rotation.rotate(np.asarray(take.rotations)[:, HEAD], [0.0, -1.0, 0.0]) for take in (plain, sad)]
    assert front[1][:, 2].mean() < front[0][:, 2].mean() - 0.2  # the head hangs
    frown = FACE_NAMES.index("mouthFrownLeft")
    assert np.asarray(sad.face_weights)[:, frown].mean() > 0.3
    assert sad.emotion is not None


def test_long_takes_have_no_seams() -> None:
    turns = np.asarray(made("walk", 100).rotations)
    steps = np.abs(np.diff(turns * np.sign((turns[:1] * turns).sum(-1, keepdims=True) + 1e-9), axis=0)).max(axis=(1, 2))
    for border in (900 - 32, 1800 - 32, 2700 - 32):  # where the network's pieces meet
        assert steps[border - 3 : border + 3].max() <= np.percentile(steps, 99.9)


def test_a_drawn_walk_has_the_stride_it_was_drawn_with() -> None:
    gait = shipped_gait()
    motion, contacts = walk(gait, np.random.default_rng(3), 300)
    phase = phase_of(motion)
    touches = np.flatnonzero(np.diff(contacts[:, 0].astype(int)) > 0)  # the left heel comes down once a stride
    assert np.abs(np.diff(phase[touches[1:-1]]) / (2 * np.pi) - 1).max() < 0.15
    stride = stride_of(motion)
    assert stride is not None
    assert np.exp(stride.vector[0]) == pytest.approx(FPS / np.diff(touches).mean(), rel=0.05)


def test_features_give_the_motion_back() -> None:
    motion, _ = walk(shipped_gait(), np.random.default_rng(1), 150)
    again = motion_of(features_of(motion), travelling=True)
    same = np.abs((motion.rotations * again.rotations).sum(axis=-1))
    assert same.min() > 0.999
    assert np.abs(np.diff(motion.hips - again.hips, axis=0))[20:-20].max() < 0.003


def test_talking_waits_for_the_voice() -> None:
    voice = np.zeros(300)
    voice[150:] = np.abs(np.sin(np.arange(150) / 2.3))
    rng = np.random.default_rng(2)
    features = base("talk", 300, rng, voice=voice).features
    moved = np.abs(np.diff(features, axis=0)).sum(axis=1)
    assert moved[170:].mean() > 3 * moved[:130].mean()


def test_frechet_distance_of_known_gaussians() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(20000, 4)), rng.normal(size=(20000, 4)) * 2 + [1, 0, 0, 0]
    assert frechet_distance(a, b) == pytest.approx(1 + 4, rel=0.05)  # |m|^2 + sum (1 - 2)^2


def test_the_generator_of_another_run_can_be_compared_with(tmp_path: Path) -> None:
    run = train_behaviour(replace(SMOKE, adversarial=False, run=str(tmp_path)), say=lambda _: None)
    other = generator_of_run(run / "checkpoint.pt")
    shown, own, bare = (generate(GenerateOptions("talk", 2.0), network=way) for way in (other, True, False))
    turns = [np.asarray(take.rotations) for take in (shown, own, bare)]
    assert np.abs(turns[0] - turns[1]).max() > 0.01 and np.abs(turns[0] - turns[2]).max() > 0.001
    (tmp_path / "no run.pt").write_text("no run", encoding="utf-8")
    with pytest.raises(TrainingError, match="not the checkpoint"):
        generator_of_run(tmp_path / "no run.pt")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seconds": 0.0}, "0 seconds"),
        ({"seconds": 10000.0}, "0.1 to 3600"),
        ({"seconds": float("nan")}, "nan seconds"),
        ({"behaviour": "dance"}, "'dance'"),
        ({"emotion": "joy"}, "'joy'"),
        ({"strength": 2.0}, "between 0 and 1"),
        ({"seed": -1}, "seed is -1"),
        ({"seconds": None}, "--seconds"),
    ],
)
def test_a_wish_that_cannot_be_met_is_answered_in_a_sentence(change: dict[str, object], words: str) -> None:
    with pytest.raises(BehaviourError, match=words):
        generate(replace(GenerateOptions("idle", 2.0), **change))  # type: ignore[arg-type]


def test_the_command_writes_a_take_and_refuses_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "w.take.npz"
    assert main(["generate", "--behaviour", "walk", "--seconds", "3", "--seed", "7", "--out", str(out)]) == 0
    assert load_take(out).frame_count == 90
    capsys.readouterr()
    assert main(["generate", "--behaviour", "walk", "--seconds", "0", "--out", str(tmp_path / "n.npz")]) == 2
    said = capsys.readouterr().err.strip()
    assert "0 seconds" in said and "\n" not in said
    assert not (tmp_path / "n.npz").exists()
