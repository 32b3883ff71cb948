"""The picture side of the face network: the layers of MediaPipe's face-landmark network, to be trained further.

Those layers (face_landmark.tflite, Apache-2.0, in the mediapipe wheel) have seen many real faces in many lights, which
rendered performers cannot stand in for. Blocks after Bazarevsky et al., "BlazeFace" (2019): a depthwise and a pointwise
convolution beside a shortcut.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

STAGES: Final[tuple[tuple[int, int], ...]] = ((16, 0), (16, 0), (32, 1), (32, 0), (32, 0), (64, 1), (64, 0), (64, 0),
                                              (128, 1), (128, 0), (128, 0), (128, 1), (128, 0), (128, 0))  # fmt: skip
"""Each block's channels and whether it halves the picture; the first convolution has halved it already."""
MAP_CHANNELS: Final = 128


class Block(nn.Module):
    """Depthwise 3 x 3, pointwise, shortcut, PReLU."""

    def __init__(self, channels_in: int, channels: int, halves: bool) -> None:
        super().__init__()
        self.halves, self.extra = halves, channels - channels_in
        self.depthwise = nn.Conv2d(
            channels_in, channels_in, 3, 2 if halves else 1, 0 if halves else 1, groups=channels_in
        )  # fmt: skip
        self.pointwise = nn.Conv2d(channels_in, channels, 1)
        self.act = nn.PReLU(channels)

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x
        if self.halves:  # TensorFlow pads at the right and the bottom alone
            shortcut = functional.max_pool2d(x, 2)
            x = functional.pad(x, (0, 1, 0, 1))
        if self.extra:
            shortcut = functional.pad(shortcut, (0, 0, 0, 0, 0, self.extra))
        return self.act(self.pointwise(self.depthwise(x)) + shortcut)


class Backbone(nn.Module):
    """Pictures [N, 3, S, S] 0..1 to maps [N, 128, S/16, S/16] and [N, 128, S/32, S/32]."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, 2)
        self.act = nn.PReLU(16)
        before = [16, *(channels for channels, _ in STAGES)]
        self.blocks = nn.ModuleList(
            Block(before[i], channels, bool(halves)) for i, (channels, halves) in enumerate(STAGES)
        )

    def forward(self, pictures: Tensor, frozen: int = 0) -> tuple[Tensor, Tensor]:
        """frozen: how many of the first blocks do not learn."""
        with torch.set_grad_enabled(frozen == 0 and torch.is_grad_enabled()):
            x = self.act(self.first(functional.pad(pictures, (0, 1, 0, 1))))
        middle = x
        for number, block in enumerate(self.blocks):
            with torch.set_grad_enabled(number >= frozen and torch.is_grad_enabled()):
                x = block(x)
            if number == 10:
                middle = x
        return middle, x


def load_mediapipe(backbone: Backbone) -> None:
    """Begin with MediaPipe's weights."""
    tensors = _convolutions(_model_path())
    own: list[nn.Module] = [backbone.first, backbone.act]
    for block in backbone.blocks:
        own += [block.depthwise, block.pointwise, block.act]  # type: ignore[list-item]
    with torch.no_grad():
        for module, (weight, bias) in zip(own, tensors, strict=False):
            if isinstance(module, nn.PReLU):
                module.weight.copy_(torch.as_tensor(weight.ravel()))
                continue
            assert isinstance(module, nn.Conv2d) and bias is not None
            # TensorFlow: pointwise out, h, w, in; depthwise 1, h, w, channels.
            order = (3, 0, 1, 2) if module.groups > 1 else (0, 3, 1, 2)
            module.weight.copy_(torch.as_tensor(np.transpose(weight, order).copy()))
            module.bias.copy_(torch.as_tensor(bias))  # type: ignore[union-attr]


def _model_path() -> Path:
    import mediapipe

    return Path(mediapipe.__file__ or "").parent / "modules" / "face_landmark" / "face_landmark.tflite"


def _convolutions(path: Path) -> list[tuple[NDArray[np.float32], NDArray[np.float32] | None]]:
    """(weight, bias) of each convolution and (slopes, None) of each PReLU in the order they run."""
    from mediapipe.tasks.metadata import schema_py_generated as schema

    model: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(path.read_bytes(), 0))
    graph, operators = model.subgraphs[0], schema.BuiltinOperator
    halves: dict[int, int] = {}  # weights lie as float16 and pass through an operator that widens them

    def code(operator: Any) -> int:
        known = model.operatorCodes[operator.opcodeIndex]
        return max(known.builtinCode, known.deprecatedBuiltinCode)

    def array(tensor: int) -> NDArray[np.float32]:
        found = graph.tensors[halves.get(tensor, tensor)]
        kind = {0: np.float32, 1: np.float16}[found.type]
        raw = np.frombuffer(bytes(model.buffers[found.buffer].data), dtype=kind)
        return raw.reshape(found.shape).astype(np.float32)

    rows: list[tuple[NDArray[np.float32], NDArray[np.float32] | None]] = []
    for operator in graph.operators:
        if code(operator) == operators.DEQUANTIZE:
            halves[operator.outputs[0]] = operator.inputs[0]
        elif code(operator) in (operators.CONV_2D, operators.DEPTHWISE_CONV_2D):
            rows.append((array(operator.inputs[1]), array(operator.inputs[2])))
        elif code(operator) == operators.PRELU:
            rows.append((array(operator.inputs[1]), None))
    return rows
