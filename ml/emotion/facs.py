"""Emotions as facial actions: FACS action units in ARKit weights.

Prototypes follow EMFACS (Friesen and Ekman 1983) as tabulated in Ekman, Friesen and Hager, "Facial Action Coding
System: Investigator's Guide" (2002), table 10-1. Valence and arousal follow Russell's circumplex (1980).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import EMOTION_NAMES, FACE_NAMES

# ARKit weights of each action unit; a name without a side stands for both sides.
_ACTION_UNITS: Final[dict[int, dict[str, float]]] = {
    1: {"browInnerUp": 1.0},
    2: {"browOuterUp": 1.0},
    4: {"browDown": 1.0},
    5: {"eyeWide": 1.0},
    6: {"cheekSquint": 1.0, "eyeSquint": 0.3},
    7: {"eyeSquint": 1.0},
    9: {"noseSneer": 1.0},
    10: {"mouthUpperUp": 1.0},
    12: {"mouthSmile": 1.0},
    14: {"mouthDimple": 1.0},
    15: {"mouthFrown": 1.0},
    16: {"mouthLowerDown": 1.0},
    17: {"mouthShrugLower": 1.0},
    20: {"mouthStretch": 1.0},
    23: {"mouthRollLower": 0.6, "mouthRollUpper": 0.6},
    24: {"mouthPress": 1.0},
    26: {"jawOpen": 1.0},
}
# Each emotion's units with their share at full strength.
_PROTOTYPES: Final[dict[str, dict[int, float]]] = {
    "neutral": {},
    "happiness": {6: 0.7, 12: 0.85, 26: 0.08},
    "sadness": {1: 0.8, 4: 0.45, 15: 0.7, 17: 0.35, 7: 0.15},
    "anger": {4: 0.95, 5: 0.3, 7: 0.55, 23: 0.4, 24: 0.4, 10: 0.12},
    "fear": {1: 0.8, 2: 0.5, 4: 0.45, 5: 0.8, 20: 0.6, 26: 0.2},
    "disgust": {9: 0.85, 10: 0.5, 4: 0.35, 15: 0.3, 17: 0.3, 7: 0.3},
    "surprise": {1: 0.8, 2: 0.85, 5: 0.75, 26: 0.35},
}
# Variants people show instead of or beside the whole prototype.
_OPTIONAL: Final[dict[str, tuple[int, ...]]] = {
    "happiness": (26, 14), "sadness": (7, 17, 4), "anger": (10, 23, 24, 5), "fear": (2, 20, 26),
    "disgust": (10, 17, 4, 15), "surprise": (26, 5),
}  # fmt: skip
VALENCE_AROUSAL: Final[dict[str, tuple[float, float]]] = {
    "neutral": (0.0, 0.0), "happiness": (0.9, 0.4), "sadness": (-0.7, -0.5), "anger": (-0.6, 0.75),
    "fear": (-0.7, 0.75), "disgust": (-0.7, 0.3), "surprise": (0.1, 0.8),
}  # fmt: skip
"""Each emotion's place: pleasant +1 to unpleasant -1, excited +1 to drowsy -1."""


def columns(name: str) -> list[int]:
    """Indices in FACE_NAMES of a weight: one, or both sides where the name has none."""
    names = (name,) if name in FACE_NAMES else (f"{name}Left", f"{name}Right")
    return [FACE_NAMES.index(each) for each in names]


def units_to_weights(units: dict[int, float]) -> NDArray[np.float64]:
    """ARKit weights [52] of action units and their strengths 0..1."""
    weights = np.zeros(len(FACE_NAMES))
    for unit, strength in units.items():
        for name, share in _ACTION_UNITS[unit].items():
            at = columns(name)
            weights[at] = np.maximum(weights[at], share * strength)
    return weights


def prototype(emotion: str) -> NDArray[np.float64]:
    """ARKit weights [52] of an emotion in full."""
    return units_to_weights(_PROTOTYPES[emotion])


def likeness(faces: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Correlations [N, 6] of faces' weights [N, 52] with the prototypes but neutral's, and the faces' sizes [N] (root
    of the squares about their mean). Blinks and where somebody looks are no emotion and left out."""
    told = [i for i, name in enumerate(FACE_NAMES) if not name.startswith(("eyeLook", "eyeBlink"))]
    shown = np.asarray(faces, dtype=np.float64)[:, told]
    patterns = np.array([prototype(name)[told] for name in EMOTION_NAMES[1:]])
    shown, patterns = (rows - rows.mean(axis=1, keepdims=True) for rows in (shown, patterns))
    sizes = np.linalg.norm(shown, axis=1)
    alike = shown @ patterns.T / np.maximum(sizes[:, None] * np.linalg.norm(patterns, axis=1), 1e-9)
    return alike, sizes


def shown_by_somebody(emotion: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """ARKit weights [52] of an emotion as one person shows it: optional units left out, strengths and sides differ."""
    units = {}
    for unit, strength in _PROTOTYPES[emotion].items():
        if unit in _OPTIONAL.get(emotion, ()) and rng.random() < 0.4:
            continue
        units[unit] = min(1.0, strength * float(rng.uniform(0.6, 1.25)))
    weights = units_to_weights(units)
    lean = float(rng.normal(0, 0.1))
    for index, name in enumerate(FACE_NAMES):
        weights[index] *= 1 + lean * (name.endswith("Left") - name.endswith("Right"))
    return np.clip(weights, 0, 1)


def valence_arousal(emotion: NDArray[np.floating]) -> NDArray[np.float64]:
    """[T, 2] from strengths [T, 7] in the order of EMOTION_NAMES."""
    places = np.array([VALENCE_AROUSAL[name] for name in EMOTION_NAMES])
    return np.clip(np.asarray(emotion) @ places, -1, 1)
