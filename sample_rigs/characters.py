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

    collar: float = -0.004
    sleeve: tuple[str, str, float] = ("elbow", "hand", 0.45)
    waist: float = 0.45
    loose: float = 0.012
    ankle: float = 0.075
    flare: float = 0.012
    shoe: float = 0.105


@dataclass(frozen=True)
class Character:
    name: str
    rig: str  # "mixamo", "rigify" or "plain"
    look: Look
    makeup: Makeup
    iris: Colour
    hair: HairStyle
    wardrobe: Wardrobe
    finishes: dict[str, Finish]
    own_face_names: bool = False  # face_names.py instead of ARKit's names


SHARED = {
    "Eyes": Finish((0.9, 0.9, 0.9), 0.08, coat=1.0),
    "Teeth": Finish((0.88, 0.86, 0.80), 0.25),
    "Tongue": Finish((0.70, 0.33, 0.33), 0.35),
    "Mouth": Finish((0.45, 0.16, 0.16), 0.4),
}


def hair_shades(colour: Colour, roughness: float = 0.42) -> dict[str, Finish]:
    """Three shades of one hair colour, which locks take at random."""

    def shade(factor: float) -> Finish:
        return Finish((colour[0] * factor, colour[1] * factor, colour[2] * factor), roughness)

    return {"Hair": shade(1.0), "Hair dark": shade(0.78), "Hair light": shade(1.2)}


MIRA = Character(
    "mira",
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
        {
            "l-eye-scale-incr": 0.25,
            "r-eye-scale-incr": 0.25,
            "mouth-upperlip-volume-incr": 0.3,
            "head-scale-horiz-incr": 0.15,
            "chin-width-incr": -0.4,
            "nose-scale-horiz-incr": -0.3,
        },
    ),
    Makeup(skin=(0.86, 0.66, 0.55), lips=(0.72, 0.33, 0.33), brows=(0.24, 0.14, 0.10), brow_width=0.0036),
    iris=(0.26, 0.42, 0.38),
    hair=HairStyle(back=0.2, front=0.2, parting=0.022, locks=300, lift=0.006, hairline=-0.006, knot=(0.035, 0.042)),
    wardrobe=Wardrobe(),
    finishes={
        **SHARED,
        "Skin": Finish((0.86, 0.66, 0.55), 0.5, subsurface=0.12),
        "Lashes": Finish((0.05, 0.03, 0.03), 0.8),
        **hair_shades((0.25, 0.13, 0.08)),
        "Shirt": Finish((0.10, 0.42, 0.47), 0.85),
        "Shirt trim": Finish((0.90, 0.87, 0.80), 0.85),
        "Trousers": Finish((0.17, 0.20, 0.30), 0.9),
        "Trousers trim": Finish((0.13, 0.15, 0.23), 0.9),
        "Shoes": Finish((0.85, 0.84, 0.82), 0.6),
        "Soles": Finish((0.95, 0.95, 0.93), 0.7),
    },
)

RIGO = Character(
    "rigo",
    "rigify",
    Look(
        {
            "gender": 0.0,
            "age": 0.68,
            "muscle": 0.62,
            "weight": 0.5,
            "height": 0.4,
            "proportions": 0.8,
            "african": 0.45,
            "asian": 0.1,
            "caucasian": 0.45,
        },
        {"head-scale-horiz-incr": 0.1, "chin-prominent-incr": 0.2},
    ),
    Makeup(
        skin=(0.66, 0.46, 0.36),
        lips=(0.56, 0.33, 0.29),
        brows=(0.10, 0.07, 0.06),
        blush=0.25,
        lip_strength=0.55,
        brow_width=0.0058,
        brow_height=-0.0015,
        stubble=0.55,
    ),
    iris=(0.33, 0.20, 0.10),
    hair=HairStyle(
        back=0.045, front=0.075, parting=-0.03, sideways=0.6, forwards=-0.9, up=0.7, locks=340, lift=0.009, fall=0.35
    ),
    wardrobe=Wardrobe(collar=0.012, sleeve=("elbow", "hand", 0.86), waist=0.3, loose=0.02, flare=0.016),
    finishes={
        **SHARED,
        "Skin": Finish((0.66, 0.46, 0.36), 0.5, subsurface=0.1),
        "Lashes": Finish((0.04, 0.03, 0.03), 0.8),
        **hair_shades((0.10, 0.07, 0.055), 0.5),
        "Shirt": Finish((0.78, 0.50, 0.16), 0.9),
        "Shirt trim": Finish((0.18, 0.18, 0.20), 0.9),
        "Trousers": Finish((0.25, 0.27, 0.28), 0.9),
        "Trousers trim": Finish((0.19, 0.20, 0.21), 0.9),
        "Shoes": Finish((0.34, 0.19, 0.12), 0.5),
        "Soles": Finish((0.12, 0.10, 0.09), 0.8),
    },
)

KIT = Character(
    "kit",
    "plain",
    Look(
        {
            "gender": 0.5,
            "age": 0.27,
            "muscle": 0.5,
            "weight": 0.45,
            "height": 0.5,
            "proportions": 0.7,
            "african": 0.2,
            "asian": 0.2,
            "caucasian": 0.6,
        },
        {"l-eye-scale-incr": 0.8, "r-eye-scale-incr": 0.8, "nose-scale-vert-incr": -0.3, "nose-point-up": 0.4},
        head_size=1.18,
    ),
    Makeup(
        skin=(0.90, 0.70, 0.58),
        lips=(0.76, 0.42, 0.38),
        brows=(0.42, 0.20, 0.08),
        blush=0.6,
        lip_strength=0.6,
        brow_width=0.0045,
        freckles=0.8,
    ),
    iris=(0.22, 0.38, 0.55),
    hair=HairStyle(
        back=0.075, front=0.07, parting=0.03, sideways=0.55, forwards=0.5, locks=330, lift=0.014, tousle=0.28, fall=0.3
    ),
    wardrobe=Wardrobe(
        collar=0.0, sleeve=("shoulder", "elbow", 0.75), waist=0.35, loose=0.014, ankle=0.055, flare=0.012, shoe=0.08
    ),
    finishes={
        **SHARED,
        "Skin": Finish((0.90, 0.70, 0.58), 0.5, subsurface=0.12),
        "Lashes": Finish((0.14, 0.07, 0.04), 0.8),
        **hair_shades((0.62, 0.27, 0.09), 0.5),
        "Shirt": Finish((0.86, 0.31, 0.24), 0.9),
        "Shirt trim": Finish((0.96, 0.88, 0.70), 0.9),
        "Trousers": Finish((0.20, 0.34, 0.52), 0.9),
        "Trousers trim": Finish((0.34, 0.50, 0.68), 0.9),
        "Shoes": Finish((0.96, 0.78, 0.24), 0.6),
        "Soles": Finish((0.97, 0.96, 0.94), 0.7),
    },
    own_face_names=True,
)

CHARACTERS = {character.name: character for character in (MIRA, RIGO, KIT)}
