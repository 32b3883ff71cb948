"""Emotion: laid over a take without breaking blinks and closures, and read off faces that show one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from understudy.ml.cli import main
from understudy.ml.emotion.adjust import exaggerated, lip_gap, with_emotion
from understudy.ml.emotion.data import random_clip
from understudy.ml.emotion.facs import prototype, valence_arousal
from understudy.ml.emotion.model import EMOTION_RATE
from understudy.ml.emotion.recognise import recognise
from understudy.ml.take import EMOTION_NAMES, FACE_NAMES, Take, TakeError, load_take, save_take
from understudy.ml.voice.coarticulation import speech_weights
from understudy.ml.voice.visemes import CLOSURE, VISEMES

FEELINGS = EMOTION_NAMES[1:]


def speech(frames: int = 300) -> tuple[Take, np.ndarray]:
    """A speaking take at 100 fps and its visemes."""
    rng = np.random.default_rng(3)
    looks = np.repeat(rng.integers(1, len(VISEMES), 60), rng.integers(6, 16, 60))[:frames]
    weights = speech_weights(np.eye(len(VISEMES))[looks], np.full(len(looks), 0.8))
    weights[100:108, FACE_NAMES.index("eyeBlinkLeft")] = 1.0
    return Take(fps=100.0, times=np.arange(len(looks)) / 100, face_weights=weights), looks


@pytest.mark.parametrize("emotion", FEELINGS)
def test_lips_that_were_shut_stay_shut(emotion: str) -> None:
    take, looks = speech()
    before = lip_gap(np.asarray(take.face_weights))
    shut = (looks == CLOSURE) & (before < 2.0)
    assert shut.sum() > 20
    after = lip_gap(np.asarray(with_emotion(take, emotion, 1.0).face_weights))
    assert np.abs(after[shut] - before[shut]).mean() < 0.5  # millimetres
    assert (after[shut] < 2.5).mean() > 0.95


@pytest.mark.parametrize("emotion", FEELINGS)
def test_blinks_and_gaze_stay(emotion: str) -> None:
    take, _ = speech()
    edited = np.asarray(with_emotion(take, emotion, 1.0).face_weights)
    kept = [i for i, name in enumerate(FACE_NAMES) if name.startswith(("eyeBlink", "eyeLook"))]
    assert np.allclose(edited[:, kept], np.asarray(take.face_weights)[:, kept])
    assert edited[104, FACE_NAMES.index("eyeWideLeft")] < 0.05  # a widened eye still shuts


def test_strength_slides_and_zero_changes_nothing() -> None:
    take, _ = speech()
    smile = FACE_NAMES.index("mouthSmileLeft")
    means = [
        float(np.asarray(with_emotion(take, "happiness", s).face_weights)[:, smile].mean()) for s in (0, 0.3, 0.6, 1.0)
    ]
    assert means == sorted(means) and means[-1] > means[0] + 0.4
    assert np.allclose(np.asarray(with_emotion(take, "happiness", 0).face_weights), take.face_weights, atol=1e-9)


def test_exaggeration_scales_expressions() -> None:
    take, _ = speech()
    stretch = FACE_NAMES.index("mouthStretchLeft")
    calm, strong = (np.asarray(exaggerated(take, f).face_weights)[:, stretch].mean() for f in (0.5, 1.8))
    plain = float(np.asarray(take.face_weights)[:, stretch].mean())
    assert calm == pytest.approx(0.5 * plain, rel=1e-6) and strong > 1.3 * plain


@pytest.mark.parametrize("emotion", EMOTION_NAMES)
def test_shown_emotions_are_read(emotion: str) -> None:
    right = 0
    for seed in range(10):
        clip = random_clip(np.random.default_rng([77, seed]), frames=60, only=emotion)
        strengths = recognise(clip.weights, EMOTION_RATE).mean(axis=0)
        best = int(np.argmax(strengths[1:])) + 1
        right += (EMOTION_NAMES[best] if strengths[best] > 1 / 3 else "neutral") == emotion
    assert right >= 7


@pytest.mark.parametrize("emotion", [name for name in EMOTION_NAMES[1:] if name != "happiness"])
def test_faint_emotions_are_known_by_their_pattern(emotion: str) -> None:
    faint = np.tile(0.06 * prototype(emotion), (60, 1))
    told = recognise(faint, 30.0).mean(axis=0)
    assert EMOTION_NAMES[int(np.argmax(told))] == emotion and told[EMOTION_NAMES.index(emotion)] > 0.5


def test_happiness_takes_a_smile() -> None:
    happiness = EMOTION_NAMES.index("happiness")
    told = [recognise(np.tile(size * prototype("happiness"), (60, 1)), 30.0).mean(axis=0) for size in (0.1, 0.3, 0.6)]
    assert told[0][happiness] < 1 / 3 and told[1][happiness] > told[0][happiness] and told[2][happiness] > 0.9


def test_a_face_that_moves_anyhow_shows_no_emotion() -> None:
    rng = np.random.default_rng(3)
    calm = [recognise(np.tile(rng.exponential(0.05, 52), (60, 1)), 30.0).mean(axis=0)[1:].max() for _ in range(40)]
    assert np.mean(np.array(calm) > 1 / 3) < 0.1
    assert recognise(np.full((60, 52), 0.001), 30.0)[:, 1:].max() < 0.1


def test_unseen_faces_are_neutral() -> None:
    weights = np.tile(prototype("anger"), (60, 1))
    strengths = recognise(weights, 30.0, np.zeros(60))
    assert np.allclose(strengths[:, 0], 1) and np.allclose(strengths[:, 1:], 0)


def test_valence_and_arousal_have_russells_signs() -> None:
    rows = valence_arousal(np.eye(len(EMOTION_NAMES)))
    sign = {name: np.sign(row) for name, row in zip(EMOTION_NAMES, rows, strict=True)}
    assert tuple(sign["happiness"]) == (1, 1) and tuple(sign["sadness"]) == (-1, -1) and tuple(sign["anger"]) == (-1, 1)


def test_unknown_emotions_and_faceless_takes_are_refused() -> None:
    take, _ = speech()
    with pytest.raises(TakeError):
        with_emotion(take, "boredom", 0.5)
    with pytest.raises(TakeError):
        with_emotion(take, "anger", 1.5)
    with pytest.raises(TakeError):
        with_emotion(Take(fps=30.0, times=np.arange(3) / 30), "anger", 0.5)


def test_feel_writes_a_new_take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    take, _ = speech()
    path = save_take(tmp_path / "a.take.npz", take)
    assert main(["feel", str(path), "--emotion", "sadness"]) == 0
    made = load_take(tmp_path / "a.sadness.take.npz")
    assert made.emotion is not None and made.metadata["emotion"]["name"] == "sadness"
    assert np.allclose(np.asarray(load_take(path).face_weights), np.asarray(take.face_weights), atol=1e-6)
    assert main(["feel", str(path), "--emotion", "sadness", "--out", str(path)]) == 2
    assert "itself" in capsys.readouterr().err
