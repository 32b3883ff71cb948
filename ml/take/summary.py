"""What a take holds in a few numbers, for lists and reports (needs numpy alone)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .contract import Take

_PARTS = {
    "face": "confidence_face",
    "body": "confidence_body",
    "left_hand": "confidence_left_hand",
    "right_hand": "confidence_right_hand",
}


@dataclass(frozen=True)
class TakeSummary:
    """Length, and how well each part was seen."""

    frames: int
    fps: float
    duration: float
    """Seconds."""
    seen: dict[str, float]
    """Part -> share of frames, 0..1, weighted by the tracker's confidence; parts that were not captured are absent."""
    source: str
    warnings: list[str] = field(default_factory=list)

    @property
    def quality(self) -> float:
        """0..1: the better of face and body (a take of one alone is whole); of the hands when there is neither."""
        main = [self.seen[part] for part in ("face", "body") if part in self.seen]
        return max(main or self.seen.values(), default=0.0)


def summarize(take: Take) -> TakeSummary:
    """Numbers about a take."""
    seen = {}
    for part, name in _PARTS.items():
        confidence = getattr(take, name)
        if confidence is not None and len(confidence):
            seen[part] = float(np.clip(np.mean(confidence), 0.0, 1.0))
    return TakeSummary(
        frames=take.frame_count,
        fps=float(take.fps),
        duration=float(take.duration),
        seen=seen,
        source=_source_name(take.metadata),
        warnings=[str(warning) for warning in take.metadata.get("warnings", []) or []],
    )


def _source_name(metadata: dict[str, Any]) -> str:
    source = metadata.get("source", "")
    return str(source.get("name", "") if isinstance(source, dict) else source)
