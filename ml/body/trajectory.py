"""Where the hips are, all frames at once: what the picture shows, how bodies move, and where feet stand.

One sparse linear least-squares problem. Unknown are the hips [T, 3] with the camera as origin and level axes. Each
frame's points ask that the skeleton's projection meets them; neighbouring frames ask for small accelerations; a foot
that stands asks to stay where it was, and at the floor's height. Distances, which a picture tells badly, thus follow
from steps, and steps add up to no drift because the picture holds them. Standing feet are weighed anew by how far they
disagree (iteratively reweighted least squares), so that a wrongly found contact gives way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

Floats = NDArray[np.float64]

_PLACE_SIGMA: Final = 0.02
"""Metres by which a frame's points misplace the hips across the picture."""
_DISTANCE_SIGMA: Final = 0.02
"""Share of the distance by which a frame's points misjudge it; the error stays for about _DISTANCE_MEMORY seconds."""
_DISTANCE_MEMORY: Final = 0.3
_ACCELERATION_SIGMA: Final = 4.0
"""Metres per second squared."""
_UNSEEN_SIGMA: Final = 0.5
"""Metres per second that somebody moves who is not seen: who walks out of the picture stops there, rather than going on
for as long as the clip lasts."""
_UNSEEN: Final = 1e-3
"""Information about a place, beside the usual, below which nobody was seen."""
_STANDING_SIGMA: Final = 1.0
"""Metres per second that a standing foot seems to move, as its leg is judged wrongly; stays for _STANDING_MEMORY."""
_STANDING_MEMORY: Final = 0.3
"""Seconds."""
_HEIGHT_SIGMA: Final = 0.03
"""Metres by which a standing foot misses the floor."""
_ROUNDS: Final = 4
_BAND: Final = 8


@dataclass(frozen=True)
class Standing:
    """Feet that stand, F of them (heels and toes)."""

    places: Floats
    """[T, F, 3] from the hips, level axes."""
    weights: Floats
    """[T, F] 0..1: how surely each stands."""
    heights: Floats
    """[F] metres above the floor when it stands."""


def measured_place(body: Floats, rays: Floats, weights: Floats, to_camera: Floats, fps: float) -> tuple[Floats, Floats]:
    """What each frame says of the hips: normal equations (matrices [T, 3, 3], right sides [T, 3]).

    body [T, N, 3] points from the hips on level axes; rays [T, N, 2] right and up per unit ahead; weights [T, N];
    to_camera [3, 3] turns level axes to the camera's (x right, y ahead, z up).
    """
    across, ahead, up = to_camera
    # (across - u ahead) . (p + b) = 0 and (up - v ahead) . (p + b) = 0
    first = across - rays[..., :1] * ahead
    second = up - rays[..., 1:] * ahead
    rows = np.concatenate((first, second), axis=1)
    right = -np.concatenate(((first * body).sum(-1), (second * body).sum(-1)), axis=1)
    both = np.concatenate((weights, weights), axis=1)
    total = np.maximum(weights.sum(axis=1), 1e-9)[:, None, None]
    matrix = np.einsum("tn,tni,tnj->tij", both, rows, rows) / total
    vector = np.einsum("tn,tni,tn->ti", both, rows, right) / total[..., 0]
    place = np.linalg.solve(matrix + 1e-9 * np.eye(3), vector[..., None])[..., 0]
    return _trusted(place, weights, fps)


def _trusted(place: Floats, weights: Floats, fps: float) -> tuple[Floats, Floats]:
    """Information about each frame's place: sharp across the line of sight, blunt along it."""
    distance = np.maximum(np.linalg.norm(place, axis=1), 0.3)
    sight = place / distance[:, None]
    along = sight[:, :, None] * sight[:, None, :]
    blunt = (_DISTANCE_SIGMA * distance) ** 2 * max(1.0, _DISTANCE_MEMORY * fps)
    strength = weights.sum(axis=1) / max(float(np.median(weights.sum(axis=1))), 1e-9)
    strength = np.clip(strength, 0.0, 1.5)[:, None, None]
    matrix = strength * ((np.eye(3) - along) / _PLACE_SIGMA**2 + along / blunt[:, None, None])
    return matrix, (matrix @ place[..., None])[..., 0]


def solve_path(
    matrix: Floats, vector: Floats, standing: Standing, fps: float, floor: float | None
) -> tuple[Floats, Floats]:
    """The hips [T, 3], and how far each standing foot was believed [T, F].

    matrix, vector: see measured_place. floor: its height (the camera is at 0); None = feet need not be level.
    """
    trust = standing.weights.copy()
    path = np.zeros_like(vector)
    for _ in range(_ROUNDS):
        path = _solve(matrix, vector, standing, trust, fps, floor)
        feet = path[:, None] + standing.places
        slip = np.zeros_like(trust)
        steps = np.linalg.norm(np.diff(feet, axis=0), axis=-1) * fps
        slip[1:] += steps / 2
        slip[:-1] += steps / 2
        trust = standing.weights / (1 + (slip / (2 * _STANDING_SIGMA)) ** 2)
    return path, trust


def _solve(
    matrix: Floats, vector: Floats, standing: Standing, trust: Floats, fps: float, floor: float | None
) -> Floats:
    count = len(matrix)
    bands = np.zeros((_BAND + 1, 3 * count))
    right = vector.reshape(-1).copy()

    def add(first: NDArray[np.int64], second: NDArray[np.int64], values: Floats) -> None:
        """Add values to the entries (first, second), second >= first, of the upper triangle."""
        np.add.at(bands, (_BAND - (second - first), second), values)

    frames = np.arange(count)
    for i in range(3):
        for j in range(i, 3):
            add(3 * frames + i, 3 * frames + j, matrix[:, i, j])
    bend = 1.0 / (_ACCELERATION_SIGMA / fps**2) ** 2
    if count > 2:
        inner = frames[1:-1]
        shares = ((-1, 1.0), (0, -2.0), (1, 1.0))
        for a, (shift_a, share_a) in enumerate(shares):
            for shift_b, share_b in shares[a:]:
                value = np.full(len(inner), bend * share_a * share_b)
                for i in range(3):
                    add(3 * (inner + shift_a) + i, 3 * (inner + shift_b) + i, value)
    later, earlier = frames[1:], frames[:-1]

    def hold(both: Floats, moved: Floats) -> None:
        """Neighbouring frames [T - 1] apart by as much as something moved the other way [T - 1, 3]."""
        for i in range(3):
            add(3 * later + i, 3 * later + i, both)
            add(3 * earlier + i, 3 * earlier + i, both)
            add(3 * earlier + i, 3 * later + i, -both)
            right[3 * later + i] -= both * moved[:, i]
            right[3 * earlier + i] += both * moved[:, i]

    told = np.trace(matrix, axis1=1, axis2=2)
    unseen = told < _UNSEEN * max(float(told.max(initial=0.0)), 1e-9)
    hold((unseen[1:] & unseen[:-1]) / (_UNSEEN_SIGMA / fps) ** 2, np.zeros((count - 1, 3)))
    for foot in range(trust.shape[1]):
        both = np.minimum(trust[1:, foot], trust[:-1, foot]) / (_STANDING_SIGMA / fps) ** 2
        hold(both / max(1.0, _STANDING_MEMORY * fps), np.diff(standing.places[:, foot], axis=0))
        if floor is not None:
            held = trust[:, foot] / _HEIGHT_SIGMA**2 / max(1.0, 0.3 * fps)
            add(3 * frames + 2, 3 * frames + 2, held)
            right[3 * frames + 2] += held * (floor + standing.heights[foot] - standing.places[:, foot, 2])
    bands[_BAND] += 1e-6
    return solveh_banded(bands, right).reshape(count, 3)
