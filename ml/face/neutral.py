"""The performer's own neutral face, found in the clip itself."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from .model import GAZE_SCALE, FaceInput, FaceNet

Floats = NDArray[np.floating]

_PASSES = 2
_QUIET_SHARE = 0.2
_REST_PERCENTILE = 40
_LARGEST_REST = 0.2
_TOO_SMALL = 0.03
_NOMINAL_FPS = 30.0


def predict(net: FaceNet, seen: FaceInput, neutral: Floats, stride: int = 1) -> tuple[Floats, Floats]:
    """The network's raw weights [T, 44] and gaze [T, 2, 2] in degrees.

    stride: the network knows movements at 30 frames a second; of faster footage it reads every `stride`-th frame, as
    many interleaved passes as there are.
    """
    moved = torch.as_tensor(seen.aligned - np.asarray(neutral, dtype=np.float32))
    eyes, turn = torch.as_tensor(seen.eyes), torch.as_tensor(seen.turn)
    frames = len(moved)
    weights = np.empty((frames, net.head.out_features - 4))
    gaze = np.empty((frames, 2, 2))
    net.eval()
    with torch.inference_mode():
        for phase in range(min(stride, frames)):
            part = slice(phase, None, stride)
            w, g = net(moved[None, part], eyes[None, part], turn[None, part])
            weights[part], gaze[part] = w[0].numpy(), g[0].numpy() * GAZE_SCALE
    return weights, gaze


def facing(net: FaceNet, seen: FaceInput) -> Floats:
    """The rotation vectors [T, 3] that correct the aligned turns for this person's skull."""
    net.eval()
    with torch.inference_mode():
        shape = torch.as_tensor(seen.aligned) - net.canonical
        return net.correct_facing(shape, torch.as_tensor(seen.turn)).numpy().astype(np.float64)


def stride_for(fps: float) -> int:
    """How many frames make one of the network's at this frame rate."""
    return max(1, round(fps / _NOMINAL_FPS))


def find_neutral(net: FaceNet, seen: FaceInput, usable: NDArray[np.bool_], fps: float) -> NDArray[np.float32]:
    """The neutral face [478, 3]: begin with the median of the usable frames [T], then keep to the quietest ones."""
    chosen = np.flatnonzero(usable)
    neutral = np.median(seen.aligned[chosen], axis=0)
    count = max(min(len(chosen), 8), int(_QUIET_SHARE * len(chosen)))
    for _ in range(_PASSES):
        weights, _ = predict(net, seen, neutral, stride_for(fps))
        loudness = above_rest(weights[chosen]).mean(axis=1)
        quiet = chosen[np.argsort(loudness, kind="stable")[:count]]
        neutral = seen.aligned[quiet].mean(axis=0)
    return neutral.astype(np.float32)


def above_rest(weights: Floats, rest_of: Floats | None = None) -> NDArray[np.float64]:
    """Weights [T, 44] measured from where each rests in the clip (or in `rest_of`), what is too small to tell left out.

    Most weights are at zero most of the time, so a curve's lower part shows what an inexact neutral adds to it. The
    rest is not believed beyond 0.2, so that a lasting smile stays one.
    """
    source = weights if rest_of is None or not len(rest_of) else rest_of
    rest = np.clip(np.percentile(source, _REST_PERCENTILE, axis=0), -_LARGEST_REST, _LARGEST_REST)
    return np.clip((weights - rest - _TOO_SMALL) / (1 - _TOO_SMALL), 0, None)
