"""The eyes by themselves: small pictures of each, at the full sharpness of the crop, to where they look and how lids lie.

Both eyes go through one network, the left one mirrored, so the mirror image of a face has the same two codes, swapped.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .crop import crop_transform

Floats = NDArray[np.floating]
Image = NDArray[np.uint8]

EYE_WIDTH: Final = 40
EYE_HEIGHT: Final = 32
"""Pixels of the crop around an eye: the brow above it is just inside."""
EYE_CODE: Final = 32
_CORNERS: Final = ((33, 133), (263, 362))
"""Outer and inner corner: right eye, left eye."""
_UP: Final = 3.0  # pixels by which the picture's middle lies above the eye's


class EyeNet(nn.Module):
    """Eye pictures [N, 3, 32, 40] 0..1 to codes [N, EYE_CODE]."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1), nn.PReLU(16),
            nn.Conv2d(16, 24, 3, 2, padding=1), nn.PReLU(24),
            nn.Conv2d(24, 32, 3, 2, padding=1), nn.PReLU(32),
            nn.Conv2d(32, 32, 3, padding=1), nn.PReLU(32),
            nn.Flatten(), nn.Dropout(0.1), nn.Linear(32 * (EYE_HEIGHT // 4) * (EYE_WIDTH // 4), 96), nn.PReLU(96),
            nn.Linear(96, EYE_CODE), nn.LayerNorm(EYE_CODE),
        )  # fmt: skip

    def forward(self, eyes: Tensor) -> Tensor:
        # Brightness and colour of the light say nothing about an eye.
        mean = eyes.mean(dim=(1, 2, 3), keepdim=True)
        spread = eyes.std(dim=(1, 2, 3), keepdim=True)
        return self.layers((eyes - mean) / (spread + 0.05))


def eye_places(points: Floats) -> NDArray[np.float64]:
    """[2, 2] middles of the right and the left eye in the crop's pixels, for landmarks [478, 3] px of the picture."""
    matrix = crop_transform(points)
    middles = np.array([points[list(corners), :2].mean(axis=0) for corners in _CORNERS], dtype=np.float64)
    return middles @ matrix[:, :2].T + matrix[:, 2]


def eye_pictures(crop: Image, places: Floats, turn: float = 0.0, zoom: float = 1.0) -> Image:
    """[2, 32, 40, 3] the right eye and the left one mirrored, out of a face picture; a little turned if wished."""
    seen = []
    for (x, y), mirrored in zip(places, (False, True), strict=True):
        matrix = cv2.getRotationMatrix2D((float(x), float(y - _UP)), turn, zoom)
        matrix[:, 2] += np.array([EYE_WIDTH / 2 - 0.5 - x, EYE_HEIGHT / 2 - 0.5 - (y - _UP)])
        eye = cv2.warpAffine(
            crop, matrix, (EYE_WIDTH, EYE_HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )  # fmt: skip
        seen.append(eye[:, ::-1] if mirrored else eye)
    return np.stack(seen)


def eyes_to_tensor(eyes: Image) -> Tensor:
    """[N, 32, 40, 3] 0..255 as the network takes it."""
    tensor = torch.as_tensor(np.ascontiguousarray(eyes)).permute(0, 3, 1, 2).float() / 255
    return tensor.contiguous(memory_format=torch.channels_last)
