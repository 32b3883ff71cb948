"""Arms and legs: directions from their joints, twists from their hinges.

An elbow bends about the T-pose's Z (the forearm swings forward), a knee about X (the shin swings back); the plane of
the three joints thus gives the twist of the upper bone. A straight limb has no plane: there the twist fades to the one
that the shortest swing from the trunk leaves.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..take import rotation
from .landmarks import ANKLE, ELBOW, HEEL, HIP, INDEX, KNEE, PINKY, SHOULDER, TOE, WRIST, Floats, Points
from .orient import about, limited, smoothstep, turn_onto, unit
from .smoothing import smooth, without_pops

_X: Final = np.array((1.0, 0.0, 0.0))
_Z: Final = np.array((0.0, 0.0, 1.0))
_DOWN: Final = -_Z
_FORWARD: Final = np.array((0.0, -1.0, 0.0))
_HINGE_CUTOFF_HZ: Final = 2.0
_PRIOR: Final = 0.12
"""How strongly the untwisted limb counts beside sin(bend) of the hinge."""
_FOOT_SHARE: Final = 0.25
"""How strongly the foot's direction counts for the twist of a straight leg."""
_WRIST_LIMIT: Final = np.radians(85.0)
_USUAL_TWIST: Final = -45.0
"""Degrees about X from the T-pose's palm-down towards thumb-up, on both sides: the middle of what forearms do."""
_TWIST_WIDTH: Final = 60.0
_BEND_WIDTH: Final = 40.0
_STRANGER: Final = (1.0, 4.0)
_REVERSED: Final = tuple(np.radians((100.0, 140.0)))
"""How far from what the arm tells a hand is taken for its own mirror image,"""
_LARGE: Final = (15.0, 25.0)
"""unless its palm has so many pixels: then it is the arm's reading that errs."""
_BELIEF_HZ: Final = 1.5
_FARTHEST_TWIST: Final = np.radians(130.0)
_TWIST_SHARE: Final = 0.5
"""Of the hand's twist, what the forearm carries."""


def arm_rotations(points: Points, chest: Floats, side: str) -> dict[str, Floats]:
    """Bone name -> global rotations [T, 4] of shoulder, upper arm, lower arm and hand."""
    sign = 1.0 if side == "left" else -1.0
    along = sign * _X
    world = points.world
    upper_way = unit(world[:, ELBOW[side]] - world[:, SHOULDER[side]])
    lower_way = unit(world[:, WRIST[side]] - world[:, ELBOW[side]])
    neutral = _swing(chest, along, upper_way)
    hinge = _steady_hinge(neutral, _Z, -sign * np.cross(upper_way, lower_way), points.fps)
    upper = turn_onto(along, _Z, upper_way, hinge)
    bent = rotation.multiply(rotation.between(upper_way, lower_way), upper)
    rough = palm_rotations(world[:, WRIST[side]], world[:, INDEX[side]], world[:, PINKY[side]], sign)
    hand, lower = hand_and_forearm(points, bent, rough, side)
    return {f"{side}Shoulder": chest, f"{side}UpperArm": upper, f"{side}LowerArm": lower, f"{side}Hand": hand}


def hand_and_forearm(points: Points, bent: Floats, rough: Floats, side: str) -> tuple[Floats, Floats]:
    """Hand and lower arm [T, 4]: the hand within what a wrist can do, the forearm with its share of the hand's twist.

    bent: the forearm untwisted, as the elbow bends it; rough: the hand where its own points are not seen.
    """
    along = _X if side == "left" else -_X
    hand = without_pops(rotation.multiply(rotation.conjugate(bent), _hand(points, bent, rough, side)), points.fps)
    twist = rotation.to_rotvec(rotation.twist(hand, along)) @ along
    carried = rotation.from_rotvec(_carried(twist)[:, None] * along)
    return rotation.multiply(bent, hand), rotation.multiply(bent, carried)


def _carried(twist: Floats) -> Floats:
    """Radians [T] of a hand's twist (up to half a turn) that the forearm carries; of what goes farther than forearms do
    the less, the farther it goes, so that half a turn one way and half a turn the other way are the same."""
    beyond = (np.pi - np.abs(twist)) * _FARTHEST_TWIST / (np.pi - _FARTHEST_TWIST)
    return _TWIST_SHARE * np.sign(twist) * np.minimum(np.abs(twist), beyond)


def _hand(points: Points, bent: Floats, rough: Floats, side: str) -> Floats:
    """The hand from its own 21 points where seen, else `rough`, within what a wrist can do."""
    sign = 1.0 if side == "left" else -1.0
    motion = points.hand_motions.get(side)
    if motion is not None:
        apart = rotation.angle(rough, motion.turn)
        reversed_ = smoothstep(apart, *_REVERSED) * (1 - smoothstep(motion.palm, *_LARGE))
        share = motion.share * (1 - smooth(reversed_, points.fps, _BELIEF_HZ))
        return _on_wrist(bent, rotation.slerp(rough, motion.turn, share), sign)
    hand = points.hands[side]
    fine = palm_rotations(hand[:, 0], hand[:, 5], hand[:, 17], sign)
    share = points.hand_share(side)
    # A hand seen from its edge flips between palm and back: follow it only while that is no stranger than the pose's.
    stranger = _strangeness(bent, fine, sign) - _strangeness(bent, rough, sign)
    share = share * (1 - smooth(smoothstep(stranger, *_STRANGER), points.fps, _BELIEF_HZ))
    return _on_wrist(bent, rotation.slerp(rough, fine, share), sign)


def _on_wrist(bent: Floats, turned: Floats, sign: float) -> Floats:
    """The hand `turned` as far as the wrist of a forearm allows."""
    # Wrist bends and the forearm's twist are limited apart: twisting goes further.
    relative = rotation.multiply(rotation.conjugate(bent), turned)
    twist = rotation.twist(relative, sign * _X)
    swing = rotation.multiply(relative, rotation.conjugate(twist))
    return rotation.multiply(bent, rotation.multiply(limited(swing, _WRIST_LIMIT), twist))


def _strangeness(bent: Floats, hand: Floats, sign: float) -> Floats:
    """How far [T] a hand is from how hands are held against the arm, in squared widths of that habit."""
    relative = rotation.multiply(rotation.conjugate(bent), hand)
    twist = rotation.twist(relative, sign * _X)
    degrees = np.degrees(rotation.to_rotvec(twist)[..., 0])
    away = (degrees - _USUAL_TWIST + 180) % 360 - 180
    bend = np.degrees(rotation.angle(rotation.IDENTITY, rotation.multiply(relative, rotation.conjugate(twist))))
    return (away / _TWIST_WIDTH) ** 2 + (bend / _BEND_WIDTH) ** 2


def palm_rotations(wrist: Floats, index: Floats, pinky: Floats, sign: float) -> Floats:
    """Rotations of a hand whose T-pose points along X with the palm down and the index finger in front."""
    along = 0.5 * (index + pinky) - wrist
    back = sign * np.cross(along, pinky - index)
    usable = (np.linalg.norm(back, axis=1) > 1e-8)[:, None]
    turned = turn_onto(sign * _X, _Z, np.where(usable, along, sign * _X), np.where(usable, back, _Z))
    return rotation.continuous(turned)


def leg_rotations(points: Points, hips: Floats, side: str) -> dict[str, Floats]:
    """Bone name -> global rotations [T, 4] of upper leg, lower leg, foot and toes."""
    world = points.world
    upper_way = unit(world[:, KNEE[side]] - world[:, HIP[side]])
    lower_way = unit(world[:, ANKLE[side]] - world[:, KNEE[side]])
    ahead = unit(world[:, TOE[side]] - world[:, HEEL[side]])
    neutral = _swing(hips, _DOWN, upper_way)
    axis = np.cross(upper_way, lower_way) + _FOOT_SHARE * np.cross(ahead, lower_way)
    hinge = _steady_hinge(neutral, _X, axis, points.fps)
    upper = turn_onto(_DOWN, _X, upper_way, hinge)
    lower = turn_onto(_DOWN, _X, lower_way, hinge)
    foot = turn_onto(_FORWARD, _Z, ahead, world[:, ANKLE[side]] - world[:, HEEL[side]])
    return {f"{side}UpperLeg": upper, f"{side}LowerLeg": lower, f"{side}Foot": foot, f"{side}Toes": foot}


def _swing(parent: Floats, rest_way: Floats, way: Floats) -> Floats:
    """The parent's rotation, swung the shortest way so that rest_way points along `way`."""
    return rotation.multiply(rotation.between(rotation.rotate(parent, rest_way), way), parent)


def _steady_hinge(neutral: Floats, rest_axis: Floats, axis: Floats, fps: float) -> Floats:
    """The hinge [T, 3], steadied over time in the limb's own frame; `axis` is longer the surer it is."""
    local = rotation.rotate(rotation.conjugate(neutral), axis)
    return rotation.rotate(neutral, smooth(local, fps, _HINGE_CUTOFF_HZ) + _PRIOR * rest_axis)


def standing_leg(hips: Floats, side: str) -> dict[str, Floats]:
    """A leg that stands straight under the hips, turned as they are: for legs that were not seen."""
    upright = rotation.twist(hips, _Z)
    return {f"{side}{part}": upright for part in ("UpperLeg", "LowerLeg", "Foot", "Toes")}


def hanging_arm(chest: Floats, side: str) -> dict[str, Floats]:
    """An arm that hangs beside the body with a soft elbow: for arms that were not seen."""
    sign = 1.0 if side == "left" else -1.0
    down = rotation.multiply(chest, about((0.0, 1.0, 0.0), sign * np.radians(78.0)))
    bent = rotation.multiply(down, about((0.0, 0.0, 1.0), -sign * np.radians(15.0)))
    return {f"{side}Shoulder": chest, f"{side}UpperArm": down, f"{side}LowerArm": bent, f"{side}Hand": bent}
