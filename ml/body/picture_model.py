"""The picture side of the body: the later layers of MediaPipe's pose network, trained further to read turned bones.

MediaPipe's network (pose_landmark_full.tflite, Apache-2.0, in the mediapipe wheel) has seen very many real people and
clothes, which rendered performers cannot stand in for. What its inner layer holds of a picture resolves depth that its
points leave open: which of two poses with the same outline it is. Blocks as the network has them: convolutions beside a
shortcut. Its own points are told beside, the surer across the picture, and the layers' map is looked at where they are:
whether a forearm comes near shows along the forearm.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ..features.arrays import BODY_LOOK as LOOK
from .bank import BODY_BONES, READING
from .pose_graph import bake

INNER: Final = 257
"""Number of the tensor of MediaPipe's model that is given to the layers here, [8, 8] of"""
INNER_CHANNELS: Final = 144
MAP_CHANNELS: Final = 288
"""Of the map [8, 8] that its points are read from; the blocks begin with it."""
MAP: Final = 300
"""Number of that map among the tensors of MediaPipe's model."""
_WIDE: Final = 864
HALVING: Final = (True, False, False, False, False, True, False, False, False, False, False)
"""Of each block, whether it halves the map [8, 8] it is given."""
_LAYERS: Final = (258, 259, 260, 262, 263, 264, 266, 267, 268, 270, 271, 299, 300)
"""Numbers of the tensors in MediaPipe's model that these layers make, up to the map; the blocks make those behind."""
BONES: Final = len(BODY_BONES)
PLACE_CHANNELS: Final = 3
"""Told beside the map: where in the camera's view the square is (across, up) and log of how wide it is."""
POINT_CHANNELS: Final = 6 * 33
"""Told beside the map: MediaPipe's points on the square's axes (`picture_examples.square_points`)."""
_JOINTS: Final = (0, 7, 8, 11, 12, 13, 14, 15, 16, 19, 20, 23, 24, 25, 26, 27, 28, 31, 32)
_LIMBS: Final = ((11, 13), (12, 14), (13, 15), (14, 16), (23, 25), (24, 26), (25, 27), (26, 28))
_ASKED: Final = tuple((joint, joint) for joint in _JOINTS) + _LIMBS
"""Pairs of MediaPipe's points in whose middle the map is looked at."""
_HEADS: Final = 4


@dataclass(frozen=True)
class PictureNetConfig:
    """What the network is made with."""

    look: int = LOOK
    hidden: int = 1024
    near: int = 96
    """Numbers for each place about which the map is looked at."""
    dropout: float = 0.2


class BodyPictureNet(nn.Module):
    """Maps [N, INNER_CHANNELS, 8, 8] of MediaPipe's inner layer, places [N, 3] and points [N, POINT_CHANNELS] to
    readings [N, READING], on the axes of the square, the distance in widths of it."""

    def __init__(self, config: PictureNetConfig) -> None:
        super().__init__()
        self.config = config
        self.usual: Tensor
        self.register_buffer("usual", torch.zeros(READING))
        self.layers = _Layers()
        self.blocks = nn.ModuleList(_Block(halves) for halves in HALVING)
        self.near = _Near(config.near, config.look)
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
        return self.read(self.look(maps, points), places, points)

    def look(self, maps: Tensor, points: Tensor) -> Tensor:
        """[N, LOOK] what is kept of each picture while the footage streams."""
        maps = self.layers(maps)
        near = self.near(maps, points)
        for block in self.blocks:
            maps = block(maps)
        return self.narrow(maps.flatten(1)) + near

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


class _Widened(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.widen = nn.Conv2d(INNER_CHANNELS, _WIDE, 1)
        self.depthwise = nn.Conv2d(_WIDE, _WIDE, 5, padding=2, groups=_WIDE)
        self.narrow = nn.Conv2d(_WIDE, INNER_CHANNELS, 1)

    def forward(self, x: Tensor) -> Tensor:
        wide = functional.relu6(self.depthwise(functional.relu6(self.widen(x))))
        return x + self.narrow(wide)


class _Layers(nn.Module):
    """From the inner layer to the map."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(_Widened() for _ in range(3))
        self.widen = nn.Conv2d(INNER_CHANNELS, _WIDE, 1)
        self.depthwise = nn.ModuleList(nn.Conv2d(_WIDE, _WIDE, 3, padding=1, groups=_WIDE) for _ in range(2))
        self.narrow = nn.Conv2d(_WIDE, MAP_CHANNELS, 1)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        x = functional.relu6(self.widen(x))
        for depthwise in self.depthwise:
            x = functional.relu6(depthwise(x))
        return functional.relu6(self.narrow(x))


class _Near(nn.Module):
    """What the map holds at the joints and between them, each asked together with the others and with the whole map."""

    def __init__(self, width: int, told: int) -> None:
        super().__init__()
        self.given = nn.Conv2d(MAP_CHANNELS, width, 1)
        self.where = nn.Parameter(0.02 * torch.randn(64, width))
        self.who = nn.Parameter(0.02 * torch.randn(len(_ASKED), width))
        self.here = nn.Linear(width, width)
        self.point = nn.Sequential(nn.Linear(6, width), nn.GELU(), nn.Linear(width, width))
        self.rounds = nn.ModuleList(_Round(width) for _ in range(2))
        self.tell = nn.Linear(len(_ASKED) * width, told)
        nn.init.zeros_(self.tell.weight)
        nn.init.zeros_(self.tell.bias)
        pairs = torch.tensor(_ASKED)
        self.first: Tensor
        self.second: Tensor
        self.register_buffer("first", pairs[:, 0], persistent=False)
        self.register_buffer("second", pairs[:, 1], persistent=False)

    def forward(self, maps: Tensor, points: Tensor) -> Tensor:
        flat, world = points[:, :66].unflatten(1, (33, 2)), points[:, 66:165].unflatten(1, (33, 3))
        all_points = torch.cat((flat, world, points[:, 165:, None]), dim=2)
        asked = 0.5 * (all_points[:, self.first] + all_points[:, self.second])
        given = self.given(maps)
        # The square is one wide, up is positive; the sampler's is two wide, down is positive.
        places = (asked[:, :, None, :2] * asked.new_tensor((2.0, -2.0))).clamp(-1, 1)
        here = functional.grid_sample(given.float(), places, align_corners=False, padding_mode="border")
        tokens = self.who + self.here(here[..., 0].transpose(1, 2)) + self.point(asked)
        around = given.flatten(2).transpose(1, 2) + self.where
        for one in self.rounds:
            tokens = one(tokens, around)
        return self.tell(tokens.flatten(1))


class _Round(nn.Module):
    """Each place asks the map and the other places."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.asks = nn.ModuleList(_Asking(width) for _ in range(2))
        self.norm = nn.LayerNorm(width)
        self.think = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, tokens: Tensor, around: Tensor) -> Tensor:
        tokens = self.asks[0](tokens, around)
        tokens = self.asks[1](tokens, tokens)
        return tokens + self.think(self.norm(tokens))


class _Asking(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.question, self.told = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.answer = nn.Linear(width, width)

    def forward(self, tokens: Tensor, others: Tensor) -> Tensor:
        question = self.question(self.norms[0](tokens)).unflatten(2, (_HEADS, -1)).transpose(1, 2)
        key, value = self.told(self.norms[1](others)).unflatten(2, (2 * _HEADS, -1)).transpose(1, 2).chunk(2, dim=1)
        answer = functional.scaled_dot_product_attention(question, key, value)
        return tokens + self.answer(answer.transpose(1, 2).flatten(2))


def load_mediapipe(net: BodyPictureNet, weights: dict[int, tuple[Tensor, Tensor]] | None = None) -> None:
    """Begin with MediaPipe's weights (`pose_graph.bake`)."""
    layers = net.layers
    own = [part for block in layers.blocks for part in (block.widen, block.depthwise, block.narrow)]
    own += [layers.widen, *layers.depthwise, layers.narrow]
    found = weights or bake()["weights"]
    numbers = list(_LAYERS) + sorted(number for number in found if number > MAP)
    own += [part for block in net.blocks for part in (block.depthwise, block.pointwise)]
    with torch.no_grad():
        for number, module in zip(numbers, own, strict=False):
            assert isinstance(module, nn.Conv2d) and module.bias is not None
            weight, bias = found[number]
            module.weight.copy_(weight)
            module.bias.copy_(bias)


def as_maps(inner: NDArray[np.floating]) -> Tensor:
    """[N, 8, 8, INNER_CHANNELS] as `BodyReader` gives them, as the network takes them."""
    return torch.from_numpy(np.ascontiguousarray(inner, dtype=np.float32)).permute(0, 3, 1, 2)


def config_dict(config: PictureNetConfig) -> dict[str, Any]:
    """As the model's card holds it."""
    return asdict(config)


def config_of(card: dict[str, Any]) -> PictureNetConfig:
    """Back from the card."""
    return PictureNetConfig(**card)
