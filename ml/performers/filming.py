"""What a camera and its file do to a picture: exposure, colour, blur, few pixels, noise, compression."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Filming:
    """One camera; the same for a whole clip."""

    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """White balance and exposure: red, green, blue."""
    gamma: float = 1.0
    contrast: float = 1.0
    lift: float = 0.0
    """-0.2..0.2 of full scale."""
    saturation: float = 1.0
    scale: float = 1.0
    """Pixels kept along each side."""
    blur: float = 0.0
    """Standard deviation in kept pixels."""
    motion: tuple[float, float] = (0.0, 0.0)
    """Length of motion blur across and up, in kept pixels."""
    noise: float = 0.0
    """Standard deviation in grey levels."""
    quality: int = 100
    """JPEG's; 100 = none."""

    @staticmethod
    def random(rng: np.random.Generator) -> Filming:
        """From a good camera to a dark, shaky, squeezed webcam."""
        exposure = np.exp(rng.normal(0, 0.22))
        warm = rng.normal(0, 0.08)
        gains = exposure * np.exp([warm, rng.normal(0, 0.03), -warm])
        rough = rng.random() < 0.5
        shaky = rng.random() < 0.2
        angle, length = rng.uniform(0, np.pi), rng.uniform(1, 6)
        return Filming(
            gains=tuple(float(g) for g in gains),  # type: ignore[arg-type]
            gamma=float(np.exp(rng.normal(0, 0.2))),
            contrast=float(np.exp(rng.normal(0, 0.18))),
            lift=float(rng.normal(0, 0.04)),
            saturation=0.0 if rng.random() < 0.06 else float(np.exp(rng.normal(-0.1, 0.3))),
            scale=float(np.exp(rng.uniform(np.log(0.2), 0))) if rough else 1.0,
            blur=float(max(0.0, rng.uniform(-0.6, 1.4))),
            motion=(float(length * np.cos(angle)), float(length * np.sin(angle))) if shaky else (0.0, 0.0),
            noise=float(rng.exponential(4.0)),
            quality=100 if rng.random() < 0.3 else int(rng.uniform(15, 95)),
        )

    def apply(self, picture: Image, rng: np.random.Generator) -> Image:
        """One picture [H, W, 3] RGB as this camera's file has it; same size."""
        height, width = picture.shape[:2]
        seen = cv2.LUT(picture, self._curves())
        if self.saturation != 1.0:
            grey = cv2.cvtColor(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
            seen = cv2.addWeighted(seen, self.saturation, grey, 1 - self.saturation, 0)
        if self.scale < 1:
            small = (max(16, round(width * self.scale)), max(16, round(height * self.scale)))
            seen = cv2.resize(seen, small, interpolation=cv2.INTER_AREA)
        if self.blur > 0.2:
            seen = cv2.GaussianBlur(seen, (0, 0), self.blur)
        if any(self.motion):
            seen = cv2.filter2D(seen, -1, _line(self.motion, float(rng.uniform(0, 1))))
        if self.noise > 0.5:
            grain = rng.normal(0, self.noise, (64, 64, 3))
            tiles = np.tile(grain, (seen.shape[0] // 64 + 1, seen.shape[1] // 64 + 1, 1))[
                : seen.shape[0], : seen.shape[1]
            ]
            seen = np.clip(seen + tiles, 0, 255).astype(np.uint8)
        if self.quality < 100:
            _, packed = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, self.quality])
            seen = cv2.imdecode(packed, cv2.IMREAD_COLOR)
        if seen.shape[:2] != (height, width):
            seen = cv2.resize(seen, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(seen, dtype=np.uint8)

    def _curves(self) -> Image:
        """[1, 256, 3] a look-up table for each channel."""
        level = np.linspace(0, 1, 256)[:, None] * np.asarray(self.gains)
        level = np.clip(level, 0, 1) ** self.gamma
        level = (level - 0.5) * self.contrast + 0.5 + self.lift
        return np.clip(level * 255, 0, 255).astype(np.uint8)[None]


def _line(motion: tuple[float, float], share: float) -> NDArray[np.float32]:
    """A kernel that smears along the motion."""
    kernel = np.zeros((9, 9), np.float32)
    end = np.array([4 + motion[0] * share * 0.6, 4 + motion[1] * share * 0.6])
    cv2.line(kernel, (4, 4), tuple(np.clip(np.round(end), 0, 8).astype(int).tolist()), (1.0,))
    return kernel / max(float(kernel.sum()), 1e-6)
