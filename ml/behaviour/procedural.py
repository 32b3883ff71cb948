"""Standing, listening and talking by rule: what the motion capture at hand lacks, made from what is known of people.

Standing sways slowly and shifts weight every few seconds (Winter 1995; Duarte and Zatsiorsky 1999); breathing moves the
chest 15 times a minute. Gestures follow McNeill, "Hand and Mind" (1992): out of rest by a preparation, strokes on
stressed syllables, a hold, back to rest; beats are short flicks down. Listeners nod in bursts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from ..body.contacts import runs
from ..take import joint_positions, rotation
from .pose import BODY_BONES, FPS, PARENTS, REST, BodyMotion, Floats, bone

_X, _Y, _Z = np.eye(3)
_SIDES: Final = (("left", 1.0), ("right", -1.0))


@dataclass(frozen=True)
class Acted:
    """A motion with the loudness of the voice it goes with."""

    motion: BodyMotion
    voice: Floats
    """[T] 0..1; silence for those who do not talk."""


def stand(rng: np.random.Generator, frames: int) -> Acted:
    """Idle: weight shifts, breath, a wandering head, hanging arms."""
    local = _standing(rng, frames)
    _look_around(rng, local, frames, degrees=7.0)
    return Acted(_grounded(rng, local, frames), np.zeros(frames))


def listen(rng: np.random.Generator, frames: int) -> Acted:
    """Standing towards somebody: head a little tilted, nods in bursts."""
    local = _standing(rng, frames)
    _look_around(rng, local, frames, degrees=2.5)
    nod = np.zeros(frames)
    time = np.arange(frames) / FPS
    at = float(rng.uniform(0.5, 3))
    while at < time[-1]:
        rate, count = float(rng.uniform(1.8, 2.8)), int(rng.integers(1, 4))
        inside = (time >= at) & (time < at + count / rate)
        nod += inside * float(rng.uniform(2.5, 7)) * 0.5 * (1 - np.cos(2 * np.pi * rate * (time - at)))
        at += count / rate + float(rng.exponential(3.0)) + 0.5
    tilt = gaussian_filter1d(rng.normal(size=frames), 2.5 * FPS)
    tilt *= 5 / max(float(np.abs(tilt).max()), 1e-9)
    _turn(local, "head", np.stack((nod, tilt, np.zeros(frames)), axis=1))
    return Acted(_grounded(rng, local, frames), np.zeros(frames))


def talk(rng: np.random.Generator, frames: int, voice: Floats | None = None) -> Acted:
    """Standing and talking with the hands in the rhythm of a voice (made up where none is given)."""
    voice = random_voice(rng, frames) if voice is None else voice
    local = _standing(rng, frames)
    _look_around(rng, local, frames, degrees=4.0)
    beats = stresses(voice)
    _nod_on(rng, local, beats, frames)
    return Acted(_gesturing(rng, _grounded(rng, local, frames), voice, beats), voice)


def random_voice(rng: np.random.Generator, frames: int) -> Floats:
    """A loudness curve like speech: syllables four to six times a second, stressed ones louder, pauses of phrases."""
    time = np.arange(frames) / FPS
    voice = np.zeros(frames)
    at = float(rng.uniform(0, 1.5))
    while at < time[-1]:
        ends = at + float(rng.uniform(1.0, 4.5))
        while at < ends:
            width = float(rng.uniform(0.05, 0.09))
            stress = float(rng.uniform(0.75, 1.0)) if rng.random() < 0.3 else float(rng.uniform(0.25, 0.6))
            voice = np.maximum(voice, stress * np.exp(-0.5 * ((time - at) / width) ** 2))
            at += float(rng.uniform(0.14, 0.28))
        at += float(rng.exponential(0.7)) + 0.25
    return np.clip(voice, 0, 1)


def stresses(voice: Floats) -> list[int]:
    """Frames of the loudest syllables, at least 0.4 s apart."""
    smooth = gaussian_filter1d(np.asarray(voice, dtype=np.float64), 1.5)
    prominence = smooth - gaussian_filter1d(smooth, 0.7 * FPS)
    peaks, _ = find_peaks(prominence, height=0.1, distance=round(0.4 * FPS))
    return peaks.tolist()


def _standing(rng: np.random.Generator, frames: int) -> dict[str, Floats]:
    """Each bone's turn relative to its parent as a rotation vector [T, 3] in degrees."""
    local: dict[str, Floats] = {}
    time = np.arange(frames) / FPS
    breath = np.sin(2 * np.pi * (time * float(rng.uniform(0.2, 0.32)) + float(rng.random())))
    slow = _wander(rng, frames, 2.5, 6)
    lean, spine = float(rng.normal(0, 1.5)), float(rng.normal(2, 2.5))
    for name, share in (("spine", 0.3), ("chest", 0.4), ("upperChest", 0.3)):
        _turn(local, name, np.stack((share * (spine + 1.2 * slow[:, 0]), share * 1.2 * slow[:, 1],
                                     share * 1.8 * slow[:, 2]), axis=1))  # fmt: skip
    _turn(local, "upperChest", np.outer(-0.7 * breath, _X))
    _turn(local, "hips", np.stack((0 * time + lean, 0.5 * slow[:, 3], 2.5 * slow[:, 4]), axis=1))
    for i, (side, sign) in enumerate(_SIDES):
        sway = _wander(rng, frames, 1.2, 3)
        down, forward, bend = float(rng.normal(76, 3.5)), float(rng.normal(4, 5)), float(rng.uniform(8, 28))
        _turn(local, f"{side}Shoulder", np.stack((0 * time, -sign * 0.6 * breath, 0 * time), axis=1))
        arm = rotation.multiply(
            rotation.from_rotvec(np.radians(np.stack((forward * -1 + sway[:, 0], 0 * time, 0 * time), axis=1))),
            rotation.from_rotvec(np.radians(np.stack((0 * time, sign * (down + sway[:, 1]), 0 * time), axis=1))),
        )
        local[f"{side}UpperArm"] = np.degrees(rotation.to_rotvec(arm))
        _turn(local, f"{side}LowerArm", np.outer(-sign * (bend + 1.5 * sway[:, 2] + slow[:, 5] * (1 - 2 * i)), _Z))
        _turn(local, f"{side}Hand", np.outer(sign * float(rng.normal(6, 5)) + 0 * time, _Y))
    return local


def _look_around(rng: np.random.Generator, local: dict[str, Floats], frames: int, degrees: float) -> None:
    """The head turns to something, rests there, turns on."""
    aim = np.zeros((frames, 3))
    at = 0
    while at < frames:
        stay = int(FPS * (float(rng.gamma(2.0, 0.9)) + 0.4))
        aim[at : at + stay] = rng.normal(0, (0.45 * degrees, 0.25 * degrees, degrees))
        at += stay
    aim = gaussian_filter1d(aim, 0.16 * FPS, axis=0)
    tremor = _wander(rng, frames, 0.35, 3) * 0.5
    _turn(local, "neck", 0.4 * aim)
    _turn(local, "head", 0.6 * aim + tremor)


def _nod_on(rng: np.random.Generator, local: dict[str, Floats], beats: list[int], frames: int) -> None:
    time = np.arange(frames)
    nod = np.zeros(frames)
    for beat in beats:
        if rng.random() < 0.65:
            nod += float(rng.uniform(1.5, 5)) * np.exp(-0.5 * ((time - beat) / 3.0) ** 2)
    _turn(local, "head", np.outer(nod, _X))


def _grounded(rng: np.random.Generator, local: dict[str, Floats], frames: int) -> BodyMotion:
    """Feet planted a little apart, the hips shifting over them, legs bent to reach (two-bone IK)."""
    turns = np.tile(rotation.IDENTITY, (frames, len(PARENTS), 1))
    for index, parent in enumerate(PARENTS):
        own = local.get(BODY_BONES[index])
        turn = rotation.IDENTITY if own is None else rotation.from_rotvec(np.radians(own))
        turns[:, index] = turn if parent < 0 else rotation.multiply(turns[:, parent], turn)
    hips = np.tile(REST[0], (frames, 1))
    shift = np.zeros(frames)
    at = 0
    while at < frames:  # weight on one leg, the other, or both, for a few seconds each
        stay = int(FPS * (float(rng.gamma(2.0, 1.8)) + 0.8))
        shift[at : at + stay] = float(rng.choice([-1, 0, 1])) * float(rng.uniform(0.02, 0.06))
        at += stay
    wander = _wander(rng, frames, 0.8, 2) * 0.004
    hips[:, 0] += gaussian_filter1d(shift, 0.45 * FPS) + wander[:, 0]
    hips[:, 1] += wander[:, 1] + float(rng.normal(0, 0.005))
    hips[:, 2] -= 0.005 + float(rng.uniform(0, 0.006)) + 0.08 * np.abs(hips[:, 0])
    # A hip over its leg rises, the other sinks: the pelvis tilts with the shift.
    tilt = rotation.from_rotvec(np.radians(np.outer(60 * (hips[:, 0] - wander[:, 0]), _Y)))
    turns = _with_hips_tilted(turns, tilt)
    feet = {}
    for side, sign in _SIDES:
        foot = REST[bone(f"{side}Foot")].copy()
        foot[0] += sign * float(rng.uniform(0.0, 0.06))
        foot[1] += float(rng.normal(0, 0.03))
        feet[side] = (foot, float(rng.uniform(3, 16)) * sign)
    return plant(turns, hips, feet)


def plant(turns: Floats, hips: Floats, feet: dict[str, tuple[Floats, float]]) -> BodyMotion:
    """Legs that stand at feet[side] = (ankle [3], degrees turned out), whatever the hips do."""
    from ..body.legs_on_floor import reach_ankle

    turns = turns.copy()
    for side, (ankle, out) in feet.items():
        leg = (bone(f"{side}UpperLeg"), bone(f"{side}LowerLeg"), bone(f"{side}Foot"))
        yaw = rotation.from_rotvec(np.radians(out) * _Z)
        knee = rotation.from_rotvec(np.radians(-8.0) * _X)  # a hint of a bend, so that knees know their way
        turns[:, leg[0]] = rotation.multiply(yaw, knee)
        turns[:, leg[1]] = rotation.multiply(yaw, rotation.conjugate(knee))
        joints = joint_positions(turns, hips, REST, PARENTS)
        reach_ankle(turns, joints, np.tile(ankle, (len(hips), 1)), leg)
        turns[:, leg[2]] = turns[:, bone(f"{side}Toes")] = yaw
    return BodyMotion(turns, hips)


def _gesturing(rng: np.random.Generator, motion: BodyMotion, voice: Floats, beats: list[int]) -> BodyMotion:
    """Hands leave rest while the voice speaks and stroke on its stresses."""
    turns = motion.rotations.copy()
    frames = len(voice)
    raised = _raised(rng, voice)
    together = _places(rng, frames, beats)
    for index, (side, sign) in enumerate(_SIDES):
        own = _places(rng, frames, beats)
        both = np.minimum(raised[:, 0], raised[:, 1])[:, None]
        places = together * both + own * (1 - both)
        joints = joint_positions(turns, motion.hips, REST, PARENTS)
        chest = turns[:, bone("upperChest")]
        shoulder = joints[:, bone(f"{side}UpperArm")]
        rest = rotation.rotate(rotation.conjugate(chest), joints[:, bone(f"{side}Hand")] - shoulder)
        out = raised[:, index : index + 1]
        target = shoulder + rotation.rotate(chest, rest * (1 - out) + places * (sign, 1, 1) * out)
        _reach_hand(turns, joints, target, side, sign, raised[:, index] * float(rng.uniform(20, 70)))
    return BodyMotion(turns, motion.hips)


def _raised(rng: np.random.Generator, voice: Floats) -> Floats:
    """How far the left and the right hand are out of rest [T, 2]: chosen for each phrase, as people do."""
    frames = len(voice)
    speaking = gaussian_filter1d(voice, 0.35 * FPS) > 0.12
    lively, favourite = float(rng.uniform(0.45, 1.0)), int(rng.integers(2))
    raised = np.zeros((frames, 2))
    for begin, end in runs(speaking):
        at = begin
        while at < end:  # nobody keeps a hand up for the whole of a long phrase
            until = min(end, at + int(FPS * float(rng.uniform(2.0, 5.0))))
            kind = float(rng.random())
            size = lively * float(rng.uniform(0.75, 1.1))
            if kind < 0.45:
                raised[at:until] = size
            elif kind < 0.85:
                other = rng.random() < 0.25
                raised[at:until, favourite ^ int(other)] = size
            at = until
    return np.clip(gaussian_filter1d(raised, 0.28 * FPS, axis=0), 0, 1)


def _places(rng: np.random.Generator, frames: int, beats: list[int]) -> Floats:
    """Where the left hand is relative to its shoulder [T, 3] in metres: a new place at some beats, flicks at others."""
    place = np.zeros((frames, 3))
    current = _place(rng)
    last = 0
    for beat in [*beats, frames]:
        place[last:beat] = current
        last = beat
        if rng.random() < 0.6:
            current = _place(rng)
    place = gaussian_filter1d(place, 0.09 * FPS, axis=0)
    time = np.arange(frames)
    for beat in beats:
        flick = float(rng.uniform(0.02, 0.09))
        place[:, 2] -= flick * np.exp(-0.5 * ((time - beat - 1) / 2.2) ** 2)
        place[:, 2] += 0.7 * flick * np.exp(-0.5 * ((time - beat + 5) / 2.6) ** 2)
        place[:, 1] -= 0.4 * flick * np.exp(-0.5 * ((time - beat - 1) / 2.2) ** 2)
    return place


def _place(rng: np.random.Generator) -> Floats:
    return np.array([rng.uniform(-0.16, 0.16), rng.uniform(-0.38, -0.2), rng.uniform(-0.42, -0.16)])


def _reach_hand(turns: Floats, joints: Floats, target: Floats, side: str, sign: float, palm_up: Floats) -> None:
    """Turn upper arm and forearm, in place, so that the wrist comes to target [T, 3]; elbows hang down and out."""
    arm, forearm, hand = (bone(f"{side}{part}") for part in ("UpperArm", "LowerArm", "Hand"))
    upper = np.linalg.norm(REST[forearm] - REST[arm])
    lower = np.linalg.norm(REST[hand] - REST[forearm])
    along = target - joints[:, arm]
    length = np.clip(np.linalg.norm(along, axis=1, keepdims=True), 0.12, 0.995 * (upper + lower))
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    cosine = np.clip((upper**2 + length**2 - lower**2) / (2 * upper * length), -1, 1)
    hang = rotation.rotate(turns[:, bone("upperChest")], np.array([0.4 * sign, 0.7, -0.75]))
    hang -= along * (hang * along).sum(axis=1, keepdims=True)
    hang /= np.maximum(np.linalg.norm(hang, axis=1, keepdims=True), 1e-9)
    elbow = joints[:, arm] + upper * (cosine * along + np.sqrt(1 - cosine**2) * hang)
    wrist = joints[:, arm] + length * along
    # The elbow's hinge is the T-pose's Z: a left forearm swings forward about -Z.
    hinge = np.cross(elbow - joints[:, arm], wrist - elbow)
    turns[:, arm] = _frame(elbow - joints[:, arm], hinge, sign)
    twist = rotation.from_rotvec(np.radians(np.outer(-palm_up, _X)))
    turns[:, forearm] = _frame(wrist - elbow, hinge, sign)
    own = rotation.multiply(turns[:, forearm], twist)
    turns[:, hand] = own
    turns[:, forearm] = rotation.slerp(turns[:, forearm], own, 0.5)


def _frame(along: Floats, hinge: Floats, sign: float) -> Floats:
    """Global rotations [T, 4] of an arm bone lying `along` with its elbow turning about `hinge` (both [T, 3])."""
    first = along / np.linalg.norm(along, axis=1, keepdims=True) * sign
    third = -hinge / np.maximum(np.linalg.norm(hinge, axis=1, keepdims=True), 1e-9) * sign
    second = np.cross(third, first)
    second /= np.maximum(np.linalg.norm(second, axis=1, keepdims=True), 1e-9)
    return rotation.from_matrix(np.stack((first, second, np.cross(first, second)), axis=-1))


def _with_hips_tilted(turns: Floats, tilt: Floats) -> Floats:
    """The hips and thighs tilt, the spine makes up for it."""
    result = turns.copy()
    result[:, 0] = rotation.multiply(tilt, turns[:, 0])
    return result


def _turn(local: dict[str, Floats], name: str, degrees: Floats) -> None:
    """Add small turns [T, 3] in degrees to a bone."""
    local[name] = local[name] + degrees if name in local else np.array(degrees, dtype=np.float64)


def _wander(rng: np.random.Generator, frames: int, seconds: float, count: int) -> Floats:
    """Curves [T, count] of about unit spread that change over `seconds`."""
    margin = int(4 * seconds * FPS)
    noise = gaussian_filter1d(rng.normal(size=(frames + 2 * margin, count)), seconds * FPS, axis=0)
    return noise[margin : margin + frames] * np.sqrt(2 * np.sqrt(np.pi) * seconds * FPS)
