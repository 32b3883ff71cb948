"""Motions nobody recorded, from those that were: bodies mixed, joints strayed, poses made up, turned and mirrored.

Recorded clips are mostly walks and dances; what the model will see is anything. Each motion is made on the proportions
of the body that performs it, so that feet stay where they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..performers.choreography import plant_feet
from ..take import joint_positions, rotation
from .bank import BODY_BONES, BODY_PARENTS, MIRRORED_BONES, Stretch
from .curves import eased_rotations, key_times, resampled, resampled_points, smooth_noise

Floats = NDArray[np.float64]

FPS: Final = 30.0
_B: Final = {name: i for i, name in enumerate(BODY_BONES)}
_UPPER: Final = [i for i, n in enumerate(BODY_BONES) if not any(p in n for p in ("hips", "Leg", "Foot", "Toes"))]
_ARMS: Final = [i for i, n in enumerate(BODY_BONES) if any(p in n for p in ("Arm", "Hand", "Shoulder"))]
_LEGS: Final = [i for i, n in enumerate(BODY_BONES) if any(p in n for p in ("Leg", "Foot", "Toes"))]
_FEET: Final = [_B[n] for n in ("leftFoot", "leftToes", "rightFoot", "rightToes")]
_SIDES: Final = (("left", 1.0), ("right", -1.0))
_STRAY: Final = {"Shoulder": 5, "UpperArm": 22, "LowerArm": 16, "Hand": 18, "spine": 5, "chest": 4, "upperChest": 4,
                 "neck": 8, "head": 12, "UpperLeg": 7, "LowerLeg": 5, "Foot": 7, "Toes": 4}  # fmt: skip
"""Degrees by which joints stray at most times."""
_STRETCHED: Final = ("recorded", "mixed", "keyed", "standing")
"""Kinds of motion that"""
_STRAIGHTENED: Final = (
    (0.5, 0.8, ("UpperLeg", "LowerLeg", "Foot")), (0.15, 0.5, ("UpperArm", "LowerArm", "Hand")),
)  # fmt: skip
"""have in so many cases limbs straightened, in so many of these both alike: of three bones each."""
_X, _Y, _Z = np.eye(3)


@dataclass(frozen=True)
class BodyMotion22:
    """T frames on BODY_BONES at FPS: global rotations [T, 22, 4] and the hips [T, 3]."""

    kind: str
    rotations: Floats
    hips: Floats


def random_motion(rng: np.random.Generator, bank: Sequence[Stretch], rest: Floats, count: int) -> BodyMotion22:
    """Some motion of `count` frames on the body `rest` [22, 3]."""
    kinds = {
        "recorded": 0.46, "mixed": 0.20, "keyed": 0.08, "standing": 0.13, "sitting": 0.06,
        "kneeling": 0.02, "lying": 0.02, "crawling": 0.03,
    }  # fmt: skip
    kind = str(rng.choice(list(kinds), p=list(kinds.values())))
    local, hips = _MAKERS[kind](rng, bank, rest, count)
    if rng.random() < 0.5:
        local = _strayed(rng, local, float(rng.uniform(0.1, 0.85)), kind)
    if kind in _STRETCHED:
        local, hips = _straightened(rng, local, hips, rest)
    if kind != "recorded":
        local[:, _B["head"]] = rotation.multiply(local[:, _B["head"]], _random_turns(rng, count, (14, 6, 22)))
    rotations = _global(local)
    if kind in ("keyed", "kneeling", "crawling"):
        hips = _carried(rotations, rest)
    elif kind == "lying":
        hips = np.zeros((count, 3))
        hips[:, 2] = 0.09 - joint_positions(rotations, hips, rest, BODY_PARENTS)[..., 2].min(axis=1)
    return BodyMotion22(kind, *_turned(rng, rotations, hips, kind))


def _piece(rng: np.random.Generator, bank: Sequence[Stretch], count: int) -> tuple[Floats, Floats, Floats]:
    """A stretch of recorded motion at a random tempo: local rotations, hips, rest."""
    weights = np.array([min(len(s), 600) for s in bank], dtype=float)
    # Walks are most of the recordings: they are told by their names' subjects.
    weights[[_is_walk(s.name) for s in bank]] *= 0.6
    stretch = bank[int(rng.choice(len(bank), p=weights / weights.sum()))]
    tempo = float(np.exp(rng.uniform(-0.45, 0.35))) * stretch.fps / FPS
    span = (count - 1) * tempo
    start = rng.uniform(0, max(0.0, len(stretch) - 1 - span))
    places = np.asarray(start + np.arange(count) * tempo, dtype=np.float64)
    # A stretch that ends too early runs back again: still a motion, without a jump.
    last = len(stretch) - 1
    places = np.asarray(last - np.abs(last - places % (2 * last)), dtype=np.float64)
    local, hips = resampled(stretch.local, places), resampled_points(stretch.hips, places)
    return (*_mirrored(local, hips), stretch.rest) if rng.random() < 0.5 else (local, hips, stretch.rest)


def _is_walk(name: str) -> bool:
    return name.startswith(("cmu_007", "cmu_008", "cmu_035", "cmu_039", "cmu_walking", "cmu_003", "cmu_038", "cmu_032"))


def _mirrored(local: Floats, hips: Floats) -> tuple[Floats, Floats]:
    """The motion in a mirror: X reversed, left and right swapped."""
    return local[:, MIRRORED_BONES] * (1.0, 1.0, -1.0, -1.0), hips * (-1.0, 1.0, 1.0)


def _recorded(rng: np.random.Generator, bank: Sequence[Stretch], rest: Floats, count: int) -> tuple[Floats, Floats]:
    local, hips, own_rest = _piece(rng, bank, count)
    hips = hips * (_leg(rest) / _leg(own_rest))
    return local, _on_floor(_global(local), hips, rest)


def _mixed(rng: np.random.Generator, bank: Sequence[Stretch], rest: Floats, count: int) -> tuple[Floats, Floats]:
    """Legs of one clip, trunk and arms of another (or made-up arms)."""
    local, hips = _recorded(rng, bank, rest, count)
    if rng.random() < 0.7:
        other = _piece(rng, bank, count)[0]
        local[:, _UPPER] = other[:, _UPPER]
    else:
        local[:, _ARMS] = _gestures(rng, count)
    return local, hips


def _keyed(rng: np.random.Generator, bank: Sequence[Stretch], rest: Floats, count: int) -> tuple[Floats, Floats]:
    """From one pose of the recordings to another, and another."""
    times = key_times(rng, count, FPS, 0.35, 1.5)
    keys = np.stack([_piece(rng, bank, 1)[0][0] for _ in times])
    # One heading for all keys, or the body would spin; a little of each pose's own.
    for key in keys:
        heading = rotation.twist(key[0], _Z)
        key[0] = rotation.multiply(rotation.conjugate(heading), key[0])
    if rng.random() < 0.4:
        arms = _gestures(rng, len(times))
        keys[:, _ARMS] = arms
    return eased_rotations(keys, times, count, float(rng.uniform(0.0, 0.4))), np.zeros((count, 3))


def _standing(rng: np.random.Generator, bank: Sequence[Stretch], rest: Floats, count: int) -> tuple[Floats, Floats]:
    """Feet that stay, hips that sway, squat or lean; gesturing arms."""
    deep = rng.choice([0.03, 0.15, 0.45], p=[0.6, 0.2, 0.2]) * _leg(rest)
    width = rng.uniform(0.7, 2.2)
    step = rng.normal(0, 0.06)
    return _planted(rng, bank, rest, count, depth=(0.01, deep), width=width, ahead=(step, -step), lean=8 + 60 * deep)


def _sitting(rng: np.random.Generator, bank: Sequence[Stretch], rest: Floats, count: int) -> tuple[Floats, Floats]:
    low = rng.uniform(0.42, 0.62) * _leg(rest)
    ahead = _leg(rest) * rng.uniform(0.38, 0.6) + rng.normal(0, 0.06, 2)
    return _planted(
        rng, bank, rest, count, depth=(low, low + 0.01), width=rng.uniform(0.8, 2.0), ahead=tuple(ahead), lean=8
    )


def _planted(
    rng: np.random.Generator, bank: Sequence[Stretch], rest: Floats, count: int,
    depth: tuple[float, float], width: float, ahead: tuple[float, float], lean: float,
) -> tuple[Floats, Floats]:  # fmt: skip
    local = np.tile(rotation.IDENTITY, (count, len(BODY_BONES), 1))
    share = 0.5 + 0.5 * np.tanh(1.5 * smooth_noise(rng, count, (), FPS, float(rng.uniform(0.4, 1.2))))
    sink = depth[0] + (depth[1] - depth[0]) * share
    sway = smooth_noise(rng, count, (2,), FPS, 1.2) * rng.uniform(0.005, 0.05)
    hips = np.column_stack((sway, rest[0, 2] - 0.01 - sink))
    bend = lean * share * rng.uniform(0.3, 1.0) + rng.normal(0, 4)
    local[:, 0] = rotation.multiply(_about(_X, bend), _random_turns(rng, count, (2, 2, 6)))
    local[:, _UPPER] = _upper_body(rng, bank, count)
    rotations = _global(local)
    ankles, toe_turns = {}, {}
    for (side, sign), forward in zip(_SIDES, ahead, strict=True):
        place = rest[_B[f"{side}Foot"]] * (width, 1, 1) + (0, -forward, 0)
        ankles[side] = np.tile(place, (count, 1))
        toe_turns[side] = _about(_Z, np.full(count, sign * rng.normal(10, 10)))
    skeleton: Any = SimpleNamespace(names=BODY_BONES, rest_positions=rest)
    rotations = plant_feet(skeleton, rotations, hips, ankles, toe_turns)
    return _local(rotations), hips


def _kneeling(rng: np.random.Generator, bank: Sequence[Stretch], rest: Floats, count: int) -> tuple[Floats, Floats]:
    local = np.tile(rotation.IDENTITY, (count, len(BODY_BONES), 1))
    low = rng.uniform(0, 70)
    both = rng.random() < 0.6
    for number, (side, _) in enumerate(_SIDES):
        wave = 6 * smooth_noise(rng, count, (), FPS, 1.0)
        thigh, shin = (-low + wave, 95 + low - wave) if both or number else (-85 + wave, 88 - wave)
        local[:, _B[f"{side}UpperLeg"]] = _about(_X, thigh)
        local[:, _B[f"{side}LowerLeg"]] = _about(_X, np.clip(shin, 0, 150))
        local[:, _B[f"{side}Foot"]] = _about(_X, np.full(count, 40.0 if both or number else 0.0))
    local[:, 0] = _random_turns(rng, count, (10, 3, 6))
    local[:, _UPPER] = _upper_body(rng, bank, count)
    return local, np.zeros((count, 3))


def _lying(rng: np.random.Generator, bank: Sequence[Stretch], rest: Floats, count: int) -> tuple[Floats, Floats]:
    local, _ = _keyed(rng, bank, rest, count)
    share = float(rng.uniform(0.1, 0.6))
    local = rotation.slerp(np.array(rotation.IDENTITY), local, np.full(local.shape[:2], share))
    local[:, _ARMS] = _gestures(rng, count)
    side = float(rng.choice([-90, 90, 0, 180]))
    local[:, 0] = rotation.multiply(_about(_X, np.full(count, 90.0)), _about(_Z, np.full(count, side)))
    return local, np.zeros((count, 3))


def _crawling(rng: np.random.Generator, bank: Sequence[Stretch], rest: Floats, count: int) -> tuple[Floats, Floats]:
    local = np.tile(rotation.IDENTITY, (count, len(BODY_BONES), 1))
    phase = 2 * np.pi * (rng.uniform(0.3, 1.0) * np.arange(count) / FPS + rng.random())
    size = rng.uniform(0, 25)
    pitch = rng.uniform(70, 95)
    local[:, 0] = _about(_X, np.full(count, pitch))
    for number, (side, sign) in enumerate(_SIDES):
        swing = size * np.sin(phase + np.pi * number)
        local[:, _B[f"{side}UpperLeg"]] = _about(_X, -pitch + swing)
        local[:, _B[f"{side}LowerLeg"]] = _about(_X, 88 - 0.3 * swing)
        local[:, _B[f"{side}Foot"]] = _about(_X, np.full(count, 35.0))
        arm = rotation.multiply(_about(_Z, np.full(count, -sign * 85.0)), _about(_Y, sign * (swing + rng.normal(0, 6))))
        local[:, _B[f"{side}UpperArm"]] = arm
        local[:, _B[f"{side}LowerArm"]] = _about(_Z, -sign * (12 + 0.6 * np.abs(swing)))
    local[:, _B["neck"]] = _about(_X, np.full(count, -rng.uniform(0, 40)))
    return local, np.zeros((count, 3))


_MAKERS: Final = {
    "recorded": _recorded, "mixed": _mixed, "keyed": _keyed, "standing": _standing, "sitting": _sitting,
    "kneeling": _kneeling, "lying": _lying, "crawling": _crawling,
}  # fmt: skip


def _upper_body(rng: np.random.Generator, bank: Sequence[Stretch], count: int) -> Floats:
    """Trunk, head and arms [T, n, 4]: recorded or made up."""
    upper = _piece(rng, bank, count)[0][:, _UPPER]
    if rng.random() < 0.6:
        upper[:, [_UPPER.index(i) for i in _ARMS]] = _gestures(rng, count)
        if rng.random() < 0.5:
            upper[:, : _UPPER.index(_ARMS[0])] = rotation.IDENTITY
            for name, size in (("spine", 7), ("chest", 5), ("upperChest", 5), ("neck", 6)):
                upper[:, _UPPER.index(_B[name])] = _random_turns(rng, count, (size, size * 0.6, size))
    return upper


def _gestures(rng: np.random.Generator, count: int) -> Floats:
    """Both arms [T, 8, 4] from one made-up pose to the next; sometimes both do the same."""
    local = np.tile(rotation.IDENTITY, (count, len(BODY_BONES), 1))
    times = key_times(rng, count, FPS, 0.3, 1.6)
    angles = {side: _arm_keys(rng, len(times)) for side, _ in _SIDES}
    if rng.random() < 0.3:
        angles["right"] = angles["left"]
    hold = float(rng.uniform(0, 0.5))
    for side, sign in _SIDES:
        down, forward, roll, elbow, pronation, bend, fan, shrug = angles[side].T
        upper = rotation.multiply(
            rotation.multiply(_about(_Z, -sign * forward), _about(_Y, sign * down)), _about(_X, roll)
        )
        lower = rotation.multiply(_about(_Z, -sign * elbow), _about(_X, 0.5 * pronation))
        hand = rotation.multiply(
            _about(_X, 0.5 * pronation), rotation.multiply(_about(_Y, sign * bend), _about(_Z, sign * fan))
        )
        shoulder = _about(_Y, -sign * shrug)
        for part, keys in (("UpperArm", upper), ("LowerArm", lower), ("Hand", hand), ("Shoulder", shoulder)):
            local[:, _B[side + part]] = eased_rotations(keys, times, count, hold)
    return local[:, _ARMS]


def _arm_keys(rng: np.random.Generator, count: int) -> Floats:
    """[K, 8] degrees: down, forward, roll, elbow, pronation, wrist bend and fan, shrug."""
    keys = np.empty((count, 8))
    for k in range(count):
        place = rng.choice(["hanging", "front", "side", "high", "anywhere"], p=[0.3, 0.35, 0.1, 0.1, 0.15])
        down, forward = {
            "hanging": (rng.normal(72, 8), rng.normal(5, 18)), "front": (rng.normal(45, 18), rng.normal(45, 25)),
            "side": (rng.normal(5, 20), rng.normal(10, 20)), "high": (rng.normal(-60, 20), rng.normal(30, 30)),
            "anywhere": (rng.uniform(-80, 80), rng.uniform(-40, 110)),
        }[str(place)]  # fmt: skip
        elbow = float(np.clip(rng.normal(75, 40) if place == "front" else abs(rng.normal(0, 45)), 2, 145))
        keys[k] = (down, forward, rng.normal(0, 30), elbow, rng.normal(-40, 35), rng.normal(0, 18), rng.normal(0, 9),
                   rng.normal(3, 4))  # fmt: skip
    return keys


def _strayed(rng: np.random.Generator, local: Floats, amount: float, kind: str) -> Floats:
    """Every joint a little off for the whole clip, and wandering; legs only where feet need not stay."""
    result = local.copy()
    count = len(local)
    for bone, name in enumerate(BODY_BONES[1:], start=1):
        if bone in _LEGS and kind in ("standing", "sitting", "recorded", "mixed") and amount < 0.8:
            continue
        size = amount * _STRAY[name.removeprefix("left").removeprefix("right")]
        offset = rng.normal(0, 0.7, 3) + 0.7 * smooth_noise(rng, count, (3,), FPS, float(rng.uniform(0.3, 2.0)))
        result[:, bone] = rotation.multiply(local[:, bone], rotation.from_rotvec(np.radians(size / 1.5) * offset))
    return result


def _straightened(rng: np.random.Generator, local: Floats, hips: Floats, rest: Floats) -> tuple[Floats, Floats]:
    """Knees and elbows less bent all clip long, some quite straight: recordings are of dancers, fighters and climbers,
    half of whose knees are bent by more than 40 degrees, and who learns from them bends those of anybody who stands.

    Ankles stay in their direction from the hips, and feet as they are turned; the hips rise with the lower foot.
    """
    together, unbent = float(rng.uniform(0.0, 0.8)), []
    for often, alike, parts in _STRAIGHTENED:
        if rng.random() < often:
            for side, _ in _SIDES:
                share = together if rng.random() < alike else float(rng.uniform(0.0, 0.8))
                unbent.append(([_B[side + part] for part in parts], share))
    if not unbent:
        return local, hips
    result = local.copy()
    for bones, share in unbent:
        _unbend(result, rest, bones, share)
    nowhere = np.zeros_like(hips)
    risen = _lowest(_global(local), nowhere, rest) - _lowest(_global(result), nowhere, rest)
    return result, hips + risen[:, None] * _Z


def _unbend(local: Floats, rest: Floats, bones: list[int], share: float) -> None:
    """A limb of three bones, in place, bent by this share of what it was; its end where it was, seen from its root."""
    upper, lower, end = bones
    bend = local[:, lower].copy()
    local[:, lower] = rotation.slerp(np.array(rotation.IDENTITY), bend, np.full(len(bend), share))
    first, second = rest[lower] - rest[upper], rest[end] - rest[lower]
    was, now = (first + rotation.rotate(turn, second) for turn in (bend, local[:, lower]))
    swing = rotation.between(*(way / np.linalg.norm(way, axis=1, keepdims=True) for way in (now, was)))
    local[:, upper] = rotation.multiply(local[:, upper], swing)
    # What hangs on the limb stays turned as it was.
    turned = rotation.multiply(swing, local[:, lower])
    local[:, end] = rotation.multiply(rotation.multiply(rotation.conjugate(turned), bend), local[:, end])


def _turned(rng: np.random.Generator, rotations: Floats, hips: Floats, kind: str) -> tuple[Floats, Floats]:
    """The motion turned as a whole about the vertical, sometimes turning on as it goes."""
    count = len(hips)
    yaw = np.full(count, rng.uniform(-180, 180) if rng.random() < 0.5 else rng.normal(0, 40))
    if kind in ("keyed", "recorded", "mixed", "standing") and rng.random() < 0.2:
        speed = rng.choice([-1, 1]) * rng.uniform(20, 220)
        eased = np.clip((np.arange(count) / FPS - rng.uniform(-0.5, 1.0)), 0, rng.uniform(0.5, 4.0))
        yaw += speed * eased
    turn = _about(_Z, yaw)
    return rotation.multiply(turn[:, None], rotations), rotation.rotate(turn, hips)


def _random_turns(rng: np.random.Generator, count: int, degrees: tuple[float, float, float]) -> Floats:
    noise = smooth_noise(rng, count, (3,), FPS, float(rng.uniform(0.3, 1.5))) + 0.5 * rng.normal(size=3)
    return rotation.from_rotvec(np.radians(degrees) * noise)


def _about(axis: Floats, degrees: Floats) -> Floats:
    return rotation.from_rotvec(np.radians(degrees)[..., None] * axis)


def _global(local: Floats) -> Floats:
    turns = local.copy()
    for bone, parent in enumerate(BODY_PARENTS):
        if parent >= 0:
            turns[:, bone] = rotation.multiply(turns[:, parent], local[:, bone])
    return turns


def _local(rotations: Floats) -> Floats:
    from ..take import local_rotations

    return local_rotations(rotations, BODY_PARENTS)


def _leg(rest: Floats) -> float:
    thigh, shin, foot = (rest[_B[f"left{part}"]] for part in ("UpperLeg", "LowerLeg", "Foot"))
    return float(np.linalg.norm(shin - thigh) + np.linalg.norm(foot - shin))


def _on_floor(rotations: Floats, hips: Floats, rest: Floats) -> Floats:
    return hips - np.percentile(_lowest(rotations, hips, rest), 20) * _Z


def _lowest(rotations: Floats, hips: Floats, rest: Floats) -> Floats:
    """[T] metres that the lowest part of the feet is above where it stands."""
    joints = joint_positions(rotations, hips, rest, BODY_PARENTS)
    return (joints[:, _FEET, 2] - rest[_FEET, 2]).min(axis=1)


def _carried(rotations: Floats, rest: Floats) -> Floats:
    """Hips [T, 3] that keep the lowest joint on the floor where it is."""
    joints = joint_positions(rotations, np.zeros((len(rotations), 3)), rest, BODY_PARENTS)
    heights = joints[..., 2] - np.where(np.isin(np.arange(len(rest)), _FEET), rest[:, 2], 0.05)
    lowest = heights.argmin(axis=1)
    hips = np.zeros((len(rotations), 3))
    hips[:, 2] = -heights.min(axis=1)
    for frame in range(1, len(hips)):
        stands = lowest[frame]
        hips[frame, :2] = hips[frame - 1, :2] - (joints[frame, stands, :2] - joints[frame - 1, stands, :2])
    return hips
