"""Raised brows by FaceMesh's landmarks, beside what the network tells of them.

Rendered people raise their brows by a few pixels, and what the network learned of that does not carry over to real
ones: of theirs it tells next to nothing. FaceMesh, which has seen real people, follows their brows well (on a man who
raises them its heights correlate with FaceLandmarker's answers by 0.8), as long as the head is held still: turned heads
move its brows as much.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import grey_opening, maximum_filter1d

from .model import EYE_BLINKS, PREDICTED, FaceInput
from .smoothing import smooth

Floats = NDArray[np.floating]

_LANDMARKS: Final = {
    "browInnerUp": (107, 66, 55, 65, 336, 296, 285, 295),
    "browOuterUpRight": (70, 63, 46, 53),
    "browOuterUpLeft": (300, 293, 276, 283),
}
_RAISED: Final = 0.027
"""By how many eye distances a weight of 1 lifts the landmarks of rendered people."""
_SLACK: Final = (0.2, 2.5)
"""What they rise without a raised brow: so many such lifts, and so many times as much as they tremble from frame to
frame (real people's by 0.1 lifts, rendered ones' mostly by 0.2 to 0.6),"""
_COUNTS: Final = 0.8
"""and how much of the rest counts."""
_STILL: Final = np.radians(7.0)
"""How far a head is turned from where it mostly is until its brows are believed much less."""
_BRIEF: Final = 0.2
"""Seconds for which brows do not rise in a blink: lids that shut pull the landmarks' brows with them."""
_BLINKING: Final = 0.3
"""eyeBlink from which that is to be feared, for _AROUND seconds before and after."""
_AROUND: Final = 0.07
_SHORTEST: Final = 1.0
"""Seconds; in less, what is usual is not known."""
_FEWEST: Final = 8
"""Frames."""
_ROUNDS: Final = 6
_STIFFNESS: Final = 10.0


def raised(weights: Floats, seen: FaceInput, usable: NDArray[np.bool_], fps: float) -> NDArray[np.float64]:
    """Weights [T, 44] of a take with brows at least as high as the landmarks of the T frames have them."""
    kept = np.array(weights, dtype=np.float64)
    if usable.sum() < max(_SHORTEST * fps, _FEWEST):
        return kept
    turn = seen.turn - np.median(seen.turn[usable], axis=0)
    still = np.exp(-0.5 * np.square(np.linalg.norm(turn, axis=1) / _STILL)) * usable
    reach = 2 * round(_AROUND * fps) + 1
    blinking = maximum_filter1d(kept[:, EYE_BLINKS].max(axis=1), reach) > _BLINKING
    for name, landmarks in _LANDMARKS.items():
        height = seen.aligned[:, list(landmarks), 2].mean(axis=1).astype(np.float64) / _RAISED
        lift = smooth(_beyond_turns(height, turn, usable)[:, None], fps)[:, 0]
        slack = _SLACK[0] + _SLACK[1] * _tremble(height[usable])
        column = PREDICTED.index(name)
        raised_by = np.clip(_COUNTS * (lift - slack), 0, 1) * still
        kept[:, column] = np.maximum(kept[:, column], np.where(blinking, _without_flashes(raised_by, fps), raised_by))
    return kept


def _without_flashes(values: Floats, fps: float) -> NDArray[np.float64]:
    """Values [T] without peaks that are over in less than _BRIEF (a grey opening, Serra, 1982)."""
    size = round(_BRIEF * fps)
    return np.asarray(grey_opening(values, size, mode="nearest") if size > 1 else values, dtype=np.float64)


def _tremble(height: Floats) -> float:
    """The usual size of changes of direction from frame to frame."""
    return 1.48 * float(np.median(np.abs(np.diff(height, 2))))


def _beyond_turns(height: Floats, turn: Floats, usable: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Heights [T] without their middle and what goes with the head's turn [T, 3]: least squares of its squares, frames
    that lie far off counting less (Huber, 1964)."""
    t = 3.0 * turn
    terms = np.column_stack((np.ones(len(t)), t, t**2, t[:, 0] * t[:, 1]))
    stiffness = _STIFFNESS * np.diag([0.0] + [1.0] * (terms.shape[1] - 1))
    counts, off = usable.astype(np.float64), height
    for _ in range(_ROUNDS):
        weighed = terms * counts[:, None]
        off = height - terms @ np.linalg.solve(weighed.T @ terms + stiffness, weighed.T @ height)
        usual = 1.48 * float(np.median(np.abs(off[usable]))) + 1e-6
        counts = usable / np.maximum(1.0, np.abs(off) / usual)
    return off
