"""Training of the picture side of the body network: from albums to readings of single pictures.

Can be stopped at any time; goes on from its checkpoint. All albums are held in memory, as halves: 0.7 MB each.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .album import load_album
from .bank import BODY_BONES
from .picture_examples import album_examples
from .picture_model import BONES, BodyPictureNet, PictureNetConfig, as_maps, load_mediapipe

Say = Callable[[str], None]

KEPT: Final = 12
"""One album of so many is held out of training."""
_BATCH: Final = 64
_LEARNING_RATES: Final = (3e-4, 1e-3)
"""Of MediaPipe's layers, and of those behind them."""
_FURTHER_RATES: Final = (1.5e-4, 5e-4)
"""The same, of a network that has learned before."""
_AVERAGE: Final = 0.998
_JOINT_WEIGHT: Final = 0.3
_WAY_WEIGHT: Final = 0.1
_TREMBLING: Final = 0.04
"""Shares of the square's side, metres of the world's points, parts of visibility: at most, as a standard deviation."""
_UNTOLD: Final = 0.15
_DISTANCE_WEIGHT: Final = 0.008
_USUAL_DOUBT: Final = -2.5
"""Log of metres."""
_ARM_WEIGHT: Final = 1.6
_REPORT_EVERY: Final = 250
_B: Final = {name: i for i, name in enumerate(BODY_BONES)}
LIMBS: Final = [
    (side + head, side + tail)
    for head, tail in (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
    for side in ("left", "right")
]
"""Bones, and the joints at their ends: arms, then legs."""


@dataclass(frozen=True)
class Looks:
    """N looks at people, from all albums of a folder."""

    inner: NDArray[np.float16]
    """[N, 8, 8, 288]"""
    places: Tensor
    """[N, 3]"""
    points: Tensor
    """[N, 198]"""
    readings: Tensor
    """[N, READING]"""


def load_looks(paths: Sequence[Path]) -> Looks:
    """The albums' looks together."""
    albums = [load_album(path) for path in paths]
    examples = [album_examples(album) for album in albums]
    told = (torch.from_numpy(np.concatenate(parts)) for parts in zip(*examples, strict=True))
    return Looks(np.concatenate([album.inner for album in albums]), *told)


def train_picture(
    albums: Sequence[Path], steps: int, run: Path, begin_with: BodyPictureNet | None = None, seed: int = 0,
    resume: bool = False, say: Say = print,
) -> tuple[BodyPictureNet, dict[str, float]]:  # fmt: skip
    """The network after `steps`, averaged, and its figures on albums kept from training.

    begin_with: a network to train further, half as fast; MediaPipe's own layers otherwise.
    """
    kept = [path for i, path in enumerate(albums) if i % KEPT == 0]
    learnt, measured = load_looks([path for path in albums if path not in kept] or kept), load_looks(kept)
    torch.manual_seed(seed)
    if begin_with is None:
        net, rates = BodyPictureNet(PictureNetConfig()), _LEARNING_RATES
        load_mediapipe(net)
        net.usual.copy_(learnt.readings.median(0).values)
    else:
        net, rates = copy.deepcopy(begin_with), _FURTHER_RATES
        told = ", ".join(f"{name} {value:.3g}" for name, value in measure(net, measured).items())
        say(f"Going on from given weights; held out: {told}")
    net = net.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]  # a third faster on processors
    averaged = copy.deepcopy(net).eval()
    doubt = Doubt(net)
    behind = [parameter for name, parameter in net.named_parameters() if not name.startswith("blocks")]
    behind.extend(doubt.parameters())
    groups = [{"params": net.blocks.parameters()}, {"params": behind}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.05)
    checkpoint, begin = run / "picture.pt", 0
    run.mkdir(parents=True, exist_ok=True)
    if resume and checkpoint.exists():
        state: dict[str, Any] = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(state["net"])
        averaged.load_state_dict(state["averaged"])
        doubt.load_state_dict(state["doubt"])
        optimiser.load_state_dict(state["optimiser"])
        begin = state["step"]
    random, begun = np.random.default_rng([seed, begin]), time.monotonic()
    for step in range(begin, steps):
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = float(rate * min(1.0, (step + 1) / 100) * (0.505 + 0.495 * np.cos(np.pi * step / steps)))
        rows = random.integers(0, len(learnt.inner), _BATCH)
        net.train()
        points = disturbed(learnt.points[rows])
        given = net.look(as_maps(learnt.inner[rows])), learnt.places[rows], points
        loss = loss_of(net.read(*given), doubt(torch.cat(given, dim=1).detach()), learnt.readings[rows])
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        keep = min(_AVERAGE, (step + 1) / (step + 20))
        with torch.no_grad():
            for mean, now in zip(averaged.parameters(), net.parameters(), strict=True):
                mean.lerp_(now, 1 - keep)
        if (step + 1) % _REPORT_EVERY == 0:
            figures = measure(averaged, measured)
            seconds = (time.monotonic() - begun) / (step + 1 - begin)
            told = ", ".join(f"{name} {value:.3g}" for name, value in figures.items())
            say(f"picture step {step + 1} ({seconds:.2f} s each): loss {float(loss.detach()):.4f} | held out: {told}")
            state = {"net": net.state_dict(), "averaged": averaged.state_dict(), "optimiser": optimiser.state_dict()}
            state |= {"doubt": doubt.state_dict(), "step": step + 1}
            torch.save(state, checkpoint.with_suffix(".partial"))
            checkpoint.with_suffix(".partial").replace(checkpoint)
    return averaged, measure(averaged, measured)


def disturbed(points: Tensor) -> Tensor:
    """Points [N, 198] that tremble in half of the pictures and are not told in some, where the map has to do."""
    size = torch.rand(len(points), 1) * (torch.rand(len(points), 1) < 0.5) * _TREMBLING
    told = (torch.rand(len(points), 1) > _UNTOLD).float()
    return (points + size * torch.randn_like(points)) * told


class Doubt(nn.Module):
    """How far each joint is likely to be off, from what the network is given; needed only while it learns."""

    def __init__(self, net: BodyPictureNet) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(net.straight.in_features, 64), nn.GELU(), nn.Linear(64, BONES))

    def forward(self, given: Tensor) -> Tensor:
        """[N, BONES] log of metres."""
        return (_USUAL_DOUBT + self.layers(given)).clamp(-5.0, 0.0)


def loss_of(told: Tensor, doubt: Tensor, truth: Tensor) -> Tensor:
    """The mean of what readings [N, READING] are off; joints that nobody could tell count less than sure ones.

    Joints: the likelihood of a Laplace distribution as wide as the doubt, its gradients weighed by the root of that
    width (Seitzer et al., "On the Pitfalls of Heteroscedastic Uncertainty Estimation", ICLR 2022).
    """
    arms = torch.tensor([_ARM_WEIGHT if "Arm" in name or "Hand" in name else 1.0 for name in BODY_BONES])
    off = (told - truth).abs()
    away = ((told - truth)[:, : 3 * BONES].reshape(-1, BONES, 3).square().sum(-1) + 1e-6).sqrt()
    joints = ((away * (-doubt).exp() + doubt) * (0.5 * doubt.detach()).exp() * arms).mean()
    turns = (off[:, 3 * BONES : 9 * BONES].reshape(-1, BONES, 6).mean(-1) * arms).mean()
    ways = [_limbs(reading) for reading in (told, truth)]
    apart = ((ways[0] - ways[1]).square().sum(-1) + 1e-4).sqrt().mean()
    return turns + _JOINT_WEIGHT * joints + _WAY_WEIGHT * apart + _DISTANCE_WEIGHT * off[:, -1].mean()


def _limbs(readings: Tensor) -> Tensor:
    """[N, 8, 3] unit directions of upper arms, forearms, thighs and shins."""
    joints = readings[:, : 3 * BONES].reshape(-1, BONES, 3)
    heads, tails = ([_B[pair[end]] for pair in LIMBS] for end in (0, 1))
    return nn.functional.normalize(joints[:, tails] - joints[:, heads], dim=-1)


def read_all(net: BodyPictureNet, looks: Looks) -> Tensor:
    """Readings [N, READING] of as many pictures, on their squares' axes."""
    net.eval()
    batches = [slice(i, i + _BATCH) for i in range(0, len(looks.inner), _BATCH)]
    with torch.inference_mode():
        return torch.cat([net(as_maps(looks.inner[b]), looks.places[b], looks.points[b]) for b in batches])


def measure(net: BodyPictureNet, looks: Looks) -> dict[str, float]:
    """Degrees between read and true limbs, and the joints' mean distance in millimetres."""
    told = read_all(net, looks)
    apart = (_limbs(told) * _limbs(looks.readings)).sum(-1).clamp(-1, 1).acos().rad2deg().mean(0)
    away = (told - looks.readings)[:, : 3 * BONES].reshape(-1, BONES, 3).norm(dim=-1)
    return {
        "arms_degrees": float(apart[:4].mean()), "legs_degrees": float(apart[4:].mean()),
        "mpjpe_mm": 1000 * float(away.mean()),
    }  # fmt: skip
