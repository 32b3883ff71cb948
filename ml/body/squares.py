"""Squares cut out of many pictures at once on a graphics card, as MediaPipe cuts them, and what its network says."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from .pose_graph import PoseGraph, refined

SIDE: Final = 256
"""Pixels of the pose network's input."""


def cut(pictures: Tensor, sizes: Tensor, views: Tensor) -> Tensor:
    """Squares [M, 3, SIDE, SIDE], 0..1, of pictures [N, height, width, 3] uint8 that fill sizes [N, 2] of it.

    views [M, 6]: number of the picture, x, y, side and turn of the square, 1 = then mirrored.
    """
    number = views[:, 0].long()
    height, width = pictures.shape[1:3]
    steps = torch.arange(SIDE, device=views.device) / SIDE - 0.5
    down, across = torch.meshgrid(steps, steps, indexing="ij")
    mirrored = views[:, 5, None, None]
    across = across * (1 - 2 * mirrored)
    cosine, sine = (part[:, None, None] for part in (views[:, 4].cos(), views[:, 4].sin()))
    x = views[:, 1, None, None] - mirrored + views[:, 3, None, None] * (across * cosine - down * sine)
    y = views[:, 2, None, None] + views[:, 3, None, None] * (across * sine + down * cosine)
    last = (sizes[number] - 1).to(x.dtype)
    x = torch.minimum(x.clamp(min=0), last[:, 0, None, None])
    y = torch.minimum(y.clamp(min=0), last[:, 1, None, None])
    grid = torch.stack((2 * x / (width - 1) - 1, 2 * y / (height - 1) - 1), dim=-1)
    given = pictures.permute(0, 3, 1, 2)[number].float() / 255
    return functional.grid_sample(given, grid, mode="bilinear", padding_mode="border", align_corners=True)


def told_points(points: Tensor, heat: Tensor, world: Tensor) -> Tensor:
    """[M, 198] as `picture_examples.square_points` has them, of what the pose network gives out."""
    seen = refined(points, heat)[:, :33]
    flat = torch.stack((seen[..., 0] - 0.5, 0.5 - seen[..., 1]), dim=-1)
    x, y, z = world.reshape(len(world), 39, 3)[:, :33].unbind(-1)
    metric = torch.stack((x, z, -y), dim=-1)
    return torch.cat((flat.flatten(1), metric.flatten(1), seen[..., 3] - 0.5), dim=1)


class Looker(nn.Module):
    """MediaPipe's pose network as it is."""

    def __init__(self, graph: PoseGraph) -> None:
        """graph: gives out POINTS, PRESENCE, HEAT, WORLD and an inner layer."""
        super().__init__()
        self.graph = graph

    def forward(self, squares: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of squares: the inner layer [M, channels, 8, 8], points [M, 198], and whether somebody is seen [M]."""
        points, presence, heat, world, inner = self.graph(squares)
        return inner, told_points(points.float(), heat.float(), world.float()), presence[:, 0] > 0.5


def spoilt(squares: Tensor) -> Tensor:
    """Squares as another camera, another light and things in the way would have them, each in a way of its own; a third
    are no more than `varied`."""
    count, device = len(squares), squares.device

    def of_some(share: float) -> Tensor:
        return (torch.rand(count, 1, 1, 1, device=device) < share).float()

    result = plain = varied(squares)
    dark = (torch.randn(count, 1, 1, 1, device=device) * 0.35 - 0.6).exp()
    result = torch.lerp(result, result * dark, of_some(0.2))
    for factor in (2, 4):  # seen with half and a quarter of the pixels
        few = functional.avg_pool2d(result, factor)
        soft = functional.interpolate(few, size=SIDE, mode="bilinear", align_corners=False)
        result = torch.lerp(result, soft, of_some(0.15) * torch.rand(count, 1, 1, 1, device=device))
    for share in (0.3, 0.15):
        inside = _boxes(count, device) * of_some(share)
        other = torch.where(of_some(0.5) > 0, squares.roll(1, 0), torch.rand(count, 3, 1, 1, device=device))
        result = torch.lerp(result, other, inside)
    grain = of_some(0.3) * 0.08 * torch.rand(count, 1, 1, 1, device=device)
    result = (result + grain * torch.randn_like(result)).clamp(0, 1)
    return torch.where(of_some(1 / 3) > 0, plain, result)


def _boxes(count: int, device: torch.device) -> Tensor:
    """[N, 1, SIDE, SIDE] 1 inside a box of its own, a twentieth to two fifths of the side long, anywhere."""
    size = 0.05 + 0.35 * torch.rand(2, count, 1, device=device)
    begin = torch.rand(2, count, 1, device=device) * (1 - size)
    steps = torch.arange(SIDE, device=device) / SIDE
    across, down = ((steps >= begin[i]) & (steps < begin[i] + size[i]) for i in (0, 1))
    return (down[:, None, :, None] & across[:, None, None, :]).float()


def varied(squares: Tensor) -> Tensor:
    """Other exposures, tints and some grain."""
    count, device = len(squares), squares.device

    def some(share: float, *shape: int) -> Tensor:
        return (torch.rand(count, *shape, device=device) < share).float()

    def one(spread: float, channels: int = 1) -> Tensor:
        return spread * torch.randn(count, channels, 1, 1, device=device) * some(0.5, 1, 1, 1)

    result = squares.clamp(min=1e-3) ** one(0.15).exp()
    result = result * (one(0.12) + one(0.06, 3)).exp() + one(0.03)
    grain = some(0.25, 1, 1, 1) * 0.04 * torch.rand(count, 1, 1, 1, device=device)
    return (result + grain * torch.randn_like(result)).clamp(0, 1)
