"""The network that hears visemes: log-mel frames in, viseme probabilities out, 100 times a second.

A dilated convolutional encoder (as in WaveNet and its descendants, here looking both ways over 0.6 seconds): any
length in one go, no state, and cheap on a laptop's processor.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import torch
from torch import Tensor, nn

from .mel import BANDS
from .visemes import VISEMES

MODEL_NAME: Final = "voice"


@dataclass(frozen=True)
class VisemeNetConfig:
    """The network's size."""

    width: int = 128
    dilations: tuple[int, ...] = (1, 2, 4, 8, 1, 2, 4)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dilations", tuple(self.dilations))  # JSON brings a list


class _Block(nn.Module):
    """Residual: normalise, convolve over time, mix channels."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(width)
        self.over_time = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(nn.functional.gelu(self.over_time(self.norm(x))))


class VisemeNet(nn.Module):
    """[B, N, 40] log-mel -> [B, N, 15] logits."""

    def __init__(self, config: VisemeNetConfig) -> None:
        super().__init__()
        self.config = config
        self.enter = nn.Conv1d(2 * BANDS, config.width, 5, padding=2)
        self.blocks = nn.Sequential(*(_Block(config.width, d) for d in config.dilations))
        self.leave = nn.Conv1d(config.width, len(VISEMES), 1)

    def forward(self, mel: Tensor) -> Tensor:
        x = normalised(mel).transpose(1, 2)
        change = torch.nn.functional.pad(x[..., 1:] - x[..., :-1], (1, 0))
        return self.leave(self.blocks(self.enter(torch.cat((x, change), dim=1)))).transpose(1, 2)


def normalised(mel: Tensor) -> Tensor:
    """Log-mel [B, N, 40] without level and microphone: each band counts from its mean over the loud half of the clip.

    The mean over time takes out a constant filter (cepstral mean normalisation, Atal 1974); the loud half, because how
    much silence a clip holds must not matter. Scaled by a fixed 3 nepers, not by the clip's own spread: a clip of
    noise alone stays flat instead of being blown up to look like speech.
    """
    level = mel.mean(dim=2)
    loud = (level >= level.median(dim=1, keepdim=True).values).float()
    mean = (mel * loud[..., None]).sum(dim=1) / loud.sum(dim=1, keepdim=True).clamp(min=1)
    return (mel - mean[:, None]) / 3.0


def config_dict(config: VisemeNetConfig) -> dict[str, object]:
    """The configuration for a model card."""
    return asdict(config)
