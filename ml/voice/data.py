"""Training speech: synthetic voices in many languages, whose sounds and times are known exactly.

One utterance is one seed. Languages and voices in `HELD_OUT` are for evaluation and never trained on, nor is any
recording of a real person (evaluate.py measures on those).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .coarticulation import RATE
from .mel import BANDS, SAMPLE_RATE, log_mel
from .sentences import english, nonsense
from .spoil import at_speed, spoiled
from .synthesisers import Spoken, SynthesiserError, espeak, flite_speak
from .visemes import CLOSURE, SILENCE, VISEMES, is_breath, visemes_of

LANGUAGES: Final = (
    "en-us en-gb en-gb-scotland en-us-nyc de fr-fr es es-419 pt nl pl cs nb da fi hu ro hr sk id sw vi et lv lt sl is "
    "ca eo cy ga cmn-latn-pinyin sq mt gn"
).split()
VARIANTS: Final = (
    "f1 f2 f3 f4 m1 m2 m3 m4 m5 m6 m8 klatt klatt3 klatt4 Alex Alicia Andrea Andy Annie Diogo Gene Lee Mario Michael "
    "adam anika aunty belinda benjamin boris caleb david ed edward grandma grandpa iven john linda max michel miguel "
    "norbert pablo paul quincy rob robert sandro shelby travis victor whisper"
).split()
FLITE: Final = ("rms", "slt", "kal16")
HELD_OUT: Final[dict[str, tuple[str, ...]]] = {
    "languages": ("it", "sv", "tr", "pt-br"),
    "variants": ("f5", "m7", "steph", "Marco", "Storm", "antonio", "klatt2"),
    "flite": ("awb",),
}
"""Never trained on."""
_SHORT_PAUSE: Final = 0.07
"""Seconds; a shorter silence belongs to the sound after it (the closure of a plosive)."""


@dataclass(frozen=True)
class Utterance:
    """Speech with its visemes."""

    samples: NDArray[np.float32]
    visemes: NDArray[np.int8]
    """[N] index into VISEMES at 100 Hz."""


def viseme_track(spoken: Spoken) -> NDArray[np.int8]:
    """[N] at 100 Hz: which look each moment of the speech has."""
    duration = len(spoken.samples) / SAMPLE_RATE
    spans = _spans(spoken.phonemes, duration)
    track = np.full(int(duration * RATE), SILENCE, dtype=np.int8)
    for start, end, look in spans:
        track[round(start * RATE) : round(end * RATE)] = look
    return track


def _spans(phonemes: Sequence[tuple[float, str]], duration: float) -> list[tuple[float, float, int]]:
    """Begin, end and look of each sound; breath goes with what follows, so do short pauses."""
    entries = [(start, name) for start, name in phonemes if not name.startswith("(")]
    spans: list[tuple[float, float, int]] = []
    waiting: float | None = None
    for i, (start, name) in enumerate(entries):
        end = entries[i + 1][0] if i + 1 < len(entries) else duration
        looks = visemes_of(name)
        if not looks:
            short = is_breath(name) or end - start < _SHORT_PAUSE
            if short and i + 1 < len(entries):
                waiting = start if waiting is None else waiting
            else:
                spans.append((start if waiting is None else waiting, end, SILENCE))
                waiting = None
            continue
        begin = start if waiting is None else waiting
        waiting = None
        edges = np.linspace(begin, end, len(looks) + 1)
        spans += [(edges[k], edges[k + 1], VISEMES.index(look)) for k, look in enumerate(looks)]
    return spans


class Speakers:
    """Utterances by seed."""

    def __init__(self, held_out: bool = False) -> None:
        self.espeak = espeak()
        self.held_out = held_out

    def utterance(self, seed: int) -> Utterance:
        """One of five by flite, the rest by espeak-ng in any language; SynthesiserError where it says nothing."""
        rng = np.random.default_rng([seed, 0x5BEE])
        spoken = self._flite(rng) if rng.random() < 0.2 else self._espeak(rng)
        return Utterance(spoken.samples, viseme_track(spoken))

    def _espeak(self, rng: np.random.Generator) -> Spoken:
        languages = HELD_OUT["languages"] if self.held_out else LANGUAGES
        variants = HELD_OUT["variants"] if self.held_out else VARIANTS
        language = str(rng.choice(languages))
        words = int(rng.integers(4, 11))
        native = language.startswith("en") and rng.random() < 0.7
        text = english(rng, words) if native else nonsense(rng, words)
        voice = f"{language}+{rng.choice(variants)}"
        rate, pitch, spread = (int(rng.integers(*span)) for span in ((110, 230), (15, 90), (20, 90)))
        return self.espeak.speak(text, voice, rate, pitch, spread)

    def _flite(self, rng: np.random.Generator) -> Spoken:
        voice = str(rng.choice(HELD_OUT["flite"] if self.held_out else FLITE))
        return flite_speak(english(rng, int(rng.integers(4, 11))), voice, float(rng.uniform(0.75, 1.3)))


def make_shard(path: Path, seeds: Sequence[int], copies: int = 2, say: Callable[[str], None] = lambda _: None) -> None:
    """Write the features and visemes of utterances, each in a few spoiled copies; a finished shard is kept."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    speakers = Speakers()
    features: list[NDArray[np.float16]] = []
    tracks: list[NDArray[np.int8]] = []
    babble = np.zeros(0, dtype=np.float32)
    for seed in seeds:
        try:
            utterance = speakers.utterance(seed)
        except SynthesiserError:
            continue  # a voice without this language; another seed speaks
        for copy in range(copies):
            rng = np.random.default_rng([seed, copy])
            mel, track = _features(utterance, rng, babble)
            features.append(mel)
            tracks.append(track)
        babble = _mixed(babble, utterance.samples)
        if seed % 200 == 199:
            say(f"  {seed + 1} utterances")
    lengths = np.array([len(track) for track in tracks])
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, mel=np.concatenate(features), visemes=np.concatenate(tracks), lengths=lengths)
    os.replace(partial, path)


def _mixed(babble: NDArray[np.float32], samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """A running murmur of the voices so far, ten seconds long."""
    length = 10 * SAMPLE_RATE
    return (0.6 * np.resize(babble, length) if len(babble) else 0.0) + np.resize(samples, length).astype(np.float32)


def _features(
    utterance: Utterance, rng: np.random.Generator, babble: NDArray[np.float32]
) -> tuple[NDArray[np.float16], NDArray[np.int8]]:
    factor = float(rng.uniform(0.82, 1.2))
    sound = at_speed(utterance.samples, factor)
    quiet = np.zeros(int(rng.uniform(0, 0.8) * SAMPLE_RATE), dtype=np.float32)
    mel = log_mel(spoiled(np.concatenate((quiet, sound, quiet)), rng, babble))
    times = (np.arange(len(mel)) / RATE - len(quiet) / SAMPLE_RATE) * factor
    index = np.round(times * RATE).astype(int)
    inside = (index >= 0) & (index < len(utterance.visemes))
    track = np.full(len(mel), SILENCE, dtype=np.int8)
    track[inside] = utterance.visemes[index[inside]]
    return mel.astype(np.float16), track


def load_shards(paths: Sequence[Path]) -> list[tuple[NDArray[np.float16], NDArray[np.int8]]]:
    """(mel [N, 40], visemes [N]) of every utterance."""
    pairs = []
    for path in paths:
        with np.load(path, allow_pickle=False) as data:
            ends = np.cumsum(data["lengths"])[:-1]
            mel = data["mel"].reshape(-1, BANDS)
            pairs += list(zip(np.split(mel, ends), np.split(data["visemes"], ends), strict=True))
    return pairs


def closure_share(pairs: Sequence[tuple[NDArray[np.float16], NDArray[np.int8]]]) -> float:
    """How often the lips are shut, to know what to expect of the data."""
    tracks = np.concatenate([track for _, track in pairs])
    return float((tracks == CLOSURE).mean())
