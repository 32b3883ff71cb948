"""How much bolder a take is than the network: trained to err little, it moves less than people do.

What a network is unsure of it tells near the mean, so that brows raised by .7 came out as .08. Each weight is enlarged
as far as it can be trusted. Where it correlates with the truth by r, the answer that errs least (in squares) follows
the truth with a slope of r^2, an answer as lively as the truth with a slope of r; gains aim between the two.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take.names import mirrored
from .model import EYE_BLINKS, PREDICTED

Floats = NDArray[np.floating]

KNEE: Final = 0.1
"""About here a weight begins to be believed: a threshold would leave out what the network hardly dares to tell."""
USUAL_GAIN: Final = 1.4
"""Of weights of which too little is known, and of networks whose gains were not measured."""
_BOLDNESS: Final = 1.7
"""Power of r that the gains aim at: 2 errs least, 1 is as lively as the truth (decision 0022)."""
_LEAST_R: Final = 0.15
_GAINS: Final = (USUAL_GAIN, 2.5)
_NO_BLINK: Final = 0.03
_BLINK_GAIN: Final = 1.29
"""Blinks are too short for the network to tell them in full; the knee would lose some."""


_KNEES: Final = np.array([0.25 if name == "tongueOut" else KNEE for name in PREDICTED])
"""The tongue in an open mouth looks a little as if it were out, on real people more than on rendered ones."""


def told(raw: Floats, gains: tuple[float, ...] = ()) -> NDArray[np.float64]:
    """Weights [..., 44] as a take holds them from the network's: what is small made smaller, the rest bolder."""
    weights = _believed(raw) * (np.asarray(gains) if gains else USUAL_GAIN)
    weights[..., EYE_BLINKS] = (np.asarray(raw)[..., EYE_BLINKS] - _NO_BLINK) * _BLINK_GAIN
    return np.clip(weights, 0, 1)


def fit_gains(raw: Floats, truth: Floats) -> tuple[float, ...]:
    """[44] gains from the network's weights [N, 44] of people it never learned from, and the true ones.

    Both sides of the face get one gain; a weight that hardly moves in the truth, or is not seen, keeps the usual one.
    """
    gains = np.full(len(PREDICTED), USUAL_GAIN)
    believed = _believed(raw)
    for i, name in enumerate(PREDICTED):
        pair = [i, PREDICTED.index(mirrored(name))]
        said, true = believed[:, pair].ravel(), np.asarray(truth)[:, pair].ravel()
        if min(said.std(), true.std()) < 1e-3:
            continue
        r = float(np.corrcoef(said, true)[0, 1])
        if r >= _LEAST_R:
            slope = r * said.std() / true.std()  # how much is told of a truth, in the mean
            gains[i] = np.clip(r**_BOLDNESS / slope, *_GAINS)
    return tuple(round(float(gain), 3) for gain in gains)


def _believed(raw: Floats) -> NDArray[np.float64]:
    some = np.clip(np.asarray(raw, dtype=np.float64), 0, 1)
    return some**2 / (some + _KNEES)
