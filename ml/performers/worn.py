"""What a head wears and what comes before it: glasses, hats, hands and microphones, drawn flat over the picture.

Drawn by projected points, without depth: enough for a detector and a network to learn that such things are no face.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .performer import Performer
from .scene import View

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]

GLASSES_SHAPES: Final = ("round", "oval", "box", "half", "aviator", "hexagon")
TRAINING_GLASSES: Final = GLASSES_SHAPES[:4]
"""The others are kept for evaluation."""
_RING = np.linspace(0, 2 * np.pi, 28, endpoint=False)


@dataclass(frozen=True)
class Worn:
    """Everything drawn over one performer; None = not worn."""

    glasses: Glasses | None = None
    hat: Hat | None = None
    occluder: Occluder | None = None

    @staticmethod
    def random(rng: np.random.Generator, frames: int, shapes: tuple[str, ...] = TRAINING_GLASSES) -> Worn:
        """Most people wear nothing."""
        return Worn(
            Glasses.random(rng, shapes) if rng.random() < 0.28 else None,
            Hat.random(rng) if rng.random() < 0.10 else None,
            Occluder.random(rng, frames) if rng.random() < 0.10 else None,
        )

    @property
    def anything(self) -> bool:
        """Whether there is something to draw."""
        return bool(self.glasses or self.hat or self.occluder)

    def draw(self, picture: Image, performer: Performer, head: Floats, view: View, frame: int) -> Image:
        """The picture with what is worn; `head` [3, 4] takes the head at rest to the stage."""
        if not self.anything:
            return picture
        picture = picture.copy()

        def project(points: Floats) -> Floats:
            return view.project(points @ head[:, :3].T + head[:, 3])

        if self.hat:
            self.hat.draw(picture, performer, project)
        if self.glasses:
            self.glasses.draw(picture, performer, project, float(head[0, 1]))
        if self.occluder:
            self.occluder.draw(picture, performer, project, frame)
        return picture


@dataclass(frozen=True)
class Glasses:
    """Frames by the eyes' places; metres."""

    shape: str
    width: float
    height: float
    thickness: float
    colour: tuple[int, int, int]
    tint: float
    """0 clear .. 1 black."""
    shine: float

    @staticmethod
    def random(rng: np.random.Generator, shapes: tuple[str, ...] = TRAINING_GLASSES) -> Glasses:
        dark = rng.random() < 0.6
        colour = rng.integers(0, 70, 3) if dark else rng.integers(0, 230, 3)
        return Glasses(
            str(rng.choice(list(shapes))), float(rng.uniform(0.040, 0.058)), float(rng.uniform(0.028, 0.050)),
            float(np.exp(rng.uniform(np.log(0.0008), np.log(0.005)))), tuple(int(c) for c in colour),  # type: ignore[arg-type]
            float(rng.uniform(0.3, 0.85)) if rng.random() < 0.12 else float(rng.uniform(0, 0.15)),
            float(max(0.0, rng.uniform(-0.4, 0.5))),
        )  # fmt: skip

    def draw(self, picture: Image, performer: Performer, project, turn: float) -> None:  # noqa: ANN001
        rings, hinges = [], []
        for eye, side in zip(performer.anatomy.eyes, (1.0, -1.0), strict=True):
            ball = performer.body.vertices[eye]
            centre = np.array([ball[:, 0].mean(), ball[:, 1].min() - 0.014, ball[:, 2].mean() - 0.004])
            outline = self._outline()
            ring = centre + np.stack((outline[:, 0] * side, np.zeros(len(outline)), outline[:, 1]), -1)
            rings.append(project(ring))
            hinge = centre + np.array([side * self.width * 0.52, 0.004, self.height * 0.2])
            hinges.append(np.stack((hinge, hinge + np.array([side * 0.012, 0.10, 0.004]))))
        scale = float(np.linalg.norm(rings[0].mean(0) - rings[1].mean(0))) / 0.062
        line = max(1, round(self.thickness * scale))
        if self.tint > 0.02 or self.shine > 0:
            for ring in rings:
                lens = np.zeros(picture.shape[:2], np.uint8)
                cv2.fillPoly(lens, [_pixels(ring)], (255,), cv2.LINE_AA, 3)
                share = (lens[..., None] / 255.0) * self.tint
                picture[:] = (picture * (1 - share)).astype(np.uint8)
                if self.shine > 0:
                    low, high = ring.min(0), ring.max(0)
                    glare = np.zeros(picture.shape[:2], np.uint8)
                    start, end = low + 0.3 * (high - low), low + (0.6, 0.15) * (high - low)
                    cv2.line(glare, _pixel(start), _pixel(end), (255,), 2 * line)
                    mask = cv2.bitwise_and(glare, lens)[..., None] / 255.0 * self.shine
                    picture[:] = (picture * (1 - mask) + 255 * mask).astype(np.uint8)
        for ring in rings:
            cv2.polylines(picture, [_pixels(ring)], True, self.colour, line, cv2.LINE_AA, 3)
        inner = [
            ring[np.argmin(np.linalg.norm(ring - other.mean(0), axis=1))]
            for ring, other in zip(rings, rings[::-1], strict=True)
        ]
        cv2.line(picture, _pixel(inner[0]), _pixel(inner[1]), self.colour, line, cv2.LINE_AA)
        # Of the temples only the one on the near side is seen.
        for hinge, visible in zip(hinges, (turn > -0.15, turn < 0.15), strict=True):
            if visible:
                start, end = project(hinge)
                cv2.line(picture, _pixel(start), _pixel(start + 0.8 * (end - start)), self.colour, line, cv2.LINE_AA)

    def _outline(self) -> Floats:
        """[N, 2] of the left lens; outwards is +."""
        power = {"round": 2.0, "oval": 2.4, "box": 6.0, "half": 3.5, "aviator": 2.6, "hexagon": 1.4}[self.shape]
        c, s = np.cos(_RING), np.sin(_RING)
        x, y = np.sign(c) * np.abs(c) ** (2 / power), np.sign(s) * np.abs(s) ** (2 / power)
        if self.shape == "half":
            y = np.where(y > 0.35, 0.35, y)
        if self.shape == "aviator":
            x = x * (1 + 0.12 * y) + 0.1 * np.minimum(y, 0)
        width = max(self.width, self.height) if self.shape == "round" else self.width
        return np.stack((x * width / 2, y * self.height / 2), -1)


@dataclass(frozen=True)
class Hat:
    """The top of the head in one colour, down to a line above the brows."""

    line: float
    """Metres above the eyes."""
    colour: tuple[int, int, int]
    grow: float

    @staticmethod
    def random(rng: np.random.Generator) -> Hat:
        colour = tuple(int(c) for c in rng.integers(0, 240, 3))
        return Hat(float(rng.uniform(0.036, 0.07)), colour, float(rng.uniform(1.0, 1.25)))  # type: ignore[arg-type]

    def draw(self, picture: Image, performer: Performer, project) -> None:  # noqa: ANN001
        rest = performer.body.vertices
        eyes = rest[performer.anatomy.eyes[0]].mean(axis=0)
        skull = rest[np.unique(performer.anatomy.triangles["body"])]
        top = skull[(skull[:, 2] > eyes[2] + self.line) & (np.abs(skull[:, 0]) < 0.12)]
        points = project(top[::3])
        hull = cv2.convexHull(_pixels(points, 0)).reshape(-1, 2).astype(np.float64)
        low = hull.max(axis=0)[1]
        hull = np.array([hull.mean(0)[0], low]) + (hull - np.array([hull.mean(0)[0], low])) * self.grow
        cv2.fillPoly(picture, [_pixels(hull)], self.colour, cv2.LINE_AA, 3)


@dataclass(frozen=True)
class Occluder:
    """A hand, microphone or cup that moves before the lower face."""

    path: Floats
    """[T, 2] in eye distances from the mouth; far away when it is not there."""
    size: tuple[float, float]
    angle: float
    colour: tuple[int, int, int]
    fingers: int

    @staticmethod
    def random(rng: np.random.Generator, frames: int) -> Occluder:
        start, end = rng.normal(0, 2.2, 2), rng.normal((0, 0.2), 0.5)
        share = np.clip((np.arange(frames) - rng.uniform(0, 0.5 * frames)) / (0.25 * frames), 0, 1)[:, None]
        skin = rng.random() < 0.6
        colour = rng.uniform((90, 60, 45), (240, 200, 180)) if skin else rng.integers(0, 255, 3)
        return Occluder(
            start + (end - start) * share + rng.normal(0, 0.02, (frames, 2)).cumsum(0) * 0.2,
            (float(rng.uniform(0.25, 0.8)), float(rng.uniform(0.5, 1.5))), float(rng.uniform(-60, 60)),
            tuple(int(c) for c in colour), int(rng.integers(1, 5)) if skin else 1,  # type: ignore[arg-type]
        )  # fmt: skip

    def draw(self, picture: Image, performer: Performer, project, frame: int) -> None:  # noqa: ANN001
        rest, anatomy = performer.body.vertices, performer.anatomy
        teeth = np.unique(anatomy.triangles["lowerTeeth"])
        left, right, mouth = project(np.stack([rest[points].mean(axis=0) for points in (*anatomy.eyes, teeth)]))
        unit = max(8.0, float(np.linalg.norm(left - right)), 0.7 * float(np.linalg.norm(mouth - (left + right) / 2)))
        at = mouth + self.path[min(frame, len(self.path) - 1)] * unit
        for finger in range(self.fingers):
            shift = (finger - (self.fingers - 1) / 2) * self.size[0] * unit / max(1, self.fingers) * 1.6
            way = np.radians(self.angle)
            spot = at + shift * np.array([np.cos(way), np.sin(way)])
            axes = (max(2, int(self.size[0] * unit / 2 / self.fingers * 1.8)), max(3, int(self.size[1] * unit / 2)))
            shade = 1 - 0.12 * (finger % 2)
            cv2.ellipse(
                picture,
                _pixel(spot, 0),
                axes,
                self.angle,
                0,
                360,
                [int(c * shade) for c in self.colour],
                -1,
                cv2.LINE_AA,
            )


def _pixels(points: Floats, bits: int = 3) -> NDArray[np.int32]:
    limited = np.clip(np.nan_to_num(points), -4000, 4000)
    return np.round(limited * (1 << bits)).astype(np.int32).reshape(-1, 1, 2)


def _pixel(point: Floats, _: int = 0) -> tuple[int, int]:
    x, y = np.clip(np.nan_to_num(point), -4000, 4000)
    return round(float(x)), round(float(y))
