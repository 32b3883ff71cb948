"""The three sample characters: who they are, what they wear, which skeleton carries them."""

from __future__ import annotations

from dataclasses import dataclass

from .hair import HairStyle
from .materials import Finish
from .paint import Colour, Makeup
from .people import Look


@dataclass(frozen=True)
class Wardrobe:
    """Shares and metres which the cuts in clothes.py take."""

    collar: float = -0.02
    sleeve: tuple[str, str, float] = ("elbow", "hand", 0.45)
    waist: float = 0.45
    loose: float = 0.012
    ankle: float = 0.075
    flare: float = 0.012
    shoe: float = 0.105


@dataclass(frozen=True)
class Character:
    name: str
    label: str
    rig: str  # "mixamo", "rigify" or "plain"
    look: Look
    makeup: Makeup
    iris: Colour
    hair: HairStyle
    wardrobe: Wardrobe
    finishes: dict[str, Finish]


SHARED = {
    "Eyes": Finish((0.9, 0.9, 0.9), 0.08, coat=1.0),
    "Teeth": Finish((0.88, 0.86, 0.80), 0.25),
    "Tongue": Finish((0.70, 0.33, 0.33), 0.35),
    "Mouth": Finish((0.45, 0.16, 0.16), 0.4),
}

MIRA = Character(
    "mira",
    "Mira (Mixamo skeleton, 52 face shapes)",
    "mixamo",
    Look(
        {
            "gender": 1.0,
            "age": 0.62,
            "muscle": 0.5,
            "weight": 0.42,
            "height": 0.55,
            "proportions": 0.9,
            "cupsize": 0.4,
            "firmness": 0.6,
            "african": 0.15,
            "asian": 0.25,
            "caucasian": 0.6,
        },
        {"l-eye-scale-incr": 0.25, "r-eye-scale-incr": 0.25, "mouth-upperlip-volume-incr": 0.3},
    ),
    Makeup(skin=(0.86, 0.66, 0.55), lips=(0.72, 0.33, 0.33), brows=(0.20, 0.11, 0.08)),
    iris=(0.26, 0.42, 0.38),
    hair=HairStyle(length=0.24, fringe=0.20, lift=0.012, part_side=0.025),
    wardrobe=Wardrobe(),
    finishes={
        **SHARED,
        "Skin": Finish((0.86, 0.66, 0.55), 0.5, subsurface=0.12),
        "Lashes": Finish((0.05, 0.03, 0.03), 0.8),
        "Hair": Finish((0.24, 0.12, 0.08), 0.45),
        "Shirt": Finish((0.10, 0.42, 0.47), 0.85),
        "Shirt trim": Finish((0.90, 0.87, 0.80), 0.85),
        "Trousers": Finish((0.17, 0.20, 0.30), 0.9),
        "Trousers trim": Finish((0.13, 0.15, 0.23), 0.9),
        "Shoes": Finish((0.85, 0.84, 0.82), 0.6),
        "Soles": Finish((0.95, 0.95, 0.93), 0.7),
    },
)

CHARACTERS = {character.name: character for character in (MIRA,)}
