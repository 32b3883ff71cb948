"""What can be measured on a generated take by itself: sliding feet, drift, gestures in the rhythm of the voice."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from ..body.contacts import FOOT_INDICES
from ..take import CAPTURED_BONES, Take, joint_positions, parent_indices
from .pose import Floats
from .procedural import stresses

_HANDS: Final = tuple(CAPTURED_BONES.index(f"{side}Hand") for side in ("left", "right"))
_CHEST: Final = CAPTURED_BONES.index("upperChest")
_BEAT_SECONDS: Final = 0.1
"""Spread of what still counts as together (Li et al., "AI Choreographer", ICCV 2021, use three frames at 60 fps)."""
_SHIFTS: Final = 40
_WINDOW_SECONDS: Final = 10.0


def joints_of(take: Take) -> Floats:
    """[T, 52, 3]"""
    assert take.rotations is not None and take.hips_position is not None
    assert take.rest_positions is not None and take.bone_names is not None
    rest = np.asarray(take.rest_positions, dtype=np.float64)
    parents = parent_indices(take.bone_names)
    return joint_positions(np.asarray(take.rotations), np.asarray(take.hips_position), rest, parents)


def skate(take: Take) -> float:
    """Centimetres a second that standing feet slide over the floor, on average.

    A foot's toes count while they stand, its heel while the whole foot does. A walk in place has no standing feet;
    measure it travelling.
    """
    assert take.contacts is not None
    feet = joints_of(take)[:, list(FOOT_INDICES), :2]
    speed = np.linalg.norm(np.diff(feet, axis=0), axis=-1) * take.fps * 100
    standing = np.asarray(take.contacts)[1:] & np.asarray(take.contacts)[:-1]
    heels = standing[:, [0, 2]] & standing[:, [1, 3]]
    standing = np.stack((heels[:, 0], standing[:, 1], heels[:, 1], standing[:, 3]), axis=1)
    return float(speed[standing].mean()) if standing.any() else 0.0


def drift(take: Take) -> float:
    """Centimetres over the floor between where the hips are on average in the first and in the last ten seconds."""
    hips = np.asarray(take.hips_position)[:, :2]
    span = min(len(hips) // 2, round(_WINDOW_SECONDS * take.fps))
    return float(np.linalg.norm(hips[-span:].mean(axis=0) - hips[:span].mean(axis=0)) * 100)


def leaning(take: Take) -> float:
    """Degrees between the trunk's mean direction in the first and in the last ten seconds."""
    joints = joints_of(take)
    up = joints[:, _CHEST] - joints[:, 0]
    span = min(len(up) // 2, round(_WINDOW_SECONDS * take.fps))
    first, last = up[:span].mean(axis=0), up[-span:].mean(axis=0)
    cosine = first @ last / np.linalg.norm(first) / np.linalg.norm(last)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def gesture_beats(take: Take) -> Floats:
    """Frames at which a hand strikes: it moves down or out fastest relative to the chest, or stops after a stroke."""
    joints = joints_of(take)
    hands = joints[:, list(_HANDS)] - joints[:, [_CHEST]]
    speed = np.linalg.norm(np.gradient(gaussian_filter1d(hands, 1.0, axis=0), axis=0), axis=-1).max(axis=1) * take.fps
    peaks, _ = find_peaks(speed, height=0.15, distance=round(0.2 * take.fps))
    return peaks.astype(np.float64)


def beat_alignment(take: Take) -> tuple[float, float]:
    """How near strokes lie to the voice's stresses (1 = all on one), and the same by chance (voice shifted in time)."""
    assert take.voice is not None
    voice = np.asarray(take.voice, dtype=np.float64)
    strokes = gesture_beats(take)
    if not len(strokes):
        return 0.0, 0.0
    rng = np.random.default_rng(0)
    least = round(2 * take.fps)
    shifts = rng.integers(least, max(least + 1, len(voice) - least), _SHIFTS)
    marks = np.array(stresses(voice), dtype=np.float64)
    chance = [_near(np.sort((marks + shift) % len(voice)), strokes, take.fps) for shift in shifts]
    return _near(marks, strokes, take.fps), float(np.mean(chance))


def _near(marks: Floats, strokes: Floats, fps: float) -> float:
    """Mean over the stresses that have a stroke within half a second: exp(-d^2 / 2 s^2)."""
    if not len(marks):
        return 0.0
    apart = np.abs(marks[:, None] - strokes[None]).min(axis=1) / fps
    near = apart[apart < 0.5]
    return float(np.exp(-0.5 * (near / _BEAT_SECONDS) ** 2).mean()) if len(near) else 0.0
