"""What the face network is trained to make small, and how its training is measured: pure functions."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..take import FACE_NAMES
from .model import EYE_BLINKS, PREDICTED

_LIDS = [[PREDICTED.index(f"eye{name}{side}") for name in ("Blink", "Squint", "Wide")] for side in ("Left", "Right")]
_FAINT = ("jawLeft", "jawRight", "noseSneerLeft", "noseSneerRight", "tongueOut")
_FAINT_COUNT = 3.0
"""How much more those count: they change a picture so little that all else was learned before them."""


@lru_cache(maxsize=1)
def action_products() -> NDArray[np.float64]:
    """[44, 44] how much each pair of actions moves the same skin: e' G e is the mean squared vertex error in mm2."""
    from ..performers import load_anatomy

    displacement = face_actions(load_anatomy().actions)[[FACE_NAMES.index(name) for name in PREDICTED]]
    flat = displacement.reshape(len(PREDICTED), -1)
    return flat @ flat.T / displacement.shape[1]


def face_actions(actions: NDArray[np.floating]) -> NDArray[np.float64]:
    """The actions [52, n, 3] in millimetres on the n skin vertices that any of them moves by half a millimetre."""
    skin = actions[:, :13380].astype(np.float64) * 1000  # the base mesh's body comes first
    return skin[:, np.linalg.norm(skin, axis=2).max(axis=0) > 0.5]


def rarity(weights: Tensor) -> Tensor:
    """[44] how much each weight's error counts, mean 1: weights that seldom move would else be left at zero."""
    share = 1 / (weights.std(dim=0) + 0.05)
    share[[PREDICTED.index(name) for name in _FAINT]] *= _FAINT_COUNT
    return share / share.mean()


def face_loss(
    guess: tuple[Tensor, Tensor, Tensor], truth: tuple[Tensor, Tensor, Tensor], counts: Tensor, products: Tensor
) -> Tensor:
    """guess and truth: weights [B, T, 44], gaze [B, T, 2, 2], facing [B, T, 3]; counts [44] from `rarity`.

    Mean squares of the weights, of the skin's vertices, and of the weights' speed; where an eye is shut, its gaze
    does not count.
    """
    error = guess[0] - truth[0]
    vertex = ((error @ products) * error).sum(-1).mean()
    plain = (error.square() * counts).mean() + 0.06 * (error.abs() * counts).mean()
    gaze = _gaze_loss(guess[1], truth[1], truth[0])
    facing = (guess[2] - truth[2]).square().sum(-1).mean()
    loss = 20 * plain + 0.7 * vertex + 3 * gaze + 40 * facing
    if error.shape[1] > 1:
        speed = error[:, 1:] - error[:, :-1]
        loss = loss + 15 * (speed.square() * counts).mean()
    return loss


def _gaze_loss(guess: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Mean square; gazes that are not known (NaN) do not count, and shut eyes hardly."""
    known = torch.isfinite(truth).all(-1)
    error = (guess - truth.nan_to_num()).square().sum(-1)
    return (error * known * (1 - 0.9 * weights[..., EYE_BLINKS].clamp(0, 1))).mean()


def glance_loss(gaze: Tensor, lids: Tensor, true_gaze: Tensor, weights: Tensor) -> Tensor:
    """Of the eyes alone: gaze [N, 2, 2] and lids [N, 2, 3] beside the true gaze and all weights [N, 44]."""
    return 3 * _gaze_loss(gaze, true_gaze, weights) + (lids - weights[:, _LIDS]).square().mean()


def frame_errors(guess: Tensor, truth: Tensor, products: Tensor) -> Tensor:
    """Root mean square vertex error in mm of each frame, for weights [N, 44]."""
    error = guess - truth
    return ((error @ products) * error).sum(-1).clamp(min=0).sqrt()


def mean_correlation(guess: NDArray[np.floating], truth: NDArray[np.floating]) -> float:
    """Pearson's r of each weight over all frames [N, C], averaged over the weights that move in the truth."""
    moving = truth.std(axis=0) > 0.01
    return float(correlations(guess[:, moving], truth[:, moving]).mean()) if moving.any() else 0.0


def correlations(guess: NDArray[np.floating], truth: NDArray[np.floating]) -> NDArray[np.float64]:
    """Pearson's r [C] of each weight over all frames [N, C]."""
    a, b = guess - guess.mean(axis=0), truth - truth.mean(axis=0)
    r = (a * b).sum(axis=0) / np.maximum(np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0)), 1e-9)
    return np.asarray(r, dtype=np.float64)
