"""Running the body network over a clip: rotations, tilt, distance, contacts and proportions, at the clip's own rate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..take import rotation
from ..weights.registry import WEIGHTS_FOLDER, load_weights
from .bank import BODY_BONES, MIRRORED_BONES
from .curves import resampled_points
from .read_lengths import read_lengths
from .seen import (
    FIRST_CHANNELS,
    FOOT_CHANNELS,
    FRAME_CHANNELS,
    MARKS,
    MIRRORED_FEET,
    MIRRORED_MARKS,
    POINT_CHANNELS,
    Seen,
    look,
    places_back,
)

if TYPE_CHECKING:
    from .model import BodyNet, Predicted

Floats = NDArray[np.float64]

MODEL_NAME: Final = "body"
_PIECE: Final = 1200
"""Frames that are computed at once: memory stays the same however long the clip."""


@dataclass(frozen=True)
class Lifted:
    """T frames in the camera's axes (x right, y ahead, z up)."""

    turns: Floats
    """[T, 22, 3, 3] global rotations of BODY_BONES."""
    up: Floats
    """[T, 3] the vertical."""
    hips: Floats
    """[T, 3] metres from the camera, of a person as tall as the standard adult."""
    contacts: Floats
    """[T, 4] probabilities."""
    lengths: dict[str, float]
    """Metres, constant over the clip."""


@lru_cache(maxsize=1)
def load_network(folder: Path = WEIGHTS_FOLDER) -> BodyNet:
    """The network of a folder of weights, the shipped one, ready to run."""
    from .model import BodyNet, config_of

    card, tensors = load_weights(MODEL_NAME, folder)
    net = BodyNet(config_of(card.config))
    net.load_state_dict(tensors)
    return net.eval()


def lift(
    image: NDArray[np.floating],
    world: NDArray[np.floating],
    visibility: NDArray[np.floating],
    reading: NDArray[np.floating],
    camera: Camera,
    fps: float,
    network: BodyNet | None = None,
) -> Lifted | None:
    """Lift a clip as the detector saw it (see `look`); None if no frame shows anybody."""  # fmt: skip
    seen = look(image, world, visibility, reading, camera, fps)
    if seen is None:
        return None
    network = network or load_network()
    found = run_network(network, seen.channels(), seen.read)
    facing = rotation.to_matrix(seen.facing)
    ahead = seen.distance * np.exp(np.clip(found.place[:, 0], -1.5, 1.5))
    across = found.place[:, 1:] / seen.distance[:, None] * ahead[:, None]
    hips = np.stack((across[:, 0], ahead, across[:, 1]), axis=-1)
    places = places_back(len(image), fps, len(seen.distance))
    turns = facing[:, None] @ found.turns
    return Lifted(
        turns=nearest_rotations(resampled_points(turns, places)),
        up=resampled_points((facing @ found.up[..., None])[..., 0], places),
        hips=resampled_points((facing @ hips[..., None])[..., 0], places),
        contacts=resampled_points(found.contacts, places),
        lengths=read_lengths(reading),
    )


@dataclass(frozen=True)
class Found:
    """The network's answer as arrays, facing axes, N frames at the network's rate."""

    turns: Floats
    """[N, 22, 3, 3]"""
    up: Floats
    place: Floats
    contacts: Floats
    """[N, 4] probabilities"""


def run_network(network: BodyNet, channels: NDArray[np.float32], read: Floats) -> Found:
    """The mean of the network's answers to what was seen [N, CHANNELS] and to its mirror image."""
    import torch

    reach = network.config.reach + network.config.reach % 2
    pieces: list[Found] = []
    with torch.inference_mode():
        for begin in range(0, len(channels), _PIECE):
            low, high = max(0, begin - reach), min(len(channels), begin + _PIECE + reach)
            own = slice(begin - low, min(begin + _PIECE, len(channels)) - low)
            part = channels[low:high]
            padded = np.zeros((2, len(part) + len(part) % 2, part.shape[1]), dtype=np.float32)
            padded[0, : len(part)], padded[1, : len(part)] = part, mirrored_channels(part)
            inside = torch.zeros(padded.shape[:2])
            inside[:, : len(part)] = 1
            turns = np.zeros((*padded.shape[:2], *read.shape[1:]), dtype=np.float32)
            turns[0, : len(part)], turns[1, : len(part)] = read[low:high], mirrored_turns(read[low:high])
            pieces.append(_together(network(torch.from_numpy(padded), inside, torch.from_numpy(turns)), own))
    return Found(*(np.concatenate([getattr(p, name) for p in pieces]) for name in Found.__dataclass_fields__))


def _together(predicted: Predicted, own: slice) -> Found:
    """What the network said of a piece and of its mirror image, as one."""
    turns, up, place, contacts = (
        getattr(predicted, name)[:, own].double().numpy() for name in ("turns", "up", "place", "contacts")
    )
    back = mirrored_turns(turns[1])
    probability = 1 / (1 + np.exp(-contacts))
    mean_up = up[0] + up[1] * (-1.0, 1.0, 1.0)
    return Found(
        turns=nearest_rotations(turns[0] + back),
        up=mean_up / np.linalg.norm(mean_up, axis=-1, keepdims=True),
        place=(place[0] + place[1] * (1.0, -1.0, 1.0)) / 2,
        contacts=(probability[0] + probability[1][:, [2, 3, 0, 1]]) / 2,
    )


def mirrored_turns(turns: Floats) -> Floats:
    """Rotations of BODY_BONES [N, 22, 3, 3] in a mirror."""
    flip = np.diag((-1.0, 1.0, 1.0))
    return flip @ turns[:, MIRRORED_BONES] @ flip


def mirrored_channels(channels: NDArray[np.float32]) -> NDArray[np.float32]:
    """What would have been seen in a mirror [N, CHANNELS]."""
    count, marks = len(channels), len(MARKS)
    joints = 3 * len(BODY_BONES)
    sizes = (POINT_CHANNELS * marks, FIRST_CHANNELS, FIRST_CHANNELS, joints, 1, FOOT_CHANNELS, FRAME_CHANNELS)
    points, first, read, placed, distance, feet, frame = np.split(channels.copy(), np.cumsum(sizes)[:-1], axis=1)
    points = points.reshape(count, marks, POINT_CHANNELS)[:, MIRRORED_MARKS]
    points[..., [0, 2]] *= -1  # across in the picture, across in the world
    # Turned by diag(-1, 1, 1) from both sides: the first column keeps its x, the second its y and z.
    signs = np.array([[1.0, -1.0], [-1.0, 1.0], [-1.0, 1.0]], dtype=np.float32)
    turns = [t.reshape(count, len(BODY_BONES), 3, 2)[:, MIRRORED_BONES] * signs for t in (first, read)]
    placed = placed.reshape(count, -1, 3)[:, MIRRORED_BONES] * np.array((-1.0, 1.0, 1.0), dtype=np.float32)
    feet = feet.reshape(count, -1, 2)[:, MIRRORED_FEET] * np.array((-1.0, 1.0), dtype=np.float32)
    frame[:, 1] *= -1
    parts = (points, *turns, placed, distance, feet, frame)
    return np.concatenate([part.reshape(count, -1) for part in parts], axis=1)


def nearest_rotations(matrices: Floats) -> Floats:
    """The rotation [..., 3, 3] nearest to each matrix, by singular values."""
    u, _, vt = np.linalg.svd(matrices)
    sign = np.linalg.det(u @ vt)
    u[..., :, -1] *= sign[..., None]
    return np.matmul(u, vt, dtype=np.float64)


__all__ = ["BODY_BONES", "Found", "Lifted", "Seen", "lift", "load_network", "run_network"]
