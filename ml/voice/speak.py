"""`understudy speak`: a take from sound alone: mouth, brows, blinks, nods and glances."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from ..emotion.prosody import arousal, prosody, with_arousal
from ..footage.interface import FootageError
from ..footage.sound_file import SoundFile, open_sound
from ..take import EMOTION_NAMES, FACE_NAMES, Take, validate
from ..version import program_version
from ..weights.registry import read_card
from .align import with_text
from .coarticulation import RATE, close_lips, closedness, speech_weights
from .hear import Heard, hear
from .letters import visemes_of_text
from .loudness import loudness
from .manner import effort, speaking_manner
from .mel import SAMPLE_RATE
from .model import MODEL_NAME

Floats = NDArray[np.float64]
Progress = Callable[[float, str], None]

DEFAULT_FPS: Final = 30.0
_LITTLE_SPEECH: Final = 0.05


class VoiceError(FootageError):
    """Sound or text that cannot be spoken from; the message is one sentence."""


@dataclass(frozen=True)
class SpeakOptions:
    """How to speak."""

    text: str | None = None
    """What is said; sharpens the mouth where it fits the sound."""
    emotion: str | None = None
    """One of EMOTION_NAMES."""
    strength: float = 0.6
    """0..1 of the emotion."""
    fps: float = DEFAULT_FPS
    seed: int | None = None
    """Of brows, blinks, nods and glances; None = from the sound itself."""


def speak(
    audio: str | os.PathLike[str],
    options: SpeakOptions | None = None,
    progress: Progress = lambda share, message: None,
    stop_if: Callable[[], None] = lambda: None,
) -> Take:
    """A validated take of a face speaking the recording. VoiceError or FootageError where the input is wrong."""
    options = options or SpeakOptions()
    _check(options)
    sound = open_sound(audio)
    progress(0.0, f"Listening to {sound.name}")
    heard = hear(sound.blocks(SAMPLE_RATE), lambda share: progress(0.9 * share, "Listening"), stop_if)
    if len(heard.visemes) < 2:
        raise VoiceError(f"{sound.name} holds less than 0.02 s of sound; choose a longer recording.")
    times = np.arange(max(1, int(len(heard.visemes) / RATE * options.fps))) / options.fps
    seed = options.seed if options.seed is not None else _seed_of(heard)
    visemes, warnings = _visemes(heard, options.text, sound.name)
    progress(0.9, "Listening for the mood")
    stop_if()
    mood = arousal(prosody(sound.blocks(SAMPLE_RATE)), times)
    progress(0.95, "Moving the face")
    # An excited voice nods and raises its brows more than a subdued one.
    lively = 1.0 if mood is None else 1.0 + 0.5 * float(mood.mean())
    take = face_take(heard, visemes, times, options.fps, seed, lively)
    voice = loudness(sound.blocks(SAMPLE_RATE), SAMPLE_RATE, times)
    take = replace(take, voice=voice, metadata=_metadata(sound, heard, options, seed, warnings))
    if mood is not None:
        take = with_arousal(take, mood)
    if options.emotion is not None and options.emotion != "neutral":
        from ..emotion.adjust import with_emotion

        take = with_emotion(take, options.emotion, options.strength)
    progress(1.0, "Done")
    return validate(take)


def face_take(heard: Heard, visemes: Floats, times: Floats, fps: float, seed: int, liveliness: float = 1.0) -> Take:
    """A face-only take at `times` from what was heard; visemes [N, 15] may differ from the heard ones."""
    mouth = speech_weights(visemes, effort(heard))
    clock = np.arange(len(mouth)) / RATE
    weights = np.stack([np.interp(times, clock, mouth[:, i]) for i in range(len(FACE_NAMES))], axis=1)
    # A b may be shorter than a frame: the nearest frame shows it, as no frame would.
    shut = maximum_filter1d(closedness(visemes), max(1, round(RATE / fps)))
    weights = close_lips(weights, np.interp(times, clock, shut))
    manner = speaking_manner(heard, times, seed, liveliness)
    return Take(
        fps=fps, times=times, face_weights=np.clip(weights + manner.weights, 0, 1), head_rotation=manner.head,
        gaze=manner.gaze, confidence_face=np.ones(len(times)),
    )  # fmt: skip


def _check(options: SpeakOptions) -> None:
    if options.emotion is not None and options.emotion not in EMOTION_NAMES:
        raise VoiceError(f"There is no emotion {options.emotion!r}; known are {', '.join(EMOTION_NAMES)}.")
    if not 0 <= options.strength <= 1:
        raise VoiceError(f"The emotion's strength is {options.strength:g}; it has to lie between 0 and 1.")
    if options.seed is not None and not 0 <= options.seed < 2**63:
        raise VoiceError(f"The seed is {options.seed}; choose a whole number from 0 on.")
    if not 1 <= options.fps <= 240:
        raise VoiceError(f"The frame rate {options.fps:g} is not between 1 and 240 frames per second.")


def _visemes(heard: Heard, text: str | None, name: str) -> tuple[Floats, list[str]]:
    """What the mouth says, and what to tell the user."""
    warnings = []
    if heard.speech_share < _LITTLE_SPEECH:
        warnings.append(f"Hardly any speech was heard in {name}; the mouth stays nearly closed.")
    visemes = heard.visemes.astype(np.float64)
    if text is not None and text.strip():
        looks = visemes_of_text(text)
        if not looks:
            warnings.append("The text is in a script whose letters are not known; only the sound was used.")
        else:
            visemes, fits = with_text(visemes, looks)
            if not fits:
                warnings.append("The text does not match the sound, or is too long; only the sound was used.")
    return visemes, warnings


def _seed_of(heard: Heard) -> int:
    digest = hashlib.sha256(np.round(heard.level, 1).astype(np.float32).tobytes()).digest()
    return int.from_bytes(digest[:4], "little")


def _metadata(sound: SoundFile, heard: Heard, options: SpeakOptions, seed: int, warnings: list[str]) -> dict[str, Any]:
    return {
        "source": {"name": sound.name, "duration": len(heard.visemes) / RATE, "kind": "voice"},
        "parts": ["face"],
        "seed": seed,
        "text": options.text or "",
        "speech_share": round(heard.speech_share, 3),
        "models": {f"{MODEL_NAME}.safetensors": read_card(MODEL_NAME).sha256},
        "version": program_version(),
        "warnings": warnings,
    }
