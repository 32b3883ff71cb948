"""Performances as people give them, for training: speech by visemes, FACS emotions, single actions, wide looks.

Sources: emotions by their action units as in Ekman & Friesen's FACS (EMFACS table), visemes after the usual fifteen of
MPEG-4 and lip-sync practice, each written in ARKit weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import FACE_NAMES
from ..take.names import sided
from .performance import (
    FacePerformance,
    add_blinks,
    add_expression,
    bump,
    columns,
    head_turns,
    quiet_start,
    saccades,
    settle_conflicts,
)
from .performer import gaze_weights

Floats = NDArray[np.float64]
Pose = Mapping[str, float]

VISEMES: Final[dict[str, Pose]] = {
    "rest": {},
    "PP": {"jawOpen": 0.10, "mouthClose": 0.10, "mouthPress": 0.35, "mouthRollLower": 0.3, "mouthRollUpper": 0.25},
    "MM": {"jawOpen": 0.18, "mouthClose": 0.18, "mouthRollLower": 0.15, "mouthRollUpper": 0.15, "mouthPress": 0.15},
    "FF": {"jawOpen": 0.06, "mouthRollLower": 0.55, "mouthUpperUp": 0.3, "mouthShrugUpper": 0.15},
    "TH": {"jawOpen": 0.2, "tongueOut": 0.3, "mouthLowerDown": 0.2, "mouthUpperUp": 0.1},
    "DD": {"jawOpen": 0.15, "mouthLowerDown": 0.3, "mouthUpperUp": 0.15, "mouthStretch": 0.1},
    "KK": {"jawOpen": 0.22, "mouthLowerDown": 0.2, "mouthStretch": 0.12, "mouthUpperUp": 0.1},
    "CH": {"jawOpen": 0.1, "mouthFunnel": 0.55, "mouthShrugUpper": 0.25, "mouthPucker": 0.15},
    "SS": {"jawOpen": 0.04, "mouthStretch": 0.35, "mouthSmile": 0.15, "mouthLowerDown": 0.35, "mouthDimple": 0.1},
    "RR": {"jawOpen": 0.15, "mouthFunnel": 0.3, "mouthPucker": 0.35, "mouthLowerDown": 0.1},
    "AA": {"jawOpen": 0.6, "mouthLowerDown": 0.25, "mouthUpperUp": 0.2},
    "AE": {"jawOpen": 0.45, "mouthStretch": 0.3, "mouthLowerDown": 0.35, "mouthSmile": 0.1, "mouthUpperUp": 0.2},
    "EE": {"jawOpen": 0.15, "mouthStretch": 0.4, "mouthSmile": 0.3, "mouthLowerDown": 0.3, "mouthUpperUp": 0.15},
    "OO": {"jawOpen": 0.35, "mouthFunnel": 0.6, "mouthPucker": 0.2},
    "UU": {"jawOpen": 0.1, "mouthFunnel": 0.3, "mouthPucker": 0.75},
}
EMOTIONS: Final[dict[str, Pose]] = {
    "happiness": {"mouthSmile": 0.8, "cheekSquint": 0.7, "eyeSquint": 0.35, "mouthDimple": 0.2, "mouthUpperUp": 0.2},
    "laugh": {"mouthSmile": 0.9, "cheekSquint": 0.8, "jawOpen": 0.4, "mouthUpperUp": 0.5, "eyeSquint": 0.5},
    "sadness": {"browInnerUp": 0.8, "mouthFrown": 0.7, "mouthShrugLower": 0.4, "browDown": 0.15, "eyeSquint": 0.15},
    "anger": {"browDown": 0.9, "eyeSquint": 0.4, "noseSneer": 0.4, "mouthPress": 0.5, "jawForward": 0.2},
    "rage": {"browDown": 0.9, "noseSneer": 0.6, "mouthUpperUp": 0.5, "mouthLowerDown": 0.6, "jawOpen": 0.3},
    "fear": {"browInnerUp": 0.8, "browOuterUp": 0.5, "eyeWide": 0.8, "mouthStretch": 0.6, "jawOpen": 0.2},
    "disgust": {"noseSneer": 0.9, "mouthUpperUp": 0.6, "browDown": 0.5, "cheekSquint": 0.4, "mouthFrown": 0.3},
    "surprise": {"browInnerUp": 0.8, "browOuterUp": 0.9, "eyeWide": 0.6, "jawOpen": 0.5},
    "contempt": {"mouthDimpleLeft": 0.7, "mouthSmileLeft": 0.4, "eyeSquintLeft": 0.2, "mouthPress": 0.2},
    "doubt": {"browDownLeft": 0.6, "browOuterUpRight": 0.7, "mouthFrown": 0.3, "mouthShrugLower": 0.4},
    "concentration": {"browDown": 0.6, "eyeSquint": 0.5, "mouthPress": 0.4, "mouthRollLower": 0.3},
    "kiss": {"mouthPucker": 0.95, "mouthFunnel": 0.2, "cheekSquint": 0.1},
    "whistle": {"mouthPucker": 0.8, "mouthFunnel": 0.4, "cheekPuff": 0.3},
    "puff": {"cheekPuff": 0.9, "mouthPress": 0.4, "mouthPucker": 0.25},
    "teeth": {"mouthUpperUp": 0.8, "mouthLowerDown": 0.8, "mouthStretch": 0.5, "noseSneer": 0.2},
    "tongue": {"tongueOut": 0.95, "jawOpen": 0.45, "eyeSquint": 0.2},
}  # fmt: skip
_SINGLES: Final = tuple(name for name in FACE_NAMES if not name.startswith(("eyeLook", "eyeBlink")))
_HARD_SINGLES: Final = (
    "tongueOut", "cheekPuff", "jawLeft", "jawRight", "jawForward", "noseSneer", "mouthLeft", "mouthRight", "mouthClose",
    "browDown", "browInnerUp", "browOuterUp", "eyeSquint", "eyeWide", "cheekSquint", "mouthRollLower",
    "mouthRollUpper", "mouthShrugUpper", "mouthShrugLower", "mouthPress", "mouthDimple", "mouthStretch",
)  # fmt: skip
STYLES: Final = ("mixed", "talking", "emotion", "single", "calm")
_STYLE_CHANCES: Final = (0.36, 0.22, 0.14, 0.22, 0.06)


def acted_performance(
    rng: np.random.Generator, frames: int, fps: float = 30.0, neutral_frames: int = 0
) -> FacePerformance:
    """A performance of a random style; in its first `neutral_frames` the face is still while head and eyes move."""
    weights = np.zeros((frames, len(FACE_NAMES)))
    style = str(rng.choice(STYLES, p=_STYLE_CHANCES))
    if style == "mixed":
        for _ in range(int(rng.poisson(1 + rng.uniform(0.8, 2.5) * frames / fps))):
            add_expression(rng, weights, fps)
    elif style == "talking":
        weights = np.maximum(weights, speech(rng, frames, fps))
        if rng.random() < 0.6:
            _add_pose(rng, weights, fps, _emotion(rng), rng.uniform(0.2, 0.8))
    elif style == "emotion":
        for _ in range(int(rng.integers(1, 2 + round(frames / fps)))):
            _add_pose(rng, weights, fps, _emotion(rng), rng.uniform(0.3, 1.2))
    elif style == "single":
        _add_singles(rng, weights, fps)
    add_blinks(rng, weights, fps)
    weights *= quiet_start(frames, neutral_frames, fps)[:, None]
    settle_conflicts(weights)
    gaze = wide_looks(rng, frames, fps) if rng.random() < 0.5 else saccades(rng, frames, fps)
    return FacePerformance(
        fps, np.clip(weights, 0, 1) + gaze_weights(gaze), gaze, head_turns(rng, frames, fps)
    )  # fmt: skip


def speech(rng: np.random.Generator, frames: int, fps: float) -> Floats:
    """[T, 52] visemes that flow into each other, with pauses; some speakers mumble, some over-articulate."""
    names = list(VISEMES)
    poses = np.stack([pose_weights(VISEMES[name]) for name in names])
    clarity, tempo = rng.uniform(0.4, 1.3), rng.uniform(0.75, 1.5)
    moments, targets = [0.0], [np.zeros(len(FACE_NAMES))]
    while moments[-1] < frames / fps:
        pause = rng.random() < 0.08
        name = 0 if pause else int(rng.integers(1, len(names)))
        moments.append(moments[-1] + tempo * (rng.uniform(0.2, 0.7) if pause else rng.uniform(0.06, 0.16)))
        targets.append(poses[name] * np.clip(clarity * rng.uniform(0.6, 1.3), 0, 1.4))
        if rng.random() < 0.4:  # vowels and closures are held for a moment
            moments.append(moments[-1] + rng.uniform(0.03, 0.12))
            targets.append(targets[-1])
    time, at, keys = np.arange(frames) / fps, np.array(moments), np.stack(targets)
    place = np.clip(np.searchsorted(at, time, side="right") - 1, 0, len(at) - 2)
    share = np.clip((time - at[place]) / (at[place + 1] - at[place]), 0, 1)[:, None]
    share = 0.5 - 0.5 * np.cos(np.pi * share)
    return np.asarray(keys[place] * (1 - share) + keys[place + 1] * share)


def wide_looks(rng: np.random.Generator, frames: int, fps: float) -> Floats:
    """Gaze [T, 2, 2] that covers the whole range evenly, by jumps and by slow pursuit."""
    angles = np.zeros((frames, 2))
    frame, here = 0, np.zeros(2)
    while frame < frames:
        stay = max(3, int(fps * rng.gamma(2.0, 0.2)))
        there = rng.uniform((-32, -26), (32, 23))
        jump = np.linspace(0, 1, stay) if rng.random() < 0.25 else np.clip(np.arange(1, stay + 1) / 2, 0, 1)
        rows = slice(frame, frame + stay)
        angles[rows] = (here + (there - here) * jump[:, None])[: frames - frame]
        frame, here = frame + stay, there
    toe_in = np.full(frames, rng.exponential(2.0))
    left = np.stack((angles[:, 0] - toe_in, angles[:, 1]), -1)
    right = np.stack((angles[:, 0] + toe_in, angles[:, 1]), -1)
    return np.clip(np.stack((left, right), axis=1), -34, 34)


def pose_weights(pose: Pose) -> Floats:
    """[52] of a pose by names; those without a side stand for both."""
    weights = np.zeros(len(FACE_NAMES))
    for name, value in pose.items():
        weights[columns(name)] = value
    return weights


def _emotion(rng: np.random.Generator) -> Floats:
    return acted_emotion(rng, str(rng.choice(list(EMOTIONS))))


def acted_emotion(rng: np.random.Generator, name: str) -> Floats:
    """An emotion [52], somewhat its own way; lopsided ones to either side."""
    pose = EMOTIONS[name]
    if rng.random() < 0.5:
        swap = {"Left": "Right", "Right": "Left"}
        pose = {name[: -len(s)] + swap[s] if (s := _side(name)) else name: value for name, value in pose.items()}
    weights = pose_weights(pose) * rng.uniform(0.6, 1.25, len(FACE_NAMES))
    if rng.random() < 0.3:  # one half of the face does less
        side = str(rng.choice(["Left", "Right"]))
        weights[[i for i, name in enumerate(FACE_NAMES) if name.endswith(side)]] *= rng.uniform(0.2, 0.9)
    return np.clip(weights, 0, 1)


def _side(name: str) -> str:
    return "" if name in _ONE_SIDED else sided(name)[1]


_ONE_SIDED: Final = ("jawLeft", "jawRight", "mouthLeft", "mouthRight")


def _add_pose(rng: np.random.Generator, weights: Floats, fps: float, pose: Floats, strength: float) -> None:
    time = np.arange(len(weights)) / fps
    start = rng.uniform(-0.3, max(time[-1] - 0.3, 0.1))
    curve = bump(time, start, rng.uniform(0.1, 0.6), rng.gamma(2.0, 0.5), rng.uniform(0.15, 0.8))
    weights[:] = np.maximum(weights, np.clip(curve[:, None] * pose * strength, 0, 1))


def _add_singles(rng: np.random.Generator, weights: Floats, fps: float) -> None:
    """One action after the other, each alone, hard ones more often."""
    time = np.arange(len(weights)) / fps
    at = rng.uniform(0, 0.3)
    while at < time[-1]:
        name = str(rng.choice(_HARD_SINGLES if rng.random() < 0.6 else _SINGLES))
        rise, hold, fall = rng.uniform(0.08, 0.35), rng.uniform(0, 0.4), rng.uniform(0.1, 0.4)
        curve = bump(time, at, rise, hold, fall) * rng.uniform(0.35, 1.0)
        chosen = columns(name)
        if len(chosen) == 2 and rng.random() < 0.25:
            chosen = [int(rng.choice(chosen))]
        if name in ("tongueOut", "mouthClose"):
            chosen = [*chosen, FACE_NAMES.index("jawOpen")]
        for column in chosen:
            weights[:, column] = np.maximum(weights[:, column], curve)
        at += (rise + hold + fall) * rng.uniform(0.6, 1.1)
