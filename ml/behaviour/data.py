"""What each behaviour is learned from, as sequences of features with their conditions.

walk: motion capture whose description says walking (any folder of clips as in ml/body/recorded.py). talk: rules
(procedural.py) and the standing gestures of motion capture (directing traffic, basketball signals), whose loudness is
taken from the hands' speed. idle, listen: rules alone, since there is next to none in the motion capture at hand.
Emotions: rules over all of them (styles.py).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..body.recorded import load_clip
from ..take import EMOTION_NAMES, joint_positions, rotation
from .pose import BODY_BONES, FPS, LEG, PARENTS, REST, BodyMotion, Floats, bone, features_of
from .procedural import Acted, listen, stand, talk
from .styles import at_pace, pace, styled

BEHAVIOURS: Final[tuple[str, ...]] = ("idle", "listen", "talk", "walk")
CONDITIONS: Final = len(BEHAVIOURS) + len(EMOTION_NAMES) + 1
"""Behaviour and emotion as shares, and the voice's loudness."""
MOTION_FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "motion"
WALKS: Final = ("walk", "walking", "slow walk", "brisk walk", "walk/stride", "slow walk/stride")
GESTURES: Final = ("directing traffic", "basketball signal")
HELD_OUT_SUBJECTS: Final = ("7", "8", "39")
"""Walkers kept for evaluation."""
_SECONDS: Final = 12
_SHORTEST: Final = 64


@dataclass(frozen=True)
class Clip:
    """One motion with its conditions, T frames."""

    features: NDArray[np.float32]
    """[T, F]"""
    conditions: NDArray[np.float32]
    """[T, CONDITIONS]"""


def conditions(behaviour: str, emotion: str, strength: float, voice: Floats) -> NDArray[np.float32]:
    """[T, CONDITIONS] for a behaviour with an emotion, to a voice's loudness [T]."""
    rows = np.zeros((len(voice), CONDITIONS), dtype=np.float32)
    rows[:, BEHAVIOURS.index(behaviour)] = 1
    rows[:, len(BEHAVIOURS) + EMOTION_NAMES.index(emotion)] = strength
    rows[:, len(BEHAVIOURS)] += 1 - strength  # the rest is neutral
    rows[:, -1] = voice
    return rows


def made_up(behaviour: str, seed: int) -> Clip:
    """A sequence by rule with a random emotion: idle, listen or talk."""
    rng = np.random.default_rng([seed, BEHAVIOURS.index(behaviour), 0xB0D])
    emotion, strength = _random_emotion(rng)
    makers: dict[str, Callable[[np.random.Generator, int], Acted]] = {"idle": stand, "listen": listen, "talk": talk}
    acted = makers[behaviour](rng, int(_SECONDS * FPS))
    return _sequence(acted, behaviour, emotion, strength)


def captured(behaviour: str, folder: Path, held_out: bool, copies: int = 3) -> list[Clip]:
    """Motion capture of walking or gesturing with random emotions, `copies` of each clip; empty without the folder."""
    found = []
    for number, path in enumerate(_clips(behaviour, folder, held_out)):
        acted = _acted(path, behaviour)
        if acted is None:
            continue
        for copy in range(copies):
            rng = np.random.default_rng([number, copy, 0xCA7])
            emotion, strength = ("neutral", 1.0) if copy == 0 else _random_emotion(rng)
            moved = acted if rng.random() < 0.5 else Acted(mirrored(acted.motion), acted.voice)
            found.append(_sequence(moved, behaviour, emotion, strength))
    return found


def mirrored(motion: BodyMotion) -> BodyMotion:
    """Left and right exchanged."""
    from ..take.names import mirrored as other_side

    order = [BODY_BONES.index(other_side(name)) for name in BODY_BONES]
    return BodyMotion(motion.rotations[:, order] * (1, 1, -1, -1), motion.hips * (-1, 1, 1))


def _random_emotion(rng: np.random.Generator) -> tuple[str, float]:
    if rng.random() < 0.4:
        return "neutral", 1.0
    return str(rng.choice(EMOTION_NAMES[1:])), float(rng.uniform(0.4, 1.0))


def _sequence(acted: Acted, behaviour: str, emotion: str, strength: float) -> Clip:
    motion = at_pace(acted.motion, pace(emotion, strength))
    count = len(motion.hips)
    voice = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(acted.voice)), acted.voice)
    features = features_of(styled(motion, emotion, strength))
    return Clip(features.astype(np.float32), conditions(behaviour, emotion, strength, voice))


def _clips(behaviour: str, folder: Path, held_out: bool) -> Sequence[Path]:
    index = folder / "INDEX.csv"
    if not index.is_file():
        return []
    wanted = WALKS if behaviour == "walk" else GESTURES
    with index.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["description"] in wanted]
    return [folder / row["file"] for row in rows if (row["subject"] in HELD_OUT_SUBJECTS) == held_out]


def _acted(path: Path, behaviour: str) -> Acted | None:
    with np.load(path, allow_pickle=False) as clip:
        valid = clip["valid"]
    motion = load_clip(path)
    if len(motion.rotations) < _SHORTEST or valid.mean() < 0.95:
        return None
    order = [motion.bone_names.index(name) for name in BODY_BONES]
    turns = rotation.normalize(motion.rotations[:, order])
    leg = float(np.linalg.norm(_rest(motion, "leftUpperLeg") - _rest(motion, "leftFoot")))
    hips = motion.hips_position * LEG / leg
    body = BodyMotion(_head_up(turns), hips)
    joints = joint_positions(body.rotations, hips, REST, PARENTS)
    low = (joints[:, [bone("leftToes"), bone("rightToes")], 2] - REST[bone("leftToes"), 2]).min(axis=1)
    hips[:, 2] -= np.percentile(low, 30)
    voice = np.zeros(len(hips))
    if behaviour == "talk":
        hands = joints[:, [bone("leftHand"), bone("rightHand")]]
        speed = np.linalg.norm(np.gradient(hands, axis=0), axis=-1).max(axis=1) * FPS
        voice = np.clip(gaussian_filter1d(speed, 2.0) / max(float(np.percentile(speed, 95)), 0.3), 0, 1)
    return Acted(body, voice)


def _rest(motion: object, name: str) -> Floats:
    return motion.rest_positions[motion.bone_names.index(name)]  # type: ignore[attr-defined]


def _head_up(turns: Floats) -> Floats:
    """The recordings' heads look down by 16 degrees on average because of how markers were fitted: level the mean."""
    front = rotation.rotate(turns[:, bone("head")], np.array([0.0, -1.0, 0.0]))
    down = float(np.degrees(np.arcsin(np.clip(-front[:, 2], -1, 1))).mean())
    lift = rotation.from_rotvec(np.radians([-(down - 3.0), 0.0, 0.0]))
    result = turns.copy()
    result[:, bone("head")] = rotation.multiply(turns[:, bone("head")], lift)
    half = rotation.slerp(rotation.IDENTITY, lift, 0.4)
    result[:, bone("neck")] = rotation.multiply(turns[:, bone("neck")], half)
    return result


def training_set(made: int, folder: Path = MOTION_FOLDER, held_out: bool = False) -> dict[str, list[Clip]]:
    """Sequences by behaviour: `made` by rule of each kind that rules make, and all motion capture there is."""
    first = 10**6 if held_out else 0
    sets = {name: [made_up(name, first + seed) for seed in range(made)] for name in ("idle", "listen", "talk")}
    sets["walk"] = captured("walk", folder, held_out)
    if not held_out:
        sets["talk"] += captured("talk", folder, held_out, copies=6)
    return {name: rows for name, rows in sets.items() if rows}
