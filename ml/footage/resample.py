"""Frames at uneven presentation times to frames at a constant rate, one frame of look-ahead."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from .interface import Frame, Image

STANDARD_RATES = (
    5, 6, 8, 10, 12, 12.5, 15, 20, 24000 / 1001, 24, 25, 30000 / 1001, 30, 48, 50, 60000 / 1001, 60, 90, 100,
    120000 / 1001, 120, 144, 200, 240000 / 1001, 240, 480, 960,
)  # fmt: skip
_SNAP = 0.004
"""Rates this near to a standard one (relative) are taken for it: containers round their clocks."""
_LONGEST_PAUSE = 60.0
"""Seconds. A longer step between two frames is a broken clock, not a pause."""


def constant_rate(timed: Iterable[tuple[float, Image]], fps: float, start: float, end: float | None) -> Iterator[Frame]:
    """For every time start + i / fps the picture taken nearest to it, up to the last picture's own interval.

    timed: (seconds, image) in any spacing; steps backwards are skipped, impossible pauses are cut out.
    """
    index = 0
    before: tuple[float, Image] | None = None
    shortest = math.inf

    def due(until: float) -> Iterator[Frame]:
        nonlocal index
        assert before is not None
        while (time := start + index / fps) < until and (end is None or time < end - 1e-6):
            yield Frame(index, time, before[1], before[0])
            index += 1

    for time, image in without_jumps(timed):
        if before is not None:
            shortest = min(shortest, time - before[0])
            yield from due((before[0] + time) / 2)
        if end is not None and start + index / fps >= end - 1e-6:
            return
        before = (time, image)
    if before is not None:
        # The last picture stays for one of the source's intervals; rounded clocks must not add a frame.
        yield from due(before[0] + (shortest if math.isfinite(shortest) else 1 / fps) - 0.25 / fps)


def without_jumps(timed: Iterable[tuple[float, Image]]) -> Iterator[tuple[float, Image]]:
    """Strictly rising times: drop steps backwards, close gaps over _LONGEST_PAUSE."""
    last: float | None = None
    shift = 0.0
    for raw, image in timed:
        time = raw - shift
        if last is not None:
            if time - last > _LONGEST_PAUSE:
                shift += time - last - 1 / 30
                time = last + 1 / 30
            elif time <= last:
                continue
        last = time
        yield time, image


def nominal_rate(times: list[float], average: float | None, declared: float | None) -> tuple[float, bool]:
    """Frames per second and whether they vary, from the first presentation times [s] and what the container says.

    The rate of an uneven file is the one its usual interval stands for: a phone that dropped every third frame of 30
    filmed at 30.
    """
    steps = np.diff(np.sort(np.array(times)))
    steps = steps[steps > 1e-6]
    if len(steps) == 0:
        return snapped(average or declared or 30.0), False
    usual = float(np.median(steps))
    # Matroska and others write whole milliseconds, so a step may be a millisecond off without meaning anything.
    uneven = bool(np.mean(np.abs(steps - usual) > max(0.2 * usual, 0.0015)) > 0.02)
    if uneven:
        return snapped(1 / usual), True
    return snapped((len(steps)) / float(steps.sum()) if average is None else average), False


def snapped(rate: float) -> float:
    """The standard rate within 0.4 %, else the rate rounded to 1/100."""
    if not math.isfinite(rate) or rate <= 0:
        return 30.0
    nearest = min(STANDARD_RATES, key=lambda standard: abs(standard - rate))
    if abs(nearest - rate) <= _SNAP * rate:
        # 30 and 29.97 lie nearer together than the tolerance; min() has picked the nearer.
        return float(nearest)
    return round(rate, 2) if rate >= 0.01 else rate
