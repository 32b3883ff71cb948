"""Performances in which every action is shown, the rare ones too: drills for training and for a fair evaluation.

Real talk and emotion (see `acting`) leave a tongue, a jaw moved sideways or a puffed cheek to one clip in thirty; a
network that saw only those calls them nothing. Here actions are drawn by turns, alone and together.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import FACE_NAMES
from ..take.names import sided
from .acting import EMOTIONS, VISEMES, acted_emotion, pose_weights, wide_looks
from .performance import FacePerformance, add_blinks, bump, columns, head_turns, quiet_start, saccades, settle_conflicts
from .performer import gaze_weights

Floats = NDArray[np.float64]


def _units() -> tuple[str, ...]:
    """The actions under the names of both their sides, without blinks and looks."""
    names: list[str] = []
    for name in FACE_NAMES:
        stem, _ = sided(name)
        unit = stem if f"{stem}Left" in FACE_NAMES and stem not in ("jaw", "mouth") else name
        if not name.startswith(("eyeLook", "eyeBlink")) and unit not in names:
            names.append(unit)
    return tuple(names)


UNITS: Final = _units()
_OFTEN: Final = {
    "tongueOut": 3.0, "jawLeft": 2.0, "jawRight": 2.0, "cheekPuff": 2.0, "noseSneer": 2.0, "mouthLeft": 1.5,
    "mouthRight": 1.5, "mouthClose": 1.5, "jawForward": 1.5, "mouthRollUpper": 1.5, "mouthShrugUpper": 1.5,
    "mouthDimple": 1.3,
}  # fmt: skip
_CHANCES: Final = np.array([_OFTEN.get(name, 1.0) for name in UNITS]) / sum(_OFTEN.get(name, 1.0) for name in UNITS)
_GLIMPSES: Final = ("units", "emotion", "viseme", "smile", "calm")
_GLIMPSE_CHANCES: Final = (0.38, 0.16, 0.16, 0.08, 0.22)
_GLIMPSES_FPS: Final = 5.0
"""How fast the head turns from one unconnected frame to the next, as if there were so many in a second."""


def glimpses(rng: np.random.Generator, frames: int, neutral_frames: int) -> FacePerformance:
    """Unconnected moments of one face, each its own expression, blink and look; only the head moves on steadily.

    The first `neutral_frames` are still but for head and eyes. A few such frames teach a network as much about a person
    as a whole clip, at a third of the time.
    """
    weights = np.stack([_glimpse(rng) for _ in range(frames)])
    for row in weights:
        _shut(rng, row)
    weights[:neutral_frames] = 0
    settle_conflicts(weights)
    gaze = _looks(rng, frames)
    shown = np.clip(weights, 0, 1) + gaze_weights(gaze)
    return FacePerformance(_GLIMPSES_FPS, shown, gaze, head_turns(rng, frames, _GLIMPSES_FPS))


def drilled_performance(
    rng: np.random.Generator, frames: int, fps: float, neutral_frames: int, units: tuple[str, ...] = ()
) -> FacePerformance:
    """One action after the other, half of them in company, brief and held, slight and full; begun by `units`, if given.

    The first `neutral_frames` are still but for head and eyes.
    """
    time = np.arange(frames) / fps
    weights = np.zeros((frames, len(FACE_NAMES)))
    at, end = neutral_frames / fps, time[-1]
    room = (end - at) / max(len(units), 1)
    queue = list(units)
    while at < end - 0.15:
        pose = np.zeros(len(FACE_NAMES))
        name = queue.pop(0) if queue else str(rng.choice(UNITS, p=_CHANCES))
        _add_unit(rng, pose, name, rng.uniform(0.5, 1.0) if units else rng.beta(1.6, 1.0))
        if rng.random() < 0.5:
            _add_unit(rng, pose, str(rng.choice(UNITS, p=_CHANCES)), rng.uniform(0.1, 0.8))
        rise, fall = rng.uniform(0.07, 0.3), rng.uniform(0.08, 0.3)
        hold = rng.gamma(1.2, 0.15)
        if units:  # all of them have to find room
            rise, hold, fall = 0.3 * room, min(hold, 0.4 * room), 0.3 * room
        weights = np.maximum(weights, bump(time, at, rise, hold, fall)[:, None] * pose)
        at += room if queue else (rise + hold + fall) * rng.uniform(0.6, 1.0)
    if rng.random() < 0.2:
        weights = np.maximum(weights, _smiling_eyes(rng) * bump(time, rng.uniform(0, end / 2), 0.3, 0.8, 0.4)[:, None])
    add_blinks(rng, weights, fps)
    weights *= quiet_start(frames, neutral_frames, fps)[:, None]
    settle_conflicts(weights)
    gaze = wide_looks(rng, frames, fps) if rng.random() < 0.5 else saccades(rng, frames, fps)
    return FacePerformance(fps, np.clip(weights, 0, 1) + gaze_weights(gaze), gaze, head_turns(rng, frames, fps))


def units_of_part(part: int, each: int = 8) -> tuple[str, ...]:
    """The `each` actions that a part of an evaluation begins with; four parts in a row have all of them."""
    return tuple(UNITS[(part * each + i) % len(UNITS)] for i in range(each))


def _glimpse(rng: np.random.Generator) -> Floats:
    """One expression [52], from hardly anything to as far as it goes."""
    kind = str(rng.choice(_GLIMPSES, p=_GLIMPSE_CHANCES))
    pose = np.zeros(len(FACE_NAMES))
    if kind == "units":
        for i in range(int(rng.integers(1, 4))):
            _add_unit(rng, pose, str(rng.choice(UNITS, p=_CHANCES)), rng.beta(1.2, 1.0) * (1 if i == 0 else 0.7))
    elif kind == "emotion":
        pose = acted_emotion(rng, str(rng.choice(list(EMOTIONS)))) * rng.uniform(0.2, 1.2)
    elif kind == "viseme":
        pose = pose_weights(VISEMES[str(rng.choice(list(VISEMES)))]) * rng.uniform(0.4, 1.6)
        if rng.random() < 0.4:
            pose = np.maximum(pose, acted_emotion(rng, str(rng.choice(list(EMOTIONS)))) * rng.uniform(0.1, 0.8))
    elif kind == "smile":
        pose = _smiling_eyes(rng)
    elif rng.random() < 0.5:
        _add_unit(rng, pose, str(rng.choice(UNITS, p=_CHANCES)), rng.uniform(0, 0.25))
    return np.clip(pose, 0, 1)


def _add_unit(rng: np.random.Generator, pose: Floats, name: str, strength: float) -> None:
    """One action, on one side alone now and then; a tongue and closed lips need an open jaw."""
    chosen = columns(name)
    if len(chosen) == 2 and rng.random() < 0.25:
        chosen = [int(rng.choice(chosen))]
    for column in chosen:
        pose[column] = max(pose[column], strength * rng.uniform(0.85, 1.0))
    if name in ("tongueOut", "mouthClose"):
        jaw = FACE_NAMES.index("jawOpen")
        pose[jaw] = max(pose[jaw], strength, rng.uniform(0.2, 0.6) if name == "tongueOut" else 0)


def _smiling_eyes(rng: np.random.Generator) -> Floats:
    """A broad smile whose cheeks narrow the eyes without shutting them."""
    pose = np.zeros(len(FACE_NAMES))
    _add_unit(rng, pose, "mouthSmile", rng.uniform(0.4, 1.0))
    _add_unit(rng, pose, "cheekSquint", rng.uniform(0.4, 1.0))
    _add_unit(rng, pose, "eyeSquint", rng.uniform(0.1, 1.0))
    for name, chance in (("mouthUpperUp", 0.5), ("mouthDimple", 0.4), ("jawOpen", 0.3)):
        if rng.random() < chance:
            _add_unit(rng, pose, name, rng.uniform(0.1, 0.7))
    pose[columns("eyeBlink")] = rng.uniform(0, 0.35) if rng.random() < 0.5 else 0
    return pose


def _shut(rng: np.random.Generator, pose: Floats) -> None:
    """Lids now and then: a blink in any moment of it, a wink, lids that hang."""
    lids, chance = columns("eyeBlink"), rng.random()
    if chance < 0.28:
        amount = rng.uniform(0.85, 1.0) if rng.random() < 0.6 else rng.uniform(0.05, 0.85)
        for column in lids if rng.random() < 0.8 else [int(rng.choice(lids))]:
            pose[column] = max(pose[column], amount * rng.uniform(0.95, 1.0))
    elif chance < 0.4:
        pose[lids] = np.maximum(pose[lids], rng.uniform(0.05, 0.5) * rng.uniform(0.9, 1.0, 2))


def _looks(rng: np.random.Generator, frames: int) -> Floats:
    """Gaze [T, 2, 2] anywhere, each frame its own; near points make the eyes converge."""
    angles = np.where(
        rng.random((frames, 1)) < 0.65, rng.uniform((-33, -27), (33, 24), (frames, 2)), rng.normal(0, 7, (frames, 2))
    )
    toe_in = rng.exponential(2.0, frames)
    left, right = angles.copy(), angles.copy()
    left[:, 0] -= toe_in
    right[:, 0] += toe_in
    return np.clip(np.stack((left, right), axis=1), -34, 34)
