"""MediaPipe's pose network in PyTorch, operator by operator, to be run on a graphics card while others learn behind it.

Capture runs the network in TFLite; training needs what it sees in many thousands of pictures, quickly.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

POINTS: Final = 337
"""Numbers of the tensors given out: 39 points (x, y, z, visibility, presence) in pixels of the input,"""
PRESENCE: Final = 342
"""whether there is a person,"""
HEAT: Final = 298
"""maps [39, 64, 64] of where each point is,"""
WORLD: Final = 339
"""and 39 points in metres."""

Step = tuple[str, list[int], int, dict[str, Any]]
"""An operator's name, the numbers of the tensors it is given, of the one it makes, and how it is set."""


class PoseGraph(nn.Module):
    """Maps pictures [N, 3, 256, 256], 0..1, to the tensors asked for by number (maps [N, channels, height, width])."""

    def __init__(self, wanted: tuple[int, ...], baked: dict[str, Any] | None = None) -> None:
        """baked: what `bake` made of the model's file, where MediaPipe is not installed."""
        super().__init__()
        baked = baked or bake()
        self.wanted, self.begin = wanted, int(baked["begin"])
        needed, kept = set(wanted), []
        for step in reversed(baked["steps"]):
            if step[2] in needed:
                needed.update(step[1])
                kept.append(step)
        self.steps: list[Step] = kept[::-1]
        self.last = {tensor: number for number, step in enumerate(self.steps) for tensor in step[1]}
        """Of each tensor, the step that needs it last."""
        for _, _, output, more in self.steps:
            if "groups" in more:
                weight, bias = baked["weights"][output]
                self.register_buffer(f"weight_{output}", weight.float())
                self.register_buffer(f"bias_{output}", bias.float())

    def forward(self, pictures: Tensor) -> list[Tensor]:
        made = {self.begin: pictures}
        for number, (name, inputs, output, more) in enumerate(self.steps):
            made[output] = self._run(name, [made[i] for i in inputs], output, more)
            for tensor in inputs:
                if self.last[tensor] == number and tensor not in self.wanted:
                    made.pop(tensor, None)
        return [made[tensor] for tensor in self.wanted]

    def _run(self, name: str, given: list[Tensor], output: int, more: dict[str, Any]) -> Tensor:
        x = given[0]
        if name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            stride, padding = more["stride"], 0
            if more["same"]:
                spare = max((-(-x.shape[-1] // stride) - 1) * stride + more["size"] - x.shape[-1], 0)
                if spare % 2:  # TensorFlow pads more at the right and the bottom
                    x = functional.pad(x, (spare // 2, spare - spare // 2) * 2)
                else:
                    padding = spare // 2
            weight, bias = getattr(self, f"weight_{output}"), getattr(self, f"bias_{output}")
            x = functional.conv2d(x, weight, bias, stride, padding, groups=more["groups"])
            return functional.relu6(x) if more["relu6"] else x
        if name == "PAD":
            return functional.pad(x, more["pads"])
        if name == "ADD":
            x = x + given[1]
            return functional.relu6(x) if more["relu6"] else x
        if name == "MAX_POOL_2D":
            return functional.max_pool2d(x, 2)
        if name == "RESIZE_BILINEAR":
            return functional.interpolate(x, size=more["size"], mode="bilinear", align_corners=False)
        if name == "RESHAPE":
            return x.flatten(1)
        if name == "LOGISTIC":
            return x.sigmoid()
        raise NotImplementedError(f"The pose network has an operator {name}, which is not known here.")


def bake(path: Path | None = None) -> dict[str, Any]:
    """The model's file as plain lists and tensors: its input's number, its steps, and the weights of convolutions by
    the number of the tensor that they make."""
    from mediapipe.tasks.metadata import schema_py_generated as schema

    raw = (path or pose_model_path()).read_bytes()
    model: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(raw, 0))
    graph = model.subgraphs[0]
    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)}
    halves: dict[int, int] = {}  # weights lie as float16 and pass through an operator that widens them
    steps: list[Step] = []
    weights: dict[int, tuple[Tensor, Tensor]] = {}

    def constant(tensor: int) -> np.ndarray:
        found = graph.tensors[halves.get(tensor, tensor)]
        kind = {0: np.float32, 1: np.float16, 2: np.int32}[found.type]
        return np.frombuffer(bytes(model.buffers[found.buffer].data), dtype=kind).reshape(found.shape)

    for operator in graph.operators:
        code, options = model.operatorCodes[operator.opcodeIndex], operator.builtinOptions
        name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
        inputs, output, more = [int(i) for i in operator.inputs], int(operator.outputs[0]), {}
        if name == "DEQUANTIZE":
            halves[output] = inputs[0]
            continue
        if name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            deep = name == "DEPTHWISE_CONV_2D"
            weight = np.transpose(constant(inputs[1]), (3, 0, 1, 2) if deep else (0, 3, 1, 2))
            weights[output] = torch.from_numpy(weight.copy()), torch.from_numpy(constant(inputs[2]).copy())
            more = {"stride": int(options.strideW), "groups": len(weight) if deep else 1, "size": weight.shape[-1]}
            more |= {"same": options.padding == 0, "relu6": options.fusedActivationFunction == 3}
        elif name == "PAD":
            (top, bottom), (left, right) = constant(inputs[1])[1:3].tolist()
            more = {"pads": (left, right, top, bottom)}
        elif name == "RESIZE_BILINEAR":
            more = {"size": tuple(constant(inputs[1]).tolist())}
        elif name == "ADD":
            more = {"relu6": options.fusedActivationFunction == 3}
        steps.append((name, inputs if name == "ADD" else inputs[:1], output, more))
    return {"begin": int(graph.inputs[0]), "steps": steps, "weights": weights}


def refined(points: Tensor, heat: Tensor) -> Tensor:
    """The points [N, 39, 5] of a graph's POINTS and HEAT in shares of the square, visibility and presence 0..1.

    As MediaPipe's RefineLandmarksFromHeatmapCalculator does: the mean of the map's 7 x 7 places about a point, where
    one of them is as sure as a half.
    """
    points = points.reshape(len(points), 39, 5).clone()
    points[..., :3] /= 256
    points[..., 3:] = points[..., 3:].sigmoid()
    size = heat.shape[-1]
    maps = functional.pad(heat.sigmoid(), (3, 3, 3, 3))
    corner = (points[..., :2] * size).long()
    inside = ((corner >= 0) & (corner < size)).all(-1)
    corner = corner.clamp(0, size - 1)
    steps = torch.arange(7, device=heat.device)
    rows, columns = corner[..., 1, None] + steps, corner[..., 0, None] + steps
    n, k = torch.arange(len(points), device=heat.device)[:, None, None, None], torch.arange(39, device=heat.device)
    near = maps[n, k[None, :, None, None], rows[..., :, None], columns[..., None, :]]
    total = near.sum((-1, -2))
    across = (near.sum(-2) * (columns - 3)).sum(-1) / total.clamp(min=1e-6)
    down = (near.sum(-1) * (rows - 3)).sum(-1) / total.clamp(min=1e-6)
    sure = inside & (near.amax((-1, -2)) >= 0.5) & (total > 0)
    found = torch.stack((across, down), dim=-1) / size
    points[..., :2] = torch.where(sure[..., None], found, points[..., :2])
    return points


def pose_model_path() -> Path:
    """Where MediaPipe keeps its network."""
    import mediapipe

    return Path(mediapipe.__file__ or "").parent / "modules" / "pose_landmark" / "pose_landmark_full.tflite"
