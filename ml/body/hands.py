"""One hand through a clip: read frame by frame by the network, then made one motion of.

A hand seen from its edge is now and then read as its mirror image. So each frame is weighed by how far off the network
expects it to be and by how well it agrees with the frames around it, and the motion is the weighted mean over a few
frames: flips and spikes are outvoted, and nothing lags, since the mean looks both ways in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from ..camera import Camera
from ..features.arrays import Features
from ..take import rotation
from ..weights.registry import WeightsError
from .curves import resampled
from .orient import smoothstep
from .smoothing import smooth, without_pops

Floats = NDArray[np.float64]

_ELBOW: Final = {"left": 13, "right": 14}
_WRIST: Final = {"left": 15, "right": 16}
_KNUCKLE: Final = 9
"""The middle finger's."""
_VISIBLE: Final = 0.5
_FAINTEST: Final = 0.05
_BRIDGED_GAP: Final = 0.5
"""Seconds for which an unseen hand is held between two sights of it."""
_SHORTEST: Final = 0.12
"""Seconds; hands seen for less are not believed."""
_FADE_HZ: Final = 2.0
_DENSITY_HZ: Final = 0.5
_SELDOM: Final = (0.1, 0.4)
"""Share of the frames around in which a hand is seen, from not believed to believed: the arm alone tells more of a hand
than what is seen of it now and then."""
_UNSURE: Final = tuple(np.radians((16.0, 24.0)))
"""How far off the network expects a hand to be, from believed to less sure than the arm alone tells it (the truth is
off by more than twice as much)."""
_SIZE_HZ: Final = 1.0
_VOTE_HZ: Final = 1.6
"""Of the mean that frames are compared with."""
_STILL_HZ, _MOVING_HZ = 1.8, 4.5
"""Of the motion that is kept while a hand is held still, and while it moves."""
_MOVES: Final = tuple(np.radians((2.0, 9.0)))
"""What the slower mean misses of the quicker one, from trembling to movement."""
_DISAGREEING: Final = 0.5
"""Radians from the frames around from which a frame loses its vote."""
_ROUNDS: Final = 4


@dataclass(frozen=True)
class HandMotion:
    """T frames of one hand."""

    turn: Floats
    """[T, 4] the hand's rotation from the T-pose, stage axes of a level camera."""
    fingers: Floats
    """[T, 15, 4] rotations of `hand_bones.HAND_BONES` relative to their parents."""
    share: Floats
    """[T] 0..1, smooth: how far to follow it; 0 where the hand was not seen, or not surely."""
    spread: Floats
    """[T] how far off the turn may be, radians."""
    palm: Floats
    """[T] pixels from the wrist to the middle finger's knuckle, smooth."""


def hand_motions(features: Features, camera: Camera, fps: float) -> dict[str, HandMotion]:
    """Side -> motion of each hand that was seen."""
    found = {side: hand_motion(features, camera, fps, side) for side in ("left", "right")}
    return {side: motion for side, motion in found.items() if motion is not None}


def hand_motion(features: Features, camera: Camera, fps: float, side: str) -> HandMotion | None:
    """One hand of a clip; None where it was never seen, or the network's weights are missing."""
    points = getattr(features, f"{side}_hand").astype(np.float64)
    world = getattr(features, f"{side}_hand_world").astype(np.float64)
    confidence = np.nan_to_num(getattr(features, f"{side}_hand_confidence").astype(np.float64))
    seen = np.isfinite(points).all(axis=(1, 2)) & np.isfinite(world).all(axis=(1, 2)) & (confidence > _FAINTEST)
    seen = _without_flashes(seen, fps)
    if not seen.any():
        return None
    from .hand_model import form_of, read_hands

    rays = camera.rays(points[seen])
    rays[..., 2] = points[seen][..., 2] / camera.focal_px
    is_left = np.full(int(seen.sum()), side == "left")
    # What the hand looks like is already spent on telling whose it is.
    leftness = np.where(is_left, 0.9, 0.1)
    try:
        read = read_hands(form_of(rays, world[seen], leftness, is_left, _forearms(features, side)[seen]))
    except WeightsError:
        return None
    sure = 1 / np.maximum(_spread_over(read.hand_spread, seen), 0.1) ** 2 * np.where(seen, 1.0, 1e-6)
    turn = _motion(_turned_over(read.hand, seen), sure, fps)
    finger_sure = 1 / np.maximum(_spread_over(read.finger_spread, seen), 0.08) ** 2 * np.where(seen, 1.0, 1e-6)[:, None]
    bones = range(read.fingers.shape[1])
    found = [_turned_over(read.fingers[:, bone], seen) for bone in bones]
    fingers = np.stack([without_pops(_motion(found[b], finger_sure[:, b // 3], fps), fps) for b in bones], axis=1)
    spread = smooth(_spread_over(read.hand_spread, seen), fps, 2.0)
    return HandMotion(turn, fingers, followed_share(seen, spread, fps), spread, _palm(points, seen, fps))


def _palm(points: Floats, seen: NDArray[np.bool_], fps: float) -> Floats:
    """How large the hand is in the picture [T], see HandMotion."""
    lengths = np.linalg.norm(points[seen, _KNUCKLE, :2] - points[seen, 0, :2], axis=1)
    return np.exp(smooth(_spread_over(np.log(np.maximum(lengths, 1.0)), seen), fps, _SIZE_HZ))


def _forearms(features: Features, side: str) -> Floats:
    """[T, 2] unit directions from elbow to wrist in the picture; 0 0 where one of them is not seen."""
    marks = [_ELBOW[side], _WRIST[side]]
    ends = np.nan_to_num(features.pose_image[:, marks, :2].astype(np.float64))
    way = ends[:, 1] - ends[:, 0]
    length = np.linalg.norm(way, axis=1, keepdims=True)
    known = (features.pose_visibility[:, marks].min(axis=1) >= _VISIBLE)[:, None] & (length > 4)
    return np.where(known, way / np.maximum(length, 1e-9), 0.0)


def _without_flashes(seen: NDArray[np.bool_], fps: float) -> NDArray[np.bool_]:
    """Without stretches too short to be a hand."""
    reach = 2 * max(0, round(_SHORTEST * fps / 2)) + 1
    opened = maximum_filter1d(minimum_filter1d(seen.astype(np.int8), reach), reach)
    return seen & (opened > 0) if opened.any() else seen


def followed_share(seen: NDArray[np.bool_], spread: Floats, fps: float) -> Floats:
    """How far to follow the hand [T]: gaps between sights bridged, smooth fades, nothing where it was long unseen, is
    seldom seen, or may be off by more (spread [T]) than what the arm alone tells of it."""
    reach = 2 * max(1, round(_BRIDGED_GAP * fps / 2)) + 1
    held = minimum_filter1d(maximum_filter1d(seen.astype(np.float64), reach), reach)
    often = smoothstep(smooth(seen.astype(np.float64), fps, _DENSITY_HZ), *_SELDOM)
    sure = 1 - smoothstep(spread, *_UNSURE)
    return smooth(np.maximum(held, seen), fps, _FADE_HZ) * smooth(often * sure, fps, _FADE_HZ)


def _spread_over(values: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Values of the seen frames [N, ...] at all frames [T, ...], the nearest seen one where there is none."""
    known = np.flatnonzero(seen)
    frames = np.arange(len(seen))
    place = np.clip(np.searchsorted(known, frames), 0, len(known) - 1)
    before = np.maximum(place - 1, 0)
    nearest = np.where(np.abs(known[before] - frames) <= np.abs(known[place] - frames), before, place)
    return values[nearest]


def _turned_over(turns: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Turns of the seen frames [N, 4] at all frames [T, 4]: from one to the next the shorter way, held at the ends."""
    known = np.flatnonzero(seen)
    return resampled(turns, np.interp(np.arange(len(seen)), known, np.arange(len(known))))


def _motion(turns: Floats, sure: Floats, fps: float) -> Floats:
    """The weighted robust mean over time [T, 4] of turns [T, 4], `sure` [T] their weights."""
    votes = sure
    for _ in range(_ROUNDS):
        around = mean_turns(turns, votes, fps, _VOTE_HZ)
        away = rotation.angle(around, turns) / _DISAGREEING
        votes = sure / (1 + away**2) ** 2
    still, moving = (mean_turns(turns, votes, fps, hz) for hz in (_STILL_HZ, _MOVING_HZ))
    missed = smooth(rotation.angle(still, moving), fps, _STILL_HZ)
    return rotation.continuous(rotation.slerp(still, moving, smoothstep(missed, *_MOVES)))


def mean_turns(turns: Floats, weights: Floats, fps: float, cutoff_hz: float) -> Floats:
    """Weighted means over time of rotations [T, 4], by the mean of their matrices (Markley et al., "Averaging
    quaternions", 2007): the largest eigenvector of the weighted sum of q q^T, free of signs."""
    squares = turns[:, :, None] * turns[:, None, :]
    sums = smooth(squares * weights[:, None, None], fps, cutoff_hz)
    _, vectors = np.linalg.eigh(sums)
    return rotation.continuous(vectors[..., -1])
