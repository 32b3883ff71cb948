"""The body while it happens: the same network on the last seconds alone, its newest answer but a few frames.

Nothing looks further ahead than `behind` frames: the tilt, the floor and the proportions are running means, the path is
the network's own. Fingers stay straight and feet are not planted; capture does both afterwards.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ..camera import Camera
from ..features.arrays import Features
from ..performers.pose import complete_rotations
from ..take import joint_positions, rotation
from .bank import BODY_BONES
from .contacts import FOOT_INDICES
from .landmarks import Floats
from .lift import Lifted, lift
from .looks import read_pictures
from .proportions import rest_of_lengths
from .smoothing import STEADY_HZ, steady_rotations
from .solved import PARENTS, BodyMotion
from .tilt import as_cameras_are, level_axes

BEHIND: Final = 2
"""Frames that the live answer waits for: with nothing yet to come, the newest moment trembles most."""
_WINDOW: Final = 2.2
"""Seconds looked back."""
_STEADIED: Final = 1.3
"""Seconds back that steady a bone; slower ones are steadied more."""
_PATH_SECONDS: Final = 0.12
"""Time constant of the path's low-pass."""


def solve_live(features: Features, camera: Camera, fps: float, behind: int = BEHIND) -> BodyMotion | None:
    """A clip solved as if it came frame by frame: no frame knows more than `behind` frames after it."""
    moments = _moments(features, camera, fps, behind)
    known = [moment for moment in moments if moment is not None]
    if not known:
        return None
    filled: list[Lifted] = []
    for moment in moments:
        filled.append(moment or (filled[-1] if filled else known[0]))
    seen = np.array([moment is not None for moment in moments], dtype=np.float64)
    ups = np.concatenate([moment.up for moment in filled])
    levels = np.stack([as_cameras_are(level_axes(ups[: t + 1], seen[: t + 1] + 1e-6)) for t in range(len(ups))])
    turns = levels[:, None] @ np.concatenate([moment.turns for moment in filled])
    rotations = rotation.continuous(complete_rotations(BODY_BONES, rotation.from_matrix(turns)))
    rest = rest_of_lengths(filled[-1].lengths)
    path = (levels @ np.concatenate([moment.hips for moment in filled])[..., None])[..., 0]
    hips = _on_floor(_low_passed(path, fps), rotations, rest)
    contacts = np.concatenate([moment.contacts for moment in filled]) > 0.5
    sure = np.nan_to_num(features.pose_confidence.astype(np.float64)) * seen
    full = np.tile(sure[:, None], (1, rotations.shape[1]))
    from ..take import CAPTURED_BONES

    return BodyMotion(
        CAPTURED_BONES, rotations, hips, rest, contacts, sure, np.zeros_like(sure), np.zeros_like(sure), full,
        -path[0],
    )  # fmt: skip


def _moments(features: Features, camera: Camera, fps: float, behind: int) -> list[Lifted | None]:
    count, window = features.frame_count, max(8, round(_WINDOW * fps))
    moments: list[Lifted | None] = []
    reading = read_pictures(features, camera)
    for t in range(count):
        end = min(count, t + behind + 1)
        part = slice(max(0, end - window), end)
        lifted = lift(
            features.pose_image[part, :, :2], features.pose_world[part], features.pose_visibility[part], reading[part],
            camera, fps,
        )  # fmt: skip
        moments.append(None if lifted is None else _moment(lifted, t - part.start, fps))
    return moments


def _moment(lifted: Lifted, at: int, fps: float) -> Lifted:
    """One frame of a window, its bones steadied by what the window knows of the frames beside it."""
    part, near = slice(at, at + 1), slice(max(0, at - round(_STEADIED * fps)), None)
    beside = rotation.continuous(rotation.from_matrix(lifted.turns[near]))
    steady = steady_rotations(beside, fps, *STEADY_HZ)[at - near.start]
    return Lifted(
        rotation.to_matrix(steady)[None], lifted.up[part], lifted.hips[part], lifted.contacts[part], lifted.lengths
    )


def _low_passed(path: Floats, fps: float) -> Floats:
    """Exponential smoothing that follows steady motion without lag (Holt, 1957)."""
    share = 1 - np.exp(-1 / (fps * _PATH_SECONDS))
    result, speed = path.copy(), np.zeros(3)
    for t in range(1, len(path)):
        ahead = result[t - 1] + speed
        result[t] = ahead + share * (path[t] - ahead)
        speed += 0.3 * share * (result[t] - result[t - 1] - speed)
    return result


def _on_floor(path: Floats, rotations: Floats, rest: Floats) -> Floats:
    """Hips [T, 3] that begin over the origin; the floor is a running low percentile of the feet so far."""
    joints = joint_positions(rotations, path, rest, PARENTS)
    feet = list(FOOT_INDICES)
    lowest = (joints[:, feet, 2] - rest[feet, 2]).min(axis=1)
    floor = np.array([np.percentile(lowest[: t + 1], 10) for t in range(len(lowest))])
    hips = path - np.array((path[0, 0], path[0, 1], 0.0))
    hips[:, 2] -= floor
    return hips
