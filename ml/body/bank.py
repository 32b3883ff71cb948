"""The motions that the body model learns from: recorded clips on one set of bones, and what is kept for evaluation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import CAPTURED_BONES, local_rotations, parent_indices, rotation
from .analytic import MOTIONS
from .contacts import runs
from .motion_files import read_motion
from .recorded import upright_elbows

Floats = NDArray[np.float64]

BODY_BONES: Final = tuple(
    name for name in CAPTURED_BONES if not any(part in name for part in ("Thumb", "Index", "Middle", "Ring", "Little"))
)
"""The 22 bones without fingers, parents first."""
BODY_PARENTS: Final = parent_indices(BODY_BONES)
BODY_COLUMNS: Final = [CAPTURED_BONES.index(name) for name in BODY_BONES]
"""Where BODY_BONES stand among CAPTURED_BONES."""
MIRRORED_BONES: Final = [
    BODY_BONES.index(n.replace("left", "right") if n.startswith("left") else n.replace("right", "left"))
    for n in BODY_BONES
]
"""The bone of the other side of each of BODY_BONES."""

READING: Final = 3 * len(BODY_BONES) + 6 * len(BODY_BONES) + 1
"""Numbers in what is read from one picture: joints about the hips, two columns of each bone's rotation, log of the
hips' distance."""

HELD_OUT: Final = ("cmu_005_", "cmu_016_", "cmu_035_", "cmu_basketball_signal_")
"""Beginnings of clip names never trained on: whole subjects (dance, jumps, walks) and a whole activity (signals)."""
_SHORTEST: Final = 1.0
"""Seconds; shorter stretches between bad frames are not used."""


@dataclass(frozen=True)
class Stretch:
    """An unbroken piece of a recorded clip on BODY_BONES, as a take holds it."""

    name: str
    fps: float
    local: Floats
    """[T, 22, 4] each bone relative to its parent; the first is the hips' global rotation."""
    hips: Floats
    """[T, 3] metres."""
    rest: Floats
    """[22, 3] metres."""

    def __len__(self) -> int:
        return len(self.local)


def motion_paths(folder: Path) -> list[Path]:
    """The motion clips in a folder; none where there is no folder."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in paths if path.suffix.lower() in (".npz", ".bvh")]


def load_bank(folder: Path, held_out: Sequence[str] = HELD_OUT) -> tuple[Stretch, ...]:
    """All stretches of the clips whose names begin with none of `held_out`.

    Clips are arrays (.npz, as the shared motion set has them), takes (.take.npz) and BVH files.
    """
    stretches: list[Stretch] = []
    for path in motion_paths(folder):
        if not path.name.startswith(tuple(held_out)):
            stretches.extend(_stretches_of(path))
    if not stretches:
        raise FileNotFoundError(
            f"There are no motion clips (.bvh, .take.npz or .npz) to learn from in {folder}; name another folder."
        )
    return tuple(stretches)


def held_out_bank(folder: Path, held_out: Sequence[str] = HELD_OUT) -> tuple[Stretch, ...]:
    """The stretches that are kept from training; motions by formula where there are none."""
    paths = [path for path in motion_paths(folder) if path.name.startswith(tuple(held_out))]
    return tuple(stretch for path in paths for stretch in _stretches_of(path)) or built_in_bank()


def built_in_bank() -> tuple[Stretch, ...]:
    """The motions made from formulas as stretches: where there are no recordings."""
    stretches = []
    for make in MOTIONS.values():
        motion = make()
        order = [motion.bone_names.index(name) for name in BODY_BONES]
        local = local_rotations(motion.rotations[:, order], BODY_PARENTS)
        stretches.append(Stretch(motion.name, motion.fps, local, motion.hips_position, motion.rest_positions[order]))
    return tuple(stretches)


def _stretches_of(path: Path) -> list[Stretch]:
    own = path.suffix == ".npz" and not path.name.endswith(".take.npz")
    return _stretches(path) if own else _of_file(path)


def _of_file(path: Path) -> list[Stretch]:
    motion = read_motion(path, BODY_BONES)
    local = local_rotations(motion.rotations, BODY_PARENTS)
    return [Stretch(path.stem, motion.fps, local, motion.hips, motion.rest)] if len(local) > motion.fps else []


def _stretches(path: Path) -> list[Stretch]:
    with np.load(path, allow_pickle=False) as clip:
        names = tuple(str(name) for name in clip["bone_names"])
        order = [names.index(name) for name in BODY_BONES]
        turns = upright_elbows(BODY_BONES, rotation.normalize(clip["rotations"][:, order]))
        hips = clip["hips_position"].astype(np.float64)
        rest = clip["rest_positions"][order].astype(np.float64)
        valid, fps = clip["valid"].astype(bool), float(clip["fps"])
    local = local_rotations(turns, BODY_PARENTS)
    return [
        Stretch(path.stem, fps, local[begin:end], hips[begin:end], rest)
        for begin, end in runs(valid)
        if end - begin >= _SHORTEST * fps
    ]


def motion_bank(folder: Path, say: Callable[[str], None]) -> tuple[Stretch, ...]:
    """What is learned from: the recordings of a folder without those kept for evaluation, else motions by formula."""
    if motion_paths(folder):
        return load_bank(folder, HELD_OUT)
    say(f"There are no motion clips in {folder}; the built-in motions stand in.")
    return built_in_bank()
