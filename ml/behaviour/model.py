"""The two players: a generator that turns rules into lifelike motion, and discriminators that look at moments of it.

Both work on whitened principal components of the features, so that every output is near a pose somebody can take. The
generator adds a bounded change to a base motion (base.py), from noise and conditions: what must be exact stays near.
It is convolutional all through: any length in one go, no seams. Its loss and the discriminators' are the
hinge form of L = E[log D(x)] + E[log(1 - D(G(z)))] (Lim and Ye 2017; Miyato et al., "Spectral Normalization for
Generative Adversarial Networks", ICLR 2018); conditions enter by projection (Miyato and Koyama, ICLR 2018).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from .base import CONDITIONS
from .pose import FEATURES

MODEL_NAME: Final = "behaviour"
SLOW_STEP: Final = 8
"""Frames between the values of the slow noise."""
_REACH: Final = 3.0
"""Standard deviations by which a component can be changed at most."""


@dataclass(frozen=True)
class BehaviourNetConfig:
    """Sizes."""

    components: int = 40
    width: int = 56
    noise: int = 12
    style: int = 8
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 4, 1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dilations", tuple(self.dilations))  # JSON brings a list


class Whitening(nn.Module):
    """Features [..., F] to unit-variance principal components [..., K] and back."""

    mean: Tensor
    forth: Tensor
    back: Tensor

    def __init__(self, components: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("forth", torch.zeros(FEATURES, components))
        self.register_buffer("back", torch.zeros(components, FEATURES))

    def fit(self, features: Tensor, weights: Tensor) -> None:
        """Learn from features [N, F]; weights [F] say how much each counts."""
        mean = features.mean(dim=0)
        centred = (features - mean) * weights
        count = self.forth.shape[1]
        values, vectors = torch.linalg.eigh(centred.T @ centred / len(centred))
        axes = vectors[:, -count:].flip(1)
        spread = values[-count:].flip(0).clamp(min=1e-8).sqrt()
        self.mean.copy_(mean)
        self.forth.copy_(weights[:, None] * axes / spread)
        self.back.copy_(((axes * spread).T) / weights)

    def emphasis(self) -> Tensor:
        """[K] the square root of each component's size among the weighted features, mean square 1."""
        sizes = 1 / self.forth.norm(dim=0).clamp(min=1e-9)
        return (sizes / sizes.mean()).sqrt()

    def whiten(self, features: Tensor) -> Tensor:
        """[..., F] -> [..., K]"""
        return (features - self.mean) @ self.forth

    def features(self, components: Tensor) -> Tensor:
        """[..., K] -> [..., F]"""
        return components @ self.back + self.mean


class _Block(nn.Module):
    """Residual convolution over time, steered by the conditions (FiLM, Perez et al. 2018)."""

    def __init__(self, width: int, dilation: int, steer: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(1, width)
        self.over_time = nn.Conv1d(width, width, 5, padding=2 * dilation, dilation=dilation)
        self.mix = nn.Conv1d(width, width, 1)
        self.steer = nn.Conv1d(steer, 2 * width, 1)

    def forward(self, x: Tensor, steer: Tensor) -> Tensor:
        scale, shift = self.steer(steer).chunk(2, dim=1)
        y = _frame_norm(x, self.norm) * (1 + scale) + shift
        return x + self.mix(nn.functional.gelu(self.over_time(y)))


def _frame_norm(x: Tensor, norm: nn.GroupNorm) -> Tensor:
    """Normalised over channels of each frame alone: a mean over time would make a frame depend on the clip's length."""
    mean = x.mean(dim=1, keepdim=True)
    spread = x.var(dim=1, keepdim=True, unbiased=False)
    return (x - mean) * torch.rsqrt(spread + 1e-5) * norm.weight[:, None] + norm.bias[:, None]


class Generator(nn.Module):
    """Base motion, noise and conditions to motion, in whitened components."""

    def __init__(self, config: BehaviourNetConfig) -> None:
        super().__init__()
        self.config = config
        self.whitening = Whitening(config.components)
        steer = CONDITIONS + config.style
        self.enter = nn.Conv1d(config.components + config.noise + steer, config.width, 5, padding=2)
        self.blocks = nn.ModuleList(_Block(config.width, d, steer) for d in config.dilations)
        self.leave = nn.Conv1d(config.width, config.components, 5, padding=2)
        nn.init.normal_(self.leave.weight, std=1e-3)  # the game begins at the base motion itself

    def forward(self, base: Tensor, conditions: Tensor, slow: Tensor, style: Tensor) -> Tensor:
        """base [B, T, K], conditions [B, T, C], slow [B, T / 8 + 2, noise], style [B, style] -> [B, T, K]."""
        count = conditions.shape[1]
        drawn = nn.functional.interpolate(slow.transpose(1, 2), scale_factor=SLOW_STEP, mode="linear")[..., :count]
        steer = torch.cat((conditions, style[:, None].expand(-1, count, -1)), dim=2).transpose(1, 2)
        x = self.enter(torch.cat((base.transpose(1, 2), drawn, steer), dim=1))
        for block in self.blocks:
            x = block(x, steer)
        change = _REACH * torch.tanh(self.leave(nn.functional.leaky_relu(x, 0.2)) / _REACH)
        return base + change.transpose(1, 2)

    def noise(self, batch: int, frames: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Slow noise and style for `forward`: people differ and waver, they do not tremble."""
        slow = torch.randn((batch, frames // SLOW_STEP + 2, self.config.noise), generator=generator)
        return slow, torch.randn((batch, self.config.style), generator=generator)


class _Critic(nn.Module):
    """Judges each stretch of a motion: components and their change, with the conditions by projection."""

    def __init__(self, components: int, width: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            spectral_norm(nn.Conv1d(2 * components if i == 0 else width, width, 5, stride=2, padding=2))
            for i in range(4)
        )
        self.real = spectral_norm(nn.Conv1d(width, 1, 3, padding=1))
        self.project = spectral_norm(nn.Conv1d(CONDITIONS, width, 1))

    def forward(self, components: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor]:
        """Scores [B, T / 16] and inner features for matching."""
        x = components.transpose(1, 2)
        change = nn.functional.pad(x[..., 1:] - x[..., :-1], (1, 0)) * 4
        x = torch.cat((x, change), dim=1)
        for layer in self.layers:
            x = nn.functional.leaky_relu(layer(x), 0.2)
        steer = nn.functional.adaptive_avg_pool1d(conditions.transpose(1, 2), x.shape[-1])
        score = self.real(x)[:, 0] + (x * self.project(steer)).sum(dim=1) / x.shape[1] ** 0.5
        return score, x


class Discriminator(nn.Module):
    """Two critics: one of all frames, one of every other, which sees twice as far.

    They look at what can be seen: whitening makes the smallest components, which are mostly the noise of recording, as
    large as the largest, and a critic of those teaches to tremble. `emphasis` takes half of that back.
    """

    emphasis: Tensor

    def __init__(self, config: BehaviourNetConfig) -> None:
        super().__init__()
        self.register_buffer("emphasis", torch.ones(config.components))
        self.critics = nn.ModuleList(_Critic(config.components, config.width) for _ in range(2))

    def forward(self, components: Tensor, conditions: Tensor) -> list[tuple[Tensor, Tensor]]:
        """(scores, inner features) of both critics."""
        components = components * self.emphasis
        return [critic(components[:, :: i + 1], conditions[:, :: i + 1]) for i, critic in enumerate(self.critics)]


def config_dict(config: BehaviourNetConfig) -> dict[str, object]:
    """The configuration for a model card."""
    return asdict(config)
