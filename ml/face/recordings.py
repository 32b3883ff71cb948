"""The user's own recordings as training clips: a video beside the CSV that Live Link Face (ARKit) wrote of it.

The CSV's columns are Timecode, BlendShapeCount, then the 52 blend shapes (EyeBlinkLeft ... TongueOut) and the head's
and eyes' angles (Live Link Face, Epic Games). The angles' signs differ between versions of the app; only the 52 weights
are read, the gaze follows from the eyeLook ones, and the head's turn is left as the landmarks show it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..footage import open_footage
from ..take import FACE_NAMES
from .crop import face_crop
from .data import FPS, FaceClip, FaceWatcher
from .metrics import gaze_of_weights

VIDEOS: Final = (".mov", ".mp4", ".m4v", ".mkv", ".avi", ".webm")
_STRETCH: Final = 300
"""Frames of one training clip; a recording becomes as many as it fills."""
_TIMECODE: Final = re.compile(r"(\d+):(\d+):(\d+)[:;.](\d+)(\.\d+)?$")
_QUALITY: Final = 92


class RecordingError(ValueError):
    """A recording that cannot be learned from; the message is one sentence for the user."""


def recorded_clips(folder: Path, say: Callable[[str], None] = lambda _: None) -> list[FaceClip]:
    """The clips of all recordings in a folder."""
    if not folder.is_dir():
        raise RecordingError(f"There is no folder of recordings {folder}.")
    clips: list[FaceClip] = []
    for table in sorted(folder.glob("*.csv")):
        video = next((table.with_suffix(end) for end in VIDEOS if table.with_suffix(end).exists()), None)
        if video is None:
            raise RecordingError(f"Beside {table} there is no video of the same name ({', '.join(VIDEOS)}).")
        say(f"Watching {video.name} ...")
        clips += clips_of(video, table)
    return clips


def read_live_link(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds from the first row [N] and the 52 weights [N, 52] of a Live Link Face CSV."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise RecordingError(f"{path} holds no rows.")
    columns = {str(name).strip().lower(): name for name in rows[0] if name}
    missing = [name for name in FACE_NAMES if name.lower() not in columns]
    if missing or "timecode" not in columns:
        raise RecordingError(f"{path} is not a Live Link Face CSV: it lacks the column {(missing or ['Timecode'])[0]}.")
    try:
        weights = np.array([[float(row[columns[name.lower()]]) for name in FACE_NAMES] for row in rows])
        codes = [_TIMECODE.match(row[columns["timecode"]].strip()) for row in rows]
        parts = np.array([[float(code[i] or 0) for i in range(1, 6)] for code in codes if code])
    except (TypeError, ValueError) as error:
        raise RecordingError(f"{path} holds something that is not a number.") from error
    if len(parts) != len(rows):
        raise RecordingError(f"{path} holds a timecode that cannot be read; expected HH:MM:SS:FF.fff.")
    seconds = parts[:, 0] * 3600 + parts[:, 1] * 60 + parts[:, 2]
    frames = parts[:, 3] + parts[:, 4]
    rate = max(24.0, float(np.ceil(frames.max())))
    times = seconds + frames / rate
    return times - times[0], np.clip(weights, 0, 1)


def clips_of(video: Path, table: Path) -> list[FaceClip]:
    """One recording as clips of up to ten seconds at 30 frames a second."""
    times, weights = read_live_link(table)
    watcher = FaceWatcher()
    rows: list[tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.uint8]]] = []
    clips: list[FaceClip] = []
    with open_footage(video) as footage:
        size = max(footage.info.width, footage.info.height)
        first: float | None = None
        for frame in footage.frames(None, None, FPS, max_side=1280):
            first = frame.time if first is None else first
            now = frame.time - first
            if now > times[-1]:
                break
            image = np.ascontiguousarray(frame.image)
            scale = footage.info.width / image.shape[1]
            points = watcher.landmarks(image)
            packed = _packed(face_crop(image, points)) if np.isfinite(points).all() else np.empty(0, np.uint8)
            truth = np.array([np.interp(now, times, weights[:, i]) for i in range(len(FACE_NAMES))])
            rows.append((points * scale, truth, packed))
            if len(rows) == _STRETCH:
                clips.append(_clip(rows, size, table))
                rows = []
    if len(rows) >= int(FPS):
        clips.append(_clip(rows, size, table))
    if not clips:
        raise RecordingError(f"{video} and {table.name} share less than a second.")
    return clips


def _clip(
    rows: list[tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.uint8]]], size: int, table: Path
) -> FaceClip:
    weights = np.stack([truth for _, truth, _ in rows])
    return FaceClip(
        landmarks=np.stack([points for points, _, _ in rows]).astype(np.float32),
        weights=weights.astype(np.float32),
        gaze=gaze_of_weights(weights).astype(np.float32),
        head=np.full((len(rows), 4), np.nan, dtype=np.float32),
        focal_px=float(size),
        size=size,
        seed=-1,
        crops=np.concatenate([packed for _, _, packed in rows]),
        crop_ends=np.cumsum([len(packed) for _, _, packed in rows]).astype(np.int64),
    )


def _packed(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    _, packed = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return packed.ravel()
