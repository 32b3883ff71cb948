"""Which limbs the picture shows, and which are filled in: legs below the picture's edge, arms beside it."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..camera import Camera
from .first_solver import LEGS_SEEN_SHARE, seen_share
from .landmarks import ANKLE, ELBOW, HIP, KNEE, SHOULDER, SIDES, Floats, Points
from .orient import smoothstep
from .smoothing import fill_gaps, smooth

_EDGE: Final = 0.03
"""Share of the picture's size over which a point at its edge counts more and more as inside."""
_CUTOFF_HZ: Final = 1.0


def shown_limbs(points: Points, camera: Camera) -> dict[str, Floats]:
    """How far each limb was seen [T], 0 = to be filled in: "legs", "leftArm", "rightArm".

    A limb that the detector hardly sees is mostly behind the body or the other leg, where the network knows from the
    rest of the body how it must be. So legs count as seen where one of them is, arms also where their elbows lie within
    the picture; legs behind a desk are not seen.
    """
    legs = np.maximum(*(seen_share(points, HIP, KNEE, ANKLE, side=side) for side in SIDES))
    limbs = {"legs": legs if (legs > 0.5).mean() >= LEGS_SEEN_SHARE else np.zeros_like(legs)}
    for side in SIDES:
        seen = seen_share(points, SHOULDER, ELBOW, side=side, faint=0.1)
        limbs[f"{side}Arm"] = np.maximum(seen, _inside(points, camera, (SHOULDER[side], ELBOW[side])))
    return limbs


def _inside(points: Points, camera: Camera, marks: tuple[int, ...]) -> Floats:
    """[T] 0..1, smooth in time: whether all these points lie within the picture."""
    size = np.array((camera.width, camera.height))
    place = points.image[:, list(marks)] / size
    least = np.minimum(place, 1 - place).min(axis=(1, 2))
    share = np.where(points.seen, smoothstep(least, 0.0, _EDGE), np.nan)
    return smooth(fill_gaps(share, points.seen), points.fps, _CUTOFF_HZ)
