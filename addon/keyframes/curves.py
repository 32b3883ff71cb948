"""What is to be keyed, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """One F-curve: where it acts (data path, array index), the group it is listed under, its frames and values [T]."""

    data_path: str
    index: int
    group: str
    frames: Floats
    values: Floats


def frames_of(times: NDArray[np.floating], fps: float, start: float) -> Floats:
    """Take times in seconds -> scene frames: start + time x fps, cleared of rounding so that whole frames are whole."""
    frames = start + np.asarray(times, dtype=np.float64) * fps
    whole = np.round(frames)
    return np.where(np.abs(frames - whole) < 1e-3, whole, frames)
