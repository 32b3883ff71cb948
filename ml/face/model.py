"""The face network: pictures and aligned landmarks, beside the performer's own neutral, to ARKit weights.

Each frame is encoded twice, as it is and mirrored, and the two answers are averaged: left and right are the same to it
by construction. What identity and light add to a frame is taken out by the difference to the neutral frames' encoding.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..performers.performer import gaze_weights
from ..take import FACE_NAMES
from ..take.names import mirrored
from .align import align, eye_features
from .backbone import MAP_CHANNELS, Backbone
from .covered import Covered
from .eyes import EyeNet, Finer, Glance

Floats = NDArray[np.floating]

PREDICTED: Final[tuple[str, ...]] = tuple(name for name in FACE_NAMES if not name.startswith("eyeLook"))
"""The 44 weights the network gives; the 8 eyeLook weights follow from the gaze."""

GAZE_SCALE: Final = 30.0  # degrees that the network counts as 1
_EYES, _TURN, _GAZE, _FACING = 6, 3, 4, 3
EYE_BLINKS: Final = [PREDICTED.index(f"eyeBlink{side}") for side in ("Left", "Right")]
"""Of the left and the right eye, as the gaze has them."""
MOUTH: Final = [i for i, name in enumerate(PREDICTED) if name.startswith(("mouth", "jaw", "tongue", "cheekPuff"))]
UPPER: Final = [i for i, name in enumerate(PREDICTED) if name.startswith(("eye", "brow"))]
"""What of the predicted weights a hidden mouth does not show, and hidden eyes."""
PITCHES: Final = [len(PREDICTED) + 1, len(PREDICTED) + 3]
"""Where the network tells how high the left and the right eye look."""
_STRETCH = 2000  # frames aligned at once, so that double precision takes no more memory for longer footage
_SHAPE_SCALE = 30.0  # brings landmark displacements, in eye distances, near unit size


@dataclass(frozen=True)
class FaceNetConfig:
    """The network's size."""

    points: int = 478
    crop: int = 96
    """Side of the pictures it looks at, pixels; a multiple of 32."""
    look: int = 224
    """Numbers that stand for a picture."""
    eye: int = 48
    """Numbers that stand for the picture of one eye."""
    shape: int = 192
    """Numbers that stand for the landmarks."""
    width: int = 224
    layers: int = 3
    kernel: int = 5
    dropout: float = 0.15
    finer: int = 0
    """Blocks more behind the layers of MediaPipe, and in the eyes' network."""
    covers: bool = False
    """Whether it can tell mouths and eyes with something before them."""
    gains: tuple[float, ...] = ()
    """How much bolder a take is than the network, for each predicted weight (see `ml.face.liveliness`)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "gains", tuple(self.gains))  # JSON brings a list

    @property
    def looks(self) -> int:
        """Numbers that stand for all that is seen in one picture: the face, the right eye, the left eye."""
        return self.look + 2 * self.eye


class PictureNet(nn.Module):
    """Face pictures [N, 3, S, S] 0..1 (see `ml.face.crop`) to what they look like [N, look]."""

    def __init__(self, config: FaceNetConfig) -> None:
        super().__init__()
        self.backbone = Backbone()
        fine, coarse = config.crop // 16, config.crop // 32
        self.finer = nn.Sequential(*(Finer(MAP_CHANNELS) for _ in range(config.finer)))
        self.finest = nn.Sequential(*(Finer(MAP_CHANNELS) for _ in range(config.finer)))
        self.narrow = nn.Sequential(nn.Conv2d(MAP_CHANNELS, 32, 1), nn.PReLU(32))
        self.gather = nn.Linear(32 * fine * fine + MAP_CHANNELS * coarse * coarse, config.look)
        self.settle = nn.LayerNorm(config.look)

    def forward(self, pictures: Tensor, frozen: int = 0) -> Tensor:
        """frozen: how many of the backbone's first blocks do not learn."""
        middle, last = self.backbone(pictures, frozen)
        middle, last = self.finer(middle), self.finest(last)
        flat = torch.cat((self.narrow(middle).flatten(1), last.flatten(1)), dim=1)
        return self.settle(self.gather(flat))


@dataclass(frozen=True)
class Seen:
    """B performances of T frames as the network takes them, seen straight or in the mirror."""

    look: Tensor
    """[B, T, looks], 0 where there is no picture."""
    pictured: Tensor
    """[B, T, 1] 1 where there is a picture."""
    shape: Tensor
    """[B, T, 478, 3] aligned landmarks minus the canonical face."""
    eyes: Tensor
    """[B, T, 6] see `eye_features`."""
    turn: Tensor
    """[B, T, 3] the head's turn as a rotation vector."""


class FaceNet(nn.Module):
    """Per-frame encoding, then residual temporal convolutions over `layers * (kernel - 1) + 1` frames."""

    mirror: Tensor
    canonical: Tensor

    def __init__(self, config: FaceNetConfig, canonical: NDArray[np.floating], mirror: NDArray[np.integer]) -> None:
        """canonical [478, 3]: the face everything is aligned to; mirror [478]: each landmark's other side."""
        super().__init__()
        self.config = config
        # Copies: weights loaded into this network would else change whoever lent it these.
        self.register_buffer("canonical", torch.tensor(np.asarray(canonical), dtype=torch.float32))
        self.register_buffer("mirror", torch.tensor(np.asarray(mirror), dtype=torch.int64))
        self.picture = PictureNet(config)
        self.eye = EyeNet(config.eye, config.finer)
        self.glance = Glance(config.eye)
        self.covered = Covered(config.look) if config.covers else None
        self.shape = nn.Linear(3 * config.points, config.shape)
        width, both = config.width, config.looks + config.shape
        self.encode = nn.Sequential(
            nn.Linear(2 * both + 2 * _EYES + _TURN + 2, 2 * width), nn.GELU(), nn.Dropout(config.dropout),
            nn.Linear(2 * width, width), nn.GELU(), nn.Dropout(config.dropout),
        )  # fmt: skip
        self.blocks = nn.ModuleList(_temporal(width, config) for _ in range(config.layers))
        self.head = nn.Linear(width, len(PREDICTED) + _GAZE + _FACING)
        with torch.no_grad():
            self.head.weight.mul_(0.1)
            self.head.bias.zero_()

    def forward(
        self, straight: Seen, mirror: Seen, neutral: tuple[Tensor, Tensor] | None, known: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Weights [B, T, 44], gaze [B, T, 2, 2] in units of GAZE_SCALE, correction of the turn [B, T, 3].

        neutral: `reading` of the neutral face straight and mirrored [B, R]; None = not known (yet). known [B, 1]: 0 for
        performances whose neutral is to be left out.
        """
        one = self.one_side(straight, None if neutral is None else neutral[0], known)
        other = unmirrored(*self.one_side(mirror, None if neutral is None else neutral[1], known))
        weights, gaze, facing = ((a + b) / 2 for a, b in zip(one, other, strict=True))
        return weights, gaze, facing

    def one_side(
        self,
        seen: Seen,
        neutral: Tensor | None,
        known: Tensor | None = None,
        in_time: bool = True,
        exchange: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What one of the two views says; `in_time` False looks at each frame alone.

        exchange [B, 1] 0..1, in training: how far each performer is given the next one's features with their own
        movement, so that the network cannot know people by heart.
        """
        reading = self.reading(seen)
        frames = reading.shape[1]
        split = self.config.looks + self.config.shape
        absolute = reading[..., :split]
        if neutral is None:
            moved, given = torch.zeros_like(reading), reading.new_zeros(reading.shape[0], 1)
        else:
            given = reading.new_ones(reading.shape[0], 1) if known is None else known
            moved = (reading - neutral[:, None]) * given[:, None]
            # Without a picture in the frame there is nothing to compare the neutral's look with.
            moved = torch.cat(
                (moved[..., : self.config.looks] * seen.pictured, moved[..., self.config.looks :]), dim=-1
            )
            if exchange is not None:
                stranger = (neutral.roll(1, dims=0) - neutral)[:, None, :split] * exchange[:, None]
                # Eyes stay: where somebody looks while neutral is no feature of theirs.
                stranger[..., self.config.look : self.config.looks] = 0
                absolute = absolute + stranger
        flags = torch.cat((seen.pictured, given[:, None].expand(-1, frames, -1)), dim=-1)
        parts = (absolute * 0.5, moved[..., :split], 4 * seen.eyes, 4 * moved[..., split:], seen.turn, flags)
        x = self.encode(torch.cat(parts, dim=-1))
        if in_time:
            x = x.transpose(1, 2)
            for block in self.blocks:
                x = x + block(x)
            x = x.transpose(1, 2)
        out = self.head(x)
        count = len(PREDICTED)
        own, other = seen.look[..., self.config.look :].chunk(2, dim=-1)
        gaze = (
            out[..., count : count + _GAZE].unflatten(-1, (2, 2))
            + self.glance(own, other, seen.eyes, seen.turn, seen.pictured)[0]
        )
        return out[..., :count], gaze, out[..., count + _GAZE :]

    def reading(self, seen: Seen) -> Tensor:
        """[B, T, R] what is compared with the neutral: look, landmarks, eyes."""
        shape = self.shape(seen.shape.flatten(-2) * _SHAPE_SCALE) / 4
        return torch.cat((seen.look * seen.pictured, shape, seen.eyes), dim=-1)

    def mirrored(self, seen: Seen, look: Tensor) -> Seen:
        """The mirror image of what was seen; `look` of the mirrored pictures comes from `picture`."""
        flip = seen.shape.new_tensor((-1.0, 1.0, 1.0))
        # Eyes come as right x, right z, left x, left z, right opening, left opening.
        eyes = seen.eyes[..., [2, 3, 0, 1, 5, 4]] * seen.eyes.new_tensor((-1.0, 1.0, -1.0, 1.0, 1.0, 1.0))
        return Seen(look, seen.pictured, seen.shape[..., self.mirror, :] * flip, eyes, mirrored_turn(seen.turn))


def _temporal(width: int, config: FaceNetConfig) -> nn.Sequential:
    last = nn.Conv1d(width, width, 1)
    nn.init.zeros_(last.weight)  # at first, time changes nothing
    nn.init.zeros_(last.bias)  # type: ignore[arg-type]
    return nn.Sequential(
        nn.Conv1d(width, width, config.kernel, padding=config.kernel // 2, padding_mode="replicate"),
        nn.GELU(), nn.Dropout(config.dropout), last,
    )  # fmt: skip


_MIRRORED: Final = [PREDICTED.index(mirrored(name)) for name in PREDICTED]


def mirrored_turn(turn: Tensor) -> Tensor:
    """Rotation vectors [..., 3] of the mirror image."""
    return turn * turn.new_tensor((1.0, -1.0, -1.0))


def unmirrored(weights: Tensor, gaze: Tensor, facing: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What was seen in the mirror, of the face itself (and the other way round)."""
    return weights[..., _MIRRORED], gaze.flip(-2) * gaze.new_tensor((-1.0, 1.0)), mirrored_turn(facing)


@dataclass(frozen=True)
class FaceInput:
    """T frames of one performer, as arrays."""

    aligned: NDArray[np.float32]
    """[T, 478, 3]"""
    eyes: NDArray[np.float32]
    """[T, 6]"""
    turn: NDArray[np.float32]
    """[T, 3] rotation vector of the head as seen."""
    looks: NDArray[np.float32] | None = None
    """[T, 2, look] of the pictures, straight and mirrored; NaN where there is none."""

    def seen(self, net: FaceNet, part: slice | NDArray[np.integer] = slice(None)) -> tuple[Seen, Seen]:
        """The frames `part` as the network takes them, straight and mirrored, one performance."""
        shape = torch.as_tensor(self.aligned[part])[None] - net.canonical
        frames = shape.shape[1]
        looks = torch.zeros(frames, 2, net.config.looks)
        pictured = torch.zeros(1, frames, 1)
        if self.looks is not None:
            chosen = self.looks[part]
            there = np.isfinite(chosen).all(axis=(1, 2))
            looks = torch.as_tensor(np.where(there[:, None, None], chosen, 0).astype(np.float32))
            pictured = torch.as_tensor(there.astype(np.float32))[None, :, None]
        eyes, turn = torch.as_tensor(self.eyes[part])[None], torch.as_tensor(self.turn[part])[None]
        straight = Seen(looks[None, :, 0], pictured, shape, eyes, turn)
        return straight, net.mirrored(straight, looks[None, :, 1])


def face_input(landmarks: Floats, canonical: Floats, looks: Floats | None = None) -> FaceInput:
    """Landmarks [T, 478, 3] in pixels, without gaps, and the looks of the pictures, as the network takes them."""
    from ..take import rotation

    frames = len(landmarks)
    aligned, eyes = np.empty((frames, landmarks.shape[1], 3), np.float32), np.empty((frames, _EYES), np.float32)
    turn = np.empty((frames, _TURN), np.float32)
    for start in range(0, frames, _STRETCH):
        part = slice(start, start + _STRETCH)
        straight, turned = align(landmarks[part], canonical)
        aligned[part], eyes[part] = straight, eye_features(straight)
        turn[part] = rotation.to_rotvec(rotation.from_matrix(np.swapaxes(turned, 1, 2)))
    return FaceInput(aligned, eyes, turn, None if looks is None else np.asarray(looks, dtype=np.float32))


def to_face_weights(predicted: Floats, gaze: Floats) -> NDArray[np.float64]:
    """All 52 weights [T, 52] within 0..1 from the network's 44 [T, 44] and the gaze [T, 2, 2] in degrees."""
    weights = gaze_weights(np.asarray(gaze, dtype=np.float64))
    weights[:, [FACE_NAMES.index(name) for name in PREDICTED]] = np.clip(predicted, 0, 1)
    return weights


def config_dict(config: FaceNetConfig) -> dict[str, Any]:
    """The configuration as JSON values."""
    return asdict(config)
