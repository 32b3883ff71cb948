"""`understudy evaluate face --videos DIR`: what can be said of a recorded clip without its truth.

Two figures: how still the weights are where the landmarks are still, and how far the face rebuilt from the weights lies
from the landmarks that were seen. Both are small for a good capture, but an idle one is still too: read them together.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..capture import CaptureOptions, capture_features
from ..footage import FootageError
from .align import align
from .infer import load_face_net
from .peer import EvaluationError

Floats = NDArray[np.floating]

VIDEOS: Final = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".m4v")
_QUIET_SHARE: Final = 0.3


def score_videos(folder: Path, say: Callable[[str], None] = lambda _: None) -> dict[str, dict[str, float]]:
    """Clip -> share of frames with a face, stillness, reprojection, mean weight."""
    if not folder.is_dir():
        raise EvaluationError(f"There is no folder of videos {folder}.")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in VIDEOS)
    if not paths:
        raise EvaluationError(f"There is no video in {folder}.")
    rows = {}
    for path in paths:
        say(path.name)
        try:
            captured = capture_features(path, CaptureOptions(body=False, hands=False))
        except FootageError:
            rows[path.name] = {"seen": 0.0}
            continue
        rows[path.name] = score(captured.features.face, captured.take.face_weights)
    return rows


def score(face: Floats, weights: Floats | None) -> dict[str, float]:
    """The figures of one clip: landmarks [T, 478, 3] px (NaN unseen) and weights [T, 52]."""
    seen = np.isfinite(face).all(axis=(1, 2))
    figures = {"seen": float(seen.mean())}
    if weights is None or seen.sum() < 10:
        return figures
    aligned, _ = align(face[seen], load_face_net().canonical.numpy().astype(np.float64))
    shown = np.asarray(weights)[seen]
    return figures | {
        "stillness": stillness(aligned, shown),
        "reprojection": reprojection(aligned, shown),
        "mean_weight": float(shown.mean()),
        "lowest_weight": float(shown.sum(axis=1).min()),
    }


def stillness(aligned: Floats, weights: Floats) -> float:
    """Mean change of the weights from frame to frame in the stillest third of the frames, by the landmarks."""
    moved = np.linalg.norm(np.diff(aligned, axis=0), axis=2).mean(axis=1)
    quiet = moved <= np.quantile(moved, _QUIET_SHARE)
    return float(np.abs(np.diff(weights, axis=0))[quiet].mean())


def reprojection(aligned: Floats, weights: Floats) -> float:
    """Share of the landmarks' motion that no linear face driven by the weights explains, 0..1 (ridge, left-out thirds).

    Weights that miss what the face does leave its motion unexplained; so do weights that tremble on their own.
    """
    frames = len(aligned)
    motion = (aligned - aligned.mean(axis=0)).reshape(frames, -1)
    known = np.column_stack((weights, np.ones(frames)))
    thirds = np.arange(frames) * 3 // frames
    left = total = 0.0
    for third in range(3):
        inside = thirds != third
        gram = known[inside].T @ known[inside] + 0.05 * len(known) / 50 * np.eye(known.shape[1])
        face = np.linalg.solve(gram, known[inside].T @ motion[inside])
        left += float(((motion[~inside] - known[~inside] @ face) ** 2).sum())
        total += float((motion[~inside] ** 2).sum())
    return left / max(total, 1e-12)
