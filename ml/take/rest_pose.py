"""The T-pose of a standard adult, 1.75 m tall: where proportions are unknown, these stand in.

Metres, Z up, facing -Y, left at +X. Segment lengths follow Winter, "Biomechanics and Motor Control of Human Movement"
(2009), table 4.1 (fractions of the body height), rounded to the millimetre; fingers after Buryanov and Kotiuk (2010).
"""

from __future__ import annotations

from typing import Final

Point = tuple[float, float, float]

_CENTRE: Final[dict[str, Point]] = {
    "hips": (0.0, 0.0, 0.930),
    "spine": (0.0, 0.005, 1.030),
    "chest": (0.0, 0.010, 1.150),
    "upperChest": (0.0, 0.010, 1.280),
    "neck": (0.0, 0.005, 1.450),
    "head": (0.0, -0.010, 1.545),
    "leftEye": (0.032, -0.085, 1.625),
    "rightEye": (-0.032, -0.085, 1.625),
    "jaw": (0.0, -0.020, 1.575),
}

_LEFT: Final[dict[str, Point]] = {
    "UpperLeg": (0.090, 0.0, 0.910),
    "LowerLeg": (0.090, 0.0, 0.490),
    "Foot": (0.090, 0.0, 0.080),
    "Toes": (0.090, -0.135, 0.020),
    "Shoulder": (0.025, 0.0, 1.420),
    "UpperArm": (0.175, 0.0, 1.420),
    "LowerArm": (0.455, 0.0, 1.420),
    "Hand": (0.710, 0.0, 1.420),
    "ThumbMetacarpal": (0.735, -0.025, 1.410),
    "ThumbProximal": (0.770, -0.055, 1.405),
    "ThumbDistal": (0.795, -0.075, 1.405),
    "IndexProximal": (0.800, -0.030, 1.420),
    "IndexIntermediate": (0.842, -0.032, 1.420),
    "IndexDistal": (0.866, -0.033, 1.420),
    "MiddleProximal": (0.802, -0.006, 1.420),
    "MiddleIntermediate": (0.848, -0.006, 1.420),
    "MiddleDistal": (0.875, -0.006, 1.420),
    "RingProximal": (0.797, 0.016, 1.420),
    "RingIntermediate": (0.839, 0.017, 1.420),
    "RingDistal": (0.865, 0.017, 1.420),
    "LittleProximal": (0.788, 0.036, 1.418),
    "LittleIntermediate": (0.821, 0.038, 1.418),
    "LittleDistal": (0.839, 0.039, 1.418),
}


def _both_sides() -> dict[str, Point]:
    points = dict(_CENTRE)
    for part, (x, y, z) in _LEFT.items():
        points[f"left{part}"] = (x, y, z)
        points[f"right{part}"] = (-x, y, z)
    return points


STANDARD_REST: Final[dict[str, Point]] = _both_sides()
"""Each VRM bone's joint head in the standard adult's T-pose."""
