"""A network that reads a hand: from the detector's 21 points to the rotations of the hand, fingers and thumb.

Every hand is brought to one form first: a left hand, seen along its own line of sight, its knuckles above its wrist, of
unit size. What the form took out (mirroring, line of sight, turn in the picture) is put back into the rotations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..take import rotation
from ..weights.registry import load_weights

Floats = NDArray[np.float64]

MODEL_NAME: Final = "hands"
FINGER_BONES: Final = 15
INPUTS: Final = 21 * 3 + 21 * 3 + 4
"""Image points with depth, world points, and: looks like this side, forearm's direction in the picture (2, 0 0 if
unknown), whether that is known."""
_GROUPS: Final = 6
"""Of uncertainty: the hand, then thumb and fingers."""
_OUTPUTS: Final = 6 + 3 * FINGER_BONES + _GROUPS
_STEADY: Final = (0, 5, 9, 13, 17)


@dataclass(frozen=True)
class HandForm:
    """N hands in the one form, and the way back."""

    inputs: NDArray[np.float32]
    """[N, INPUTS]"""
    back: Floats
    """[N, 4] from the form's axes to the stage's (still mirrored for right hands)."""
    is_left: NDArray[np.bool_]
    """[N]"""


@dataclass(frozen=True)
class HandsRead:
    """What the network made of N hands."""

    hand: Floats
    """[N, 4] rotation from the T-pose, stage axes of a level camera."""
    fingers: Floats
    """[N, 15, 4] rotations of the finger bones (`hand_bones.HAND_BONES`) relative to their parents."""
    hand_spread: Floats
    """[N] how far off the hand's rotation is expected to be, radians."""
    finger_spread: Floats
    """[N, 5] the same of thumb, index, middle, ring and little finger."""


class HandNetwork(nn.Module):
    """A plain network with skips: a hand's points tell its pose without any other frame."""

    def __init__(self, width: int = 384, layers: int = 3, dropout: float = 0.05) -> None:
        super().__init__()
        self.first = nn.Linear(INPUTS, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.Dropout(dropout),
                          nn.Linear(width, width))
            for _ in range(layers)
        )  # fmt: skip
        self.last = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, _OUTPUTS))

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Matrices [N, 3, 3] of the hand, rotation vectors [N, 15, 3] of the fingers, log spreads [N, 6]."""
        x = self.first(inputs)
        for block in self.blocks:
            x = x + block(x)
        out = self.last(x)
        fingers = out[:, 6 : 6 + 3 * FINGER_BONES].reshape(-1, FINGER_BONES, 3)
        return orthogonal(out[:, :6]), fingers, out[:, -_GROUPS:].clamp(-4.0, 1.5)


def orthogonal(six: Tensor) -> Tensor:
    """[N, 6] to rotation matrices [N, 3, 3] (Zhou et al., "On the continuity of rotation representations", 2019)."""
    first = nn.functional.normalize(six[:, :3] + six.new_tensor((1.0, 0.0, 0.0)), dim=-1)
    second = six[:, 3:] + six.new_tensor((0.0, 1.0, 0.0))
    second = nn.functional.normalize(second - (first * second).sum(-1, keepdim=True) * first, dim=-1)
    return torch.stack((first, second, torch.linalg.cross(first, second)), dim=-1)


def form_of(points: Floats, world: Floats, leftness: Floats, is_left: NDArray[np.bool_], forearm: Floats) -> HandForm:
    """Bring hands to the one form.

    points [N, 21, 3]: x and y in rays, depth in the same scale; world [N, 21, 3] metres, camera axes; leftness [N] 0..1
    from looks; forearm [N, 2] its direction in the picture (y down), 0 0 where unknown.
    """
    side = np.where(is_left, 1.0, -1.0)[:, None, None]
    flip = np.concatenate((side, np.ones_like(side), np.ones_like(side)), axis=-1)
    points, world, forearm = points * flip, world * flip, forearm * flip[:, 0, :2]
    sight = _line_of_sight(points[..., :2].mean(axis=1))
    # Stage axes: x right, y away, z up. The form looks along the hand's own line of sight.
    rays = np.stack((points[..., 0], np.ones(points.shape[:2]), -points[..., 1]), axis=-1)
    rays = rotation.rotate(rotation.conjugate(sight)[:, None], rays)
    flat = np.stack((rays[..., 0] / rays[..., 1], rays[..., 2] / rays[..., 1]), axis=-1)
    knuckles = 0.25 * flat[:, 5] + 0.5 * flat[:, 9] + 0.25 * flat[:, 13] - flat[:, 0]
    turn = np.arctan2(knuckles[:, 0], knuckles[:, 1])
    upright = rotation.from_rotvec(np.stack((np.zeros_like(turn), turn, np.zeros_like(turn)), axis=-1))
    cosine, sine = np.cos(turn)[:, None], np.sin(turn)[:, None]

    def level(vectors: Floats) -> Floats:
        x, y = vectors[..., 0], vectors[..., 1]
        return np.stack((cosine * x - sine * y, sine * x + cosine * y), axis=-1)

    flat = level(flat - flat.mean(axis=1, keepdims=True))
    size = np.sqrt((flat**2).sum(axis=-1).mean(axis=1))[:, None, None] + 1e-9
    depth = (points[..., 2] - points[:, :1, 2])[..., None] / size
    stage_world = np.stack((world[..., 0], world[..., 2], -world[..., 1]), axis=-1)
    stage_world = rotation.rotate(rotation.conjugate(upright)[:, None], stage_world)
    stage_world = stage_world - stage_world[:, list(_STEADY)].mean(axis=1, keepdims=True)
    length = np.linalg.norm(stage_world[:, list(_STEADY)], axis=-1).mean(axis=1)[:, None, None] + 1e-9
    known = (np.abs(forearm).sum(axis=-1) > 0).astype(np.float64)
    arm = level(np.stack((forearm[:, 0], -forearm[:, 1]), axis=-1)[:, None])[:, 0]
    looks = np.where(is_left, leftness, 1 - leftness)
    inputs = np.concatenate(
        (
            np.concatenate((flat / size, depth), axis=-1).reshape(len(points), -1),
            (stage_world / length / 2).reshape(len(points), -1),
            looks[:, None], arm, known[:, None],
        ),
        axis=1,
    )  # fmt: skip
    return HandForm(inputs.astype(np.float32), rotation.multiply(sight, upright), is_left)


def mirrored(q: Floats) -> Floats:
    """Rotations [..., 4] as seen in a mirror that exchanges left and right."""
    return np.asarray(q) * np.array([1.0, 1.0, -1.0, -1.0])


def to_form(form: HandForm, hand: Floats) -> Floats:
    """Hand rotations [N, 4] on the stage in the form's axes."""
    left = np.where(form.is_left[:, None], hand, mirrored(hand))
    return rotation.multiply(rotation.conjugate(form.back), left)


def from_form(form: HandForm, hand: Floats) -> Floats:
    """The way back of `to_form`."""
    left = rotation.multiply(form.back, hand)
    return np.where(form.is_left[:, None], left, mirrored(left))


def read_hands(form: HandForm) -> HandsRead:
    """Run the network over hands in the one form."""
    network = _network()
    with torch.inference_mode():
        matrices, vectors, spreads = network(torch.from_numpy(form.inputs))
    hand = rotation.from_matrix(matrices.numpy().astype(np.float64))
    fingers = rotation.from_rotvec(vectors.numpy().astype(np.float64))
    fingers = np.where(form.is_left[:, None, None], fingers, mirrored(fingers))
    spread = np.exp(spreads.numpy().astype(np.float64))
    return HandsRead(from_form(form, hand), fingers, spread[:, 0], spread[:, 1:])


def _line_of_sight(centre: Floats) -> Floats:
    """Turns [N, 4] from the camera's axis onto the rays through centres [N, 2] (x right, y down), without roll."""
    rays = np.stack((centre[:, 0], np.ones(len(centre)), -centre[:, 1]), axis=-1)
    return rotation.between(np.array((0.0, 1.0, 0.0)), rays)


@lru_cache(maxsize=1)
def _network() -> HandNetwork:
    card, tensors = load_weights(MODEL_NAME)
    network = HandNetwork(**card.config)
    network.load_state_dict(tensors)
    return network.eval()
