"""The picture side of the body: the last layers of MediaPipe's pose network, trained further to read turned bones.

MediaPipe's network (pose_landmark_full.tflite, Apache-2.0, in the mediapipe wheel) has seen very many real people and
clothes, which rendered performers cannot stand in for. What its inner layer holds of a picture resolves depth that its
points leave open: which of two poses with the same outline it is. Blocks as the network has them: a depthwise and a
pointwise convolution beside a shortcut. Its own points are told beside: they are the surer across the picture.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ..features.arrays import BODY_LOOK as LOOK
from .bank import BODY_BONES, READING
from .tflite import convolutions

MAP_CHANNELS: Final = 288
HALVING: Final = (True, False, False, False, False, True, False, False, False, False, False)
"""Of each block, whether it halves the map [8, 8] it is given."""
_FIRST_LAYER: Final = 242
"""Number of the operator in MediaPipe's model with which the blocks begin."""
BONES: Final = len(BODY_BONES)
PLACE_CHANNELS: Final = 3
"""Told beside the map: where in the camera's view the square is (across, up) and log of how wide it is."""
POINT_CHANNELS: Final = 6 * 33
"""Told beside the map: MediaPipe's points on the square's axes (`picture_examples.square_points`)."""


@dataclass(frozen=True)
class PictureNetConfig:
    """What the network is made with."""

    look: int = LOOK
    hidden: int = 1024
    dropout: float = 0.2


class BodyPictureNet(nn.Module):
    """Maps [N, 288, 8, 8] of MediaPipe's inner layer, places [N, 3] and points [N, POINT_CHANNELS] to readings
    [N, READING], on the axes of the square, the distance in widths of it."""

    def __init__(self, config: PictureNetConfig) -> None:
        super().__init__()
        self.config = config
        self.usual: Tensor
        self.register_buffer("usual", torch.zeros(READING))
        self.blocks = nn.ModuleList(_Block(halves) for halves in HALVING)
        self.narrow = nn.Linear(4 * MAP_CHANNELS, config.look)
        given = config.look + PLACE_CHANNELS + POINT_CHANNELS
        self.straight = nn.Linear(given, READING)
        self.bent = nn.Sequential(
            nn.Dropout(config.dropout), nn.Linear(given, config.hidden), nn.GELU(), nn.Dropout(config.dropout),
            nn.Linear(config.hidden, READING),
        )  # fmt: skip
        nn.init.normal_(self.straight.weight, std=0.01)
        nn.init.zeros_(self.straight.bias)

    def forward(self, maps: Tensor, places: Tensor, points: Tensor) -> Tensor:
        return self.read(self.look(maps), places, points)

    def look(self, maps: Tensor) -> Tensor:
        """[N, LOOK] what is kept of each picture while the footage streams."""
        for block in self.blocks:
            maps = block(maps)
        return self.narrow(maps.flatten(1))

    def read(self, looks: Tensor, places: Tensor, points: Tensor) -> Tensor:
        """Readings [N, READING] of looks; places, points: see PLACE_CHANNELS and POINT_CHANNELS."""
        given = torch.cat((looks, places, points), dim=1)
        return self.usual + self.straight(given) + self.bent(given)


class _Block(nn.Module):
    def __init__(self, halves: bool) -> None:
        super().__init__()
        self.halves = halves
        self.depthwise = nn.Conv2d(
            MAP_CHANNELS, MAP_CHANNELS, 3, 2 if halves else 1, 0 if halves else 1, groups=MAP_CHANNELS
        )  # fmt: skip
        self.pointwise = nn.Conv2d(MAP_CHANNELS, MAP_CHANNELS, 1)

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x
        if self.halves:  # TensorFlow pads at the right and the bottom alone
            shortcut = functional.max_pool2d(x, 2)
            x = functional.pad(x, (0, 1, 0, 1))
        return functional.relu6(self.pointwise(functional.relu6(self.depthwise(x))) + shortcut)


def load_mediapipe(net: BodyPictureNet) -> None:
    """Begin with MediaPipe's weights."""
    layers = convolutions(_model_path(), _FIRST_LAYER)
    with torch.no_grad():
        for block in net.blocks:
            for module in (block.depthwise, block.pointwise):
                assert isinstance(module, nn.Conv2d) and module.bias is not None
                weight, bias = next(layers)
                # TensorFlow: pointwise out, h, w, in; depthwise 1, h, w, channels.
                order = (3, 0, 1, 2) if module.groups > 1 else (0, 3, 1, 2)
                module.weight.copy_(torch.as_tensor(np.transpose(weight, order).copy()))
                module.bias.copy_(torch.as_tensor(bias))


def _model_path() -> Path:
    import mediapipe

    return Path(mediapipe.__file__ or "").parent / "modules" / "pose_landmark" / "pose_landmark_full.tflite"


def as_maps(inner: NDArray[np.floating]) -> Tensor:
    """[N, 8, 8, 288] as `BodyReader` gives them, as the network takes them."""
    return torch.from_numpy(np.ascontiguousarray(inner, dtype=np.float32)).permute(0, 3, 1, 2)


def config_dict(config: PictureNetConfig) -> dict[str, Any]:
    """As the model's card holds it."""
    return asdict(config)


def config_of(card: dict[str, Any]) -> PictureNetConfig:
    """Back from the card."""
    return PictureNetConfig(**card)
