"""Pictures as poor cameras and codecs make them, and things that stand in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_ALL_AT_ONCE: Final = 0.25
"""Share of the bad ones that come from a poor webcam."""


@dataclass(frozen=True)
class Flaws:
    """What a whole clip suffers from."""

    blur: float = 0.0
    """Standard deviation in pixels."""
    streak: int = 0
    """Motion blur sideways in pixels."""
    noise: float = 0.0
    """Standard deviation, 0..255."""
    gain: float = 1.0
    gamma: float = 1.0
    quality: int = 100
    """JPEG's; 100 = not compressed."""
    shrink: float = 1.0
    """Scaled down by so much and up again."""
    obstacle: tuple[float, float, float, float] | None = None
    """Left, top, right, bottom of something in front, as shares of the picture."""
    colour: tuple[int, int, int] = (90, 70, 50)

    @staticmethod
    def random(rng: np.random.Generator) -> Flaws:
        """Half of all clips are clean, one in eight has all flaws at once, the others anything between good and bad."""
        obstacle = None
        if rng.random() < 0.14:
            left, width = rng.uniform(-0.2, 0.9), rng.uniform(0.1, 0.8)
            top = rng.uniform(0.45, 0.9) if rng.random() < 0.7 else -0.1
            obstacle = (float(left), float(top), float(left + width), 1.1)
        red, green, blue = (int(v) for v in rng.uniform(0, 255, 3))
        if rng.random() < 0.5:
            return Flaws(obstacle=obstacle, colour=(red, green, blue))
        if rng.random() < _ALL_AT_ONCE:
            return Flaws(
                blur=float(rng.uniform(0.3, 1.3)), streak=int(rng.integers(0, 5)), noise=float(rng.uniform(4, 18)),
                gain=float(rng.uniform(0.35, 1.1)), gamma=float(np.exp(rng.normal(0, 0.2))),
                quality=int(rng.integers(14, 50)), shrink=float(rng.uniform(1.1, 2.0)), obstacle=obstacle,
                colour=(red, green, blue),
            )  # fmt: skip
        bad = float(rng.uniform(0.2, 1.0))
        return Flaws(
            blur=bad * float(rng.choice([0.0, rng.uniform(0, 1.6)])),
            streak=int(bad * rng.choice([0, rng.integers(0, 8)])),
            noise=bad * float(rng.choice([0.0, rng.uniform(0, 22)])),
            gain=float(np.exp(rng.normal(-0.25 * bad, 0.35 * bad))),
            gamma=float(np.exp(rng.normal(0, 0.3 * bad))),
            quality=int(rng.choice([100, rng.integers(12, 80)])),
            shrink=float(rng.choice([1.0, rng.uniform(1.0, 1.0 + 1.5 * bad)])),
            obstacle=obstacle,
            colour=(red, green, blue),
        )

    def apply(self, picture: Picture, rng: np.random.Generator) -> Picture:
        """The same picture [H, W, 3], with the flaws."""
        height, width = picture.shape[:2]
        image = picture.copy()
        if self.obstacle is not None:
            left, top, right, bottom = self.obstacle
            corner, opposite = (int(left * width), int(top * height)), (int(right * width), int(bottom * height))
            cv2.rectangle(image, corner, opposite, self.colour, -1)
        if self.shrink > 1.01:
            small = cv2.resize(image, None, fx=1 / self.shrink, fy=1 / self.shrink, interpolation=cv2.INTER_AREA)
            image = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
        if self.streak > 1:
            image = cv2.blur(image, (self.streak, 1))
        if self.blur > 0.2:
            image = cv2.GaussianBlur(image, (0, 0), self.blur)
        if (self.gain, self.gamma) != (1.0, 1.0):
            table = 255 * np.clip(self.gain * (np.arange(256) / 255) ** self.gamma, 0, 1)
            image = cv2.LUT(image, table.astype(np.uint8))
        if self.noise > 0.5:
            image = np.clip(image + rng.normal(0, self.noise, image.shape), 0, 255).astype(np.uint8)
        if self.quality < 100:
            done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, self.quality])
            image = cv2.imdecode(data, cv2.IMREAD_COLOR) if done else image
        return np.ascontiguousarray(image, dtype=np.uint8)


WEBCAM = Flaws(blur=0.9, streak=3, noise=12.0, gain=0.55, gamma=1.15, quality=22, shrink=1.6)
"""A poor webcam in a dim room: soft, noisy, dark and hard compressed."""
