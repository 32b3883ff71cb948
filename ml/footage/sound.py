"""Sound of a container as mono float samples on the clock of its pictures."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from .decoding import decoded

Samples = NDArray[np.float32]


def decoded_sound(container: Any, rate: int, origin: float) -> Iterator[Samples]:
    """Mono samples at `rate`; the first belongs to the container's time `origin` (cut or padded with silence)."""
    stream = container.streams.audio[0]
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
    lead: int | None = None
    for frame in decoded(container, stream):
        if lead is None:
            begins = float(frame.time) if frame.time is not None else origin
            lead = round((begins - origin) * rate)
            if lead > 0:
                yield np.zeros(lead, dtype=np.float32)
                lead = 0
        # The resampler keeps its own clock; a frame without one cannot upset it.
        frame.pts = None
        lead = yield from _cut(resampler.resample(frame), lead)
    if lead is not None:
        yield from _cut(resampler.resample(None), lead)


def _cut(frames: list[Any], lead: int) -> Generator[Samples, None, int]:
    """Yield the samples of `frames` without the first -lead; returns what is still to drop, as a negative number."""
    for frame in frames:
        samples = frame.to_ndarray().reshape(-1).astype(np.float32, copy=False)
        drop = min(-lead, len(samples)) if lead < 0 else 0
        lead += drop
        if drop < len(samples):
            yield samples[drop:]
    return lead
