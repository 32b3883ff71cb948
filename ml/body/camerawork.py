"""Cameras as people hold them: near and far, high and low, tilted, shaken, panned, the figure whole or cut off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..performers import View
from ..take import rotation
from .bank import BODY_BONES
from .curves import smooth_noise

Floats = NDArray[np.float64]

FRAMINGS: Final = {
    "whole": BODY_BONES,
    "knees": tuple(n for n in BODY_BONES if "Foot" not in n and "Toes" not in n),
    "waist": tuple(n for n in BODY_BONES if not any(p in n for p in ("Leg", "Foot", "Toes", "Hand"))),
    "chest": ("head", "neck", "leftUpperArm", "rightUpperArm"),
}
"""What the picture holds by name of framing."""


@dataclass(frozen=True)
class TurnedView(View):
    """A view that also turns sideways."""

    yaw: float = 0.0
    """Degrees, + looks to the left (towards -X)."""

    @property
    def orientation(self) -> Floats:
        heading = rotation.from_rotvec((0.0, 0.0, np.radians(self.yaw)))
        return rotation.multiply(heading, View.orientation.fget(self))  # type: ignore[attr-defined]


def random_views(
    rng: np.random.Generator, joints: Floats, size: tuple[int, int], fps: float, framing: str | None = None
) -> list[TurnedView]:
    """One view for each frame of joints [T, 22, 3] (BODY_BONES), the stage's axes."""
    framing = framing or str(rng.choice(["whole", "knees", "waist", "chest"], p=[0.74, 0.09, 0.12, 0.05]))
    width, height = size
    focal = float(np.exp(rng.normal(np.log(0.9), 0.25))) * max(size)
    focal = float(np.clip(focal, 0.5 * max(size), 2.2 * max(size)))
    # Most cameras are held or put nearly level, some look down from above or up from below.
    pitch, roll = rng.normal(-1.5, 4) if rng.random() < 0.6 else rng.normal(-6, 11), float(rng.normal(0, 2))
    pitch = float(np.clip(pitch, -35, 25))
    kept = [BODY_BONES.index(name) for name in FRAMINGS[framing]]
    shown = joints[:, kept].reshape(-1, 3)
    # Smaller than the picture allows, and away from its middle.
    spare = float(rng.choice([rng.uniform(1.0, 1.25), rng.uniform(1.2, 2.2)], p=[0.7, 0.3]))
    place = rng.uniform(-0.5, 0.5, 2) * (1 - 1 / spare)
    middle = (shown.min(axis=0) + shown.max(axis=0)) / 2
    distance = _distance(shown, middle, focal, size, spare, pitch)
    offset = place * np.array(size) * distance / focal
    position = np.array((
        middle[0] - offset[0],
        middle[1] - distance * np.cos(np.radians(pitch)),
        middle[2] - distance * np.sin(np.radians(pitch)) + offset[1],
    ))  # fmt: skip
    shake, sway, yaw = _hand(rng, joints, fps)
    return [
        TurnedView(
            width, height, focal, tuple((position + sway[t]).tolist()), pitch + float(shake[t, 0]),
            roll + float(shake[t, 1]), float(yaw[t] + shake[t, 2]),
        )
        for t in range(len(joints))
    ]  # fmt: skip


def _distance(shown: Floats, middle: Floats, focal: float, size: tuple[int, int], spare: float, pitch: float) -> float:
    """Metres from which everything shown fits into the picture's middle part, and nothing is behind the camera."""
    tilt = rotation.from_rotvec((-np.radians(pitch), 0.0, 0.0))
    x, y, z = rotation.rotate(tilt, shown - middle).T
    half = 0.46 * np.array(size) / spare
    need = np.maximum(np.abs(x) * focal / half[0], np.abs(z) * focal / half[1]) - y
    return float(max(need.max(), 0.45 - y.min()))


def _hand(rng: np.random.Generator, joints: Floats, fps: float) -> tuple[Floats, Floats, Floats]:
    """Shake [T, 3] in degrees (pitch, roll, yaw), sway [T, 3] in metres, and a pan [T] in degrees."""
    count = len(joints)
    shake, sway, yaw = np.zeros((count, 3)), np.zeros((count, 3)), np.zeros(count)
    if rng.random() < 0.3:
        shake = smooth_noise(rng, count, (3,), fps, 0.5) * rng.uniform(0.1, 0.7)
        sway = smooth_noise(rng, count, (3,), fps, 0.8) * rng.uniform(0.002, 0.015)
        shake, sway = shake - shake.mean(axis=0), sway - sway.mean(axis=0)
    if rng.random() < 0.06:
        yaw = rng.normal(0, 3) * (np.arange(count) / fps)
        yaw -= yaw.mean()
    return shake, sway, yaw
