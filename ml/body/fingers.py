"""Fingers from the 21 world points of a hand: flexion and spread within what joints allow, a relaxed curl otherwise."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..take import STANDARD_REST, rotation
from .hand_bones import HAND_BONES
from .hands import HandMotion
from .landmarks import Floats, Points
from .limbs import palm_rotations
from .orient import about, limited, smoothstep, unit

_Y: Final = (0.0, 1.0, 0.0)
_Z: Final = (0.0, 0.0, 1.0)
_FIRST_POINT: Final = {"Index": 5, "Middle": 9, "Ring": 13, "Little": 17}
_PARTS: Final = ("Proximal", "Intermediate", "Distal")
_FLEXION_LIMITS: Final = np.radians([(-25.0, 95.0), (0.0, 115.0), (0.0, 85.0)])
_RELAXED: Final = np.radians((22.0, 28.0, 16.0))
_SPREAD_LIMIT: Final = np.radians(22.0)
_THUMB_LIMITS: Final = {"Proximal": np.radians(70.0), "Distal": np.radians(85.0)}
_FIRST_PART: Final = {True: "Metacarpal", False: "Proximal"}
_BEFORE: Final = {bone: HAND_BONES[number - 1] for number, bone in enumerate(HAND_BONES) if number % 3}
"""The bone above each within its finger."""
_THUMB: Final = (("Metacarpal", 1, 55.0), ("Proximal", 2, 60.0), ("Distal", 3, 80.0))


def finger_rotations(points: Points, hand: Floats, side: str) -> dict[str, Floats]:
    """Bone name -> global rotations [T, 4] of the 15 finger bones; `hand` [T, 4] is the hand's."""
    motion = points.hand_motions.get(side)
    if motion is not None:
        return hung_fingers(motion, hand, side)
    share = points.hand_share(side)
    # Measured against the palm that the finger points themselves span, then hung on the solved hand.
    local = _in_palm(points.hands[side], side)
    turns: dict[str, Floats] = {}
    for finger, first in _FIRST_POINT.items():
        spread, flexion = _finger_angles(local, first, side, finger)
        flexion = share[:, None] * flexion + (1 - share[:, None]) * _RELAXED
        turns |= _finger(hand, share * spread, flexion, side, finger)
    return turns | _thumb(local, hand, share, side)


def hung_fingers(motion: HandMotion, hand: Floats, side: str) -> dict[str, Floats]:
    """The fingers as the network read them, within what joints allow, on the solved hand; relaxed where unseen."""
    turns: dict[str, Floats] = {}
    for number, bone in enumerate(HAND_BONES):
        finger, part = _named(bone)
        read = within_limits(motion.fingers[:, number], finger, part, side)
        own = rotation.slerp(_relaxed_turn(finger, part, side), read, motion.share)
        parent = hand if part == _FIRST_PART[finger == "Thumb"] else turns[f"{side}{_BEFORE[bone]}"]
        turns[f"{side}{bone}"] = rotation.multiply(parent, own)
    return turns


def within_limits(turns: Floats, finger: str, part: str, side: str) -> Floats:
    """Local rotations [T, 4] of a finger's bone within human limits: hinges only bend, knuckles spread a little too."""
    sign = _sign(side)
    vectors = rotation.to_rotvec(turns)
    if finger == "Thumb":
        return rotation.from_rotvec(vectors) if part == "Metacarpal" else limited(turns, _THUMB_LIMITS[part])
    low, high = _FLEXION_LIMITS[_PARTS.index(part)]
    bend = np.clip(sign * vectors[:, 1], low, high)
    # Only knuckles spread, and the less the more they bend.
    spread = np.zeros_like(bend)
    if part == "Proximal":
        spread = np.clip(sign * vectors[:, 2], -_SPREAD_LIMIT, _SPREAD_LIMIT) * smoothstep(np.cos(bend), -0.1, 0.5)
    return rotation.multiply(about(_Z, sign * spread), about(_Y, sign * bend))


def _named(bone: str) -> tuple[str, str]:
    """A finger's bone without its side -> (finger, part)."""
    finger = next(name for name in ("Thumb", *_FIRST_POINT) if bone.startswith(name))
    return finger, bone.removeprefix(finger)


def _relaxed_turn(finger: str, part: str, side: str) -> Floats:
    if finger == "Thumb":
        return rotation.IDENTITY
    return about(_Y, _sign(side) * np.array(_RELAXED[_PARTS.index(part)]))


def _sign(side: str) -> float:
    return 1.0 if side == "left" else -1.0


def _in_palm(hand: Floats, side: str) -> Floats:
    """Hand points in the frame of their own palm: T-pose axes, fingers along +-X, palm down."""
    turn = palm_rotations(hand[:, 0], hand[:, 5], hand[:, 17], _sign(side))
    return rotation.rotate(rotation.conjugate(turn)[:, None], hand)


def _finger_angles(local: Floats, first: int, side: str, finger: str) -> tuple[Floats, Floats]:
    """Spread [T] (about Z) and flexion [T, 3] of each joint, in radians."""
    sign = _sign(side)
    ways = unit(local[:, first + 1 : first + 4] - local[:, first : first + 3])
    bent = np.arctan2(-ways[..., 2], sign * ways[..., 0])
    relative = np.diff(bent, axis=1, prepend=0.0)
    relative = (relative + np.pi) % (2 * np.pi) - np.pi
    flexion = np.clip(relative, _FLEXION_LIMITS[:, 0], _FLEXION_LIMITS[:, 1])
    rest = unit(_rest(side, finger, "Intermediate") - _rest(side, finger, "Proximal"))
    sideways = np.arcsin(np.clip(ways[:, 0, 1], -1.0, 1.0)) - np.arcsin(rest[1])
    # A closed fist shows no spread: there it only measures noise.
    spread = sign * sideways * smoothstep(np.cos(flexion[:, 0]), 0.2, 0.7)
    return np.clip(spread, -_SPREAD_LIMIT, _SPREAD_LIMIT), flexion


def _finger(hand: Floats, spread: Floats, flexion: Floats, side: str, finger: str) -> dict[str, Floats]:
    turns = {}
    current = rotation.multiply(hand, about(_Z, spread))
    for joint, part in enumerate(_PARTS):
        current = rotation.multiply(current, about(_Y, _sign(side) * flexion[:, joint]))
        turns[f"{side}{finger}{part}"] = current
    return turns


def _thumb(local: Floats, hand: Floats, share: Floats, side: str) -> dict[str, Floats]:
    turns = {}
    current = np.broadcast_to(rotation.IDENTITY, hand.shape)
    for part, point, limit in _THUMB:
        tail = "Distal" if part != "Metacarpal" else "Proximal"
        head = "Proximal" if part != "Metacarpal" else "Metacarpal"
        rest = unit(_rest(side, "Thumb", tail) - _rest(side, "Thumb", head))
        way = rotation.rotate(rotation.conjugate(current), unit(local[:, point + 1] - local[:, point]))
        bend = limited(rotation.between(rest, way), np.radians(limit))
        current = rotation.multiply(current, rotation.slerp(rotation.IDENTITY, bend, share))
        turns[f"{side}Thumb{part}"] = rotation.multiply(hand, current)
    return turns


def _rest(side: str, finger: str, part: str) -> Floats:
    return np.array(STANDARD_REST[f"{side}{finger}{part}"])
