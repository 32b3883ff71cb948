"""`understudy generate`: a take of a body that idles, listens, talks or walks, from noise alone or to a voice.

The network gives the motion; its feet are then put where they stand (two-bone IK), so that nothing slides. Blinks,
glances and small nods come from the rules of voice/manner.py. The same seed gives the same take.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..body.contacts import find_contacts, foot_heights, joint_speeds
from ..body.legs_on_floor import stand_on_floor
from ..footage.interface import FootageError
from ..footage.sound_file import open_sound
from ..take import (
    CAPTURED_BONES,
    EMOTION_NAMES,
    FACE_NAMES,
    STANDARD_REST,
    Take,
    joint_positions,
    parent_indices,
    rotation,
    validate,
)
from ..version import program_version
from ..voice.coarticulation import RATE
from ..voice.hear import Heard, hear
from ..voice.loudness import loudness
from ..voice.manner import speaking_manner
from ..voice.mel import SAMPLE_RATE
from ..voice.speak import face_take
from ..voice.visemes import SILENCE, VISEMES
from ..weights.registry import read_card
from .data import BEHAVIOURS, conditions
from .model import MODEL_NAME, SLOW_STEP, BehaviourNetConfig, Generator
from .pose import BODY_BONES, FPS, Floats, motion_of, speed_of

Progress = Callable[[float, str], None]

LONGEST: Final = 3600.0
"""Seconds."""
_PIECE: Final = 900
_MARGIN: Final = 96
"""Frames beside a piece that the network also makes and that are thrown away; it sees 75 frames to each side."""
_CURL: Final = {"Proximal": 18.0, "Intermediate": 24.0, "Distal": 14.0}
_REST: Final = np.array([STANDARD_REST[name] for name in CAPTURED_BONES])
_Y, _Z = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])


class BehaviourError(FootageError):
    """Something asked for that cannot be generated; the message is one sentence."""


@dataclass(frozen=True)
class GenerateOptions:
    """What to generate."""

    behaviour: str = "idle"
    seconds: float | None = None
    """None = as long as the sound."""
    emotion: str = "neutral"
    strength: float = 0.7
    audio: str | os.PathLike[str] | None = None
    """A recording that talking moves to and that the face speaks."""
    seed: int = 0
    travel: bool = False
    """Walking leaves the place instead of treading it."""


def generate(
    options: GenerateOptions,
    progress: Progress = lambda share, message: None,
    stop_if: Callable[[], None] = lambda: None,
) -> Take:
    """A validated take at 30 fps. BehaviourError or FootageError where the wish cannot be met."""
    seconds = _check(options)
    progress(0.0, "Loading the model")
    heard, voice = _voice(options, seconds, stop_if)
    if seconds is None:
        seconds = len(heard.visemes) / RATE if heard else 10.0
    times = np.arange(max(2, round(seconds * FPS))) / FPS
    level = np.zeros(len(times)) if voice is None else voice(times)
    features = _features(options, level, progress, stop_if)
    progress(0.8, "Putting the feet down")
    stop_if()
    take = _body_take(features, times, options)
    take = _with_face(take, options, heard)
    if voice is not None:
        take = replace(take, voice=np.clip(level, 0, 1))
    progress(1.0, "Done")
    return validate(take)


def _check(options: GenerateOptions) -> float | None:
    if options.behaviour not in BEHAVIOURS:
        raise BehaviourError(f"There is no behaviour {options.behaviour!r}; known are {', '.join(BEHAVIOURS)}.")
    if options.emotion not in EMOTION_NAMES:
        raise BehaviourError(f"There is no emotion {options.emotion!r}; known are {', '.join(EMOTION_NAMES)}.")
    if not 0 <= options.strength <= 1:
        raise BehaviourError(f"The emotion's strength is {options.strength:g}; it has to lie between 0 and 1.")
    if options.seconds is None:
        if options.audio is None:
            raise BehaviourError("Say how long with --seconds, or give a recording with --audio.")
        return None
    if not 0.1 <= options.seconds <= LONGEST:
        raise BehaviourError(f"{options.seconds:g} seconds cannot be generated; choose 0.1 to {LONGEST:g}.")
    return options.seconds


def _voice(
    options: GenerateOptions, seconds: float | None, stop_if: Callable[[], None]
) -> tuple[Heard | None, Callable[[Floats], Floats] | None]:
    """What is heard, and the loudness at any times; (None, None) without a recording. Talkers without one murmur."""
    if options.audio is None:
        if options.behaviour != "talk":
            return None, None
        from .procedural import random_voice

        frames = round((seconds or 10.0) * FPS)
        curve = random_voice(np.random.default_rng([options.seed, 0x7A1C]), max(frames, 2))
        return None, lambda times: np.interp(times, np.arange(len(curve)) / FPS, curve)
    sound = open_sound(options.audio)
    heard = hear(sound.blocks(SAMPLE_RATE), stop_if=stop_if)
    if len(heard.visemes) < 2:
        raise BehaviourError(f"{sound.name} holds less than 0.02 s of sound; choose a longer recording.")
    if seconds is None and len(heard.visemes) / RATE > LONGEST:
        raise BehaviourError(f"{sound.name} is longer than {LONGEST:g} s; give --seconds.")
    return heard, lambda times: loudness(sound.blocks(SAMPLE_RATE), SAMPLE_RATE, times)


def _features(options: GenerateOptions, level: Floats, progress: Progress, stop_if: Callable[[], None]) -> Floats:
    """The network's motion [T, F] in pieces that overlap, each from its own stretch of one endless noise."""
    import torch

    network = _network()
    given = conditions(options.behaviour, options.emotion, options.strength, level)
    count = len(given)
    draw = torch.Generator().manual_seed(options.seed)
    slow, quick, style = network.noise(1, count, draw)
    pieces = []
    with torch.inference_mode():
        for start in range(0, count, _PIECE):
            stop_if()
            begin = max(0, (start - _MARGIN) // SLOW_STEP * SLOW_STEP)
            end = min(count, start + _PIECE + _MARGIN)
            tail = slice(begin // SLOW_STEP, end // SLOW_STEP + 2)
            made = network(torch.as_tensor(given[None, begin:end]), slow[:, tail], quick[:, begin:end], style)
            kept = made[0, start - begin : start - begin + min(_PIECE, count - start)]
            pieces.append(network.whitening.features(kept).double().numpy())
            progress(0.1 + 0.7 * min(1.0, (start + _PIECE) / count), "Generating")
    return np.concatenate(pieces)


def _body_take(features: Floats, times: Floats, options: GenerateOptions) -> Take:
    smooth = gaussian_filter1d(features, 1.0, axis=0)
    travelling = options.travel and options.behaviour == "walk"
    motion = motion_of(smooth, travelling=True)
    turns = _with_fingers(motion.rotations, options.seed)
    hips = motion.hips.copy()
    if options.behaviour != "walk":  # who stands does not wander off
        hips[:, :2] -= _drift(hips[:, :2])
    hips[:, 2] -= _sunk(turns, hips)
    contacts = _contacts(turns, hips, options.behaviour)
    turns, hips = stand_on_floor(turns, hips, _REST, contacts, FPS)
    if options.behaviour == "walk" and not travelling:
        hips = hips - np.concatenate((_way(smooth), np.zeros((len(hips), 1))), axis=1)
        contacts = np.zeros_like(contacts)  # the ground moves under a walk in place: nothing is to be held still
    confidence = np.ones(len(times))
    bones = np.tile(np.array([not _is_finger(name) for name in CAPTURED_BONES], dtype=float), (len(times), 1))
    return Take(
        fps=FPS, times=times, bone_names=CAPTURED_BONES, rotations=turns, hips_position=hips, rest_positions=_REST,
        contacts=contacts, confidence_body=confidence, bone_confidence=bones,
        metadata=_metadata(options, features, len(times)),
    )  # fmt: skip


def _way(features: Floats) -> Floats:
    return np.cumsum(speed_of(features), axis=0) / FPS


def _drift(hips: Floats) -> Floats:
    """[T, 2] what of the hips' place is slower than any weight shift."""
    return gaussian_filter1d(hips, 6.0 * FPS, axis=0, mode="nearest")


def _sunk(turns: Floats, hips: Floats) -> float:
    joints = joint_positions(turns, hips, _REST, parent_indices(CAPTURED_BONES))
    return float(np.percentile(foot_heights(joints, _REST).min(axis=1), 30))


def _contacts(turns: Floats, hips: Floats, behaviour: str) -> Any:
    joints = joint_positions(turns, hips, _REST, parent_indices(CAPTURED_BONES))
    if behaviour != "walk":
        return np.ones((len(hips), 4), dtype=bool)
    return find_contacts(foot_heights(joints, _REST), joint_speeds(joints, FPS), FPS)


def _with_fingers(body: Floats, seed: int) -> Floats:
    """[T, 52, 4] with fingers curled as in a hand at rest, a little different on each hand and finger."""
    from ..performers.pose import complete_rotations

    full = complete_rotations(BODY_BONES, body)
    rng = np.random.default_rng([seed, 0xF1])
    slow = gaussian_filter1d(rng.normal(size=(len(body), 2)), 1.5 * FPS, axis=0)
    slow /= max(float(np.abs(slow).max()), 1e-9)
    index = {name: i for i, name in enumerate(CAPTURED_BONES)}
    for hand, (side, sign) in enumerate((("left", 1.0), ("right", -1.0))):
        base = full[:, index[f"{side}Hand"]]
        for finger in ("Index", "Middle", "Ring", "Little"):
            turn, own = base, float(rng.uniform(0.7, 1.4))
            for part, degrees in _CURL.items():
                curl = np.radians(sign * degrees * own * (1 + 0.35 * slow[:, hand]))
                turn = rotation.multiply(turn, rotation.from_rotvec(curl[:, None] * _Y))
                full[:, index[f"{side}{finger}{part}"]] = turn
    return full


def _is_finger(name: str) -> bool:
    return any(finger in name for finger in ("Thumb", "Index", "Middle", "Ring", "Little"))


def _with_face(take: Take, options: GenerateOptions, heard: Heard | None) -> Take:
    silent = heard is None
    if heard is None:
        count = int(len(take.times) / take.fps * RATE) + 1
        visemes = np.zeros((count, len(VISEMES)), dtype=np.float32)
        visemes[:, SILENCE] = 1
        heard = Heard(visemes, np.full(count, -12.0, dtype=np.float32))
    if silent:
        manner = speaking_manner(heard, take.times, options.seed, liveliness=0.0)
        weights, gaze = np.clip(manner.weights, 0, 1), manner.gaze
    else:
        face = face_take(heard, heard.visemes.astype(np.float64), take.times, take.fps, options.seed)
        weights, gaze = np.asarray(face.face_weights), np.asarray(face.gaze)
    turns = np.asarray(take.rotations)
    take = replace(
        take, face_weights=weights.reshape(-1, len(FACE_NAMES)), gaze=gaze,
        head_rotation=turns[:, CAPTURED_BONES.index("head")], confidence_face=np.ones(take.frame_count),
    )  # fmt: skip
    if options.emotion == "neutral":
        return take
    from ..emotion.adjust import with_emotion

    return with_emotion(take, options.emotion, options.strength)


def _metadata(options: GenerateOptions, features: Floats, count: int) -> dict[str, Any]:
    details: dict[str, Any] = {
        "source": {"name": f"generated {options.behaviour}", "duration": count / FPS, "kind": "generated"},
        "parts": ["face", "body"],
        "behaviour": options.behaviour,
        "seed": options.seed,
        "models": {f"{MODEL_NAME}.safetensors": read_card(MODEL_NAME).sha256},
        "version": program_version(),
        "warnings": [],
    }
    if options.behaviour == "walk" and not options.travel:
        details["treadmill_metres_per_second"] = round(float(-speed_of(features)[:, 1].mean()), 3)
    return details


@lru_cache(maxsize=1)
def _network() -> Generator:
    from ..weights.registry import load_weights

    card, tensors = load_weights(MODEL_NAME)
    network = Generator(BehaviourNetConfig(**card.config))
    network.load_state_dict(tensors)
    return network.eval()
