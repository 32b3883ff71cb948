"""How a performer looks: skin, lips, brows, eyes, hair and clothes, as plain numbers the renderer paints from."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from .complexion import Complexion
from .identity import Identity

Colour = tuple[float, float, float]

# Skin from dark to light (sRGB 0..1); a performer's tone lies between two neighbours.
_SKIN: Final[tuple[Colour, ...]] = (
    (0.24, 0.15, 0.11), (0.36, 0.23, 0.16), (0.50, 0.34, 0.24), (0.66, 0.47, 0.35),
    (0.79, 0.60, 0.47), (0.88, 0.71, 0.59), (0.94, 0.80, 0.71),
)  # fmt: skip
_HAIR: Final[tuple[Colour, ...]] = (
    (0.05, 0.04, 0.04), (0.13, 0.09, 0.06), (0.27, 0.17, 0.10), (0.42, 0.29, 0.17),
    (0.66, 0.52, 0.32), (0.50, 0.22, 0.10), (0.62, 0.60, 0.58),
)  # fmt: skip
_IRIS: Final[tuple[Colour, ...]] = (
    (0.20, 0.11, 0.06), (0.33, 0.20, 0.09), (0.40, 0.36, 0.18),
    (0.33, 0.45, 0.33), (0.36, 0.50, 0.62), (0.45, 0.48, 0.50),
)  # fmt: skip
HAIR_STYLES: Final = ("shaved", "cropped", "short", "long")


@dataclass(frozen=True)
class Look:
    """Colours are sRGB 0..1."""

    skin: Colour
    lips: Colour
    iris: Colour
    hair: Colour
    brows: Colour
    hair_style: str
    """One of HAIR_STYLES."""
    brow_height: float
    """Metres above its usual place."""
    brow_width: float
    """Half the thickness in metres."""
    brow_arch: float
    """-1..1: hanging to arched."""
    brow_strength: float
    """0..1: faint to dense."""
    stubble: float
    """0..1"""
    blotches: float
    """0..1 unevenness of the skin."""
    freckles: float
    """0..1"""
    makeup: float
    """0..1 darkness around the eyes."""
    pupil: float
    """Angle of the pupil seen from the eye's middle, radians."""
    iris_size: float
    """Angle of the iris seen from the eye's middle, radians."""
    top: Colour
    bottom: Colour
    shoes: Colour
    sleeves: float
    """0 none .. 1 to the wrists."""
    trousers: float
    """0 short .. 1 to the ankles."""
    pattern: float
    """0 plain .. 1 strong stripes."""
    pattern_scale: float
    """Stripes per metre."""
    shine: float
    """0..1 how much the skin reflects."""
    complexion: Complexion = field(default_factory=Complexion)

    @staticmethod
    def random(rng: np.random.Generator, identity: Identity) -> Look:
        """Any look; skin and hair lean towards the identity's ethnicity but do not follow it strictly."""
        finer = rng.spawn(1)[0]  # draws of its own, so that what came before it stays the same person
        african, asian, caucasian = identity.ethnicity
        tone = float(np.clip(0.8 * african + 4.0 * asian + 5.2 * caucasian + rng.normal(0, 0.9), 0, len(_SKIN) - 1))
        skin = _jitter(rng, _between(_SKIN, tone), 0.03)
        hair = _jitter(rng, _HAIR[_hair_index(rng, identity)], 0.03)
        female = identity.phenotypes.get("gender", 0.5) > 0.5
        return Look(
            skin=skin,
            lips=_lip_colour(rng, skin, female),
            iris=_jitter(rng, _IRIS[int(rng.integers(0, 3 if tone < 3.5 else len(_IRIS)))], 0.05),
            hair=hair,
            brows=_scaled(hair, float(rng.uniform(0.5, 1.05))),
            hair_style=str(rng.choice(HAIR_STYLES, p=(0.1, 0.35, 0.25, 0.3) if female else (0.2, 0.5, 0.25, 0.05))),
            brow_height=float(rng.normal(0, 0.0015)),
            brow_width=float(rng.uniform(0.0016, 0.0042)),
            brow_arch=float(rng.uniform(-0.6, 1.0)),
            brow_strength=float(rng.uniform(0.35, 0.95)),
            stubble=0.0 if female else float(max(0.0, rng.uniform(-0.5, 0.8))),
            blotches=float(rng.uniform(0.1, 1.0)),
            freckles=float(max(0.0, rng.uniform(-1.5, 1.0))),
            makeup=float(rng.uniform(0, 0.7)) if female else float(rng.uniform(0, 0.15)),
            pupil=float(rng.uniform(0.12, 0.26)),
            iris_size=float(rng.uniform(0.40, 0.48)),
            top=_cloth(rng),
            bottom=_cloth(rng),
            shoes=_scaled(_cloth(rng), 0.6),
            sleeves=float(rng.choice([0.0, 0.35, rng.uniform(0.3, 1.0), 1.0])),
            trousers=float(rng.choice([rng.uniform(0.2, 0.5), 1.0], p=[0.25, 0.75])),
            pattern=float(max(0.0, rng.uniform(-0.5, 0.8))),
            pattern_scale=float(rng.uniform(8, 60)),
            shine=float(rng.uniform(0.0, 0.5)),
            complexion=Complexion.random(finer, female),
        )


def _hair_index(rng: np.random.Generator, identity: Identity) -> int:
    if identity.phenotypes.get("age", 0.5) > 0.85 and rng.random() < 0.7:
        return 6
    dark = identity.ethnicity[0] + identity.ethnicity[1]
    return int(rng.integers(0, 2)) if rng.random() < dark else int(rng.integers(0, 6))


def _lip_colour(rng: np.random.Generator, skin: Colour, female: bool) -> Colour:
    red = (
        np.array([0.62, 0.22, 0.24])
        if not female or rng.random() < 0.6
        else rng.uniform((0.4, 0, 0.05), (0.85, 0.25, 0.4))
    )
    share = rng.uniform(0.2, 0.5) if not female else rng.uniform(0.25, 0.9)
    mixed = np.asarray(skin) * (1 - share) + red * share * (0.5 + 0.5 * max(skin))
    return _clip(mixed)


def _cloth(rng: np.random.Generator) -> Colour:
    return colorsys.hsv_to_rgb(float(rng.random()), float(rng.beta(1.2, 1.8)), float(rng.uniform(0.08, 0.95)))


def _between(scale: tuple[Colour, ...], place: float) -> Colour:
    return _clip(np.array([np.interp(place, range(len(scale)), channel) for channel in zip(*scale, strict=True)]))


def _jitter(rng: np.random.Generator, colour: Colour, spread: float) -> Colour:
    return _clip(np.asarray(colour) + rng.normal(0, spread, 3) * 0.5 + rng.normal(0, spread))


def _scaled(colour: Colour, factor: float) -> Colour:
    return _clip(np.asarray(colour) * factor)


def _clip(values: np.ndarray) -> Colour:
    red, green, blue = (float(v) for v in np.clip(values, 0.01, 0.99))
    return red, green, blue
