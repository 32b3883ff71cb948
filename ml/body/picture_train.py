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
from .bank import BODY_BONES, READING
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
_JOINT_WEIGHT: Final = 4.0
_ARM_WEIGHT: Final = 1.6
_REPORT_EVERY: Final = 250
_B: Final = {name: i for i, name in enumerate(BODY_BONES)}


@dataclass(frozen=True)
class Looks:
    """N looks at people, from all albums of a folder."""

    inner: NDArray[np.float16]
    """[N, 8, 8, 288]"""
    places: Tensor
    """[N, 3]"""
    readings: Tensor
    """[N, READING]"""


def load_looks(paths: Sequence[Path]) -> Looks:
    """The albums' looks together."""
    albums = [load_album(path) for path in paths]
    examples = [album_examples(album) for album in albums]
    return Looks(
        np.concatenate([album.inner for album in albums]),
        torch.from_numpy(np.concatenate([places for places, _ in examples])),
        torch.from_numpy(np.concatenate([readings for _, readings in examples])),
    )


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
    behind = [parameter for name, parameter in net.named_parameters() if not name.startswith("blocks")]
    groups = [{"params": net.blocks.parameters()}, {"params": behind}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.05)
    checkpoint, begin = run / "picture.pt", 0
    run.mkdir(parents=True, exist_ok=True)
    if resume and checkpoint.exists():
        state: dict[str, Any] = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(state["net"])
        averaged.load_state_dict(state["averaged"])
        optimiser.load_state_dict(state["optimiser"])
        begin = state["step"]
    weights, random, begun = _weights(), np.random.default_rng([seed, begin]), time.monotonic()
    for step in range(begin, steps):
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = float(rate * min(1.0, (step + 1) / 100) * (0.505 + 0.495 * np.cos(np.pi * step / steps)))
        rows = random.integers(0, len(learnt.inner), _BATCH)
        net.train()
        loss = _loss(net(as_maps(learnt.inner[rows]), learnt.places[rows]), learnt.readings[rows], weights)
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
            torch.save(state | {"step": step + 1}, checkpoint.with_suffix(".partial"))
            checkpoint.with_suffix(".partial").replace(checkpoint)
    return averaged, measure(averaged, measured)


def _weights() -> Tensor:
    weights = torch.ones(READING)
    weights[: 3 * BONES] = _JOINT_WEIGHT
    for bone, name in enumerate(BODY_BONES):
        if "Arm" in name:
            weights[3 * BONES + 6 * bone : 3 * BONES + 6 * bone + 6] = _ARM_WEIGHT
            weights[3 * bone : 3 * bone + 3] *= _ARM_WEIGHT
    return weights


def _loss(told: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    return ((told - truth).abs() * weights).mean()


def read_all(net: BodyPictureNet, inner: NDArray[np.floating], places: Tensor) -> Tensor:
    """Readings [N, READING] of as many pictures, on their squares' axes."""
    net.eval()
    with torch.inference_mode():
        parts = [
            net(as_maps(inner[i : i + _BATCH]), places[i : i + _BATCH]) for i in range(0, len(inner), _BATCH)
        ]  # fmt: skip
    return torch.cat(parts)


def measure(net: BodyPictureNet, looks: Looks) -> dict[str, float]:
    """Degrees between read and true limbs, and the joints' mean distance in millimetres."""
    told = read_all(net, looks.inner, looks.places)
    joints, truth = (r[:, : 3 * BONES].reshape(-1, BONES, 3) for r in (told, looks.readings))
    figures: dict[str, float] = {}
    for part, pairs in {
        "arms": (("UpperArm", "LowerArm"), ("LowerArm", "Hand")),
        "legs": (("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot")),
    }.items():
        heads, tails = ([_B[s + pair[end]] for s in ("left", "right") for pair in pairs] for end in (0, 1))
        ways = [nn.functional.normalize(j[:, tails] - j[:, heads], dim=-1) for j in (joints, truth)]
        figures[f"{part}_degrees"] = float((ways[0] * ways[1]).sum(-1).clamp(-1, 1).acos().rad2deg().mean())
    figures["mpjpe_mm"] = 1000 * float((joints - truth).norm(dim=-1).mean())
    return figures
