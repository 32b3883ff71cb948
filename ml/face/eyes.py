"""The eyes by their own pictures: where they look and how far they are open is a matter of few pixels.

Both eyes go through the same network, the left one mirrored, so that it learns from twice as many and knows no side.
"""

from __future__ import annotations

from typing import Final

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


def eye_pictures(crops: NDArray[np.uint8], margin: int = 0) -> NDArray[np.uint8]:
    """[..., 2, HEIGHT, WIDTH, 3] the right eyes and, mirrored, the left ones of face pictures [..., 128, 128, 3]."""
    rows = slice(_TOP - margin, _TOP + HEIGHT + margin)
    columns = slice(_LEFT - margin, _LEFT + WIDTH + margin)
    assert crops.shape[-2] == CROP_SIZE
    return np.stack((crops[..., rows, columns, :], crops[..., ::-1, :][..., rows, columns, :]), axis=-4)


class EyeNet(nn.Module):
    """Pictures of eyes [N, 3, HEIGHT, WIDTH] 0..1, any light, to what they look like [N, features]."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 24, 4, 2, 1), nn.ReLU(), nn.Conv2d(24, 48, 3, 2, 1), nn.ReLU(),
            nn.Conv2d(48, 64, 3, 1, 1), nn.ReLU(),
        )  # fmt: skip
        self.gather = nn.Linear(64 * (HEIGHT // 4) * (WIDTH // 4), features)
        self.settle = nn.LayerNorm(features)

    def forward(self, pictures: Tensor) -> Tensor:
        mean = pictures.mean(dim=(1, 2, 3), keepdim=True)
        spread = pictures.std(dim=(1, 2, 3), keepdim=True)
        return self.settle(self.gather(self.layers((pictures - mean) / (spread + 0.03)).flatten(1)))


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


def spoilt(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """Eye pictures [N, 3, HEIGHT + 2 MARGIN, WIDTH + 2 MARGIN] 0..1 cut to size, each moved, turned, sized and lit in
    another way; all as sharp as each other."""
    count = len(pictures)

    def drawn(values: NDArray[np.floating]) -> Tensor:
        return torch.as_tensor(values.astype(np.float32))

    turn, zoom = drawn(rng.normal(0, 0.06, count)), drawn(np.exp(rng.normal(0, 0.07, count)))
    share = torch.tensor((WIDTH / (WIDTH + 2 * MARGIN), HEIGHT / (HEIGHT + 2 * MARGIN)))
    aspect = (HEIGHT + 2 * MARGIN) / (WIDTH + 2 * MARGIN)
    cosine, sine = torch.cos(turn) * zoom, torch.sin(turn) * zoom
    shift = drawn(rng.normal(0, 2.0, (count, 2))).clamp(-5, 5) / torch.tensor((WIDTH / 2 + MARGIN, HEIGHT / 2 + MARGIN))
    matrix = torch.stack((
        torch.stack((cosine * share[0], -sine * aspect * share[1], shift[:, 0]), dim=-1),
        torch.stack((sine / aspect * share[0], cosine * share[1], shift[:, 1]), dim=-1),
    ), dim=1)  # fmt: skip
    grid = nn.functional.affine_grid(matrix, [count, 3, HEIGHT, WIDTH], align_corners=False)
    seen = nn.functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
    if rng.random() < 0.4:
        size = [round(HEIGHT * (keep := rng.uniform(0.3, 0.9))), round(WIDTH * keep)]
        small = nn.functional.interpolate(seen, size, mode="area")
        seen = nn.functional.interpolate(small, [HEIGHT, WIDTH], mode="bilinear", align_corners=False)
    gamma = drawn(np.exp(rng.normal(0, 0.25, (count, 1, 1, 1))))
    tint = drawn(np.exp(rng.normal(0, 0.06, (count, 3, 1, 1))))
    seen = (seen.clamp(1e-4, 1) ** gamma) * tint
    seen = seen + torch.randn_like(seen) * drawn(rng.exponential(0.015, (count, 1, 1, 1)))
    for i in np.flatnonzero(rng.random(count) < 0.06):
        x, y = int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT))
        seen[i, :, y : y + int(rng.integers(4, 16)), x : x + int(rng.integers(4, 24))] = float(rng.random())
    return seen
