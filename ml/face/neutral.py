"""The performer's own neutral face: found in the clip itself, or told by a performer's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .model import GAZE_SCALE, FaceInput, FaceNet

Floats = NDArray[np.floating]
Neutral = tuple[Tensor, Tensor]
"""`FaceNet.reading` of the neutral face [1, R], straight and mirrored."""

_FIRST: Final = 8
_QUIET_SHARE: Final = 0.12
_FEWEST, _MOST = 5, 60
_NOMINAL_FPS: Final = 30.0
_STRETCH: Final = 2000  # frames read at once: memory stays flat in the length of the footage
_MARGIN: Final = 16  # frames before and after a stretch that the network looks at too


@dataclass(frozen=True)
class Reading:
    """What the network says of T frames."""

    weights: NDArray[np.float64]
    """[T, 44]"""
    gaze: NDArray[np.float64]
    """[T, 2, 2] degrees"""
    facing: NDArray[np.float64]
    """[T, 3] rotation vector still to add to the aligned turn, head first."""


def predict(net: FaceNet, seen: FaceInput, neutral: Neutral | None, stride: int = 1) -> Reading:
    """The network's raw answers.

    stride: the network knows movements at 30 frames a second; of faster footage it reads every `stride`-th frame, as
    many interleaved passes as there are.
    """
    frames = len(seen.aligned)
    weights, gaze = np.empty((frames, net.head.out_features - 7)), np.empty((frames, 2, 2))
    facing = np.empty((frames, 3))
    net.eval()
    with torch.inference_mode():
        for phase in range(min(stride, frames)):
            rows = np.arange(phase, frames, stride)
            for start in range(0, len(rows), _STRETCH):
                wide = rows[max(0, start - _MARGIN) : start + _STRETCH + _MARGIN]
                skip, kept = min(start, _MARGIN), rows[start : start + _STRETCH]
                w, g, f = net(*seen.seen(net, wide), neutral)
                part = slice(skip, skip + len(kept))
                weights[kept], gaze[kept] = w[0, part].numpy(), g[0, part].numpy() * GAZE_SCALE
                facing[kept] = f[0, part].numpy()
    return Reading(weights, gaze, facing)


def stride_for(fps: float) -> int:
    """How many frames make one of the network's at this frame rate."""
    return max(1, round(fps / _NOMINAL_FPS))


def find_neutral(net: FaceNet, seen: FaceInput, usable: NDArray[np.bool_]) -> Neutral:
    """Half what the network reads in the first usable frames [T], half what it reads most of the time (the median).

    Performers mostly begin at rest, and mostly do little; each alone errs where the other does not. Looking for the
    quietest frames finds a wrong beginning confirmed, as a smile held is quiet too.
    """
    chosen = np.flatnonzero(usable)
    some = chosen[np.linspace(0, len(chosen) - 1, min(len(chosen), _STRETCH)).round().astype(int)]
    begin = encode(net, seen, chosen[:_FIRST])
    with torch.inference_mode():
        mostly = [net.reading(side).median(dim=1).values for side in seen.seen(net, some)]
    return (begin[0] + mostly[0]) / 2, (begin[1] + mostly[1]) / 2


def quietest(
    net: FaceNet, seen: FaceInput, usable: NDArray[np.integer], neutral: Neutral | None, fps: float
) -> NDArray[np.integer]:
    """Of the usable frames those in which the face does least, as far as the network can tell."""
    count = int(np.clip(_QUIET_SHARE * len(usable), min(_FEWEST, len(usable)), _MOST))
    weights = predict(net, seen, neutral, stride_for(fps)).weights[usable]
    # Turned heads are seen worse; the square keeps one strong action from hiding among many zeros.
    turned = np.square(seen.turn[usable]).sum(axis=1)
    loudness = np.square(np.clip(weights, 0, 1)).sum(axis=1) + 0.3 * turned
    return usable[np.argsort(loudness, kind="stable")[:count]]


def encode(net: FaceNet, seen: FaceInput, frames: NDArray[np.integer]) -> Neutral:
    """The mean encoding of some frames."""
    with torch.inference_mode():
        straight, mirror = seen.seen(net, frames)
        return net.reading(straight).mean(dim=1), net.reading(mirror).mean(dim=1)
