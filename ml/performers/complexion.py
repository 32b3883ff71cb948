"""The finer side of a look: pores, creases, beard, make-up, teeth; plain by default, random for training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Complexion:
    """All 0 is smooth, plain skin. Colours are sRGB 0..1."""

    bump: float = 0.0
    """0..1 how far pores and small wrinkles tilt the light."""
    bump_scale: float = 500.0
    """Bumps per metre."""
    crease: float = 0.0
    """0..1 how dark hollows of the skin are: folds beside the nose, frowns, lids' edges."""
    beard: float = 0.0
    """0..1 density of a full beard."""
    beard_low: float = 0.685
    """Height on the base mesh up to which the cheeks are bearded."""
    moustache: float = 0.0
    """0..1"""
    blush: float = 0.0
    """0..1 rouge on the cheeks."""
    eyeliner: float = 0.0
    """0..1"""
    brow_inner: float = 0.010
    """Metres from the middle at which the brows begin."""
    brow_tilt: float = 0.0
    """-1..1: outer ends lower or higher."""
    mouth_dark: float = 0.0
    """0..1 how dark it is inside the mouth."""
    fringe: float = 0.0
    """Metres by which hair hangs lower into the forehead."""
    highlight: float = 0.0
    """0..1 strength of the reflection in the eyes."""
    sclera: Colour = (0.90, 0.88, 0.86)
    """The white of the eyes."""
    iris_edge: float = 0.03
    """Radians over which the iris becomes the white."""
    limbus: float = 0.6
    """0..1 how dark the iris's rim is."""
    lid_shadow: float = 0.0
    """0..1 how dark the upper lid makes what of the eye is below it."""
    teeth: Colour = (0.86, 0.83, 0.76)
    tongue: Colour = (0.62, 0.30, 0.30)

    @staticmethod
    def random(rng: np.random.Generator, female: bool) -> Complexion:
        """Any complexion."""
        bearded = not female and rng.random() < 0.35
        white = rng.uniform(0.6, 0.98)
        red = rng.uniform(0.4, 0.8)
        return Complexion(
            bump=float(rng.beta(1.0, 2.0)),
            bump_scale=float(np.exp(rng.uniform(np.log(150), np.log(1200)))),
            crease=float(rng.beta(1.2, 1.6)),
            beard=float(rng.uniform(0.3, 1.0)) if bearded else 0.0,
            beard_low=float(rng.uniform(0.655, 0.70)),
            moustache=float(rng.uniform(0.3, 1.0)) if not female and rng.random() < 0.3 else 0.0,
            blush=float(max(0.0, rng.uniform(-0.6, 0.6))) if female else 0.0,
            eyeliner=float(max(0.0, rng.uniform(-0.8, 1.0))) if female else 0.0,
            brow_inner=float(rng.uniform(0.006, 0.014)),
            brow_tilt=float(rng.normal(0, 0.5)),
            mouth_dark=float(rng.uniform(0, 1.0)),
            fringe=float(max(0.0, rng.uniform(-0.03, 0.022))),
            highlight=float(rng.uniform(0, 1)),
            teeth=(white, white * float(rng.uniform(0.92, 1.0)), white * float(rng.uniform(0.75, 1.0))),
            tongue=(red, red * float(rng.uniform(0.35, 0.65)), red * float(rng.uniform(0.35, 0.65))),
        )
