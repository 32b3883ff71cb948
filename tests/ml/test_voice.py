"""Voice: visemes and coarticulation on known sounds, text alignment, and the whole way from a recording to a take."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from understudy.ml.emotion.adjust import lip_gap
from understudy.ml.footage import FootageError
from understudy.ml.take import FACE_NAMES
from understudy.ml.voice.align import align, with_text
from understudy.ml.voice.coarticulation import speech_weights
from understudy.ml.voice.evaluate import closures, onset_errors
from understudy.ml.voice.hear import Heard, hear_samples
from understudy.ml.voice.letters import visemes_of_text
from understudy.ml.voice.mel import SAMPLE_RATE, log_mel, streamed_log_mel
from understudy.ml.voice.sharpen import sharpen_closures
from understudy.ml.voice.speak import SpeakOptions, VoiceError, face_take, speak
from understudy.ml.voice.visemes import CLOSURE, SILENCE, VISEMES, visemes_of

JAW = FACE_NAMES.index("jawOpen")
AA = VISEMES.index("aa")


def track(*spans: tuple[int, int]) -> np.ndarray:
    """Viseme indices at 100 Hz from (look, frames)."""
    return np.repeat([look for look, _ in spans], [count for _, count in spans])


def write_wave(path: Path, samples: np.ndarray, rate: int = SAMPLE_RATE, channels: int = 1) -> Path:
    sound = np.repeat(samples[:, None], channels, axis=1) if samples.ndim == 1 else samples
    with wave.open(str(path), "wb") as file:
        file.setnchannels(sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes())
    return path


def test_phonemes_have_the_looks_of_the_table() -> None:
    assert visemes_of("tʃ") == ["CH"]
    assert visemes_of("aɪ") == ["aa", "ih"]
    assert visemes_of("m") == ["PP"] and visemes_of("oː") == ["oh"]
    assert visemes_of("h") == [] and visemes_of("") == []


def test_the_lips_shut_in_a_b_between_open_vowels() -> None:
    looks = track((SILENCE, 30), (AA, 20), (CLOSURE, 7), (AA, 20), (SILENCE, 30))
    weights = speech_weights(np.eye(len(VISEMES))[looks])
    gap = lip_gap(weights)
    assert gap[50:57].min() < 0.5  # millimetres
    assert gap[38:46].min() > 8
    assert weights[:15].max() < 0.05 and weights[-10:].max() < 0.05  # silence closes the mouth


def test_rounded_vowels_reach_into_the_consonant_before_them() -> None:
    """ "too" and "tea": the lips round before the vowel sounds (anticipatory coarticulation)."""
    pucker = FACE_NAMES.index("mouthPucker")
    at_t = {}
    for vowel in ("ou", "ih"):
        looks = track((SILENCE, 30), (VISEMES.index("DD"), 8), (VISEMES.index(vowel), 20), (SILENCE, 30))
        at_t[vowel] = speech_weights(np.eye(len(VISEMES))[looks])[34, pucker]
    assert at_t["ou"] > at_t["ih"] + 0.15


def test_louder_speech_opens_the_jaw_wider() -> None:
    looks = np.eye(len(VISEMES))[track((AA, 40))]
    soft, loud = (speech_weights(looks, np.full(40, effort))[20, JAW] for effort in (0.1, 1.0))
    assert loud > 1.5 * soft


def test_streamed_features_equal_those_of_the_whole() -> None:
    sound = np.random.default_rng(0).normal(size=16000 * 2 + 77).astype(np.float32)
    blocks = np.split(sound, [5, 3000, 3100, 20000])
    whole = log_mel(sound)
    assert np.abs(streamed_log_mel(blocks)[: len(whole)] - whole).max() < 1e-4


def test_text_is_laid_along_the_sound() -> None:
    looks = visemes_of_text("mama")
    assert [VISEMES[look] for look in looks] == ["sil", "PP", "aa", "PP", "aa", "sil"]
    truth = track((SILENCE, 20), (CLOSURE, 8), (AA, 15), (CLOSURE, 8), (AA, 15), (SILENCE, 20))
    unsure = 0.7 * np.eye(len(VISEMES))[truth] + 0.3 / len(VISEMES)
    along, misfit = align(unsure, looks)
    assert (along == truth).mean() > 0.97 and misfit < 0.1
    longer = visemes_of_text("papa said")
    assert longer[:2] == looks[:2]
    sharp, fits = with_text(unsure, looks)
    assert fits and sharp[24, CLOSURE] > unsure[24, CLOSURE]


def test_text_that_does_not_match_is_left_alone() -> None:
    truth = track((SILENCE, 20), (VISEMES.index("SS"), 60), (SILENCE, 20))
    heard = 0.9 * np.eye(len(VISEMES))[truth] + 0.1 / len(VISEMES)
    unchanged, fits = with_text(heard, visemes_of_text("papa mama bobo"))
    assert not fits and np.allclose(unchanged, heard)
    assert visemes_of_text("日本語") == []


def test_figures_on_known_tracks() -> None:
    truth = track((SILENCE, 10), (CLOSURE, 8), (AA, 20), (SILENCE, 10))
    late = np.roll(truth, 3)
    median, found = onset_errors(late, truth)
    assert median == pytest.approx(30.0) and found == 1.0
    recall, _ = closures(speech_weights(np.eye(len(VISEMES))[truth]), truth)
    assert recall == 1.0
    wide = np.zeros((len(truth), 52))
    wide[:, JAW] = 0.5
    assert closures(wide, truth)[0] == 0.0


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_a_synthetic_voice_is_heard() -> None:
    from understudy.ml.voice.data import viseme_track
    from understudy.ml.voice.synthesisers import SynthesiserError, espeak

    try:
        spoken = espeak().speak("Maybe papa bought big apples before the rainbow.", "en-us+m7", 150)
    except SynthesiserError as error:
        pytest.skip(str(error))
    truth = viseme_track(spoken)
    heard = hear_samples(spoken.samples)
    count = min(len(truth), len(heard.visemes))
    recall, _ = closures(speech_weights(heard.visemes[:count]), truth[:count])
    assert recall >= 0.8
    assert (heard.visemes[:count].argmax(axis=1) == truth[:count]).mean() > 0.6


def test_silence_noise_and_music_move_the_mouth_little(tmp_path: Path) -> None:
    time = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
    silence = speak(write_wave(tmp_path / "silence.wav", np.zeros(len(time))))
    assert silence.face_weights is not None and silence.face_weights[:, JAW].max() < 0.02
    assert any("speech" in warning for warning in silence.metadata["warnings"])
    hiss = speak(write_wave(tmp_path / "hiss.wav", np.random.default_rng(0).normal(0, 0.05, len(time))))
    assert hiss.face_weights is not None and hiss.face_weights[:, JAW].mean() < 0.08


@pytest.mark.parametrize("kind", ["8khz", "clipped", "one dead channel"])
def test_poor_sound_gives_a_whole_take(tmp_path: Path, kind: str) -> None:
    rate = 8000 if kind == "8khz" else SAMPLE_RATE
    time = np.arange(2 * rate) / rate
    buzz = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 20)) * (
        0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)
    )
    sound = np.clip(buzz * (20 if kind == "clipped" else 0.3), -1, 1)
    if kind == "one dead channel":
        sound = np.stack((sound, np.zeros(len(sound))), axis=1)
    take = speak(write_wave(tmp_path / "poor.wav", sound, rate))
    assert take.duration == pytest.approx(2.0, abs=0.05)
    assert take.voice is not None and take.voice.max() > 0.5


def test_the_same_sound_gives_the_same_take(tmp_path: Path) -> None:
    sound = write_wave(tmp_path / "a.wav", np.random.default_rng(1).normal(0, 0.1, SAMPLE_RATE * 2))
    first, second = speak(sound), speak(sound)
    assert np.array_equal(np.asarray(first.face_weights), np.asarray(second.face_weights))
    other = speak(sound, SpeakOptions(seed=5))
    assert not np.allclose(np.asarray(first.head_rotation), np.asarray(other.head_rotation), atol=1e-3)


def test_wrong_input_is_refused_in_one_sentence(tmp_path: Path) -> None:
    sound = write_wave(tmp_path / "a.wav", np.zeros(SAMPLE_RATE))
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("hello", encoding="utf-8")
    for path in (tmp_path / "none.wav", tmp_path / "empty.wav", tmp_path / "text.wav", tmp_path):
        with pytest.raises(FootageError) as refusal:
            speak(path)
        assert str(path) in str(refusal.value) and "\n" not in str(refusal.value)
    for options in (SpeakOptions(emotion="boredom"), SpeakOptions(strength=2), SpeakOptions(fps=0)):
        with pytest.raises(VoiceError):
            speak(sound, options)
    with pytest.raises(VoiceError):
        speak(write_wave(tmp_path / "short.wav", np.zeros(20)))


def test_sound_shuts_moving_lips_in_time_and_leaves_still_ones() -> None:
    times = np.arange(60) / 30
    looks = track((AA, 90), (CLOSURE, 8), (AA, 102))
    visemes = 0.95 * np.eye(len(VISEMES))[looks] + 0.05 / len(VISEMES)
    moving, still = np.zeros((60, 52)), np.zeros((60, 52))
    moving[:, JAW] = 0.35 - 0.15 * np.exp(-0.5 * ((times - 0.95) / 0.08) ** 2)  # blurred: never shut
    still[:, JAW] = 0.3
    seen = np.ones(60)
    sharp = sharpen_closures(moving, times, visemes, seen)
    assert lip_gap(moving).min() > 5 and lip_gap(sharp)[27:30].min() < 1
    assert np.array_equal(sharp[:20], moving[:20])  # away from the sound nothing changes
    assert np.array_equal(sharpen_closures(still, times, visemes, seen), still)
    assert np.array_equal(sharpen_closures(moving, times, visemes, np.zeros(60)), moving)


@pytest.mark.parametrize("fps", [12.0, 24.0, 30.0])
def test_a_closure_shorter_than_a_frame_is_shown_by_one(fps: float) -> None:
    for shift in range(0, 9):
        looks = track((SILENCE, 30), (AA, 20 + shift), (CLOSURE, 5), (AA, 30), (SILENCE, 30))
        heard = Heard(np.eye(len(VISEMES), dtype=np.float32)[looks], np.full(len(looks), -4.0, dtype=np.float32))
        times = np.arange(int(len(looks) / 100 * fps)) / fps
        take = face_take(heard, heard.visemes.astype(np.float64), times, fps, seed=0)
        near = np.abs(times - (50 + shift + 2.5) / 100) <= 0.5 / fps + 0.01
        assert lip_gap(np.asarray(take.face_weights))[near].min() < 2.0
