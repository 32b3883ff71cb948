"""Bone names taken apart: side, words and numbers, whatever the spelling (lThigh, thigh_l, Thigh.Left, L_THIGH)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_NAMESPACE = re.compile(r"^.*[:|]")
_SIDES: Final = {
    "l": "left", "left": "left", "lft": "left", "lf": "left",
    "r": "right", "right": "right", "rgt": "right", "rt": "right",
}  # fmt: skip
_NOISE: Final = frozenset(
    [
        "def",
        "org",
        "bip",
        "bone",
        "bones",
        "joint",
        "jnt",
        "jt",
        "bind",
        "skin",
        "sk",
        "rig",
        "c",
        "m",
        "x",
        "center",
        "centre",
        "mid",
        "base",
        "cc",
        "j",
        "b",
        "f",
        "adj",
        "bn",
        "drv",
        "stretch",
        "mixamorig",
        "valvebiped",
        "character",
        "char",
        "armature",
    ]
)
_HELPERS: Final = frozenset(
    [
        "end",
        "tip",
        "nub",
        "leaf",
        "site",
        "top",
        "ik",
        "pole",
        "target",
        "twist",
        "roll",
        "helper",
        "ctrl",
        "control",
        "corrective",
        "mch",
        "vis",
        "wgt",
        "tweak",
    ]
)


@dataclass(frozen=True)
class BoneName:
    """side: "left", "right" or ""; word: the letters left over, joined ("upleg"); numbers in their order."""

    side: str
    word: str
    numbers: tuple[int, ...]
    helper: bool
    """The end of a chain, a twist bone, an IK target: never a bone of the body itself."""


def read_name(name: str) -> BoneName:
    """Take a bone's name apart; namespaces and words without meaning (DEF, joint, Bip01) are dropped."""
    tokens = [token.lower() for token in _WORDS.findall(_NAMESPACE.sub("", name))]
    side = ""
    words: list[str] = []
    numbers: list[int] = []
    for token in tokens:
        if token in _SIDES and not side:
            side = _SIDES[token]
        elif token.isdigit():
            numbers.append(int(token))
        else:
            words.append(token)
    if not side:
        side, words = _glued_side(words)
    helper = any(word in _HELPERS for word in words)
    meaning = [word for word in words if word not in _NOISE]
    # "mid" is noise in mid_spine; alone beside a side it is the middle finger.
    if not meaning and "mid" in words:
        meaning = ["mid"]
    return BoneName(side, "".join(meaning), tuple(numbers), helper)


def _glued_side(words: list[str]) -> tuple[str, list[str]]:
    """A side written into the word without capitals: leftarm, armright."""
    for place, word in enumerate(words):
        for side in ("left", "right"):
            rest = word.removeprefix(side).removesuffix(side)
            if rest != word:
                return side, [*words[:place], rest, *words[place + 1 :]]
    return "", words


PART_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "UpperLeg": ("thigh", "thighbend", "upleg", "upperleg", "legupper", "legup", "femur"),
    "LowerLeg": ("calf", "shin", "lowerleg", "lowleg", "leglower", "leglow", "knee", "tibia", "crus"),
    "Foot": ("foot", "ankle"),
    "Toes": ("toes", "toe", "toebase", "ball", "football"),
    "Shoulder": ("clavicle", "collar", "collarbone", "clav"),
    "UpperArm": ("upperarm", "uparm", "armupper", "armup", "humerus", "bicep", "shldr", "shldrbend"),
    "LowerArm": ("forearm", "lowerarm", "lowarm", "armlower", "armlow", "elbow", "forearmbend", "radius"),
    "Hand": ("hand", "wrist"),
    "Eye": ("eye", "eyeball", "faceeye"),
}
"""Words which mean one part wherever they stand."""

AMBIGUOUS_WORDS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    # word: (part it means, the part that must already be known by another word); the first that fits.
    "leg": (("LowerLeg", "UpperLeg"), ("UpperLeg", "LowerLeg")),
    "arm": (("UpperArm", "LowerArm"), ("LowerArm", "UpperArm")),
    "shoulder": (("Shoulder", "UpperArm"), ("UpperArm", "LowerArm")),
    "hip": (("UpperLeg", "LowerLeg"),),
}
"""Words whose meaning hangs on what else there is: Mixamo's Leg is the shin because there is an UpLeg."""

FINGER_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "Thumb": ("thumb", "handthumb", "thumbfinger", "fingerthumb"),
    "Index": ("index", "handindex", "indexfinger", "fingerindex", "pointer", "point", "forefinger"),
    "Middle": ("middle", "handmiddle", "middlefinger", "fingermiddle", "mid", "handmid", "midfinger"),
    "Ring": ("ring", "handring", "ringfinger", "fingerring"),
    "Little": ("pinky", "little", "handpinky", "handlittle", "pinkyfinger", "littlefinger", "fingerpinky", "pinkie"),
}
FINGER_JOINT_WORDS: Final = ("proximal", "intermediate", "medial", "distal")
METACARPAL_WORDS: Final = ("metacarpal", "carpal", "meta", "palm")

HIPS_WORDS: Final = ("hips", "pelvis", "hip", "root", "cog")
NECK_WORDS: Final = ("neck", "necktwist", "necklower")
HEAD_WORDS: Final = ("head", "skull")
JAW_WORDS: Final = ("jaw", "jawroot", "lowerjaw", "jawmaster")
