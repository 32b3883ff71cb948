"""`understudy evaluate behaviour`: how near generated takes are to motion never learned from, beside simpler ways.

Frechet distances are measured on finished takes, feet planted and all. Walking is held out by person, gestures by
recording; idling and listening are rules on both sides, so that their distance says only that nothing was spoilt.
Baselines: a recording of the training set repeated (the median over recordings), noise on the mean pose with the
recordings' own spread and smoothness, the base motion without a network (gait components and rules), and another run's
generator if one is given, such as one that learned without an opponent.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..take import CAPTURED_BONES, Take
from .base import BEHAVIOURS
from .data import MOTION_FOLDER, random_emotion, training_set
from .frechet import embed, frechet_distance, spread
from .generate import GenerateOptions, generate, network_name
from .metrics import beat_alignment, drift, leaning, skate
from .model import Generator, Whitening
from .pose import BODY_BONES, FPS, BodyMotion, Floats, features_of
from .train import clip_shares, fit_whitening, generator_of_run

TAKES: Final = 24
_SECONDS: Final = 12.0
_LONG: Final = 300.0
_MADE: Final = 60
_EDGE: Final = 15
_FIRST_SEED: Final = 7 * 10**6
_COMPONENTS: Final = 48
_BODY: Final = [CAPTURED_BONES.index(name) for name in BODY_BONES]
_NOISE_FRAMES: Final = 4.0

Rows = dict[str, dict[str, float]]
Way = bool | Generator
"""Whether the network plays a part, or another one than the shipped."""


def evaluate_behaviour(
    say: Callable[[str], None] = lambda _: None, folder: Path = MOTION_FOLDER, takes: int = TAKES,
    peer: Path | None = None,
) -> Rows:  # fmt: skip
    """Rows by method: frechet_BEHAVIOUR (lower is nearer), diversity between seeds (1 = that of different people),
    skate (cm/s), drift over five minutes (cm, degrees), beats on stresses and by chance. peer: checkpoint of a run."""
    ways: dict[str, Way] = {"rules and gaits": False}
    if peer is not None:
        ways["peer"] = generator_of_run(peer)
    if network_name():
        ways["ours"] = True
    rows: Rows = {name: _alone(way, say) for name, way in ways.items()}
    learned, kept = training_set(_MADE, folder), training_set(_MADE // 5, folder, held_out=True)
    if "walk" not in kept:
        say(f"There is no motion capture in {folder}; Frechet distances are left out.")
        return rows
    whitening = Whitening(_COMPONENTS)
    fit_whitening(whitening, learned)
    for behaviour in BEHAVIOURS:
        say(f"{behaviour}: {takes} takes of {_SECONDS:g} s")
        truth = [_components(clip.features, whitening) for clip in kept[behaviour]]
        examples = [_components(clip.features, whitening) for clip in learned[behaviour]]
        shares = clip_shares(learned[behaviour], 64)
        for name, shown in _shown(behaviour, ways, examples, shares, whitening, takes).items():
            row = rows.setdefault(name, {})
            row[f"frechet_{behaviour}"] = _distance(truth, shown, name)
            row[f"diversity_{behaviour}"] = _diversity(shown) / _diversity(truth)
        rows.setdefault("what is learned from", {})[f"frechet_{behaviour}"] = _distance(
            truth, [examples[i] for i in np.random.default_rng(0).choice(len(examples), 2 * takes, p=shares)], ""
        )
    return rows


def _alone(way: Way, say: Callable[[str], None]) -> dict[str, float]:
    """What needs no recordings to compare with."""
    say("five minutes of each behaviour")
    row = {}
    long = {name: generate(GenerateOptions(name, _LONG, seed=_FIRST_SEED), network=way) for name in BEHAVIOURS}
    travelling = generate(GenerateOptions("walk", _LONG, seed=_FIRST_SEED, travel=True), network=way)
    row["skate_standing"] = max(skate(long[name]) for name in BEHAVIOURS[:3])
    row["skate_walking"] = skate(travelling)
    row["drift_cm"] = max(drift(take) for take in long.values())
    row["drift_degrees"] = max(leaning(take) for take in long.values())
    beats = [
        beat_alignment(generate(GenerateOptions("talk", 60.0, seed=_FIRST_SEED + seed), network=way))
        for seed in range(5)
    ]
    row["beats"], row["beats_by_chance"] = (float(np.mean(values)) for values in zip(*beats, strict=True))
    return row


def _shown(
    behaviour: str,
    ways: dict[str, Way],
    examples: list[Floats],
    shares: NDArray[np.float64],
    whitening: Whitening,
    takes: int,
) -> dict[str, list[Floats]]:
    """Whitened components of what each method shows, a row for each seed."""
    rng = np.random.default_rng(_FIRST_SEED)
    frames = round(_SECONDS * FPS)
    found: dict[str, list[Floats]] = {}
    for name, way in ways.items():
        found[name] = [
            _components(_features(_take(behaviour, _FIRST_SEED + seed, way)), whitening) for seed in range(takes)
        ]
    drawn = rng.choice(len(examples), takes, p=shares)
    found["repeat a clip"] = [np.resize(examples[i], (frames, examples[i].shape[1])) for i in drawn]
    frames_learned = np.concatenate([examples[i] for i in rng.choice(len(examples), 4 * takes, p=shares)])
    mean, size = frames_learned.mean(axis=0), frames_learned.std(axis=0)
    noise = gaussian_filter1d(rng.normal(size=(takes, frames, len(mean))), _NOISE_FRAMES, axis=1)
    found["noise on the mean"] = list(mean + size * noise / noise.std())
    return found


def _take(behaviour: str, seed: int, way: Way) -> Take:
    emotion, strength = random_emotion(np.random.default_rng([seed, 0xE7]))
    options = GenerateOptions(behaviour, _SECONDS, emotion, strength, seed=seed, travel=behaviour == "walk")
    return generate(options, network=way)


def _features(take: Take) -> NDArray[np.float32]:
    turns, hips = (np.asarray(a, dtype=np.float64) for a in (take.rotations, take.hips_position))
    return features_of(BodyMotion(turns[:, _BODY], hips))[_EDGE:-_EDGE].astype(np.float32)


def _components(features: NDArray[np.float32], whitening: Whitening) -> Floats:
    return whitening.whiten(torch.as_tensor(features)).double().numpy()


def _distance(truth: list[Floats], shown: list[Floats], name: str) -> float:
    real = np.concatenate([embed(row) for row in truth])
    if name == "repeat a clip":  # who repeats a clip has one of them
        return float(np.median([frechet_distance(real, embed(row)) for row in shown]))
    return frechet_distance(real, np.concatenate([embed(row) for row in shown]))


def _diversity(rows: list[Floats]) -> float:
    length = min(120, *(len(row) for row in rows))
    return spread(np.stack([row[:length] for row in rows[:24]]))
