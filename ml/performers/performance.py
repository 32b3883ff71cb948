"""Random performances: smooth ARKit curves with blinks, speech and expressions, saccades, turns of the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import FACE_NAMES, rotation
from .performer import gaze_weights

Floats = NDArray[np.float64]

# Which actions move together in real faces, and how often an expression picks the group. Names without a side that
# have two sides stand for both.
_GROUPS: Final[tuple[tuple[tuple[str, ...], float], ...]] = (
    (("mouthSmile", "cheekSquint", "mouthDimple"), 4.5),
    (("mouthSmile", "cheekSquint", "eyeSquint", "jawOpen", "mouthUpperUp"), 3.5),
    (("mouthFrown", "browDown", "mouthShrugLower"), 2.0),
    (("browInnerUp", "mouthFrown", "mouthPress"), 1.5),
    (("browDown", "eyeSquint", "noseSneer", "mouthPress"), 2.0),
    (("noseSneer", "mouthUpperUp", "cheekSquint"), 1.5),
    (("browInnerUp", "browOuterUp", "eyeWide", "jawOpen"), 2.5),
    (("browInnerUp", "browOuterUp"), 2.5),
    (("browDown",), 2.0),
    (("browOuterUp",), 1.5),
    (("eyeSquint",), 1.5),
    (("eyeWide",), 1.5),
    (("cheekPuff", "mouthPucker"), 0.7),
    (("cheekPuff",), 0.8),
    (("mouthPucker", "mouthFunnel"), 2.0),
    (("mouthFunnel", "jawOpen"), 1.5),
    (("mouthPucker",), 1.5),
    (("mouthStretch", "mouthLowerDown", "jawOpen"), 1.5),
    (("mouthLowerDown", "mouthUpperUp"), 1.5),
    (("mouthRollLower", "mouthRollUpper"), 1.5),
    (("mouthRollLower",), 1.0),
    (("mouthRollUpper",), 1.0),
    (("mouthShrugUpper", "mouthShrugLower"), 1.2),
    (("mouthPress",), 1.2),
    (("mouthDimple",), 1.0),
    (("mouthLeft",), 0.9),
    (("mouthRight",), 0.9),
    (("jawLeft",), 0.9),
    (("jawRight",), 0.9),
    (("jawForward",), 1.2),
    (("jawOpen",), 2.0),
    (("jawOpen", "mouthClose"), 1.0),
    (("tongueOut", "jawOpen"), 1.0),
    (("mouthStretch",), 1.0),
    (("noseSneer",), 1.0),
)
_SPEECH: Final = (
    "jawOpen", "mouthFunnel", "mouthPucker", "mouthLowerDown", "mouthUpperUp", "mouthStretch", "mouthRollLower",
    "mouthPress", "mouthShrugUpper", "mouthClose",
)  # fmt: skip
_OPPOSITES: Final = (
    ("jawLeft", "jawRight"), ("mouthLeft", "mouthRight"), ("mouthSmileLeft", "mouthFrownLeft"),
    ("mouthSmileRight", "mouthFrownRight"), ("eyeBlinkLeft", "eyeWideLeft"), ("eyeBlinkRight", "eyeWideRight"),
    ("eyeSquintLeft", "eyeWideLeft"), ("eyeSquintRight", "eyeWideRight"),
    ("browDownLeft", "browOuterUpLeft"), ("browDownRight", "browOuterUpRight"),
)  # fmt: skip


@dataclass(frozen=True)
class FacePerformance:
    """What a head does for T frames."""

    fps: float
    weights: Floats
    """[T, 52] ARKit weights, eyeLook as the gaze has it."""
    gaze: Floats
    """[T, 2, 2] left and right eye: yaw and pitch in degrees, relative to the head."""
    head: Floats
    """[T, 4] global head rotation."""


def random_face_performance(
    rng: np.random.Generator, frames: int, fps: float = 30.0, neutral_frames: int = 0
) -> FacePerformance:
    """A random performance; in its first `neutral_frames` the face is still and neutral while head and eyes move."""
    weights = np.zeros((frames, len(FACE_NAMES)))
    seconds = frames / fps
    busy = rng.uniform(0.6, 2.0)
    for _ in range(int(rng.poisson(busy * (1 + 1.6 * seconds)))):
        add_expression(rng, weights, fps)
    if rng.random() < 0.45:
        _add_speech(rng, weights, fps)
    add_blinks(rng, weights, fps)
    quiet = quiet_start(frames, neutral_frames, fps)
    weights *= quiet[:, None]
    settle_conflicts(weights)
    gaze = saccades(rng, frames, fps)
    weights = np.clip(weights, 0, 1) + gaze_weights(gaze)
    head = head_turns(rng, frames, fps)
    return FacePerformance(fps, weights, gaze, head)


def columns(name: str) -> list[int]:
    """Where an action's weights stand in FACE_NAMES: both sides if the name says none."""
    if name in FACE_NAMES:
        return [FACE_NAMES.index(name)]
    return [FACE_NAMES.index(name + side) for side in ("Left", "Right")]


def bump(time: Floats, start: float, rise: float, hold: float, fall: float) -> Floats:
    """0 to 1, held, back to 0, with smooth ends (cosine)."""
    up = np.clip((time - start) / rise, 0, 1)
    down = np.clip((time - start - rise - hold) / fall, 0, 1)
    return (0.5 - 0.5 * np.cos(np.pi * up)) * (0.5 + 0.5 * np.cos(np.pi * down))


def add_expression(rng: np.random.Generator, weights: Floats, fps: float) -> None:
    """One group of actions that rises, is held and sinks."""
    time = np.arange(len(weights)) / fps
    chances = np.array([chance for _, chance in _GROUPS])
    names, _ = _GROUPS[int(rng.choice(len(_GROUPS), p=chances / chances.sum()))]
    start = rng.uniform(-0.5, time[-1])
    curve = bump(time, start, rng.uniform(0.08, 0.5), rng.gamma(1.5, 0.4), rng.uniform(0.1, 0.7))
    strength = rng.beta(1.5, 1.0)
    lopsided = rng.random() < 0.3
    for name in names:
        share = strength * rng.uniform(0.4, 1.0)
        chosen = columns(name)
        sides = rng.uniform(0.0, 1.0, len(chosen)) if lopsided else rng.uniform(0.85, 1.0, len(chosen))
        for column, side in zip(chosen, sides, strict=True):
            weights[:, column] = np.maximum(weights[:, column], curve * share * side)


def _add_speech(rng: np.random.Generator, weights: Floats, fps: float) -> None:
    """Syllables of 0.1 to 0.3 seconds, each with its own mouth."""
    time = np.arange(len(weights)) / fps
    at, end = rng.uniform(0, 1.0), time[-1]
    loud = rng.uniform(0.25, 0.8)
    while at < end:
        length = rng.uniform(0.1, 0.3)
        curve = bump(time, at - length / 2, length, rng.uniform(0, 0.08), length)
        for name in rng.choice(_SPEECH, size=int(rng.integers(1, 4)), replace=False):
            share = loud * rng.uniform(0.2, 1.0) * (1.0 if name == "jawOpen" else 0.6)
            for column in columns(str(name)):
                weights[:, column] = np.maximum(weights[:, column], curve * share)
        at += length * rng.uniform(0.8, 1.6) + (rng.uniform(0.2, 0.6) if rng.random() < 0.1 else 0)


def add_blinks(rng: np.random.Generator, weights: Floats, fps: float) -> None:
    """Blinks last 0.15 to 0.4 seconds; now and then an eye stays shut or winks."""
    time = np.arange(len(weights)) / fps
    at = rng.uniform(0, 1.5)
    while at < time[-1]:
        wink = rng.random() < 0.12
        hold = rng.uniform(0.2, 0.8) if rng.random() < 0.12 else rng.uniform(0, 0.06)
        curve = bump(time, at, rng.uniform(0.06, 0.12), hold, rng.uniform(0.08, 0.2)) * rng.choice(
            [1.0, 0.7], p=[0.8, 0.2]
        )
        for column in rng.permutation(columns("eyeBlink"))[: 1 if wink else 2]:
            weights[:, column] = np.maximum(weights[:, column], curve)
        at += rng.exponential(1.6) + 0.3


def settle_conflicts(weights: Floats) -> None:
    """Of two opposites the weaker gives way; closed lips need an open jaw, a tongue an open mouth."""
    for one, other in _OPPOSITES:
        a, b = FACE_NAMES.index(one), FACE_NAMES.index(other)
        first, second = weights[:, a].copy(), weights[:, b].copy()
        weights[:, a], weights[:, b] = np.clip(first - second, 0, 1), np.clip(second - first, 0, 1)
    jaw, close, tongue = (FACE_NAMES.index(name) for name in ("jawOpen", "mouthClose", "tongueOut"))
    weights[:, close] = np.minimum(weights[:, close], weights[:, jaw])
    weights[:, tongue] *= np.clip(weights[:, jaw] / 0.35, 0, 1)


def quiet_start(frames: int, neutral_frames: int, fps: float) -> Floats:
    """[T] 0 for so many frames, then soon 1."""
    if neutral_frames == 0:
        return np.ones(frames)
    return np.clip((np.arange(frames) - neutral_frames + 1) / (0.2 * fps), 0, 1)


def saccades(rng: np.random.Generator, frames: int, fps: float) -> Floats:
    """Both eyes jump from one point to the next and rest there; near points make them converge."""
    gaze = np.zeros((frames, 2))
    converge = np.zeros(frames)
    frame = 0
    reach = rng.uniform(0.2, 1.0)
    while frame < frames:
        stay = max(3, int(fps * rng.gamma(2.0, 0.3)))
        target = np.clip(rng.normal(0, (14, 8)) * reach, (-32, -24), (32, 22))
        gaze[frame : frame + stay] = target
        converge[frame : frame + stay] = rng.exponential(2.0)
        frame += stay
    # A saccade takes about 50 ms: a short moving average draws the jump out.
    width = max(1, round(0.06 * fps))
    kernel = np.ones(width) / width
    smooth = [np.convolve(np.pad(row, width, "edge"), kernel, "same")[width:-width] for row in (*gaze.T, converge)]
    yaw, pitch, toe_in = smooth
    # The left eye sits at +X, so looking at a near point turns it towards -X.
    return np.stack((np.stack((yaw - toe_in, pitch), -1), np.stack((yaw + toe_in, pitch), -1)), axis=1)


def head_turns(rng: np.random.Generator, frames: int, fps: float) -> Floats:
    """Smooth turns about a pose of rest."""
    reach = rng.uniform(0.1, 1.0)
    rest = rng.normal(0, (7, 5, 14))
    drift = _smooth_noise(rng, frames, fps, 0.9) * np.array([9, 7, 16]) * reach
    nod = _smooth_noise(rng, frames, fps, 0.25) * np.array([2.5, 1.0, 2.0]) * reach
    return _turns(np.clip(rest + drift + nod, (-30, -25, -50), (30, 25, 50)))


def wide_head_turns(rng: np.random.Generator, frames: int, fps: float) -> Floats:
    """Heads that bow, look up and turn by tens of degrees within a second or two."""
    rest = rng.normal(0, (5, 4, 8))
    drift = _smooth_noise(rng, frames, fps, rng.uniform(0.25, 0.6)) * np.array([15, 6, 18]) * rng.uniform(0.6, 1.4)
    return _turns(np.clip(rest + drift, (-42, -25, -55), (42, 25, 55)))


def _turns(degrees: Floats) -> Floats:
    """Rotations [T, 4] by pitch, roll and yaw [T, 3]."""
    pitch, roll, yaw = np.radians(degrees).T
    zero = np.zeros(len(pitch))
    turn = rotation.from_rotvec(np.stack((zero, zero, yaw), -1))
    turn = rotation.multiply(turn, rotation.from_rotvec(np.stack((pitch, zero, zero), -1)))
    return rotation.multiply(turn, rotation.from_rotvec(np.stack((zero, roll, zero), -1)))


def _smooth_noise(rng: np.random.Generator, frames: int, fps: float, seconds: float) -> Floats:
    """Three curves [T, 3] of unit spread that change over about `seconds`."""
    from scipy.ndimage import gaussian_filter1d

    margin = int(4 * seconds * fps)
    noise = gaussian_filter1d(rng.normal(size=(frames + 2 * margin, 3)), seconds * fps, axis=0)[
        margin : margin + frames
    ]
    return noise * np.sqrt(2 * np.sqrt(np.pi) * seconds * fps)
