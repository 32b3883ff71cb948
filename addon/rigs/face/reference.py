"""The reference face: what ARKit's 52 shapes do to a human face. No bpy.

Built by sample_rigs/face_reference.py from MakeHuman's base mesh and facial actions (CC0 1.0)."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_FILE = Path(__file__).with_name("reference.npz")


@dataclass(frozen=True)
class ReferenceFace:
    """points [R, 3] in distances between the eyes, the middle between them at the origin, left +X, forward -Y, up +Z;
    normals [R, 3]; parts [R] index into part_names; fields [52, R, 3]: offsets at full strength, as FACE_NAMES."""

    points: Floats
    normals: Floats
    parts: NDArray[np.uint8]
    part_names: tuple[str, ...]
    names: tuple[str, ...]
    fields: NDArray[np.float32]

    def field(self, name: str) -> NDArray[np.float32]:
        return self.fields[self.names.index(name)]


@functools.cache
def reference_face() -> ReferenceFace:
    """Read the file that ships with the add-on, once."""
    with np.load(_FILE, allow_pickle=False) as stored:
        fields = stored["fields"].astype(np.float32) * stored["scale"][:, None, None]
        return ReferenceFace(
            points=stored["points"].astype(np.float64),
            normals=stored["normals"].astype(np.float64) / 127,
            parts=stored["parts"],
            part_names=tuple(stored["part_names"].tolist()),
            names=tuple(stored["names"].tolist()),
            fields=fields,
        )
