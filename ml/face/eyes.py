"""The eyes by their own pictures: where they look and how far they are open is a matter of few pixels.

Both eyes go through the same network, the left one mirrored, so that it learns from twice as many and knows no side.
"""

from __future__ import annotations

from typing import Final, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .crop import CROP_SIZE

WIDTH, HEIGHT = 48, 32
"""Pixels of an eye's picture, cut out of the face's (see `ml.face.crop`), where an eye is some 20 pixels wide."""
MARGIN: Final = 6
"""Pixels more on each side in training, to move about in."""
_LEFT, _TOP = 18, 22
_LIDS = 3


Pictures = TypeVar("Pictures", NDArray[np.uint8], Tensor)


def eye_pictures(crops: Pictures, margin: int = 0) -> Pictures:
    """[..., 2, HEIGHT, WIDTH, 3] the right eyes and, mirrored, the left ones of face pictures [..., 128, 128, 3]."""
    rows = slice(_TOP - margin, _TOP + HEIGHT + margin)
    columns = slice(_LEFT - margin, _LEFT + WIDTH + margin)
    assert crops.shape[-2] == CROP_SIZE
    if isinstance(crops, Tensor):
        return torch.stack((crops[..., rows, columns, :], crops.flip(-2)[..., rows, columns, :]), dim=-4)
    return np.stack((crops[..., rows, columns, :], crops[..., ::-1, :][..., rows, columns, :]), axis=-4)


class Finer(nn.Module):
    """A block that changes nothing until it has learned: depthwise 3 x 3, wide pointwise and back, shortcut."""

    def __init__(self, channels: int, wider: int = 2) -> None:
        super().__init__()
        last = nn.Conv2d(wider * channels, channels, 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 3, 1, 1, groups=channels), nn.Conv2d(channels, wider * channels, 1),
            nn.ReLU(), last,
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class EyeNet(nn.Module):
    """Pictures of eyes [N, 3, HEIGHT, WIDTH] 0..1, any light, to what they look like [N, features]."""

    def __init__(self, features: int, finer: int = 0) -> None:
        """finer: blocks more."""
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 24, 4, 2, 1), nn.ReLU(), nn.Conv2d(24, 48, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(48, 64, 3, 1, 1), nn.ReLU(),
        )  # fmt: skip
        self.finer = nn.Sequential(*(Finer(64) for _ in range(finer)))
        self.gather = nn.Linear(64 * (HEIGHT // 4) * (WIDTH // 4), features)
        self.settle = nn.LayerNorm(features)

    def forward(self, pictures: Tensor) -> Tensor:
        mean = pictures.mean(dim=(1, 2, 3), keepdim=True)
        spread = pictures.std(dim=(1, 2, 3), keepdim=True)
        return self.settle(self.gather(self.finer(self.layers((pictures - mean) / (spread + 0.03))).flatten(1)))


class Glance(nn.Module):
    """Where both eyes look and how their lids stand, from their features, the irises' landmarks and the head's turn."""

    def __init__(self, features: int, hidden: int = 96) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(2 * features + 6 + 3, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(),
            nn.Linear(hidden, 2 + _LIDS),
        )  # fmt: skip

    def forward(
        self, right: Tensor, left: Tensor, eyes: Tensor, turn: Tensor, pictured: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Gaze [..., 2 (left, right), 2] as FaceNet gives it; lids [..., 2 (left, right), blink squint wide].

        right and left [..., features], eyes [..., 6], turn [..., 3], pictured [..., 1].
        """
        right, left = right * pictured, left * pictured
        mirrored_eyes = eyes[..., [2, 3, 0, 1, 5, 4]] * eyes.new_tensor((-1.0, 1.0, -1.0, 1.0, 1.0, 1.0))
        seen_right = torch.cat((right, left, 4 * eyes, turn), dim=-1)
        seen_left = torch.cat((left, right, 4 * mirrored_eyes, turn * turn.new_tensor((1.0, -1.0, -1.0))), dim=-1)
        said = self.layers(torch.stack((seen_left, seen_right), dim=-2))
        flip = said.new_tensor(((-1.0, 1.0), (1.0, 1.0)))
        return said[..., :2] * flip, said[..., 2:]
