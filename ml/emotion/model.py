"""The network that reads emotions off ARKit weights: a small temporal convolution, 7 strengths a frame."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import torch
from torch import Tensor, nn

from ..take import EMOTION_NAMES, FACE_NAMES

MODEL_NAME: Final = "emotion"
EMOTION_RATE: Final = 15.0
"""Frames per second it works at; emotions outlast syllables."""


@dataclass(frozen=True)
class EmotionNetConfig:
    """The network's size."""

    width: int = 64
    reach: int = 9
    """Frames of each of the two convolutions over time."""


class EmotionNet(nn.Module):
    """[B, N, 52] weights at 15 fps -> [B, N, 7] logits; neutral is what remains when nothing else is shown."""

    def __init__(self, config: EmotionNetConfig) -> None:
        super().__init__()
        self.config = config
        half = config.reach // 2
        self.layers = nn.Sequential(
            nn.Conv1d(len(FACE_NAMES), config.width, 1), nn.GELU(),
            nn.Conv1d(config.width, config.width, config.reach, padding=half), nn.GELU(),
            nn.Conv1d(config.width, config.width, config.reach, padding=half), nn.GELU(),
            nn.Conv1d(config.width, len(EMOTION_NAMES), 1),
        )  # fmt: skip

    def forward(self, weights: Tensor) -> Tensor:
        return self.layers(weights.transpose(1, 2)).transpose(1, 2)


def strengths(logits: Tensor) -> Tensor:
    """[..., 7] strengths 0..1."""
    return torch.sigmoid(logits)


def config_dict(config: EmotionNetConfig) -> dict[str, object]:
    """The configuration for a model card."""
    return asdict(config)
