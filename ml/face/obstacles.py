"""Things before a face, drawn over its picture: what hides a mouth or eyes is learned from faces whose own is known.

Hands, microphones, cups, phones, scarves and masks, flat and roughly shaped: enough to tell a face from what is none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .crop import CROP_SIZE

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

_BOXES: Final = {"mouth": ((48, 84, 80, 100),), "eyes": ((30, 40, 56, 56), (72, 40, 98, 56))}
"""Where they lie in a face's picture (see `ml.face.crop`): left, top, right, bottom in pixels."""
PLACES: Final = tuple(_BOXES)
_MIDDLES: Final = {"mouth": (64.0, 92.0), "eyes": (64.0, 47.0)}
_CHEEKS: Final = (slice(78, 90), slice(36, 92))


def with_obstacle(picture: Image, rng: np.random.Generator, place: str) -> tuple[Image, dict[str, float]]:
    """The face's picture [S, S, 3] with something about `place`, and what share of each of PLACES that hides
    (of eyes: of the one that is seen better).
    """
    moved = _as_found(picture, rng)
    centre = np.array(_MIDDLES[place]) + rng.normal(0, 6, 2)
    draw = _SHAPES[int(rng.integers(len(_SHAPES)))]
    cover = np.zeros((CROP_SIZE, CROP_SIZE), np.float32)
    draw(cover, rng, centre)
    colour = _colour(moved, rng, draw in _OF_SKIN)
    cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), float(rng.uniform(0.5, 1.8))), np.float32)
    lit = 1 + 0.35 * rng.normal() * (np.arange(CROP_SIZE) - CROP_SIZE / 2) / CROP_SIZE
    shade = lit[None, :, None] if rng.random() < 0.5 else lit[:, None, None]
    thing = colour * shade * _pattern(rng) + rng.normal(0, rng.uniform(0, 8), (CROP_SIZE, CROP_SIZE, 3))
    share = cover[..., None]
    seen = np.clip(moved * (1 - share) + thing * share, 0, 255).astype(np.uint8)
    hidden = {
        place: min(float(cover[top:bottom, left:right].mean()) for left, top, right, bottom in boxes)
        for place, boxes in _BOXES.items()
    }
    return seen, hidden


def _as_found(picture: Image, rng: np.random.Generator) -> Image:
    """Turned, sized and moved a little: landmarks are less sure of a face that is half hidden."""
    middle = CROP_SIZE / 2
    turn = cv2.getRotationMatrix2D((middle, middle), float(rng.normal(0, 4)), float(np.exp(rng.normal(0, 0.06))))
    turn[:, 2] += rng.normal(0, 3, 2)
    return np.asarray(cv2.warpAffine(picture, turn, (CROP_SIZE, CROP_SIZE), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _colour(picture: Image, rng: np.random.Generator, skin: bool) -> NDArray[np.float64]:
    if skin:
        own = picture[_CHEEKS].reshape(-1, 3).mean(axis=0)
        return own * np.exp(rng.normal(0, 0.15)) * np.exp(rng.normal(0, 0.04, 3))
    return rng.uniform(5, 240, 3) if rng.random() < 0.6 else np.full(3, rng.uniform(5, 90))


def _pattern(rng: np.random.Generator) -> NDArray[np.float64]:
    """[S, S, 1] plain, striped or grainy."""
    kind = rng.random()
    if kind < 0.5:
        return np.ones((CROP_SIZE, CROP_SIZE, 1))
    if kind < 0.75:
        stripes = np.sin(np.arange(CROP_SIZE) / rng.uniform(1, 6))[:, None, None]
        return 1 + 0.2 * rng.random() * np.broadcast_to(stripes, (CROP_SIZE, CROP_SIZE, 1))
    return 1 + 0.25 * rng.random() * rng.normal(0, 1, (CROP_SIZE, CROP_SIZE, 1))


def _fingers(cover: Floats, rng: np.random.Generator, centre: NDArray) -> None:
    angle, width, count = rng.uniform(-1.2, 1.2), rng.uniform(9, 16), int(rng.integers(3, 5))
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    length = rng.uniform(30, 80) * rng.choice([-1, 1])
    for i in range(count):
        middle = centre + across * (i - (count - 1) / 2) * width * 0.95
        tip = middle + along * rng.uniform(18, 40) * np.sign(length)
        cv2.line(cover, _pixel(middle - along * length), _pixel(tip), (1.0,), int(width), cv2.LINE_AA)


def _palm(cover: Floats, rng: np.random.Generator, centre: NDArray) -> None:
    size = (int(rng.uniform(24, 46)), int(rng.uniform(18, 36)))
    cv2.ellipse(cover, _pixel(centre), size, float(rng.uniform(-40, 40)), 0, 360, (1.0,), -1, cv2.LINE_AA)
    _stem(cover, rng, centre, rng.uniform(24, 44))


def _microphone(cover: Floats, rng: np.random.Generator, centre: NDArray) -> None:
    cv2.circle(cover, _pixel(centre), int(rng.uniform(17, 32)), (1.0,), -1, cv2.LINE_AA)
    _stem(cover, rng, centre, rng.uniform(8, 22))


def _box(cover: Floats, rng: np.random.Generator, centre: NDArray) -> None:
    size = (float(rng.uniform(40, 90)), float(rng.uniform(28, 70)))
    corners = cv2.boxPoints((centre.tolist(), size, float(rng.normal(0, 18))))
    cv2.fillPoly(cover, [np.asarray(corners, np.int32)], (1.0,), cv2.LINE_AA)


def _mask(cover: Floats, rng: np.random.Generator, centre: NDArray) -> None:
    """From a line across the face on: downwards below the middle, else upwards."""
    down = centre[1] > CROP_SIZE / 2
    edge = centre[1] + rng.uniform(12, 22) * (-1 if down else 1)
    ends = edge + rng.uniform(-8, 20, 2)
    far = CROP_SIZE if down else 0
    outline = [(0, ends[0]), (CROP_SIZE / 2, edge), (CROP_SIZE, ends[1]), (CROP_SIZE, far), (0, far)]
    cv2.fillPoly(cover, [np.array(outline, np.int32)], (1.0,), cv2.LINE_AA)


def _stem(cover: Floats, rng: np.random.Generator, centre: NDArray, width: float) -> None:
    """Down and out of the picture."""
    foot = (centre[0] + rng.uniform(-60, 60), CROP_SIZE + 12)
    cv2.line(cover, _pixel(centre), _pixel(foot), (1.0,), int(width), cv2.LINE_AA)


def _pixel(place: NDArray | tuple[float, float]) -> tuple[int, int]:
    return int(place[0]), int(place[1])


_SHAPES: Final[tuple[Callable[[Floats, np.random.Generator, NDArray], None], ...]] = (
    _fingers, _fingers, _palm, _palm, _microphone, _box, _mask,
)  # fmt: skip
_OF_SKIN: Final = (_fingers, _palm)
