"""`understudy evaluate emotion`: which emotion is read off people who show one, and lips under an emotion laid on.

"weights" are performances with a tracker's errors simulated; "rendered" are performers drawn as pictures, seen by the
detector and the face model that capture uses. None was trained on. The baseline names the emotion whose prototype
correlates best with the face.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import EMOTION_NAMES, Take
from ..voice.coarticulation import RATE, speech_weights
from ..voice.visemes import CLOSURE, VISEMES
from .adjust import lip_gap, with_emotion
from .data import random_clip
from .facs import likeness
from .model import EMOTION_RATE
from .recognise import recognise

Floats = NDArray[np.floating]

CLIPS: Final = 30
_FIRST_SEED: Final = 5 * 10**6
_RENDERED: Final = 4
_RENDERED_FRAMES: Final = 60


def evaluate_emotion(
    say: Callable[[str], None] = lambda _: None, rendered: int = _RENDERED
) -> dict[str, dict[str, float]]:
    """Rows by method and kind: accuracy over seven names and each recall; "edited takes": lip gaps at closures."""
    rows: dict[str, dict[str, float]] = {}
    kinds: dict[str, dict[str, list[Floats]]] = {"weights": _simulated()}
    try:
        kinds["rendered"] = _seen(rendered, say)
    except ImportError as error:
        say(f"Rendered people are left out: {error}.")
    for kind, shown in kinds.items():
        for method, name_of in (("prototypes", _nearest), ("ours", _named)):
            table = confusion(shown, name_of)
            say(f"{method}, {kind}:\n{as_text(table)}")
            recall = {name: float(table[i, i] / max(table[i].sum(), 1)) for i, name in enumerate(EMOTION_NAMES)}
            rows[f"{method}, {kind}"] = {"accuracy": float(np.trace(table) / max(table.sum(), 1)), **recall}
    rows["edited takes"] = edited_closures()
    return rows


def confusion(shown: dict[str, list[Floats]], name_of: Callable[[Floats], str]) -> NDArray[np.int64]:
    """[7, 7] how often what was shown (row) was named (column)."""
    table = np.zeros((len(EMOTION_NAMES), len(EMOTION_NAMES)), dtype=np.int64)
    for emotion, clips in shown.items():
        for weights in clips:
            table[EMOTION_NAMES.index(emotion), EMOTION_NAMES.index(name_of(weights))] += 1
    return table


def as_text(table: NDArray[np.int64]) -> str:
    """A confusion table for people: rows shown, columns named."""
    head = " " * 10 + " ".join(name[:5].rjust(5) for name in EMOTION_NAMES)
    lines = [name.ljust(10) + " ".join(f"{n:5d}" for n in row) for name, row in zip(EMOTION_NAMES, table, strict=True)]
    return "\n".join([head, *lines])


def edited_closures() -> dict[str, float]:
    """Speech with every emotion laid on in full: mean change of the lip gap at m, b, p and share of them still shut."""
    rng = np.random.default_rng(_FIRST_SEED)
    changes, shut, named = [], [], []
    for emotion in EMOTION_NAMES[1:]:
        track = np.repeat(rng.integers(1, len(VISEMES), 60), rng.integers(6, 16, 60))
        weights = speech_weights(np.eye(len(VISEMES))[track], np.full(len(track), 0.8))
        times = np.arange(len(track)) / RATE
        take = Take(fps=float(RATE), times=times, face_weights=weights)
        edited = np.asarray(with_emotion(take, emotion, 1.0).face_weights)
        middle = np.flatnonzero((track == CLOSURE) & (lip_gap(weights) < 2.0))
        if len(middle):
            changes.append(np.abs(lip_gap(edited[middle]) - lip_gap(weights[middle])).mean())
            shut.append((lip_gap(edited[middle]) < 2.0).mean())
        named.append(_named(edited[:: int(RATE / EMOTION_RATE)]) == emotion)
    return {
        "gap_change_mm": float(np.mean(changes)),
        "still_shut": float(np.mean(shut)),
        "read_as_asked": float(np.mean(named)),
    }


def _named(weights: Floats) -> str:
    """The strongest emotion over the clip; neutral where none reaches a third."""
    strengths = recognise(weights, EMOTION_RATE).mean(axis=0)
    best = int(np.argmax(strengths[1:])) + 1
    return EMOTION_NAMES[best] if strengths[best] > 1 / 3 else EMOTION_NAMES[0]


def _nearest(weights: Floats) -> str:
    fits = likeness(np.asarray(weights, dtype=np.float64).mean(axis=0, keepdims=True))[0][0]
    return EMOTION_NAMES[int(np.argmax(fits)) + 1] if max(fits) > 0.3 else EMOTION_NAMES[0]


def _simulated() -> dict[str, list[Floats]]:
    return {
        emotion: [
            random_clip(np.random.default_rng([_FIRST_SEED, i, k]), frames=60, only=emotion).weights
            for k in range(CLIPS)
        ]
        for i, emotion in enumerate(EMOTION_NAMES)
    }


def _seen(people: int, say: Callable[[str], None]) -> dict[str, list[Floats]]:
    """Rendered people who show each emotion in turn, through detector and face model, at EMOTION_RATE."""
    from .rendered import perform_emotions

    shown: dict[str, list[Floats]] = {name: [] for name in EMOTION_NAMES}
    for seed in range(people):
        say(f"performer {seed + 1} of {people}")
        for emotion, weights in perform_emotions(seed, _RENDERED_FRAMES).items():
            shown[emotion].append(weights)
    return shown
