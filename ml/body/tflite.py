"""Weights out of a TFLite model file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def convolutions(path: Path, first: int = 0) -> Iterator[tuple[Floats, Floats]]:
    """(weight, bias) of each convolution in the order they run, from operator number `first` on."""
    from mediapipe.tasks.metadata import schema_py_generated as schema

    model: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(path.read_bytes(), 0))
    graph, operators = model.subgraphs[0], schema.BuiltinOperator
    halves: dict[int, int] = {}  # weights lie as float16 and pass through an operator that widens them

    def array(tensor: int) -> Floats:
        found = graph.tensors[halves.get(tensor, tensor)]
        kind = {0: np.float32, 1: np.float16}[found.type]
        raw = np.frombuffer(bytes(model.buffers[found.buffer].data), dtype=kind)
        return raw.reshape(found.shape).astype(np.float32)

    for number, operator in enumerate(graph.operators):
        known = model.operatorCodes[operator.opcodeIndex]
        code = max(known.builtinCode, known.deprecatedBuiltinCode)
        if code == operators.DEQUANTIZE:
            halves[operator.outputs[0]] = operator.inputs[0]
        elif number >= first and code in (operators.CONV_2D, operators.DEPTHWISE_CONV_2D):
            yield array(operator.inputs[1]), array(operator.inputs[2])
