"""Left is the character's left: what keys move decides where names say otherwise. No bpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from .names import Meaning
from .project import mirrored_shape
from .samples import FaceSamples

Meanings = Mapping[str, tuple[Meaning, ...]]
_MOVES = ("jawLeft", "jawRight", "mouthLeft", "mouthRight")
_LOOKS = ("eyeLookIn", "eyeLookOut")


def on_their_sides(meant: Meanings, samples: FaceSamples) -> tuple[dict[str, tuple[Meaning, ...]], tuple[str, ...]]:
    """Meanings that agree with what the keys move, and a sentence for what did not."""
    lean = _lean(samples)
    votes = [
        sign * lean[key]
        for key, means in meant.items()
        for meaning in means
        if (sign := _side(meaning, means)) and abs(lean.get(key, 0.0)) > 0.5
    ]
    wrong, right = sum(vote < 0 for vote in votes), sum(vote > 0 for vote in votes)
    doubts: list[str] = []
    if wrong >= 2 and wrong > 3 * right:
        meant = {key: tuple(replace(m, arkit=mirrored_shape(m.arkit) or m.arkit) for m in means)
                 for key, means in meant.items()}  # fmt: skip
        doubts.append("The face's names give left and right as seen from the front, so sides were exchanged.")
    kept: dict[str, tuple[Meaning, ...]] = {}
    ways = _ways(samples)
    for key, means in meant.items():
        means = tuple(_in_its_way(meaning, ways.get(key, 0.0)) for meaning in means)
        stay = tuple(m for m in means if not (_side(m, means) * lean.get(key, 0.0) < -0.5))
        if len(stay) < len(means):
            doubts.append(f"Shape key {key!r} moves the other side than its name says, so it is left out.")
        if stay:
            kept[key] = stay
    return kept, tuple(doubts)


def _side(meaning: Meaning, means: Sequence[Meaning]) -> int:
    """+1 left, -1 right; 0 for what has no side, or both."""
    if meaning.arkit in _MOVES or any(other.arkit == mirrored_shape(meaning.arkit) for other in means):
        return 0
    if meaning.arkit.startswith(_LOOKS) and len(means) > 1:
        return 0
    return meaning.arkit.endswith("Left") - meaning.arkit.endswith("Right")


def _lean(samples: FaceSamples) -> dict[str, float]:
    """Key -> -1 (all its motion is right of the middle) .. +1 (left)."""
    skin = samples.points[samples.island == 0]
    middle = float(np.median(skin[:, 0])) if len(skin) else 0.0
    left = np.sign(samples.points[:, 0] - middle)
    power = (samples.fields.astype(np.float64) ** 2).sum(axis=2)
    total = power.sum(axis=1)
    return {name: float(power[i] @ left / total[i]) for i, name in enumerate(samples.names) if total[i] > 1e-20}


def _ways(samples: FaceSamples) -> dict[str, float]:
    """Key -> how much of its motion goes to the left, -1 .. 1."""
    sizes = np.linalg.norm(samples.fields, axis=2).sum(axis=1)
    moved = samples.fields[:, :, 0].sum(axis=1)
    return {name: float(moved[i] / sizes[i]) for i, name in enumerate(samples.names) if sizes[i] > 1e-12}


def _in_its_way(meaning: Meaning, way: float) -> Meaning:
    """What is called jawLeft goes left, or is jawRight."""
    left = meaning.arkit.endswith("Left")
    if meaning.arkit in _MOVES and abs(way) > 0.3 and (way > 0) != left:
        return replace(meaning, arkit=mirrored_shape(meaning.arkit))
    return meaning
