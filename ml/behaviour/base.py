"""The motion a performance starts from, before the network makes it more like recorded people.

Standing behaviours by rule (procedural.py), walking from the gait of recorded walkers (gait.py); emotions as posture,
size and pace laid over both (styles.py). It fixes what must be exact: where the feet stand, when a gesture strokes,
that nothing drifts. The same generator of random numbers gives the same motion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import EMOTION_NAMES
from .gait import Gait, shipped_gait, walk
from .pose import Floats, features_of
from .procedural import Acted, listen, random_voice, stand, talk
from .styles import at_pace, pace, styled

BEHAVIOURS: Final[tuple[str, ...]] = ("idle", "listen", "talk", "walk")
CONDITIONS: Final = len(BEHAVIOURS) + len(EMOTION_NAMES) + 1
"""Behaviour and emotion as shares, and the voice's loudness."""
_EDGE: Final = 20
"""Frames at the ends that the smoothing of features_of spoils."""


@dataclass(frozen=True)
class Base:
    """T frames."""

    features: Floats
    """[T, F]"""
    conditions: NDArray[np.float32]
    """[T, CONDITIONS]"""
    contacts: NDArray[np.bool_]
    """[T, 4] left foot, left toes, right foot, right toes on the floor."""


def base(
    behaviour: str,
    frames: int,
    rng: np.random.Generator,
    emotion: str = "neutral",
    strength: float = 0.0,
    voice: Floats | None = None,
    gait: Gait | None = None,
) -> Base:
    """`frames` of a behaviour with an emotion 0..1; voice [frames] 0..1 is what a talker moves to."""
    whole = frames + 2 * _EDGE
    voice = _padded(voice) if voice is not None else None
    if behaviour == "talk" and voice is None:
        voice = random_voice(rng, whole)
    # The pace of talking is the voice's own; the others are made longer or shorter and then played at their pace.
    speed = 1.0 if behaviour == "talk" else pace(emotion, strength)
    if behaviour == "walk":
        motion, contacts = walk(gait or shipped_gait(), rng, whole, speed)
    else:
        source = max(2, int(np.ceil(whole * speed)) + 1)
        makers: dict[str, Callable[[], Acted]] = {
            "idle": lambda: stand(rng, source),
            "listen": lambda: listen(rng, source),
            "talk": lambda: talk(rng, whole, voice),
        }
        motion = makers[behaviour]().motion
        if speed != 1.0:
            motion = at_pace(motion, speed)
        contacts = np.ones((len(motion.hips), 4), dtype=bool)
    features = features_of(styled(motion, emotion, strength))[_EDGE : _EDGE + frames]
    level = np.zeros(frames) if voice is None else voice[_EDGE : _EDGE + frames]
    return Base(features, conditions(behaviour, emotion, strength, level), contacts[_EDGE : _EDGE + frames])


def conditions(behaviour: str, emotion: str, strength: float, voice: Floats) -> NDArray[np.float32]:
    """[T, CONDITIONS] for a behaviour with an emotion, to a voice's loudness [T]."""
    rows = np.zeros((len(voice), CONDITIONS), dtype=np.float32)
    rows[:, BEHAVIOURS.index(behaviour)] = 1
    rows[:, len(BEHAVIOURS) + EMOTION_NAMES.index(emotion)] = strength
    rows[:, len(BEHAVIOURS)] += 1 - strength  # the rest is neutral
    rows[:, -1] = voice
    return rows


def _padded(voice: Floats) -> Floats:
    return np.pad(np.asarray(voice, dtype=np.float64), _EDGE)
