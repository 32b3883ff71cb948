"""From the network's gaze, frame by frame, to eyes that rest or jump, and that keep where they look through a blink."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .model import EYE_BLINKS
from .smoothing import smooth

Floats = NDArray[np.floating]

_TREMBLE: Final = 0.04
"""Seconds before and after a frame whose gazes it is compared with."""
_SHUT: Final = 0.4
"""eyeBlink from which on an eye shows nothing of where it looks."""


def steady_gaze(gaze: Floats, weights: Floats, fps: float) -> NDArray[np.float64]:
    """Gaze [T, 2, 2] without the tremble of single frames, and without what is said of shut eyes.

    weights [T, 44] as far as they are believed: who squints in a smile still looks about. Eyes rest or jump, which a
    median leaves as it is.
    """
    from scipy.ndimage import median_filter

    window = 2 * round(_TREMBLE * fps) + 1
    open_eyed = through_blinks(gaze, weights)
    return smooth(median_filter(open_eyed.reshape(-1, 4), (window, 1), mode="nearest"), fps).reshape(-1, 2, 2)


def through_blinks(gaze: Floats, weights: Floats) -> NDArray[np.float64]:
    """Gaze [T, 2, 2] in which a shut eye, the frames before and after too, goes steadily from where it looked to where
    it looks next; eyes that are never open stay as they are."""
    from scipy.ndimage import binary_dilation

    kept = np.array(gaze, dtype=np.float64)
    frames = np.arange(len(kept))
    for eye, column in enumerate(EYE_BLINKS):
        shut = np.asarray(binary_dilation(np.asarray(weights)[:, column] > _SHUT), dtype=bool)
        if shut.all():
            continue
        seen = np.flatnonzero(~shut)
        for angle in range(2):
            kept[:, eye, angle] = np.interp(frames, seen, kept[seen, eye, angle])
    return kept
