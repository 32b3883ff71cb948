"""The body network: a temporal convolution from what was seen to rotations, tilt, place, contacts and proportions.

Blocks after Liu et al., "A ConvNet for the 2020s" (CVPR 2022), in time instead of the picture: depthwise convolutions
mix moments, pointwise layers mix channels. Half the frame rate inside, full rate outside. Being a convolution it takes
clips of any length at once or in overlapping pieces with the same result.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from .bank import BODY_BONES
from .seen import CHANNELS

BONES: Final = len(BODY_BONES)
LENGTHS: Final = ("thigh", "shin", "foot", "upper arm", "forearm", "hips' width", "shoulders' width", "trunk", "neck")
_OUTPUTS: Final = {"turns": 6 * BONES, "up": 3, "place": 3, "contacts": 4, "lengths": len(LENGTHS)}


@dataclass(frozen=True)
class BodyNetConfig:
    """What the network is made with."""

    width: int = 256
    kernel: int = 7
    dilations: tuple[int, ...] = (1, 1, 2, 2, 4, 4, 1, 1)
    expansion: int = 2

    @property
    def reach(self) -> int:
        """Frames to both sides that a frame's result depends on."""
        return 2 * (sum(d * (self.kernel // 2) for d in self.dilations) + 2) + 2


@dataclass(frozen=True)
class Predicted:
    """The network's answer for [B, T] frames, in facing axes."""

    turns: Tensor
    """[B, T, 22, 3, 3] global rotations of BODY_BONES."""
    up: Tensor
    """[B, T, 3] the vertical."""
    place: Tensor
    """[B, T, 3] log of the hips' distance over the given one; their place across, metres at the given distance."""
    contacts: Tensor
    """[B, T, 4] logits."""
    lengths: Tensor
    """[B, T, 9] metres, see LENGTHS; learned beside the rest, but read_lengths.py tells them better."""


class BodyNet(nn.Module):
    """See the module's text. Frames that are not there are all zero."""

    def __init__(self, config: BodyNetConfig) -> None:
        super().__init__()
        self.config = config
        self.mean: Tensor
        self.spread: Tensor
        self.usual_lengths: Tensor
        self.register_buffer("mean", torch.zeros(CHANNELS))
        self.register_buffer("spread", torch.ones(CHANNELS))
        self.register_buffer("usual_lengths", torch.zeros(len(LENGTHS)))
        self.stem = nn.Conv1d(CHANNELS + 1, config.width, 4, stride=2, padding=1)
        self.blocks = nn.ModuleList(_Block(config, dilation) for dilation in config.dilations)
        self.rise = nn.ConvTranspose1d(config.width, config.width, 4, stride=2, padding=1)
        self.norm = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, sum(_OUTPUTS.values()))
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, channels: Tensor, inside: Tensor, read: Tensor) -> Predicted:
        """channels [B, T, CHANNELS], inside [B, T] 1 where there is a frame, read [B, T, 22, 3, 3]; T even.

        read: the rotations read from each picture, which the network's turn further; before any training they stay.
        """
        given = (channels - self.mean) / self.spread
        given = torch.cat((given * inside[..., None], inside[..., None]), dim=-1)
        hidden = self.stem(given.clamp(-8, 8).transpose(1, 2))
        for block in self.blocks:
            hidden = block(hidden)
        risen = self.norm(nn.functional.gelu(self.rise(hidden)).transpose(1, 2))
        turns, up, place, contacts, lengths = self.head(risen).split(list(_OUTPUTS.values()), dim=-1)
        return Predicted(
            turns=orthonormal(turns.unflatten(-1, (BONES, 3, 2)) + torch.eye(3, 2)) @ read,
            up=nn.functional.normalize(up + torch.tensor((0.0, 0.0, 1.0)), dim=-1),
            place=place, contacts=contacts, lengths=lengths + self.usual_lengths,
        )  # fmt: skip


class _Block(nn.Module):
    def __init__(self, config: BodyNetConfig, dilation: int) -> None:
        super().__init__()
        reach = dilation * (config.kernel // 2)
        self.mix = nn.Conv1d(
            config.width, config.width, config.kernel, padding=reach, dilation=dilation, groups=config.width
        )
        self.norm = nn.LayerNorm(config.width)
        self.widen = nn.Linear(config.width, config.expansion * config.width)
        self.narrow = nn.Linear(config.expansion * config.width, config.width)
        self.size = nn.Parameter(torch.full((config.width,), 0.1))

    def forward(self, hidden: Tensor) -> Tensor:
        """[B, width, T / 2]"""
        mixed = self.norm(self.mix(hidden).transpose(1, 2))
        return hidden + (self.size * self.narrow(nn.functional.gelu(self.widen(mixed)))).transpose(1, 2)


def orthonormal(columns: Tensor) -> Tensor:
    """Rotation matrices [..., 3, 3] from their first two columns [..., 3, 2] (Zhou et al., CVPR 2019)."""
    first = nn.functional.normalize(columns[..., 0], dim=-1)
    second = columns[..., 1] - (first * columns[..., 1]).sum(-1, keepdim=True) * first
    second = nn.functional.normalize(second, dim=-1)
    return torch.stack((first, second, torch.linalg.cross(first, second)), dim=-1)


def config_dict(config: BodyNetConfig) -> dict[str, Any]:
    """As the model's card holds it."""
    return asdict(config)


def config_of(card: dict[str, Any]) -> BodyNetConfig:
    """Back from the card."""
    return BodyNetConfig(**{**card, "dilations": tuple(card["dilations"])})
