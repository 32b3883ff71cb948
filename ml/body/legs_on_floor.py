"""Planted feet that stay where they stand: the hips follow them, the legs bend to what is left (two-bone IK)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from ..take import CAPTURED_BONES, joint_positions, parent_indices, rotation
from .contacts import runs
from .landmarks import SIDES, Floats
from .orient import smoothstep, unit
from .smoothing import fill_gaps, smooth

_PARENTS: Final = parent_indices(CAPTURED_BONES)
_EASE: Final = 0.15
"""Seconds over which a foot comes to its place before, and leaves it after a contact."""
_PIVOT: Final = (np.radians(15.0), np.radians(35.0))
"""Turns of a standing foot from its mean that are taken for errors, and for turns."""
_LONGEST_REACH: Final = 0.999
_STRAIGHT: Final = 0.02
"""Metres by which a knee lies before the line from hip to ankle, at least, where that decides which way it bends."""
_LARGEST_SHIFT: Final = 0.25
"""Metres that the hips may move to follow the feet."""
_SHIFT_CUTOFF_HZ: Final = 5.0
_SUNKEN: Final = 0.002
"""Metres below the floor that nobody sees."""
_Z: Final = np.array((0.0, 0.0, 1.0))


@dataclass(frozen=True)
class _Stance:
    """One foot from one touch to its lift."""

    begin: int
    end: int
    ankle: Floats
    """[end - begin, 3] where the ankle goes."""


@dataclass(frozen=True)
class _Foot:
    bones: tuple[int, int, int, int]
    """Thigh, shin, foot, toes."""
    turned: Floats
    """[T, 4] the foot, level where it stands on heel and toes."""
    stances: tuple[_Stance, ...]


def stand_on_floor(
    rotations: Floats,
    hips: Floats,
    rest: Floats,
    contacts: NDArray[np.bool_],
    fps: float,
    largest_shift: float = _LARGEST_SHIFT,
) -> tuple[Floats, Floats]:
    """Rotations [T, 52, 4] and hips [T, 3] with planted feet (contacts [T, 4], see FOOT_BONES) still, on Z = 0.

    Each stance has one place, the median of where the foot was. The hips follow all standing feet, as legs that are
    nearly straight would bend by many degrees for a centimetre; what still differs the knees take. largest_shift:
    metres that the hips may move; little where the path is surer than the legs.
    """
    joints = joint_positions(rotations, hips, rest, _PARENTS)
    feet = [_plan(rotations, joints, rest, contacts[:, 2 * i : 2 * i + 2], side, fps) for i, side in enumerate(SIDES)]
    hips = hips + _hips_shift(feet, joints, fps, largest_shift)
    result = rotations.copy()
    joints = joint_positions(rotations, hips, rest, _PARENTS)
    for foot in feet:
        _reach(result, joints, foot, fps)
    return result, hips


def raise_sunken_body(rotations: Floats, hips: Floats, rest: Floats, contacts: NDArray[np.bool_], fps: float) -> Floats:
    """Hips [T, 3] lifted as far as it takes to keep ankles and toes above the floor while no foot stands: a leg that
    swings, or is judged wrongly, need not bend for it."""
    joints = joint_positions(rotations, hips, rest, _PARENTS)
    feet = [CAPTURED_BONES.index(side + part) for side in SIDES for part in ("Foot", "Toes")]
    sunken = (rest[feet, 2] - joints[:, feet, 2]).max(axis=1).clip(0.0)
    free = 1 - _eased(contacts.any(axis=1), fps)
    return hips + (_softly(sunken, fps) * free)[:, None] * _Z


def _softly(needed: Floats, fps: float) -> Floats:
    """A lift [T] that comes and goes softly but is nowhere less than needed."""
    reach = 2 * max(1, round(_EASE * fps)) + 1
    return np.maximum(smooth(maximum_filter1d(needed, reach), fps, 4.0), needed)


def raise_sunken_feet(rotations: Floats, hips: Floats, rest: Floats, fps: float) -> Floats:
    """Rotations [T, 52, 4] whose knees bend as far as it takes to keep ankles and toes from sinking into the floor."""
    result = rotations.copy()
    joints = joint_positions(result, hips, rest, _PARENTS)
    for side in SIDES:
        thigh, shin, foot, toe = (CAPTURED_BONES.index(side + p) for p in ("UpperLeg", "LowerLeg", "Foot", "Toes"))
        sunken = np.maximum(rest[foot, 2] - joints[:, foot, 2], rest[toe, 2] - joints[:, toe, 2]).clip(0.0)
        if sunken.max(initial=0.0) < _SUNKEN:
            continue
        target = joints[:, foot] + _softly(sunken, fps)[:, None] * _Z
        reach_ankle(result, joints, target, (thigh, shin, foot))
    return result


def _plan(rotations: Floats, joints: Floats, rest: Floats, contacts: NDArray[np.bool_], side: str, fps: float) -> _Foot:
    thigh, shin, foot, toe = (CAPTURED_BONES.index(side + part) for part in ("UpperLeg", "LowerLeg", "Foot", "Toes"))
    flat = contacts.all(axis=1)
    level = _held(rotation.twist(rotations[:, foot], _Z), flat)
    turned = rotation.slerp(rotations[:, foot], level, _eased(flat, fps))
    to_toe = rotation.rotate(turned, rest[toe] - rest[foot])
    ankle = joints[:, foot]
    stances = []
    for begin, end in runs(contacts.any(axis=1)):
        on_toes = contacts[begin:end, 1]
        if on_toes.any():
            place = np.median((ankle + to_toe)[begin:end][on_toes], axis=0)
            place[2] = rest[toe, 2]
            wanted = place - to_toe[begin:end]
        else:
            wanted = np.tile(np.median(ankle[begin:end], axis=0), (end - begin, 1))
            wanted[:, 2] = rest[foot, 2]
        stances.append(_Stance(begin, end, wanted))
    return _Foot((thigh, shin, foot, toe), turned, tuple(stances))


def _held(level: Floats, flat: NDArray[np.bool_]) -> Floats:
    """Rotations [T, 4] about the vertical, the same all through each run of `flat` and around it: a foot that stands
    on heel and toes cannot turn. One that turns far is followed: it only seems to stand, or is wrongly said to."""
    standing = runs(flat)
    if not standing:
        return level
    level = rotation.continuous(level)
    places = np.flatnonzero(flat)
    held = np.concatenate(
        [np.tile(rotation.normalize(level[begin:end].mean(axis=0)), (end - begin, 1)) for begin, end in standing]
    )
    middles = (places[1:] + places[:-1]) / 2
    held = held[np.searchsorted(middles, np.arange(len(flat)))]
    return rotation.slerp(held, level, smoothstep(rotation.angle(held, level), *_PIVOT))


def _hips_shift(feet: list[_Foot], joints: Floats, fps: float, largest: float) -> Floats:
    """[T, 3]: the mean of what the standing feet ask for; each counts little as it touches and as it lifts."""
    total, weights = np.zeros((len(joints), 3)), np.zeros(len(joints))
    for foot in feet:
        for stance in foot.stances:
            part = slice(stance.begin, stance.end)
            at = np.arange(stance.end - stance.begin)
            inside = np.minimum(at, at[::-1]) / (_EASE * fps)
            weight = 0.02 + 0.98 * np.clip(inside, 0.0, 1.0)
            total[part] += weight[:, None] * (stance.ankle - joints[part, foot.bones[2]])
            weights[part] += weight
    standing = weights > 0
    if not standing.any():
        return total
    shift = np.clip(total / np.maximum(weights, 1e-9)[:, None], -largest, largest)
    return smooth(fill_gaps(shift, standing), fps, _SHIFT_CUTOFF_HZ)


def _reach(rotations: Floats, joints: Floats, foot: _Foot, fps: float) -> None:
    thigh, shin, ankle, toe = foot.bones
    shift, share = np.zeros_like(joints[:, ankle]), np.zeros(len(joints))
    for stance in foot.stances:
        own = stance.ankle - joints[stance.begin : stance.end, ankle]
        _add_run(shift, share, own, stance.begin, stance.end, max(1, round(_EASE * fps)))
    target = joints[:, ankle] + shift / np.maximum(share, 1.0)[:, None]
    if foot.stances:
        reach_ankle(rotations, joints, target, (thigh, shin, ankle))
    rotations[:, ankle] = rotations[:, toe] = foot.turned


def _add_run(shift: Floats, share: Floats, own: Floats, begin: int, end: int, ease: int) -> None:
    """Add one contact's shift [n, 3], held and faded over `ease` frames on both sides."""
    low, high = max(0, begin - ease), min(len(shift), end + ease)
    at = np.arange(low, high)
    outside = np.maximum(begin - at, at - (end - 1)).clip(0)
    weight = 0.5 + 0.5 * np.cos(np.pi * np.minimum(outside / (ease + 1), 1.0))
    shift[low:high] += weight[:, None] * own[np.clip(at - begin, 0, end - begin - 1)]
    share[low:high] += weight


def _eased(flags: NDArray[np.bool_], fps: float) -> Floats:
    """1 inside runs of True, fading to 0 outside."""
    share = np.zeros(len(flags))
    empty = np.zeros((len(flags), 3))
    for begin, end in runs(flags):
        _add_run(empty, share, np.zeros((end - begin, 3)), begin, end, max(1, round(_EASE * fps)))
    return share.clip(0.0, 1.0)


def reach_ankle(rotations: Floats, joints: Floats, target: Floats, leg: tuple[int, int, int]) -> None:
    """Turn thigh and shin, in place, so that the ankle comes to target [T, 3]; knees keep the way they bend."""
    thigh, shin, foot = leg
    hip, knee, ankle = joints[:, thigh], joints[:, shin], joints[:, foot]
    upper = np.linalg.norm(knee - hip, axis=1)
    lower = np.linalg.norm(ankle - knee, axis=1)
    along = target - hip
    length = np.clip(np.linalg.norm(along, axis=1), np.abs(upper - lower) + 0.01, _LONGEST_REACH * (upper + lower))
    along = unit(along)
    cosine = np.clip((upper**2 + length**2 - lower**2) / (2 * upper * length), -1.0, 1.0)
    # Knees bend towards where they do now, but never to the back; a straight leg's knee points to the thigh's front.
    front = rotation.rotate(rotations[:, thigh], np.array((0.0, -1.0, 0.0)))
    front = unit(front - along * (front * along).sum(axis=1, keepdims=True))
    bend = (knee - hip) - along * ((knee - hip) * along).sum(axis=1, keepdims=True)
    bend = bend + (_STRAIGHT - np.minimum((bend * front).sum(axis=1, keepdims=True), 0.0)) * front
    knee_to = hip + upper[:, None] * (cosine[:, None] * along + np.sqrt(1 - cosine**2)[:, None] * unit(bend))
    ankle_to = hip + length[:, None] * along
    for bone, old, new in ((thigh, knee - hip, knee_to - hip), (shin, ankle - knee, ankle_to - knee_to)):
        rotations[:, bone] = rotation.multiply(rotation.between(old, new), rotations[:, bone])
