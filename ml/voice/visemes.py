"""Fifteen visemes: what mouths look like, which sounds share a look, and the ARKit weights of each look.

The set is the one of MPEG-4 (ISO/IEC 14496-2, viseme table) and of Oculus LipSync; phonemes are IPA. The weights and
the dominance of each articulator follow the descriptions in Edwards et al., "JALI: An Animator-Centric Viseme Model"
(SIGGRAPH 2016): lips rule bilabials, labiodentals and rounded vowels, the jaw rules open vowels and sibilants.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import FACE_NAMES

VISEMES: Final[tuple[str, ...]] = (
    "sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "ih", "oh", "ou",
)  # fmt: skip
SILENCE: Final = VISEMES.index("sil")
CLOSURE: Final = VISEMES.index("PP")
VOWELS: Final = tuple(VISEMES.index(name) for name in ("aa", "E", "ih", "oh", "ou"))

_IPA: Final[dict[str, str]] = {
    "PP": "pbmɓʙ", "FF": "fvɱʋɸβⱱ", "TH": "θð", "DD": "tdʈɖɗɾɽʇǀ", "kk": "kgɡqɢxɣχŋɴɰcɟħʕʛɠ",
    "CH": "ʃʒɕʑʂʐç", "SS": "sz", "nn": "nlɲɫʎɭɬɮɳ", "RR": "rɹɻʀʁ",
    "aa": "aɑɐæʌɶ", "E": "eɛəɜɚɘɝ", "ih": "iɪɨjɯʝᵻ", "oh": "oɔɒɤɵœø", "ou": "uʊwyʉʏɥʍ",
}  # fmt: skip
_BY_SYMBOL: Final = {symbol: name for name, symbols in _IPA.items() for symbol in symbols}
_BREATHED: Final = "hɦʔ"
"""Sounds without a look of their own: the mouth is already where the next sound wants it."""


def visemes_of(phoneme: str) -> list[str]:
    """The looks of one IPA phoneme in order: one, or two for a diphthong; empty for breath and unknown signs.

    Affricates (tʃ, dz) look like the fricative they end in.
    """
    plain = [c for c in unicodedata.normalize("NFD", phoneme) if c in _BY_SYMBOL]
    looks = [_BY_SYMBOL[c] for c in plain]
    if len(looks) > 1 and looks[0] == "DD" and looks[1] in ("CH", "SS"):
        looks = looks[1:]
    merged = [look for i, look in enumerate(looks) if i == 0 or look != looks[i - 1]]
    return merged[:3]


def is_breath(phoneme: str) -> bool:
    """Whether a phoneme is h or a glottal stop, which take the next sound's look."""
    return any(c in _BREATHED for c in phoneme) and not visemes_of(phoneme)


# jawOpen and lip weights of each look; names without a side stand for both sides.
_LOOKS: Final[dict[str, dict[str, float]]] = {
    "sil": {},
    "PP": {"jawOpen": 0.06, "mouthPress": 0.35, "mouthRollLower": 0.25, "mouthRollUpper": 0.18},
    "FF": {"jawOpen": 0.08, "mouthRollLower": 0.45, "mouthUpperUp": 0.22, "mouthShrugLower": 0.15},
    "TH": {"jawOpen": 0.15, "tongueOut": 0.25, "mouthLowerDown": 0.22, "mouthUpperUp": 0.1},
    "DD": {"jawOpen": 0.13, "mouthLowerDown": 0.2, "mouthUpperUp": 0.08, "mouthStretch": 0.1},
    "kk": {"jawOpen": 0.19, "mouthLowerDown": 0.16, "mouthUpperUp": 0.08, "mouthStretch": 0.08},
    "CH": {"jawOpen": 0.1, "mouthFunnel": 0.45, "mouthPucker": 0.15, "mouthUpperUp": 0.14, "mouthLowerDown": 0.2},
    "SS": {"jawOpen": 0.06, "mouthStretch": 0.25, "mouthLowerDown": 0.25, "mouthUpperUp": 0.1, "mouthSmile": 0.08},
    "nn": {"jawOpen": 0.15, "mouthLowerDown": 0.18, "mouthUpperUp": 0.06, "mouthStretch": 0.08},
    "RR": {"jawOpen": 0.13, "mouthFunnel": 0.3, "mouthPucker": 0.2, "mouthLowerDown": 0.1},
    "aa": {"jawOpen": 0.5, "mouthLowerDown": 0.25, "mouthUpperUp": 0.14, "mouthStretch": 0.1},
    "E": {"jawOpen": 0.3, "mouthStretch": 0.22, "mouthSmile": 0.14, "mouthLowerDown": 0.25, "mouthUpperUp": 0.12},
    "ih": {"jawOpen": 0.18, "mouthStretch": 0.25, "mouthSmile": 0.22, "mouthLowerDown": 0.22, "mouthUpperUp": 0.1},
    "oh": {"jawOpen": 0.38, "mouthFunnel": 0.4, "mouthPucker": 0.2},
    "ou": {"jawOpen": 0.18, "mouthPucker": 0.6, "mouthFunnel": 0.3},
}
# How strongly each look claims an articulator, 0..1: a t lets the lips do what the vowels around it want.
_DOMINANCE: Final[dict[str, tuple[float, float, float]]] = {  # jaw, lips, tongue
    "sil": (0.5, 0.5, 0.5), "PP": (0.5, 1.0, 0.1), "FF": (0.6, 1.0, 0.1), "TH": (0.6, 0.4, 1.0),
    "DD": (0.6, 0.2, 1.0), "kk": (0.25, 0.1, 0.8), "CH": (0.9, 0.9, 0.9), "SS": (0.95, 0.5, 0.9),
    "nn": (0.5, 0.2, 0.9), "RR": (0.4, 0.5, 0.8), "aa": (1.0, 0.6, 0.4), "E": (0.8, 0.5, 0.4),
    "ih": (0.7, 0.6, 0.4), "oh": (0.9, 0.9, 0.4), "ou": (0.7, 1.0, 0.4),
}  # fmt: skip
ARTICULATORS: Final = ("jaw", "lips", "tongue")


def _columns(name: str) -> list[int]:
    names = (name,) if name in FACE_NAMES else (f"{name}Left", f"{name}Right")
    return [FACE_NAMES.index(each) for each in names]


def viseme_targets() -> NDArray[np.float64]:
    """[15, 52] the ARKit weights of each look in full."""
    targets = np.zeros((len(VISEMES), len(FACE_NAMES)))
    for look, weights in _LOOKS.items():
        for name, value in weights.items():
            targets[VISEMES.index(look), _columns(name)] = value
    return targets


def dominance() -> NDArray[np.float64]:
    """[15, 3] how strongly each look claims jaw, lips and tongue."""
    return np.array([_DOMINANCE[look] for look in VISEMES])


def articulator_of() -> NDArray[np.int64]:
    """[52] the articulator (index into ARTICULATORS) that carries each ARKit weight of the mouth."""
    owner = np.full(len(FACE_NAMES), ARTICULATORS.index("lips"))
    owner[_columns("jawOpen")] = ARTICULATORS.index("jaw")
    owner[_columns("tongueOut")] = ARTICULATORS.index("tongue")
    return owner
