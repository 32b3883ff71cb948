"""What the words of a bone's name can mean: parts of the body with how well they fit (0..1). Data only."""

from __future__ import annotations

from typing import Final

ARM: Final = ("Shoulder", "UpperArm", "LowerArm", "Hand")
LEG: Final = ("UpperLeg", "LowerLeg", "Foot", "Toes")

Meanings = dict[frozenset[str], dict[str, float]]


def _table(rows: dict[str, dict[str, float]]) -> Meanings:
    return {frozenset(words.split()): parts for words, parts in rows.items()}


LIMBS: Final[Meanings] = _table({
    "clavicle": {"Shoulder": 1.0},
    "clavicle shoulder": {"Shoulder": 1.0},
    "scapula": {"Shoulder": 0.8},
    "clavicle scapula": {"Shoulder": 1.0},
    "shoulder": {"Shoulder": 0.8, "UpperArm": 0.6},
    "shoulder base": {"Shoulder": 1.0},
    "shoulder root": {"Shoulder": 1.0},
    "upper shoulder": {"Shoulder": 0.7},
    "upper arm": {"UpperArm": 1.0},
    "arm": {"UpperArm": 0.8, "LowerArm": 0.5, "Hand": 0.2},
    "arm shoulder": {"UpperArm": 0.6, "Shoulder": 0.6},
    "fore arm": {"LowerArm": 1.0},
    "lower arm": {"LowerArm": 1.0},
    "elbow": {"LowerArm": 1.0},
    "arm elbow": {"LowerArm": 1.0},
    "hand": {"Hand": 1.0},
    "wrist": {"Hand": 1.0},
    "hand wrist": {"Hand": 1.0},
    "arm wrist": {"Hand": 1.0},
    "hand arm": {"Hand": 0.9},
    "palm": {"Hand": 0.3},
    "thigh": {"UpperLeg": 1.0},
    "thigh leg": {"UpperLeg": 1.0},
    "upper leg": {"UpperLeg": 1.0},
    "hip": {"UpperLeg": 0.7},
    "hip leg": {"UpperLeg": 0.8},
    "leg": {"UpperLeg": 0.7, "LowerLeg": 0.7, "Foot": 0.2},
    "shin": {"LowerLeg": 1.0},
    "shin leg": {"LowerLeg": 1.0},
    "lower leg": {"LowerLeg": 1.0},
    "fore leg": {"LowerLeg": 0.8},
    "knee": {"LowerLeg": 1.0},
    "knee leg": {"LowerLeg": 1.0},
    "foot": {"Foot": 1.0, "Toes": 0.5},
    "ankle": {"Foot": 1.0},
    "foot ankle": {"Foot": 1.0},
    "foot leg": {"Foot": 0.9},
    "leg ankle": {"Foot": 1.0},
    "foot base": {"Foot": 0.8},
    "toe": {"Toes": 1.0},
    "toe base": {"Toes": 1.0},
    "toe foot": {"Toes": 1.0},
    "toe ball": {"Toes": 1.0},
    "ball": {"Toes": 0.9},
    "ball foot": {"Toes": 1.0},
    "toe root": {"Toes": 1.0},
    "toe finger": {"Toes": 0.5},
})  # fmt: skip

WEIGHTS: Final = {"Shoulder": 0.5, "Toes": 0.5}
"""How much a part counts when a limb is put together, 1 for those not named: a limb can do without these."""

FINGERS: Final = {
    "Thumb": ("thumb",), "Index": ("index", "fore"), "Middle": ("middle",), "Ring": ("ring",), "Little": ("little",),
}  # fmt: skip
FINGER_COMPANY: Final = frozenset(
    ("finger", "hand", "in", "proximal", "intermediate", "distal", "metacarpal", "base", "palm", "bend", "root")
)
"""Words that may stand beside a finger's own; MMD's "fore" alone is the forefinger."""


def is_finger(words: frozenset[str]) -> bool:
    """Whether these are the words of one finger's bone."""
    return any(word in words and words - {word} <= FINGER_COMPANY for own in FINGERS.values() for word in own)


METACARPAL: Final = frozenset(("metacarpal", "palm", "base", "in"))

EYE: Final = (frozenset(("eye",)), frozenset(("eye", "face")), frozenset(("eye", "base")))
JAW: Final = (
    frozenset(("jaw",)), frozenset(("jaw", "lower")), frozenset(("jaw", "root")), frozenset(("jaw", "master")),
    frozenset(("jaw", "face")), frozenset(("jaw", "base")), frozenset(("mouth", "lower")), frozenset(("jawbone",)),
)  # fmt: skip
HEAD: Final = (frozenset(("head",)), frozenset(("head", "base")), frozenset(("head", "root")))
NECK: Final = (
    frozenset(("neck",)), frozenset(("neck", "lower")), frozenset(("neck", "base")), frozenset(("neck", "root")),
    frozenset(("neck", "upper")),
)  # fmt: skip
HIPS: Final = (
    frozenset(("hip",)), frozenset(("pelvis",)), frozenset(("hip", "pelvis")), frozenset(("hip", "root")),
    frozenset(("pelvis", "root")), frozenset(("lower", "body")), frozenset(("cog",)), frozenset(("root",)),
    frozenset(("center",)),
)  # fmt: skip
"""From the surest to the least sure."""
SURE_HIPS: Final = HIPS[:3]
CHEST: Final = (frozenset(("chest",)), frozenset(("lower", "chest")))
UPPER_CHEST: Final = (frozenset(("upper", "chest")), frozenset(("chest",)))
TRUNK_WORDS: Final = frozenset("body torso chest spine abdomen waist trunk".split())
"""A bone called so is no neck, wherever it hangs."""
