"""Playing a take differently: sadder, happier, stronger or calmer, with every blink and lip closure kept.

The lips are kept by the gap between them: whatever the emotion does to it, mouthClose makes up for, the more the
nearer the lips were in the original. What each weight does to the gap was measured on MakeHuman's base mesh.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..take import EMOTION_NAMES, FACE_NAMES, Take, TakeError
from .facs import columns, prototype

Floats = NDArray[np.float64]

LIP_GAP_MM: Final[dict[str, float]] = {
    "jawOpen": 34.5, "mouthClose": -34.5, "mouthFunnel": 14.0, "mouthLowerDown": 1.9, "mouthUpperUp": 2.4,
    "mouthRollLower": -3.8, "mouthRollUpper": -2.8, "mouthShrugLower": -4.9, "mouthShrugUpper": 4.1, "mouthSmile": -1.5,
    "mouthPress": -1.4, "cheekPuff": -1.1, "jawForward": 1.4, "mouthPucker": -0.9, "mouthLeft": -1.1,
    "mouthRight": -1.1,
}  # fmt: skip
"""Millimetres by which a weight of 1 (of each side) parts the lips' middle."""
_CLOSED_MM: Final = 3.0
_OPEN_MM: Final = 9.0
"""Gaps below the first are kept exactly; above the second the emotion has its way."""
_EYES: Final = ("eyeBlink", "eyeLook")
_FADE_SECONDS: Final = 0.25
_KEPT_WHOLE: Final = tuple(
    index for index, name in enumerate(FACE_NAMES) if name.startswith(_EYES) or name == "mouthClose"
)


def lip_gap(weights: Floats) -> Floats:
    """Millimetres [T] between the lips' middles for weights [T, 52] on a face of usual size; 0 or below is shut."""
    total = np.zeros(len(weights))
    for name, size in LIP_GAP_MM.items():
        total += size * weights[:, columns(name)].sum(axis=1)
    return total


def with_emotion(take: Take, emotion: str, strength: float) -> Take:
    """The take played with an emotion, 0..1; blinks, gaze and lip closures stay. TakeError without a face."""
    if emotion not in EMOTION_NAMES:
        raise TakeError(f"There is no emotion {emotion!r}; known are {', '.join(EMOTION_NAMES)}.")
    if not 0 <= strength <= 1:
        raise TakeError(f"The emotion's strength is {strength:g}; it has to lie between 0 and 1.")
    original = _face(take)
    added = prototype(emotion) * strength
    # Towards the emotion, never past 1; what it does not use calms down where it contradicts it.
    weights = original + (1 - original) * added
    for name in FACE_NAMES:
        rival = _RIVALS.get(name)
        if rival is not None:
            index = FACE_NAMES.index(name)
            weights[:, index] *= 1 - 0.8 * added[FACE_NAMES.index(rival)]
    weights[:, _KEPT_WHOLE] = original[:, _KEPT_WHOLE]
    weights = _keep_blinks(weights, original)
    weights = keep_closures(weights, original)
    strengths = np.zeros((take.frame_count, len(EMOTION_NAMES)))
    if take.emotion is not None and take.emotion_names == EMOTION_NAMES:
        strengths = np.asarray(take.emotion, dtype=np.float64) * (1 - strength)
    strengths[:, EMOTION_NAMES.index(emotion)] = np.maximum(strengths[:, EMOTION_NAMES.index(emotion)], strength)
    note: dict[str, Any] = {"emotion": {"name": emotion, "strength": strength}}
    return replace(
        take, face_weights=np.clip(weights, 0, 1), emotion_names=EMOTION_NAMES, emotion=np.clip(strengths, 0, 1),
        metadata={**take.metadata, **note},
    )  # fmt: skip


def exaggerated(take: Take, factor: float) -> Take:
    """Expressions times `factor` (0 calm .. 1 as it is .. 3 a cartoon); blinks, gaze and lip closures stay."""
    if not 0 <= factor <= 3:
        raise TakeError(f"The exaggeration is {factor:g}; it has to lie between 0 and 3.")
    original = _face(take)
    weights = original * factor if factor <= 1 else 1 - (1 - original) ** factor
    weights[:, _KEPT_WHOLE] = original[:, _KEPT_WHOLE]
    weights = keep_closures(_keep_blinks(weights, original), original)
    note: dict[str, Any] = {"exaggeration": factor}
    return replace(take, face_weights=np.clip(weights, 0, 1), metadata={**take.metadata, **note})


def keep_closures(weights: Floats, original: Floats) -> Floats:
    """Weights [T, 52] whose lip gap is the original's where that was nearly shut."""
    wanted, has = lip_gap(original), lip_gap(weights)
    shut = np.clip((_OPEN_MM - wanted) / (_OPEN_MM - _CLOSED_MM), 0, 1)
    excess = (has - wanted) * shut
    kept = weights.copy()
    jaw, close = FACE_NAMES.index("jawOpen"), FACE_NAMES.index("mouthClose")
    # Too open: shut the lips over the jaw, then raise the jaw; too shut: let mouthClose go, then open the jaw.
    change = np.clip(kept[:, close] + excess / 34.5, 0, 1) - kept[:, close]
    kept[:, close] += change
    kept[:, jaw] = np.clip(kept[:, jaw] - excess / 34.5 + change, 0, 1)
    return kept


def _keep_blinks(weights: Floats, original: Floats) -> Floats:
    """A widened eye must still shut, and a squinting one must not shut further."""
    kept = weights.copy()
    for side in ("Left", "Right"):
        lid = original[:, FACE_NAMES.index(f"eyeBlink{side}")]
        for name in (f"eyeWide{side}", f"eyeSquint{side}"):
            index = FACE_NAMES.index(name)
            kept[:, index] = original[:, index] * lid + kept[:, index] * (1 - lid)
    return kept


def _face(take: Take) -> Floats:
    if take.face_weights is None:
        raise TakeError("This take has no face, so that no emotion can be laid over it; capture or speak one first.")
    return np.asarray(take.face_weights, dtype=np.float64)


def faded(strength: Floats, fps: float) -> Floats:
    """A strength over time [T] without steps: emotions come and go within about half a second."""
    return np.clip(gaussian_filter1d(np.asarray(strength, dtype=np.float64), _FADE_SECONDS * fps), 0, 1)


def _rivals() -> dict[str, str]:
    pairs = (("mouthSmile", "mouthFrown"), ("browDown", "browOuterUp"), ("eyeSquint", "eyeWide"))
    found = {}
    for one, other in pairs:
        for side in ("Left", "Right"):
            found[f"{one}{side}"], found[f"{other}{side}"] = f"{other}{side}", f"{one}{side}"
    return found


_RIVALS: Final = _rivals()
"""Weights that pull the same skin the opposite way."""
