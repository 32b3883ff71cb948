"""Which parts of the feet rest on the floor."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d

from ..camera import Camera
from ..take import CAPTURED_BONES
from .landmarks import HEEL, TOE, Floats, Points
from .orient import smoothstep
from .smoothing import smooth

FOOT_BONES: Final = ("leftFoot", "leftToes", "rightFoot", "rightToes")
FOOT_INDICES: Final = tuple(CAPTURED_BONES.index(name) for name in FOOT_BONES)
_FOOT_MARKS: Final = (HEEL["left"], TOE["left"], HEEL["right"], TOE["right"])
_TOUCH_HEIGHT: Final = (0.08, 0.13)
"""Metres above the floor: begins below the first, ends above the second."""
_TOUCH_SPEED: Final = (0.30, 0.55)
"""Metres per second: begins below the first, ends above the second."""
_RESTING_SPEED: Final = 0.1
"""Metres per second across the picture that a foot may seem to move though it stands."""
_MOVING: Final = 0.15
"""Metres per second above that which make the odds of a contact e times as small."""
_PRIOR: Final = 0.7
"""Logarithm of the odds that are added to the network's, which was taught to be sure."""
_TILTED: Final = tuple(np.radians((20.0, 35.0)))
"""From which a foot that points down does not stand on its heel, or one that points up on its toes."""
_LYING: Final = tuple(np.radians((50.0, 70.0)))
"""How far a shin leans from which no heel stands under it: ankles do not bend so far, people kneel on their toes."""
_FLOOR_PERCENTILE: Final = 10.0
_FLOOR_REACH: Final = 0.35
"""Seconds to both sides over which the lowest foot is taken to be on the floor (a flight in a run is shorter)."""
_SHORTEST: Final = 0.10
"""Seconds; shorter touches and lifts are noise."""


def foot_heights(joints: Floats, rest: Floats) -> Floats:
    """Heights [T, 4] of the feet's joints above where they are when the sole is on the floor."""
    feet = list(FOOT_INDICES)
    return joints[:, feet, 2] - rest[feet, 2]


def floor_height(joints: Floats, rest: Floats, seen: NDArray[np.bool_]) -> float:
    """The floor's Z: low among the lowest foot of each frame, so that jumps and a few bad frames do not move it."""
    lowest = foot_heights(joints[seen], rest).min(axis=1)
    return float(np.percentile(lowest, _FLOOR_PERCENTILE))


def joint_speeds(joints: Floats, fps: float) -> Floats:
    """Speeds [T, 4] of the feet's joints, metres per second."""
    return _speeds(joints[:, list(FOOT_INDICES)], fps)


def seen_speeds(points: Points, depth: Floats, camera: Camera) -> Floats:
    """Speeds [T, 4] of heels and toes across the picture in metres per second at the depth [T] of the body.

    A planted foot stands still in the picture, however wrong its height and depth are.
    """
    return _speeds(points.image[:, _FOOT_MARKS], points.fps) * (depth / camera.focal_px)[:, None]


def still_contacts(probabilities: Floats, points: Points, depth: Floats, camera: Camera) -> Floats:
    """The network's probabilities [T, 4] with what the picture says: a foot that moves there does not stand.

    How fast it moves is told from quick and from slow changes, as points tremble in poor pictures. Against a threshold
    of 0.3 m/s, on clips not trained on: F1 0.83 to 0.86, filmed by a poor webcam 0.69 to 0.77, skate 5 to 2 cm/s.
    """
    feet = points.image[:, _FOOT_MARKS]
    speeds = np.sqrt(_speeds(feet, points.fps) * _speeds(feet, points.fps, 2.0))
    moving = np.maximum(speeds * (depth / camera.focal_px)[:, None] - _RESTING_SPEED, 0.0) / _MOVING
    sure = np.clip(probabilities, 1e-4, 1 - 1e-4)
    return 1 / (1 + (1 - sure) / sure * np.exp(moving - _PRIOR))


def level_contacts(probabilities: Floats, joints: Floats, rest: Floats) -> Floats:
    """The probabilities [T, 4] with what feet's and shins' tilt says (joints [T, 52, 3] on level axes, rest [52, 3]).

    Of feet told to stand on heel and toes though tilted by 15 to 20 degrees half do, by 20 to 30 a quarter, by 40 none:
    they stand on tiptoe, and laid flat they were off by twice as much.
    """
    kept = probabilities.copy()
    for heel, toe, knee in ((0, 1, "leftLowerLeg"), (2, 3, "rightLowerLeg")):
        ankle, ball = FOOT_INDICES[heel], FOOT_INDICES[toe]
        up = _pitch(joints[:, ball] - joints[:, ankle]) - _pitch(rest[ball] - rest[ankle])
        lean = np.pi / 2 - _pitch(joints[:, CAPTURED_BONES.index(knee)] - joints[:, ankle])
        kept[:, heel] *= (1 - smoothstep(-up, *_TILTED)) * (1 - smoothstep(lean, *_LYING))
        kept[:, toe] *= 1 - smoothstep(up, *_TILTED)
    return kept


def _pitch(ways: Floats) -> Floats:
    return np.arctan2(ways[..., 2], np.linalg.norm(ways[..., :2], axis=-1))


def _speeds(places: Floats, fps: float, cutoff_hz: float = 4.0) -> Floats:
    if len(places) < 2:
        return np.zeros(places.shape[:2])
    return np.linalg.norm(np.gradient(smooth(places, fps, cutoff_hz), axis=0), axis=-1) * fps


def find_contacts(heights: Floats, speeds: Floats, fps: float, floating: bool = False) -> NDArray[np.bool_]:
    """Contacts [T, 4] by heights [T, 4] and speeds [T, 4] with hysteresis.

    floating: heights are uncertain; they count from the lowest foot of the moments around instead of from Z = 0.
    """
    if floating:
        reach = 2 * max(1, round(_FLOOR_REACH * fps)) + 1
        floor = minimum_filter1d(heights.min(axis=1), reach, mode="nearest")
        heights = heights - smooth(floor, fps, 1.5)[:, None]
    begins = (heights < _TOUCH_HEIGHT[0]) & (speeds < _TOUCH_SPEED[0])
    stays = (heights < _TOUCH_HEIGHT[1]) & (speeds < _TOUCH_SPEED[1])
    touching = np.zeros(heights.shape, dtype=bool)
    for t in range(len(heights)):
        touching[t] = begins[t] | (touching[t - 1] & stays[t] if t else False)
    least = max(1, round(_SHORTEST * fps))
    for column in range(touching.shape[1]):
        touching[:, column] = without_short_runs(without_short_runs(touching[:, column], least, False), least, True)
    return touching


def without_short_runs(values: NDArray[np.bool_], least: int, kind: bool) -> NDArray[np.bool_]:
    """Turn runs of `kind` shorter than `least` over, except at the clip's ends."""
    result = values.copy()
    for begin, end in runs(values == kind):
        if end - begin < least and begin > 0 and end < len(values):
            result[begin:end] = not kind
    return result


def runs(values: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end (exclusive) of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], values, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
