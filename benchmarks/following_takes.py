"""Takes to try rigs with: motions by formula, the bundled clip's truth, and motion capture clips from a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.following_turn import step_turn
from understudy.ml.body import analytic
from understudy.ml.body.analytic import Motion
from understudy.ml.body.contacts import find_contacts
from understudy.ml.body.recorded import load_clip
from understudy.ml.take import Take, load_take, validate

DEMO = Path(__file__).resolve().parent.parent / "demo" / "clip.truth.take.npz"
FEET = ("leftFoot", "leftToes", "rightFoot", "rightToes")


def take_of(motion: Motion) -> Take:
    """A motion as a take, with contacts by the height and speed of its own feet."""
    times = np.arange(len(motion.rotations)) / motion.fps
    return validate(
        Take(
            motion.fps, times, bone_names=motion.bone_names, rotations=motion.rotations,
            hips_position=motion.hips_position, rest_positions=motion.rest_positions, contacts=contacts_of(motion),
            metadata={"source": {"name": motion.name}},
        )
    )  # fmt: skip


def contacts_of(motion: Motion) -> NDArray[np.bool_]:
    """[T, 4] by height over the floor and speed."""
    columns = [motion.bone_names.index(name) for name in FEET]
    joints = motion.joints[:, columns]
    heights = joints[..., 2] - motion.rest_positions[columns, 2]
    speeds = np.linalg.norm(np.gradient(joints, axis=0), axis=-1) * motion.fps
    return find_contacts(heights, speeds, motion.fps)


def formula_takes() -> dict[str, Take]:
    """Arm raise, squat, walk, a turn as a whole and one in steps, with exactly known directions."""
    return {name: take_of(make()) for name, make in analytic.MOTIONS.items()} | {"step turn": step_turn()}


def demo_take() -> Take:
    return load_take(DEMO)


def recorded_take(path: Path, start: int = 0, count: int | None = 300) -> Take:
    """A stretch of a motion capture clip as a take."""
    return take_of(load_clip(path, start, count))
