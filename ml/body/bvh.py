"""A BVH file: a skeleton of offsets and its motion (Meredith and Maddock, Motion Capture File Formats Explained, 2001).

The format knows no units, no axes and no bone rolls; see `motion_files` for how a performer is made of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import rotation

Floats = NDArray[np.float64]

_AXES: Final = {"X": 0, "Y": 1, "Z": 2}
_LARGEST: Final = 1 << 30


class MotionFileError(ValueError):
    """A file that no motion can be read from; the message is one sentence for the user."""


@dataclass(frozen=True)
class Bvh:
    """A skeleton of J joints, parents before children, and T frames of it, in the file's own axes and unit."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """-1 for the root."""
    offsets: Floats
    """[J, 3] from the parent, at rest."""
    fps: float
    turns: Floats
    """[T, J, 4] global rotations since rest, wxyz."""
    root: Floats
    """[T, 3] where the root is."""

    def rest(self) -> Floats:
        """[J, 3] where the joints are at rest, from the root."""
        places = np.zeros((len(self.names), 3))
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                places[joint] = places[parent] + self.offsets[joint]
        return places


@dataclass
class _Joint:
    name: str
    parent: int
    offset: Floats
    channels: tuple[str, ...] = ()


def read_bvh(path: Path) -> Bvh:
    """Read a file; MotionFileError says what is wrong with it."""
    try:
        if path.stat().st_size > _LARGEST:
            raise MotionFileError(f"{path} is larger than a gigabyte; cut it into clips.")
        words = path.read_text(encoding="utf-8", errors="replace").split()
    except OSError as error:
        raise MotionFileError(f"{path} cannot be read: {error.strerror}.") from None
    if not words or "MOTION" not in words or words[0].upper() != "HIERARCHY":
        raise MotionFileError(f"{path} is not a BVH file: it lacks HIERARCHY or MOTION.")
    middle = words.index("MOTION")
    try:
        joints = _hierarchy(words[1:middle])
        frames, seconds, values = _numbers(words[middle + 1 :])
    except (ValueError, IndexError, KeyError):
        raise MotionFileError(f"{path} is damaged: its hierarchy or its numbers cannot be read.") from None
    width = sum(len(joint.channels) for joint in joints)
    if not joints or width == 0 or frames < 1 or len(values) < frames * width or not np.isfinite(values).all():
        raise MotionFileError(f"{path} is damaged: {frames} frames of {width} channels are not all there.")
    table = values[: frames * width].reshape(frames, width)
    turns, root = _posed(joints, table)
    return Bvh(
        tuple(joint.name for joint in joints), tuple(joint.parent for joint in joints),
        np.array([joint.offset for joint in joints]), 1 / seconds, turns, root,
    )  # fmt: skip


def _hierarchy(words: list[str]) -> list[_Joint]:
    joints: list[_Joint] = []
    open_joints: list[int] = []  # -1 stands for an end site
    at = 0
    pending: _Joint | None = None
    while at < len(words):
        word = words[at].upper()
        if word in ("ROOT", "JOINT"):
            brace = words.index("{", at)  # names may hold spaces
            parent = open_joints[-1] if open_joints else -1
            pending = _Joint(" ".join(words[at + 1 : brace]), parent, np.zeros(3))
            at = brace
        elif word == "{":
            if pending is None:
                open_joints.append(-1)
            else:
                joints.append(pending)
                open_joints.append(len(joints) - 1)
            pending = None
            at += 1
        elif word == "}":
            open_joints.pop()
            at += 1
        elif word == "OFFSET":
            if open_joints[-1] >= 0:
                joints[open_joints[-1]].offset = np.array([float(value) for value in words[at + 1 : at + 4]])
            at += 4
        elif word == "CHANNELS":
            count = int(words[at + 1])
            joints[open_joints[-1]].channels = tuple(words[at + 2 : at + 2 + count])
            at += 2 + count
        else:
            at += 1  # "End Site", and what other programs add
    return joints


def _numbers(words: list[str]) -> tuple[int, float, Floats]:
    """Frames, seconds a frame, and all values."""
    heads = [word.lower() for word in words[:16]]
    frames, at = int(words[heads.index("frames:") + 1]), heads.index("time:")
    seconds = float(words[at + 1])
    if not 1e-4 < seconds < 10:
        raise ValueError("no frame takes so long")
    return frames, seconds, np.array(words[at + 2 :], dtype=np.float64)


def _posed(joints: list[_Joint], table: Floats) -> tuple[Floats, Floats]:
    """Global rotations [T, J, 4] and the root's place [T, 3] of the channels' values [T, C]."""
    turns = np.empty((len(table), len(joints), 4))
    root = np.tile(joints[0].offset, (len(table), 1))
    column = 0
    for index, joint in enumerate(joints):
        own = np.tile(np.array(rotation.IDENTITY, dtype=np.float64), (len(table), 1))
        for channel in joint.channels:
            axis = _AXES[channel[0].upper()]
            if channel[1:].lower() == "rotation":
                vector = np.zeros((len(table), 3))
                vector[:, axis] = np.radians(table[:, column])
                own = rotation.multiply(own, rotation.from_rotvec(vector))
            elif index == 0:
                root[:, axis] = table[:, column]
            column += 1
        turns[:, index] = own if joint.parent < 0 else rotation.multiply(turns[:, joint.parent], own)
    return turns, root
