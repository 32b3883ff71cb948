"""`understudy generate`: a take of a body that idles, listens, talks or walks, from noise alone or to a voice.

Rules and recorded gaits give a base motion (base.py), the network makes it more like recorded people (model.py), feet
are put where they stand (body_take.py), blinks, glances and the mouth come from the rules of voice/. Without weights
of the network the base motion is what is played. The same seed gives the same take.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..footage.interface import FootageError
from ..footage.sound_file import open_sound
from ..take import CAPTURED_BONES, EMOTION_NAMES, FACE_NAMES, Take, validate
from ..version import program_version
from ..voice.coarticulation import RATE
from ..voice.hear import Heard, hear
from ..voice.loudness import loudness
from ..voice.manner import speaking_manner
from ..voice.mel import SAMPLE_RATE
from ..voice.speak import face_take
from ..weights.registry import available, read_card
from .base import BEHAVIOURS, Base, base
from .body_take import FULL_REST, standing_body, walking_body
from .gait import GAIT_NAME
from .murmur import murmur, silence
from .pose import FPS, Floats
from .procedural import random_voice

if TYPE_CHECKING:
    from .model import Generator

Progress = Callable[[float, str], None]

LONGEST: Final = 3600.0
"""Seconds."""
LEARNED: Final = ("talk", "walk")
"""Behaviours of which there are recordings to learn from; the others stay as the rules have them."""
_PIECE: Final = 900
_CONTEXT: Final = 96
"""Frames beside a piece that the network also makes and that are thrown away; it sees 76 frames to each side."""
_MARGIN: Final = 32
"""Frames made before and after the take and thrown away, where smoothing has nothing to lean on."""


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
    voice: Floats | None = None,
    voice_fps: float = FPS,
    network: bool | Generator = True,
) -> Take:
    """A validated take at 30 fps. BehaviourError or FootageError where the wish cannot be met.

    voice [N] at voice_fps: the loudness that a talker moves to where there is no recording. network: another than
    the shipped one, or False for the base motion alone, to compare with.
    """
    seconds = check(options)
    progress(0.0, "Listening" if options.audio else "Generating")
    heard, level = _voice(options, seconds, stop_if)
    if voice is not None:
        level = np.interp(np.arange(len(level)) / FPS, np.arange(len(voice)) / voice_fps, voice)
    stop_if()
    progress(0.3, "Generating")
    made = _moving(options, level, network, stop_if)
    progress(0.7, "Putting the feet down")
    stop_if()
    take = _with_face(_body_take(made, options), options, heard)
    if options.behaviour == "talk" or options.audio is not None:
        take = replace(take, voice=np.clip(level, 0, 1))
    progress(1.0, "Done")
    return validate(take)


def _moving(options: GenerateOptions, level: Floats, network: bool | Generator, stop_if: Callable[[], None]) -> Base:
    """The motion with _MARGIN frames more at both ends; level [T] is the voice's loudness."""
    rng = np.random.default_rng([options.seed, BEHAVIOURS.index(options.behaviour), 0x9E7])
    voice = np.pad(level, _MARGIN)
    made = base(options.behaviour, len(voice), rng, options.emotion, _strength(options), voice)
    if network is False or options.behaviour not in LEARNED or (network is True and network_name() is None):
        return made
    player = _network() if isinstance(network, bool) else network
    return replace(made, features=_lifelike(made, player, options, stop_if))


def _strength(options: GenerateOptions) -> float:
    return 0.0 if options.emotion == "neutral" else options.strength


def check(options: GenerateOptions) -> float | None:
    """The length asked for, None for the recording's; BehaviourError where the wish cannot be met."""
    if options.behaviour not in BEHAVIOURS:
        raise BehaviourError(f"There is no behaviour {options.behaviour!r}; known are {', '.join(BEHAVIOURS)}.")
    if options.emotion not in EMOTION_NAMES:
        raise BehaviourError(f"There is no emotion {options.emotion!r}; known are {', '.join(EMOTION_NAMES)}.")
    if not 0 <= options.strength <= 1:
        raise BehaviourError(f"The emotion's strength is {options.strength:g}; it has to lie between 0 and 1.")
    if not 0 <= options.seed < 2**63:
        raise BehaviourError(f"The seed is {options.seed}; choose a whole number from 0 on.")
    if options.seconds is None:
        if options.audio is None:
            raise BehaviourError("Say how long with --seconds, or give a recording with --audio.")
        return None
    if not 0.1 <= options.seconds <= LONGEST:
        raise BehaviourError(f"{options.seconds:g} seconds cannot be generated; choose 0.1 to {LONGEST:g}.")
    return options.seconds


def _voice(options: GenerateOptions, seconds: float | None, stop_if: Callable[[], None]) -> tuple[Heard, Floats]:
    """What is said, and its loudness at each frame; talkers without a recording murmur."""
    if options.audio is None:
        frames = max(2, round((seconds or 0.0) * FPS))
        if options.behaviour != "talk":
            return silence(frames), np.zeros(frames)
        rng = np.random.default_rng([options.seed, 0x7A1C])
        level = random_voice(rng, frames)
        return murmur(level, rng), level
    sound = open_sound(options.audio)
    heard = hear(sound.blocks(SAMPLE_RATE), stop_if=stop_if)
    if len(heard.visemes) < 2:
        raise BehaviourError(f"{sound.name} holds less than 0.02 s of sound; choose a longer recording.")
    if seconds is None:
        seconds = len(heard.visemes) / RATE
    if seconds > LONGEST:
        raise BehaviourError(f"{sound.name} is longer than {LONGEST:g} seconds; give --seconds.")
    times = np.arange(max(2, round(seconds * FPS))) / FPS
    return _lasting(heard, seconds), loudness(sound.blocks(SAMPLE_RATE), SAMPLE_RATE, times)


def _lasting(heard: Heard, seconds: float) -> Heard:
    """As long as the take: cut, or silent after its end."""
    count = int(seconds * RATE) + 1
    missing = silence(max(0, round((count - len(heard.visemes)) / RATE * FPS)))
    visemes = np.concatenate((heard.visemes, missing.visemes))[:count]
    return Heard(visemes, np.concatenate((heard.level, missing.level))[:count])


def _lifelike(made: Base, network: Generator, options: GenerateOptions, stop_if: Callable[[], None]) -> Floats:
    """[T, F]: the base's features with the network's change, in pieces that overlap, from one endless noise."""
    import torch

    from .model import SLOW_STEP

    count = len(made.features)
    draw = torch.Generator().manual_seed(options.seed)
    slow, style = network.noise(1, count, draw)
    whole = network.whitening.whiten(torch.as_tensor(made.features, dtype=torch.float32))
    given = torch.as_tensor(made.conditions)
    changes = []
    with torch.inference_mode():
        for start in range(0, count, _PIECE):
            stop_if()
            begin = max(0, (start - _CONTEXT) // SLOW_STEP * SLOW_STEP)
            end = min(count, start + _PIECE + _CONTEXT)
            tail = slice(begin // SLOW_STEP, end // SLOW_STEP + 2)
            piece = whole[None, begin:end]
            new = network(piece, given[None, begin:end], slow[:, tail], style)
            kept = (new - piece)[0, start - begin : start - begin + min(_PIECE, count - start)]
            changes.append((kept @ network.whitening.back).double().numpy())
    change = gaussian_filter1d(np.concatenate(changes), 1.0, axis=0)
    change[:, -2:] = 0  # the feet say where the way goes
    return made.features + change


def _body_take(made: Base, options: GenerateOptions) -> Take:
    inside = slice(_MARGIN, len(made.features) - _MARGIN)
    details: dict[str, Any] = {}
    if options.behaviour == "walk":
        turns, hips, way = walking_body(made.features, made.contacts, options.seed)
        turns, hips, way, contacts = turns[inside], hips[inside], way[inside], made.contacts[inside]
        if options.travel:
            hips = hips - [*hips[0, :2], 0.0]
        else:
            hips = hips - np.concatenate((way, np.zeros((len(way), 1))), axis=1)
            hips = hips - [*hips[:, :2].mean(axis=0), 0.0]
            # The ground moves under a walk in place: nothing is to be held still.
            contacts = np.zeros_like(contacts)
            speed = (way[0, 1] - way[-1, 1]) / max(len(way) - 1, 1) * FPS
            details["treadmill_metres_per_second"] = round(float(speed), 3)
    else:
        turns, hips = standing_body(made.features, options.seed)
        turns, hips, contacts = turns[inside], hips[inside], made.contacts[inside]
    count = len(hips)
    whole = np.ones(count)
    return Take(
        fps=FPS, times=np.arange(count) / FPS, bone_names=CAPTURED_BONES, rotations=turns, hips_position=hips,
        rest_positions=FULL_REST, contacts=contacts, confidence_body=whole, confidence_left_hand=whole,
        confidence_right_hand=whole, bone_confidence=np.ones((count, len(CAPTURED_BONES))),
        metadata=_metadata(options, count) | details,
    )  # fmt: skip


def _with_face(take: Take, options: GenerateOptions, heard: Heard) -> Take:
    """Mouth, lids, brows and gaze; the head turns as the body's does."""
    if options.behaviour == "talk" or options.audio is not None:
        face = face_take(heard, heard.visemes.astype(np.float64), take.times, take.fps, options.seed)
        weights, gaze = np.asarray(face.face_weights), np.asarray(face.gaze)
    else:
        manner = speaking_manner(heard, take.times, options.seed, liveliness=0.0)
        weights, gaze = np.clip(manner.weights, 0, 1), manner.gaze
    take = replace(
        take, face_weights=weights.reshape(-1, len(FACE_NAMES)), gaze=gaze,
        head_rotation=np.asarray(take.rotations)[:, CAPTURED_BONES.index("head")],
        confidence_face=np.ones(take.frame_count),
    )  # fmt: skip
    if _strength(options) == 0:
        return take
    from ..emotion.adjust import with_emotion

    return with_emotion(take, options.emotion, options.strength)


def _metadata(options: GenerateOptions, count: int) -> dict[str, Any]:
    network = network_name() if options.behaviour in LEARNED else None
    used = [name for name in (network, GAIT_NAME if options.behaviour == "walk" else None) if name]
    return {
        "source": {"name": f"generated {options.behaviour}", "duration": count / FPS, "kind": "generated"},
        "parts": ["face", "body", "hands"],
        "behaviour": options.behaviour,
        "seed": options.seed,
        "models": {f"{name}.safetensors": read_card(name).sha256 for name in used},
        "version": program_version(),
        "warnings": [],
    }


def network_name() -> str | None:
    """The network's name where its weights are there."""
    from .model import MODEL_NAME

    return MODEL_NAME if MODEL_NAME in available() else None


@lru_cache(maxsize=1)
def _network() -> Generator:
    from ..weights.registry import load_weights
    from .model import MODEL_NAME, BehaviourNetConfig, Generator

    card, tensors = load_weights(MODEL_NAME)
    network = Generator(BehaviourNetConfig(**card.config))
    network.load_state_dict(tensors)
    return network.eval()
