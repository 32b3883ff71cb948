"""Footage with cuts: each shot is solved on its own, so that nothing is smoothed or joined across a cut."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..features.arrays import Features, select
from ..take import rotation
from .infer import BodyMotion, estimate_body

Estimate = Callable[..., BodyMotion | None]

_OF_THE_CLIP: Final = ("bone_names", "rest_positions", "camera_position", "camera_turn")
"""What a motion has once, not for each frame."""
_SHORTEST: Final = 3
"""Frames of a shot that can be solved; shorter ones are held over from the neighbour."""


def estimate_shots(
    features: Features,
    camera: Camera,
    fps: float,
    head_rotation: NDArray[Any] | None = None,
    estimate: Estimate = estimate_body,
) -> BodyMotion | None:
    """As `estimate_body`, shot by shot; the proportions are those of the shot in which most was seen."""
    if not features.cuts:
        return estimate(features, camera, fps, head_rotation)
    edges = [0, *features.cuts, features.frame_count]
    shots = [(a, b) for a, b in itertools.pairwise(edges) if b > a]
    motions = [_solve(features, camera, fps, head_rotation, estimate, *shot) for shot in shots]
    if all(motion is None for motion in motions):
        return None
    best = max((m for m in motions if m is not None), key=lambda motion: float(motion.confidence.sum()))
    parts = [_held(best, b - a) if motion is None else motion for motion, (a, b) in zip(motions, shots, strict=True)]
    joined = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(best)
        if field.name not in _OF_THE_CLIP
    }
    joined["rotations"] = rotation.continuous(joined["rotations"])
    return replace(best, **joined)


def _solve(
    features: Features, camera: Camera, fps: float, head: NDArray[Any] | None, estimate: Estimate, begin: int, end: int
) -> BodyMotion | None:
    if end - begin < _SHORTEST:
        return None
    frames = np.arange(begin, end)
    return estimate(select(features, frames), camera, fps, None if head is None else head[frames])


def _held(motion: BodyMotion, count: int) -> BodyMotion:
    """`count` frames in which nobody was seen: the last pose, of no confidence."""
    held = {
        field.name: np.repeat(getattr(motion, field.name)[-1:], count, axis=0)
        for field in fields(motion)
        if field.name not in _OF_THE_CLIP
    }
    for name in held:
        if "confidence" in name or name == "contacts":
            held[name] = np.zeros_like(held[name])
    return replace(motion, **held)
