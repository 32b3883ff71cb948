"""`understudy evaluate voice`: visemes and jaw on voices never trained on and on real speech, beside two simple ways.

Loudness opens the jaw in the first baseline; the second plays the phonemes that a recogniser hears, one mouth shape
each, as Rhubarb Lip Sync does. All rows are measured on the same sound.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..emotion.adjust import lip_gap
from ..footage.sound_file import open_sound
from ..take import FACE_NAMES
from .aligner import AlignerError, aligned, recognised_phonemes
from .coarticulation import RATE, speech_weights
from .data import Speakers, Utterance, viseme_track
from .hear import Heard, hear_samples
from .manner import effort
from .mel import SAMPLE_RATE, log_mel
from .spoil import spoiled
from .synthesisers import Spoken, SynthesiserError
from .visemes import CLOSURE, SILENCE, VISEMES, viseme_targets

Floats = NDArray[np.floating]

SPEECH_FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "speech"
"""Recordings with transcripts.tsv (file name, words); without them only synthetic voices are measured."""
TALK_FOLDER: Final = SPEECH_FOLDER.parent / "talk"
"""Clips of the GRID corpus, named as it names them."""
SYNTHETIC: Final = 30
_FIRST_SEED: Final = 10**6
_MATCH_SECONDS: Final = 0.15
_SHUT_MM: Final = 2.0
_CLOSURE_SLACK: Final = 0.03
_JAW: Final = FACE_NAMES.index("jawOpen")


@dataclass(frozen=True)
class Said:
    """What a method makes of a clip."""

    weights: Floats
    """[N, 52] at 100 Hz."""
    track: NDArray[np.integer] | None
    """[N] visemes, None for a method without any."""


def evaluate_voice(say: Callable[[str], None] = lambda _: None) -> dict[str, dict[str, float]]:
    """Rows by method and kind of speech: onset_ms (median viseme timing error), onsets_found, closure_recall,
    closure_precision, jaw_correlation."""
    rows: dict[str, dict[str, float]] = {}
    kinds = (("synthetic", _synthetic()), ("noisy", _noisy()), ("real", _real(say)), ("real, video", _talking(say)))
    for kind, clips in kinds:
        say(f"{kind}: {len(clips)} clips")
        if not clips:
            continue
        for name, method in METHODS.items():
            figures = []
            for clip in clips:
                try:
                    figures.append(_figures(method(clip.samples), clip))
                except AlignerError as error:
                    say(f"{name}, a clip is left out: {error}")
            if not figures:
                continue
            rows[f"{name}, {kind}"] = {
                key: float(np.nanmean([row[key] for row in figures]))
                for key in figures[0]
                if not np.isnan([row[key] for row in figures]).all()
            }
    return rows


def loudness_to_jaw(samples: Floats) -> Said:
    """The jaw follows the level; nothing else moves."""
    level = log_mel(samples).mean(axis=1)
    weights = np.zeros((len(level), len(FACE_NAMES)))
    silent = np.zeros((len(level), len(VISEMES)), dtype=np.float32)
    weights[:, _JAW] = 0.5 * gaussian_filter1d(effort(Heard(silent, level)), 2.0)
    return Said(weights, None)


def phoneme_playback(samples: Floats) -> Said:
    """Each recognised phoneme's mouth, held, with 60 ms between shapes."""
    track = viseme_track(Spoken(np.asarray(samples, dtype=np.float32), recognised_phonemes(samples)))
    weights = gaussian_filter1d(viseme_targets()[track], 2.0, axis=0)
    return Said(weights, track)


def ours(samples: Floats) -> Said:
    """The network and the coarticulation model."""
    heard = hear_samples(samples)
    return Said(speech_weights(heard.visemes, effort(heard)), heard.visemes.argmax(axis=1))


METHODS: Final[dict[str, Callable[[Floats], Said]]] = {
    "loudness": loudness_to_jaw,
    "phonemes": phoneme_playback,
    "ours": ours,
}


def _synthetic() -> list[Utterance]:
    speakers = Speakers(held_out=True)
    clips = []
    for seed in range(_FIRST_SEED, _FIRST_SEED + 2 * SYNTHETIC):
        try:
            clips.append(speakers.utterance(seed))
        except SynthesiserError:
            continue  # this voice does not speak this language
        if len(clips) == SYNTHETIC:
            break
    return clips


def _noisy() -> list[Utterance]:
    rng = np.random.default_rng(_FIRST_SEED)
    return [Utterance(spoiled(clip.samples, rng), clip.visemes) for clip in _synthetic()]


def _real(say: Callable[[str], None]) -> list[Utterance]:
    transcripts = SPEECH_FOLDER / "transcripts.tsv"
    if not transcripts.is_file():
        say(f"No recordings in {SPEECH_FOLDER}; real speech is left out.")
        return []
    clips = []
    with transcripts.open(encoding="utf-8") as file:
        for name, *_, words in csv.reader(file, delimiter="\t"):
            try:
                sound = open_sound(SPEECH_FOLDER / name)
                spoken = aligned(np.concatenate(list(sound.blocks(SAMPLE_RATE))), words)
            except (AlignerError, ValueError) as error:
                say(f"{name} is left out: {error}")
                continue
            clips.append(Utterance(spoken.samples, viseme_track(spoken)))
    return clips


def _talking(say: Callable[[str], None]) -> list[Utterance]:
    """The sentences of filmed speakers; GRID's names spell what is said (Cooke et al. 2006)."""
    clips = []
    for path in sorted(TALK_FOLDER.glob("*.mpg")):
        try:
            spoken = aligned(np.concatenate(list(open_sound(path).blocks(SAMPLE_RATE))), grid_sentence(path.stem))
        except (AlignerError, ValueError) as error:
            say(f"{path.name} is left out: {error}")
            continue
        clips.append(Utterance(spoken.samples, viseme_track(spoken)))
    return clips


def grid_sentence(name: str) -> str:
    """Such as "bin blue at f two now" for bbaf2n."""
    command, colour, place, letter, digit, end = name
    commands, colours = {"b": "bin", "l": "lay", "p": "place", "s": "set"}, {
        "b": "blue", "g": "green", "r": "red", "w": "white",
    }  # fmt: skip
    places, ends = {"a": "at", "b": "by", "i": "in", "w": "with"}, {
        "a": "again", "n": "now", "p": "please", "s": "soon",
    }  # fmt: skip
    digits = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    number = 0 if digit == "z" else int(digit)
    return " ".join((commands[command], colours[colour], places[place], letter, digits[number], ends[end]))


def _figures(said: Said, clip: Utterance) -> dict[str, float]:
    count = min(len(said.weights), len(clip.visemes))
    truth, weights = clip.visemes[:count], said.weights[:count]
    want = speech_weights(np.eye(len(VISEMES))[truth], effort(hear_level(clip.samples))[:count])
    timing, found = (np.nan, np.nan) if said.track is None else onset_errors(said.track[:count], truth)
    recall, precision = closures(weights, truth)
    jaw, wanted = weights[:, _JAW], want[:, _JAW]
    moving = jaw.std() > 1e-6 and wanted.std() > 1e-6
    return {
        "onset_ms": timing,
        "onsets_found": found,
        "closure_recall": recall,
        "closure_precision": precision,
        "jaw_correlation": float(np.corrcoef(jaw, wanted)[0, 1]) if moving else 0.0,
    }


def hear_level(samples: Floats) -> Heard:
    """The level alone, as if nothing had been recognised."""
    level = log_mel(samples).mean(axis=1)
    return Heard(np.zeros((len(level), len(VISEMES)), dtype=np.float32), level)


def segments(track: NDArray[np.integer]) -> list[tuple[int, int, int]]:
    """(look, begin, end) of every run of one look."""
    edges = np.flatnonzero(np.diff(track)) + 1
    begins = np.concatenate(([0], edges))
    ends = np.concatenate((edges, [len(track)]))
    return [(int(track[b]), int(b), int(e)) for b, e in zip(begins, ends, strict=True)]


def onset_errors(said: NDArray[np.integer], truth: NDArray[np.integer]) -> tuple[float, float]:
    """Median distance in ms from each true onset to the nearest onset of the same look, and the share of onsets that
    have one within 150 ms."""
    begun: dict[int, list[int]] = {}
    for look, begin, _ in segments(said):
        begun.setdefault(look, []).append(begin)
    errors = []
    wanted = [(look, begin) for look, begin, _ in segments(truth) if look != SILENCE]
    for look, begin in wanted:
        near = min((abs(other - begin) for other in begun.get(look, [])), default=10**6)
        if near <= _MATCH_SECONDS * RATE:
            errors.append(1000 * near / RATE)
    return (float(np.median(errors)) if errors else np.nan), len(errors) / max(len(wanted), 1)


def closures(weights: Floats, truth: NDArray[np.integer]) -> tuple[float, float]:
    """Share of m, b and p with shut lips, and share of shut moments within speech that are an m, b, p or silence."""
    shut = lip_gap(np.asarray(weights, dtype=np.float64)) < _SHUT_MM
    slack = round(_CLOSURE_SLACK * RATE)
    found = [shut[max(0, b - slack) : e + slack].any() for look, b, e in segments(truth) if look == CLOSURE]
    allowed = gaussian_filter1d(np.isin(truth, (CLOSURE, SILENCE)).astype(float), slack) > 0.02
    spoken = shut & (gaussian_filter1d((truth != SILENCE).astype(float), 2.0) > 0.5)
    return (
        float(np.mean(found)) if found else np.nan,
        float((spoken & allowed).sum() / spoken.sum()) if spoken.any() else np.nan,
    )
