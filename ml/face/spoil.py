"""What is done to pictures in training, so that a network learns faces and not one way of filming them: in torch, on
whatever device they lie."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from .crop import CROP_SIZE
from .eyes import HEIGHT, MARGIN, WIDTH


def to_tensor(pictures: NDArray[np.uint8] | Tensor) -> Tensor:
    """[N, S, S, 3] 0..255 as [N, 3, S, S] 0..1, laid out as convolutions like it."""
    given = pictures if isinstance(pictures, Tensor) else torch.as_tensor(np.ascontiguousarray(pictures))
    return laid_out(given.permute(0, 3, 1, 2).float() / 255)


def laid_out(pictures: Tensor) -> Tensor:
    """Pictures as convolutions like them best: channels last on processors."""
    return pictures.contiguous(memory_format=layout(pictures.device))


def layout(device: torch.device) -> torch.memory_format:
    """How pictures and networks lie in memory; torch's own depthwise convolutions on accelerators want planes."""
    return torch.channels_last if device.type == "cpu" else torch.contiguous_format


def shrunk(pictures: Tensor, size: int) -> Tensor:
    """Pictures [N, 3, S, S] at another size, each pixel the mean of the area it covers (OpenCV's INTER_AREA)."""
    if pictures.shape[-1] == size:
        return pictures
    shares = _area_shares(pictures.shape[-1], size).to(pictures.device)
    return laid_out(shares @ pictures @ shares.T)


@lru_cache(maxsize=4)
def _area_shares(before: int, after: int) -> Tensor:
    """[after, before] how much of each old pixel is in each new one."""
    edges = np.arange(after + 1) * before / after
    old = np.arange(before)
    covered = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    return torch.as_tensor((np.clip(covered, 0, None) * after / before).astype(np.float32))


def spoilt_faces(pictures: Tensor, size: int) -> Tensor:
    """Face pictures [P, K, S, S, 3] 0..255 as [P, K, 3, size, size] 0..1: each performance lit, coloured, blurred and
    cut out in a way of its own, which its K frames share but for a little; some frames partly hidden."""
    people, frames = pictures.shape[:2]
    draw = _Draw(people, frames, pictures.device)
    turn = np.pi / 180 * (draw.shared() * 2.0 + draw.each() * 0.6)
    zoom = torch.exp(draw.shared() * 0.04 + draw.each() * 0.008)
    shift = (draw.shared(2) * 1.6 + draw.each(2) * 0.5) * 2 / CROP_SIZE
    flat = to_tensor(pictures.flatten(0, 1))
    seen = _moved(flat, turn, zoom, shift, (size, size))
    gain = torch.exp(draw.shared() * 0.15)[..., None] * torch.exp(draw.shared(3) * 0.08)
    gamma = torch.exp(draw.shared() * 0.28)[..., None] * torch.exp(draw.shared(3) * 0.08)
    contrast, lift = torch.exp(draw.shared() * 0.2), draw.shared() * 0.06
    level = (seen.clamp(1e-4, 1) * draw.wide(gain)).clamp(1e-4, 1) ** draw.wide(gamma)
    seen = ((level - 0.5) * draw.wide(contrast) + 0.5 + draw.wide(lift)).clamp(0, 1)
    grey = draw.chance(0.3) * torch.rand(people, 1, device=pictures.device)
    seen = torch.lerp(seen, seen.mean(dim=1, keepdim=True), draw.wide(grey))
    seen = _blurred(seen, draw)
    noise = draw.chance(0.5) * draw.exponential() * 5 / 255
    grain = torch.randn(len(seen), 3, size // 2, size // 2, device=seen.device)
    seen = seen + functional.interpolate(grain, [size, size]) * draw.wide(noise)
    return _hidden(seen.clamp(0, 1), 0.12, (0.1, 0.33)).unflatten(0, (people, frames))


def spoilt_eyes(pictures: Tensor) -> Tensor:
    """Eye pictures [P, K, 3, HEIGHT + 2 MARGIN, WIDTH + 2 MARGIN] 0..1 cut to size, [P, K, 3, HEIGHT, WIDTH]: each
    moved, turned, sized and lit in another way, a person's alike but for a little."""
    people, frames = pictures.shape[:2]
    draw = _Draw(people, frames, pictures.device)
    turn = draw.shared() * 0.05 + draw.each() * 0.03
    zoom = torch.exp(draw.shared() * 0.06 + draw.each() * 0.03)
    half = torch.tensor((WIDTH / 2 + MARGIN, HEIGHT / 2 + MARGIN), device=pictures.device)
    shift = (draw.shared(2) * 1.6 + draw.each(2) * 1.2).clamp(-5, 5) / half
    cut = (WIDTH / (WIDTH + 2 * MARGIN), HEIGHT / (HEIGHT + 2 * MARGIN))
    seen = _moved(pictures.flatten(0, 1), turn, zoom, shift, (HEIGHT, WIDTH), cut)
    if float(torch.rand(())) < 0.4:
        keep = 0.3 + 0.6 * float(torch.rand(()))
        small = functional.interpolate(seen, [round(HEIGHT * keep), round(WIDTH * keep)], mode="area")
        coarse = functional.interpolate(small, [HEIGHT, WIDTH], mode="bilinear", align_corners=False)
        seen = torch.where(draw.wide(draw.chance(0.6)) > 0, coarse, seen)
    gamma, tint = torch.exp(draw.shared() * 0.25), torch.exp(draw.shared(3) * 0.06)
    seen = (seen.clamp(1e-4, 1) ** draw.wide(gamma)) * draw.wide(tint)
    seen = seen + torch.randn_like(seen) * draw.wide(draw.exponential() * 0.015)
    return _hidden(seen, 0.06, (0.12, 0.5)).unflatten(0, (people, frames))


class _Draw:
    """Random numbers for P performances of K frames."""

    def __init__(self, people: int, frames: int, device: torch.device) -> None:
        self.people, self.frames, self.device = people, frames, device

    def shared(self, size: int = 0) -> Tensor:
        """[P, K] or [P, K, size] normal numbers, the same for all frames of a performance."""
        shape = (self.people, 1, size) if size else (self.people, 1)
        drawn = torch.randn(*shape, device=self.device)
        return drawn.expand(self.people, self.frames, *drawn.shape[2:])

    def each(self, size: int = 0) -> Tensor:
        """The same, each frame its own."""
        shape = (self.people, self.frames, size) if size else (self.people, self.frames)
        return torch.randn(*shape, device=self.device)

    def chance(self, share: float) -> Tensor:
        """[P, 1] 1 for this share of the performances, else 0."""
        return (torch.rand(self.people, 1, device=self.device) < share).float()

    def exponential(self) -> Tensor:
        """[P, 1] with the mean 1."""
        return -torch.log(torch.rand(self.people, 1, device=self.device).clamp(min=1e-6))

    def wide(self, values: Tensor) -> Tensor:
        """[P, 1 or K] or [P, 1 or K, 3] for pictures [P K, 3, H, W]."""
        channels = values if values.dim() == 3 else values[..., None]
        return channels.expand(self.people, self.frames, -1).flatten(0, 1)[..., None, None]


def _moved(
    pictures: Tensor, turn: Tensor, zoom: Tensor, shift: Tensor, size: tuple[int, int],
    share: tuple[float, float] = (1.0, 1.0),
) -> Tensor:  # fmt: skip
    """The middle of pictures [P K, 3, H, W], this share of their width and height, at another size.

    turn [P, K] in radians, zoom [P, K] and shift [P, K, 2] in half widths and heights say what part it is.
    """
    height, width = pictures.shape[-2:]
    turn, zoom, shift = turn.flatten(), zoom.flatten(), shift.flatten(0, 1)
    aspect = height / width
    cosine, sine = torch.cos(turn) / zoom, torch.sin(turn) / zoom
    matrix = torch.stack((
        torch.stack((cosine * share[0], -sine * aspect * share[1], shift[:, 0]), dim=-1),
        torch.stack((sine / aspect * share[0], cosine * share[1], shift[:, 1]), dim=-1),
    ), dim=1)  # fmt: skip
    grid = functional.affine_grid(matrix, [len(pictures), 3, *size], align_corners=False)
    return functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


def _blurred(pictures: Tensor, draw: _Draw) -> Tensor:
    """Three in ten performances less sharp, up to a standard deviation of two pixels."""
    once = _soft(pictures, 0.8)
    twice = _soft(once, 1.8)
    how_far = draw.wide(draw.chance(0.3) * 2 * torch.rand(draw.people, 1, device=draw.device))
    return torch.lerp(torch.lerp(pictures, once, how_far.clamp(max=1)), twice, (how_far - 1).clamp(min=0))


def _soft(pictures: Tensor, deviation: float) -> Tensor:
    reach = int(np.ceil(2.5 * deviation))
    row = torch.exp(-(torch.arange(-reach, reach + 1, device=pictures.device) ** 2) / (2 * deviation**2))
    row = (row / row.sum()).expand(3, 1, 1, -1)
    across = functional.conv2d(functional.pad(pictures, (reach, reach, 0, 0), mode="replicate"), row, groups=3)
    padded = functional.pad(across, (0, 0, reach, reach), mode="replicate")
    return functional.conv2d(padded, row.transpose(2, 3), groups=3)


def _hidden(pictures: Tensor, share: float, sizes: tuple[float, float]) -> Tensor:
    """A box of one colour over this share of the pictures [N, 3, H, W]; its sides in shares of the height."""
    count, _, height, width = pictures.shape
    device = pictures.device
    side = (sizes[0] + (sizes[1] - sizes[0]) * torch.rand(count, 2, device=device)) * height
    corner = torch.rand(count, 2, device=device) * torch.tensor((width, height), device=device)
    x, y = torch.arange(width, device=device), torch.arange(height, device=device)
    across = (x >= corner[:, :1]) & (x < corner[:, :1] + side[:, :1])
    down = (y >= corner[:, 1:]) & (y < corner[:, 1:] + side[:, 1:])
    inside = (down[:, :, None] & across[:, None, :]) & (torch.rand(count, 1, 1, device=device) < share)
    return torch.where(inside[:, None], torch.rand(count, 3, 1, 1, device=device), pictures)
