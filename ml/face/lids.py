"""Eyes that are never quite open all clip long: narrow lids, a hat, hair or glasses before an eye.

The neutral face should take such things out, but what covers an eye, or frames it darkly, is read as a lid.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .model import PREDICTED

Floats = NDArray[np.floating]

_BLINKS: Final = [PREDICTED.index(f"eyeBlink{side}") for side in ("Left", "Right")]
_BOTH: Final = (0.25, 0.5)
"""How far both eyes may be shut half of the time and count as open; beyond, people sleep."""
_ONE: Final = (0.6, 0.85)
"""The same of one eye more than the other; beyond, people wink."""
_SHORTEST: Final = 1.0
"""Seconds; in less, eyes may be shut for once."""


def opened(weights: Floats, seen: NDArray[np.bool_], fps: float) -> NDArray[np.float64]:
    """Weights [T, 44] whose eyes are open in at least half of the frames in which a face was seen [T].

    What both eyes are shut in their middle frame is taken off, and what one of them is more, as far as it is little.
    """
    kept = np.array(weights, dtype=np.float64)
    if seen.sum() < _SHORTEST * fps:
        return kept
    usual = np.median(kept[seen][:, _BLINKS], axis=0).clip(0.0)
    both = usual.min()
    off = both * _share(both, _BOTH) + (usual - both) * _share(usual - both, _ONE)
    kept[:, _BLINKS] = (kept[:, _BLINKS] - off) / (1 - off)
    return kept


def _share(values: Floats, limits: tuple[float, float]) -> Floats:
    """1 below the lower limit, 0 above the upper one."""
    low, high = limits
    share = np.clip((high - np.asarray(values)) / (high - low), 0.0, 1.0)
    return share * share * (3 - 2 * share)
