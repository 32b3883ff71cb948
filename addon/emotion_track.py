"""The emotions of a take over time, as a panel and the timeline show them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHOWN = 0.25
"""A strength below which nobody would name it."""
_SHORTEST = 0.4
"""Seconds; shorter flickers are no emotion."""


@dataclass(frozen=True)
class Feeling:
    """One stretch of a take in which an emotion leads."""

    emotion: str
    start: float
    """Seconds."""
    end: float
    strength: float
    """The largest in the stretch, 0..1."""


@dataclass(frozen=True)
class EmotionTrack:
    """T frames."""

    names: tuple[str, ...]
    times: NDArray[np.float64]
    strengths: NDArray[np.float64]
    """[T, E]"""

    def at(self, seconds: float) -> tuple[str, float] | None:
        """The leading emotion and its strength at a moment; None outside the take."""
        import numpy as np

        if not len(self.times) or not self.times[0] <= seconds <= self.times[-1] + 1e-6:
            return None
        row = self.strengths[int(np.abs(self.times - seconds).argmin())]
        leading = _leading(row[None])[0]
        return self.names[leading], float(row[leading])

    def strip(self, count: int) -> list[str]:
        """The leading emotion of each of `count` equal parts."""
        import numpy as np

        parts = np.array_split(self.strengths, min(count, max(1, len(self.strengths))))
        return [self.names[_leading(part.mean(axis=0)[None])[0]] for part in parts]

    def feelings(self) -> list[Feeling]:
        """Stretches that somebody would name, in order."""
        import numpy as np

        leading = _leading(self.strengths)
        edges = [0, *(np.flatnonzero(np.diff(leading)) + 1).tolist(), len(leading)]
        found = []
        for begin, end in pairwise(edges):
            start, stop = float(self.times[begin]), float(self.times[end - 1])
            if leading[begin] != 0 and stop - start >= _SHORTEST:
                peak = float(self.strengths[begin:end, leading[begin]].max())
                found.append(Feeling(self.names[leading[begin]], start, stop, peak))
        return found


def _leading(strengths: NDArray[np.float64]) -> NDArray[np.int64]:
    """[T] the strongest emotion; neutral (0) where none is strong enough to be named."""
    import numpy as np

    others = strengths[:, 1:]
    return np.where(others.max(axis=1) >= _SHOWN, others.argmax(axis=1) + 1, 0)


_read: dict[str, tuple[int, EmotionTrack | None]] = {}


def emotion_track(path: str) -> EmotionTrack | None:
    """A take's emotions, read again only when its file changed: panels ask at every drawing. None without any."""
    from ..ml.take import TakeError, load_take

    try:
        stamp = Path(path).stat().st_mtime_ns
        if path not in _read or _read[path][0] != stamp:
            _read.clear()
            _read[path] = (stamp, _track(load_take(path)))
    except (OSError, TakeError):
        return None
    return _read[path][1]


def _track(take: Any) -> EmotionTrack | None:
    import numpy as np

    if take.emotion is None or take.emotion_names[0] != "neutral":
        return None
    return EmotionTrack(tuple(take.emotion_names), take.times, np.asarray(take.emotion, dtype=np.float64))
