"""What each behaviour is learned from, as sequences of features with their conditions.

walk: motion capture whose description says walking (any folder of clips as in ml/body/recorded.py). talk: rules
(procedural.py) and the standing gestures of motion capture (directing traffic, basketball signals), whose loudness is
taken from the hands' speed. idle, listen: rules alone, since of the motion capture at hand hardly half a minute stands
quietly. Emotions: rules over all of them (styles.py).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..body.contacts import runs
from ..body.recorded import load_clip
from ..take import EMOTION_NAMES, joint_positions, rotation
from .base import base, conditions
from .gait import Gait, fit_gait, stride_of
from .pose import BODY_BONES, FPS, LEG, PARENTS, REST, BodyMotion, Floats, bone, feature_weights, features_of
from .procedural import Acted
from .styles import at_pace, pace, styled

MOTION_FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "motion"
WALKS: Final = ("walk", "walking", "slow walk", "brisk walk", "walk/stride", "slow walk/stride")
GESTURES: Final = ("directing traffic", "basketball signal")
HELD_OUT_WALKERS: Final = ("7", "16", "32", "43")
"""Subjects kept for evaluation."""
HELD_OUT_GESTURES: Final = ("cmu_basketball_signal_05", "cmu_directing_traffic_04")
"""Takes kept for evaluation; the database names one subject for each kind."""
MADE: Final = ("idle", "listen", "talk")
_SECONDS: Final = 12
_SHORTEST: Final = 64
_EDGE: Final = 12
"""Frames at a recording's ends that the smoothing of features_of spoils."""


@dataclass(frozen=True)
class Clip:
    """One motion with its conditions, T frames."""

    features: NDArray[np.float32]
    """[T, F]"""
    conditions: NDArray[np.float32]
    """[T, CONDITIONS]"""
    person: str = "rules"
    """Whose motion it is; people are drawn alike, however much of them there is."""


def made_up(behaviour: str, seed: int, gait: Gait | None = None) -> Clip:
    """A sequence by rule with a random emotion."""
    from .base import BEHAVIOURS

    rng = np.random.default_rng([seed, BEHAVIOURS.index(behaviour), 0xB0D])
    emotion, strength = random_emotion(rng)
    made = base(behaviour, int(_SECONDS * FPS), rng, emotion, strength, gait=gait)
    return Clip(made.features.astype(np.float32), made.conditions)


def captured(behaviour: str, folder: Path, held_out: bool, copies: int = 3) -> list[Clip]:
    """Motion capture of walking or gesturing with random emotions, `copies` of each clip; empty without the folder."""
    found = []
    for number, (path, person) in enumerate(_clips(behaviour, folder, held_out)):
        acted = _acted(path, behaviour)
        if acted is None:
            continue
        for copy in range(copies):
            rng = np.random.default_rng([number, copy, 0xCA7])
            emotion, strength = ("neutral", 1.0) if copy == 0 else random_emotion(rng)
            moved = acted if rng.random() < 0.5 else Acted(mirrored(acted.motion), acted.voice)
            for part in _conversational(moved) if behaviour == "talk" else [moved]:
                found.append(_sequence(part, behaviour, emotion, strength, person))
    return found


def _conversational(acted: Acted) -> list[Acted]:
    """The stretches of signalling whose hands stay as low as those of people who talk."""
    joints = joint_positions(acted.motion.rotations, acted.motion.hips, REST, PARENTS)
    hands = joints[:, [bone("leftHand"), bone("rightHand")], 2].max(axis=1)
    return [
        Acted(BodyMotion(acted.motion.rotations[a:b], acted.motion.hips[a:b]), acted.voice[a:b])
        for a, b in runs(hands < joints[:, bone("neck"), 2])
        if b - a >= _SHORTEST + 2 * _EDGE
    ]


def mirrored(motion: BodyMotion) -> BodyMotion:
    """Left and right exchanged."""
    from ..take.names import mirrored as other_side

    order = [BODY_BONES.index(other_side(name)) for name in BODY_BONES]
    return BodyMotion(motion.rotations[:, order] * (1, 1, -1, -1), motion.hips * (-1, 1, 1))


def random_emotion(rng: np.random.Generator) -> tuple[str, float]:
    """A name and a strength; neutral as often as two in five."""
    if rng.random() < 0.4:
        return "neutral", 1.0
    return str(rng.choice(EMOTION_NAMES[1:])), float(rng.uniform(0.4, 1.0))


def _sequence(acted: Acted, behaviour: str, emotion: str, strength: float, person: str) -> Clip:
    motion = at_pace(acted.motion, pace(emotion, strength))
    count = len(motion.hips)
    voice = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(acted.voice)), acted.voice)
    features = features_of(styled(motion, emotion, strength)).astype(np.float32)
    inside = slice(_EDGE, -_EDGE)
    return Clip(features[inside], conditions(behaviour, emotion, strength, voice)[inside], person)


def _clips(behaviour: str, folder: Path, held_out: bool) -> Sequence[tuple[Path, str]]:
    """(file, subject) of the recordings of a behaviour."""
    index = folder / "INDEX.csv"
    if not index.is_file():
        return []
    wanted = WALKS if behaviour == "walk" else GESTURES
    with index.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["description"] in wanted]
    return [
        (folder / row["file"], row["subject"])
        for row in rows
        if (row["subject"] in HELD_OUT_WALKERS or Path(row["file"]).stem in HELD_OUT_GESTURES) == held_out
    ]


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
    body = BodyMotion(_hands_and_hips_level(_head_up(turns)), hips)
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


def _hands_and_hips_level(turns: Floats) -> Floats:
    """Skeletons of the recordings differ in what a straight wrist and a level pelvis are: the mean is made straight."""
    result = turns.copy()
    hips = turns[:, 0]
    heading = rotation.twist(hips, np.array([0.0, 0.0, 1.0]))
    lean = rotation.multiply(rotation.conjugate(heading), hips)
    result[:, 0] = rotation.multiply(heading, rotation.multiply(lean, rotation.conjugate(_mean(lean))))
    for side in ("left", "right"):
        arm, hand = turns[:, bone(f"{side}LowerArm")], turns[:, bone(f"{side}Hand")]
        bend = rotation.multiply(rotation.conjugate(arm), hand)
        bend = rotation.multiply(bend, rotation.conjugate(_mean(bend)))
        result[:, bone(f"{side}Hand")] = rotation.multiply(arm, bend)
    return result


def _mean(turns: Floats) -> Floats:
    """[4] of turns [T, 4] that lie close together."""
    return rotation.normalize(rotation.continuous(turns).mean(axis=0))


def training_set(made: int, folder: Path = MOTION_FOLDER, held_out: bool = False) -> dict[str, list[Clip]]:
    """Sequences by behaviour: `made` by rule of each kind that rules make, and all motion capture there is."""
    first = 10**6 if held_out else 0
    sets = {name: [made_up(name, first + seed) for seed in range(made)] for name in MADE}
    sets["walk"] = captured("walk", folder, held_out)
    sets["talk"] += captured("talk", folder, held_out, copies=1 if held_out else 6)
    return {name: rows for name, rows in sets.items() if rows}


def recorded_gait(folder: Path = MOTION_FOLDER) -> Gait | None:
    """The gait of all recorded walkers but the held-out ones, as they are and mirrored; None without recordings."""
    strides, people = [], []
    for path, subject in _clips("walk", folder, held_out=False):
        acted = _acted(path, "walk")
        if acted is None:
            continue
        for motion in (acted.motion, mirrored(acted.motion)):
            stride = stride_of(motion)
            if stride is not None:
                strides.append(stride)
                people.append(subject)
    return fit_gait(strides, people, feature_weights()) if strides else None
