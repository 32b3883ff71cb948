"""What surrounds a performer: the camera, the light and the background."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import rotation


@dataclass(frozen=True)
class View:
    """A pinhole camera on the stage. It looks along +Y; pitch and roll tilt it from there."""

    width: int
    height: int
    focal_px: float
    position: tuple[float, float, float]
    pitch: float = 0.0
    """Degrees, + looks up."""
    roll: float = 0.0
    """Degrees, + turns the picture's top towards +X."""

    @property
    def orientation(self) -> NDArray[np.float64]:
        """[4] the turn from stage axes to the camera's own (still X right, Y ahead, Z up)."""
        pitch = rotation.from_rotvec((np.radians(self.pitch), 0.0, 0.0))
        return rotation.multiply(pitch, rotation.from_rotvec((0.0, np.radians(self.roll), 0.0)))

    def in_camera(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Stage points [..., 3] in the camera's axes: x right, y ahead, z up, metres."""
        return rotation.rotate(rotation.conjugate(self.orientation), np.asarray(points) - np.asarray(self.position))

    def project(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Pixels [..., 2] (x right, y down) of stage points [..., 3]."""
        x, ahead, up = np.moveaxis(self.in_camera(points), -1, 0)
        return np.stack(
            (self.width / 2 + self.focal_px * x / ahead, self.height / 2 - self.focal_px * up / ahead), axis=-1
        )

    @staticmethod
    def random_on_face(rng: np.random.Generator, target: NDArray[np.floating], size: int = 512) -> View:
        """A camera that has the face (its middle at `target`, about 22 cm high) in a random part of the picture."""
        field = np.radians(rng.uniform(22, 75))
        focal = size / 2 / np.tan(field / 2)
        face_px = size * rng.uniform(0.42, 0.9)
        distance = max(0.32, focal * 0.24 / face_px)
        pitch = float(rng.normal(0, 6))
        sideways, up = rng.normal(0, 0.05, 2) * size * distance / focal
        position = (
            float(target[0] + sideways),
            float(target[1] - distance * np.cos(np.radians(pitch))),
            float(target[2] - distance * np.sin(np.radians(pitch)) + up),
        )
        return View(size, size, float(focal), position, pitch, float(rng.normal(0, 3)))


SHADINGS: Final = ("wrapped", "translucent", "hard", "overcast", "studio")
"""How surfaces answer the light: wrapped Lambert; light bleeding red through skin; plain Lambert with sharp gloss and a
rim; from all around alone; a sphere picture as modelling programs use (kept out of training, for evaluation)."""
TRAINING_SHADINGS: Final = SHADINGS[:4]


@dataclass(frozen=True)
class Light:
    """A key and a fill light far away, and light from all around. Directions point to the light, stage axes."""

    key_direction: tuple[float, float, float] = (0.4, -0.8, 0.6)
    key_colour: tuple[float, float, float] = (0.75, 0.72, 0.68)
    fill_direction: tuple[float, float, float] = (-0.8, -0.5, 0.1)
    fill_colour: tuple[float, float, float] = (0.18, 0.2, 0.24)
    sky: tuple[float, float, float] = (0.42, 0.43, 0.46)
    ground: tuple[float, float, float] = (0.26, 0.24, 0.22)
    shading: str = "wrapped"
    """One of SHADINGS."""
    rim: float = 0.0
    """0..1 light from behind along the outline."""
    gloss: float = 1.0
    """Scale of all reflections."""
    glossiness: float = 24.0
    """How sharp the skin's reflections are."""

    @staticmethod
    def random(rng: np.random.Generator, shadings: Sequence[str] = ("wrapped",)) -> Light:
        """From soft frontal light to hard side light, warm to cold; one of the ways of shading given."""
        finer = rng.spawn(1)[0]
        key, fill = (_direction(rng, spread) for spread in (1.2, 2.5))
        warmth, hardness, level = rng.normal(0, 0.08), rng.uniform(0.25, 0.9), rng.uniform(0.75, 1.2)
        ambient = (1.05 - hardness) * level
        tint = colorsys.hsv_to_rgb(float(rng.random()), float(rng.uniform(0, 0.25)), 1.0)
        return Light(
            key_direction=key,
            key_colour=_colour(np.array([1 + warmth, 1.0, 1 - warmth]) * hardness * level),
            fill_direction=fill,
            fill_colour=_colour(np.asarray(tint) * rng.uniform(0, 0.35) * level),
            sky=_colour(np.array([1 - warmth, 1.0, 1 + warmth]) * ambient * 0.75),
            ground=_colour(np.array([1.0, 0.95, 0.9]) * ambient * rng.uniform(0.3, 0.7)),
            shading=str(finer.choice(list(shadings))),
            rim=float(max(0.0, finer.uniform(-0.8, 0.8))),
            gloss=float(finer.uniform(0.2, 2.5)),
            glossiness=float(np.exp(finer.uniform(np.log(8), np.log(80)))),
        )


def _direction(rng: np.random.Generator, spread: float) -> tuple[float, float, float]:
    vector = np.array([rng.normal(0, spread), -1.0, rng.normal(0.4, 0.5 * spread)])
    x, y, z = vector / np.linalg.norm(vector)
    return float(x), float(y), float(z)


def _colour(values: NDArray[np.floating]) -> tuple[float, float, float]:
    red, green, blue = (float(v) for v in values)
    return red, green, blue


def random_background(rng: np.random.Generator, width: int, height: int) -> NDArray[np.uint8]:
    """A picture [H, W, 3] to stand in front of: a gradient, soft blots and boxes, some noise."""
    corners = rng.uniform(20, 235, (2, 2, 3)) * rng.uniform(0.3, 1) + rng.uniform(0, 40)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = (x / max(1, width - 1))[..., None], (y / max(1, height - 1))[..., None]
    top, bottom = (corners[row, 0] * (1 - u) + corners[row, 1] * u for row in (0, 1))
    image = top * (1 - v) + bottom * v
    for _ in range(int(rng.integers(0, 9))):
        colour = rng.uniform(0, 255, 3)
        left, right = sorted(rng.uniform(0, width, 2))
        low, high = sorted(rng.uniform(0, height, 2))
        if rng.random() < 0.5:
            inside = (x > left) & (x < right) & (y > low) & (y < high)
        else:
            inside = np.hypot(x - left, y - low) < 0.2 * right
        image[inside] = image[inside] * 0.4 + colour * 0.6
    image += rng.normal(0, rng.uniform(0, 8), image.shape)
    return np.clip(image, 0, 255).astype(np.uint8)
