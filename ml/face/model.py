"""The face network: aligned landmarks minus the performer's neutral, over a short window of time, to ARKit weights."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..performers.performer import gaze_weights
from ..take import FACE_NAMES
from ..take.names import mirrored
from .align import align, eye_features

Floats = NDArray[np.floating]

PREDICTED: Final[tuple[str, ...]] = tuple(name for name in FACE_NAMES if not name.startswith("eyeLook"))
"""The 44 weights the network gives; the 8 eyeLook weights follow from the gaze."""

GAZE_SCALE: Final = 30.0  # degrees that the network counts as 1
_EYE_FEATURES = 6
_POSE_FEATURES = 3
# Typical spread of landmark displacements, in eye distances: brings the inputs near unit size.
_DISPLACEMENT_SCALE = 30.0
_SHAPE_SCALE = 10.0


@dataclass(frozen=True)
class FaceNetConfig:
    """The network's size."""

    points: int = 478
    width: int = 192
    layers: int = 3
    kernel: int = 5
    dropout: float = 0.1


class FaceNet(nn.Module):
    """Per-frame encoding, then residual temporal convolutions; a window of `layers * (kernel - 1) + 1` frames."""

    mirror: Tensor
    canonical: Tensor

    def __init__(self, config: FaceNetConfig, canonical: NDArray[np.floating], mirror: NDArray[np.integer]) -> None:
        """canonical [478, 3]: the face everything is aligned to; mirror [478]: each landmark's other side."""
        super().__init__()
        self.config = config
        self.register_buffer("canonical", torch.as_tensor(np.asarray(canonical), dtype=torch.float32))
        self.register_buffer("mirror", torch.as_tensor(np.asarray(mirror), dtype=torch.int64))
        width = config.width
        self.encode = nn.Sequential(
            nn.Linear(3 * config.points + _EYE_FEATURES + _POSE_FEATURES, width), nn.GELU(), nn.Dropout(config.dropout)
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(width, width, config.kernel, padding=config.kernel // 2, padding_mode="replicate"),
                nn.GELU(),
                nn.Dropout(config.dropout),
                nn.Conv1d(width, width, 1),
            )
            for _ in range(config.layers)
        )
        self.head = nn.Linear(width, len(PREDICTED) + 4)
        self.facing = nn.Sequential(
            nn.Linear(3 * config.points + _POSE_FEATURES, 32),
            nn.GELU(),
            nn.Dropout(2 * config.dropout),
            nn.Linear(32, 3),
        )
        with torch.no_grad():
            for last in (self.head, self.facing[-1]):
                last.weight.mul_(0.1)  # type: ignore[union-attr,operator]
                last.bias.zero_()  # type: ignore[union-attr,operator]

    def forward(self, displacement: Tensor, eyes: Tensor, turn: Tensor) -> tuple[Tensor, Tensor]:
        """Weights [B, T, 44] and gaze [B, T, 2, 2] in units of GAZE_SCALE: the mean of the face and its mirror image.

        displacement [B, T, 478, 3] from the neutral, eyes [B, T, 6] (`eye_features`), turn [B, T, 3] rotation vector.
        """
        straight = self._one_side(displacement, eyes, turn)
        weights, gaze = self._one_side(*self._reflect(displacement, eyes, turn))
        return (straight[0] + weights[..., _MIRRORED]) / 2, (straight[1] + _reflect_gaze(gaze)) / 2

    def correct_facing(self, shape: Tensor, turn: Tensor) -> Tensor:
        """The rotation vector [..., 3] still to add to the aligned turn, head first.

        Skulls differ in what lies straight ahead; `shape` [..., 478, 3] is the aligned face minus the canonical one.
        """
        flip = shape.new_tensor((-1.0, 1.0, 1.0))
        turned_over = shape.new_tensor((1.0, -1.0, -1.0))
        straight = self._facing(shape, turn)
        mirrored_turn = self._facing(shape[..., self.mirror, :] * flip, turn * turned_over)
        return (straight + mirrored_turn * turned_over) / 2

    def _facing(self, shape: Tensor, turn: Tensor) -> Tensor:
        return self.facing(torch.cat((shape.flatten(-2) * _SHAPE_SCALE, turn), dim=-1))

    def _one_side(self, displacement: Tensor, eyes: Tensor, turn: Tensor) -> tuple[Tensor, Tensor]:
        batch, frames = displacement.shape[:2]
        flat = displacement.reshape(batch, frames, -1) * _DISPLACEMENT_SCALE
        x = self.encode(torch.cat((flat, eyes * 4, turn), dim=-1)).transpose(1, 2)
        for block in self.blocks:
            x = x + block(x)
        out = self.head(x.transpose(1, 2))
        return out[..., : len(PREDICTED)], out[..., len(PREDICTED) :].reshape(batch, frames, 2, 2)

    def _reflect(self, displacement: Tensor, eyes: Tensor, turn: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        flip = displacement.new_tensor((-1.0, 1.0, 1.0))
        # Eyes come as right x, right z, left x, left z, right opening, left opening.
        swapped = eyes[..., [2, 3, 0, 1, 5, 4]] * eyes.new_tensor((-1.0, 1.0, -1.0, 1.0, 1.0, 1.0))
        return displacement[..., self.mirror, :] * flip, swapped, turn * turn.new_tensor((1.0, -1.0, -1.0))


_MIRRORED: Final = [PREDICTED.index(mirrored(name)) for name in PREDICTED]


def _reflect_gaze(gaze: Tensor) -> Tensor:
    """The other eye's gaze with its yaw turned over."""
    return gaze.flip(-2) * gaze.new_tensor((-1.0, 1.0))


@dataclass(frozen=True)
class FaceInput:
    """What the network sees of T frames."""

    aligned: NDArray[np.float32]
    """[T, 478, 3]"""
    eyes: NDArray[np.float32]
    """[T, 6]"""
    turn: NDArray[np.float32]
    """[T, 3] rotation vector of the head as seen."""


def face_input(landmarks: Floats, canonical: Floats) -> FaceInput:
    """Landmarks [T, 478, 3] in pixels, without gaps, as the network takes them."""
    from ..take import rotation

    aligned, turn = align(landmarks, canonical)
    rotvec = rotation.to_rotvec(rotation.from_matrix(np.swapaxes(turn, 1, 2)))
    return FaceInput(aligned.astype(np.float32), eye_features(aligned).astype(np.float32), rotvec.astype(np.float32))


def to_face_weights(predicted: Floats, gaze: Floats) -> NDArray[np.float64]:
    """All 52 weights [T, 52] within 0..1 from the network's 44 [T, 44] and the gaze [T, 2, 2] in degrees."""
    weights = gaze_weights(np.asarray(gaze, dtype=np.float64))
    weights[:, [FACE_NAMES.index(name) for name in PREDICTED]] = np.clip(predicted, 0, 1)
    return weights


def config_dict(config: FaceNetConfig) -> dict[str, float | int]:
    """The configuration as JSON values."""
    return asdict(config)
