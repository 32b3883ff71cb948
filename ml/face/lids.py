"""What is known of lids beside what is seen of them: eyes are open most of the time, a blink that begins closes, and
both eyes do, or one winks.

The neutral face should take narrow lids out, but what covers an eye (a hat, hair), or frames it darkly (glasses), is
read as a lid. Of real people's blinks, softer in the picture than rendered ones, half to two thirds is read.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.orient import smoothstep
from .model import EYE_BLINKS

Floats = NDArray[np.floating]

_BOTH: Final = (0.25, 0.5)
"""How far both eyes may be shut half of the time and count as open; beyond, people sleep."""
_ONE: Final = (0.6, 0.85)
"""The same of one eye more than the other; beyond, people wink."""
_BLINK: Final = 0.34
"""From which a blink surely is one,"""
_PROMINENCE: Final = 0.23
"""as far above what is beside it,"""
_LONGEST: Final = 0.5
"""and no longer than so many seconds at half its height."""
_CLOSED: Final = 0.77
"""What the network says of a closed eye (see liveliness.told)."""
_MOST_ENLARGED: Final = 2.2
_WINKS: Final = (0.35, 0.7)
"""eyeBlink up to which one eye is not shut more than the other, and from which it is."""
_SHORTEST: Final = 1.0
"""Seconds; in less, eyes may be shut for once."""


def opened(weights: Floats, seen: NDArray[np.bool_], fps: float) -> NDArray[np.float64]:
    """Weights [T, 44] whose eyes are open in at least half of the frames in which a face was seen [T].

    What both eyes are shut in their middle frame is taken off, and what one of them is more, as far as it is little.
    """
    kept = np.array(weights, dtype=np.float64)
    if seen.sum() < _SHORTEST * fps:
        return kept
    usual = np.median(kept[seen][:, EYE_BLINKS], axis=0).clip(0.0)
    both = usual.min()
    off = both * (1 - smoothstep(both, *_BOTH)) + (usual - both) * (1 - smoothstep(usual - both, *_ONE))
    kept[:, EYE_BLINKS] = (kept[:, EYE_BLINKS] - off) / (1 - off)
    return kept


def closed(weights: Floats, fps: float) -> NDArray[np.float64]:
    """Weights [T, 44] whose blinks close the eyes: short ones that are surely there, enlarged as a whole."""
    from scipy.signal import find_peaks

    kept = np.array(weights, dtype=np.float64)
    lids = np.pad(kept[:, EYE_BLINKS].mean(axis=1), 1, constant_values=0.0)
    tops, _ = find_peaks(lids, height=_BLINK, prominence=_PROMINENCE, width=(0, _LONGEST * fps), rel_height=0.5)
    enlarged = np.ones(len(lids))
    for top in tops:
        factor = float(np.clip(_CLOSED / lids[top], 1.0, _MOST_ENLARGED))
        begin, end = top, top
        while lids[begin - 1] < lids[begin] and begin > 1:
            begin -= 1
        while lids[end + 1] < lids[end] and end < len(lids) - 2:
            end += 1
        part = slice(begin, end + 1)
        enlarged[part] = np.maximum(enlarged[part], 1 + (factor - 1) * (lids[part] / lids[top]).clip(0.0, 1.0))
    kept[:, EYE_BLINKS] *= enlarged[1:-1, None]
    return kept


def together(weights: Floats) -> NDArray[np.float64]:
    """A take's weights [T, 44] without eyes that are half shut alone: lids move together, or one winks."""
    kept = np.array(weights, dtype=np.float64)
    both = kept[:, EYE_BLINKS].min(axis=1, keepdims=True)
    more = kept[:, EYE_BLINKS] - both
    kept[:, EYE_BLINKS] = both + more * smoothstep(kept[:, EYE_BLINKS].max(axis=1, keepdims=True), *_WINKS)
    return kept
