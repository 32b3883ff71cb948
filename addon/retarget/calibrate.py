"""How far a character's rest pose is from the take's T-pose: one rotation for each bone, in stage axes.

Limbs, spine, neck and fingers are brought to the take's own T-pose directions, so that a character resting in an
A-pose, with bent knees or with curled fingers, moves as the performer did. Hips, collar bones and the slope of the feet
are anatomy, not pose: two people at ease differ there, and straightening them would shrug the shoulders or tilt the
soles. They are kept as they are unless they are so far off that they must be part of an odd pose.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from ...ml.take import BONE_NAMES, BONE_PARENTS, rotation
from .rig import Floats

Joints = Mapping[str, Floats]
"""Humanoid bone -> joint [3] in stage axes."""

TRUNK = ("spine", "chest", "upperChest", "neck")
_LIMBS = (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
_ANATOMY_LIMIT = np.radians(50)
_FOOT_SLOPE_LIMIT = np.radians(30)
_TIP_LIMIT = np.radians(70)
_CLEAR = 0.7
_HINGE_BEND = np.radians(15)
"""Elbows and knees bent less than this at rest say nothing sure about their hinge."""


def trunk_next(name: str, known: Collection[str]) -> str | None:
    """The next joint up the trunk that is known: spine -> chest, or neck where there is no chest."""
    above = (*TRUNK[TRUNK.index(name) + 1 :], "head")
    return next((following for following in above if following in known), None)


def calibration(rig: Joints, tails: Joints, take: Joints) -> dict[str, Floats]:
    """For each of the rig's humanoid bones the quaternion [4] that turns its rest pose into the take's T-pose.

    rig, take: joints; tails: where the rig's bones end (used where no joint follows). All in stage axes, any unit.
    """
    turns: dict[str, Floats] = {}
    for name in BONE_NAMES:
        if name not in rig:
            continue
        parent = _nearest(name, turns)
        start = turns[parent] if parent else rotation.IDENTITY
        turns[name] = _bone_turn(name, start, rig, tails, take)
    _share_wrist_twist(turns, rig)
    return turns


def _nearest(name: str, known: Mapping[str, object]) -> str | None:
    parent = BONE_PARENTS[name]
    while parent is not None and parent not in known:
        parent = BONE_PARENTS[parent]
    return parent


def _bone_turn(name: str, start: Floats, rig: Joints, tails: Joints, take: Joints) -> Floats:
    side, part = _side_part(name)
    if name == "hips":
        return _level_hips(_within_anatomy(start, rig, take, "hips", "spine"), rig, take)
    if name == "head":
        # Level at rest, whatever the neck below needs; with a bowed trunk it is bowed too.
        return start if rotation.angle(start, rotation.IDENTITY) > _ANATOMY_LIMIT else rotation.IDENTITY
    if part == "Shoulder":
        return _within_anatomy(start, rig, take, name, f"{side}UpperArm")
    if name in TRUNK:
        following = trunk_next(name, rig.keys() & take.keys())
        return start if following is None else _shortest(start, rig, take, name, following)
    if part == "Foot":
        return _foot_turn(start, side, rig, take)
    if part == "Hand":
        return _hand_turn(start, side, rig, tails, take)
    for upper, lower in _LIMBS:
        if part == upper:
            return _limb_turn(start, side, upper, lower, rig, tails, take)
    return _finger_turn(start, name, rig, tails, take)


def _side_part(name: str) -> tuple[str, str]:
    for side in ("left", "right"):
        if name.startswith(side):
            return side, name.removeprefix(side)
    return "", name


def _direction(joints: Joints, a: str, b: str) -> Floats | None:
    """Unit vector from joint a to joint b; None when one is missing or they coincide."""
    if a not in joints or b not in joints:
        return None
    way = joints[b] - joints[a]
    length = float(np.linalg.norm(way))
    return way / length if length > 1e-6 else None


def _shortest(start: Floats, rig: Joints, take: Joints, a: str, b: str) -> Floats:
    """`start`, then the shortest arc that brings a->b to the take's T-pose direction."""
    mine, wanted = _direction(rig, a, b), _direction(take, a, b)
    if mine is None or wanted is None:
        return start
    return rotation.multiply(rotation.between(rotation.rotate(start, mine), wanted), start)


def _within_anatomy(start: Floats, rig: Joints, take: Joints, a: str, b: str) -> Floats:
    mine, wanted = _direction(rig, a, b), _direction(take, a, b)
    if mine is None or wanted is None or _angle(rotation.rotate(start, mine), wanted) < _ANATOMY_LIMIT:
        return start
    return _shortest(start, rig, take, a, b)


def _level_hips(start: Floats, rig: Joints, take: Joints) -> Floats:
    """The line between the thighs is level in every body: where it rests askew that is pose (a leg stood at ease)."""
    return _shortest(start, rig, take, "rightUpperLeg", "leftUpperLeg")


def _angle(a: Floats, b: Floats) -> float:
    return float(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))


def _limb_turn(start: Floats, side: str, upper: str, lower: str, rig: Joints, tails: Joints, take: Joints) -> Floats:
    """Upper and lower arm or leg; a hinge that is clearly bent at rest also says which way round the limb is."""
    name, following = side + upper, side + lower
    if following not in rig and upper.startswith("Upper") and following in take:
        return rotation.between(_whole_limb(name, rig, tails), take[following] - take[name])
    if upper.startswith("Upper"):
        end = side + ("Hand" if upper == "UpperArm" else "Foot")
        mine, lower_mine = _direction(rig, name, following), _direction(rig, following, end)
        wanted = _direction(take, name, following)
        if (
            mine is not None
            and lower_mine is not None
            and wanted is not None
            and _angle(mine, lower_mine) > _HINGE_BEND
        ):
            return _two_axes(mine, np.cross(mine, lower_mine), wanted, _hinge(side, upper))
    return _shortest(start, rig, take, name, following)


def _whole_limb(name: str, rig: Joints, tails: Joints) -> Floats:
    """Where a limb of one bone points at rest: where its bone ends, if that is down or outwards, else down."""
    way = tails[name] - rig[name]
    out = np.array([1.0 if name.startswith("left") else -1.0, 0.0, 0.0])
    length = float(np.linalg.norm(way))
    outwards = out @ way if "Arm" in name else 0.0
    return way if length > 1e-9 and max(outwards, -way[2]) > _CLEAR * length else np.array([0.0, 0.0, -1.0])


def _hinge(side: str, upper: str) -> Floats:
    """The axis about which the lower limb bends away from the upper one in the take's T-pose."""
    if upper == "UpperLeg":
        return np.array([1.0, 0.0, 0.0])  # shins swing back: -Z towards +Y
    return np.array([0.0, 0.0, -1.0 if side == "left" else 1.0])  # forearms swing forwards: +-X towards -Y


def _two_axes(first: Floats, second: Floats, to_first: Floats, to_second: Floats) -> Floats:
    """The rotation [4] which brings `first` exactly to `to_first` and `second` as near as it gets to `to_second`."""
    return rotation.from_matrix(_frame(to_first, to_second) @ _frame(first, second).T)


def _frame(first: Floats, second: Floats) -> Floats:
    x = first / np.linalg.norm(first)
    z = np.cross(x, second)
    z /= max(float(np.linalg.norm(z)), 1e-12)
    return np.column_stack([x, np.cross(z, x), z])


def _foot_turn(start: Floats, side: str, rig: Joints, take: Joints) -> Floats:
    """Feet are turned level to point where the take's do; their slope (heels, thick soles) stays the character's."""
    names = f"{side}Foot", f"{side}Toes"
    mine, wanted = _direction(rig, *names), _direction(take, *names)
    if mine is None:
        return start
    if wanted is None:
        wanted = np.array([0.0, -0.91, -0.41])
    slopes = [np.arctan2(-way[2], np.hypot(way[0], way[1])) for way in (mine, wanted)]
    if abs(slopes[0] - slopes[1]) > _FOOT_SLOPE_LIMIT:
        return rotation.multiply(rotation.between(rotation.rotate(start, mine), wanted), start)
    yaw = np.arctan2(wanted[1], wanted[0]) - np.arctan2(mine[1], mine[0])
    # From rest, not from the shin: the sole lies flat at rest however the leg is bent above it.
    return rotation.from_rotvec([0.0, 0.0, float((yaw + np.pi) % (2 * np.pi) - np.pi)])


def _hand_turn(start: Floats, side: str, rig: Joints, tails: Joints, take: Joints) -> Floats:
    """Palm and fingers at once: along the middle finger and across the knuckles."""
    name, middle = f"{side}Hand", f"{side}MiddleProximal"
    out = np.array([1.0 if side == "left" else -1.0, 0.0, 0.0])
    mine = _direction(rig, name, middle)
    wanted = _direction(take, name, middle)
    if mine is None:
        # Importers invent where a bone without children ends: believed only when it goes on from the forearm.
        mine = _direction({"a": rig[name], "b": tails[name]}, "a", "b")
        wanted = out
        if mine is None or _angle(rotation.rotate(start, mine), out) > _TIP_LIMIT:
            return start
    wanted = out if wanted is None else wanted
    across = _knuckles(rig, side)
    if across is None:
        return rotation.multiply(rotation.between(rotation.rotate(start, mine), wanted), start)
    level = _knuckles(take, side)
    return _two_axes(mine, across, wanted, np.array([0.0, -1.0, 0.0]) if level is None else level)


def _knuckles(joints: Joints, side: str) -> Floats | None:
    """From the little finger's knuckle (or the ring finger's) to the index finger's."""
    for finger in ("Little", "Ring"):
        way = _direction(joints, f"{side}{finger}Proximal", f"{side}IndexProximal")
        if way is not None:
            return way
    return None


_FINGER_NEXT = {"Metacarpal": "Proximal", "Proximal": "Intermediate", "Intermediate": "Distal"}


def _finger_turn(start: Floats, name: str, rig: Joints, tails: Joints, take: Joints) -> Floats:
    for joint, following in _FINGER_NEXT.items():
        if name.endswith(joint):
            finger = name.removesuffix(joint)
            if "Thumb" in name and joint == "Proximal":
                following = "Distal"
            return _shortest(start, rig, take, name, finger + following)
    if name.endswith("Distal"):
        return _fingertip_turn(start, name, rig, tails, take)
    return start


def _fingertip_turn(start: Floats, name: str, rig: Joints, tails: Joints, take: Joints) -> Floats:
    """A take has no fingertips: straight on from the joint before, as its T-pose fingers are."""
    before = name.removesuffix("Distal") + ("Proximal" if "Thumb" in name else "Intermediate")
    wanted = _direction(take, before, name)
    mine = _direction({"a": rig[name], "b": tails[name]}, "a", "b")
    if wanted is None or mine is None or _angle(rotation.rotate(start, mine), wanted) > _TIP_LIMIT:
        return start
    return rotation.multiply(rotation.between(rotation.rotate(start, mine), wanted), start)


def _share_wrist_twist(turns: dict[str, Floats], rig: Joints) -> None:
    """Where the palm has to be turned about the arm, the forearm takes half: there is no twist in a wrist."""
    for side in ("left", "right"):
        lower, hand = f"{side}LowerArm", f"{side}Hand"
        if lower not in turns or hand not in turns:
            continue
        way = _direction(rig, lower, hand)
        if way is None:
            continue
        extra = rotation.multiply(turns[hand], rotation.conjugate(turns[lower]))
        about = rotation.twist(extra, rotation.rotate(turns[lower], way))
        turns[lower] = rotation.multiply(rotation.slerp(rotation.IDENTITY, about, 0.5), turns[lower])
