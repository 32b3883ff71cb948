"""MediaPipe's own solutions: the models lie in its wheel (0.10.21 is the last that holds them all)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from .interface import Floats

# Read when the native library is loaded: keep its start-up chatter out of the user's terminal.
os.environ.setdefault("GLOG_minloglevel", "2")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# Imported here, in one thread: the detectors are made in several, and this package's modules import one another.
import mediapipe
from mediapipe.python.solutions.face_mesh import FaceMesh
from mediapipe.python.solutions.hands import Hands
from mediapipe.python.solutions.pose import Pose

__all__ = ["FaceMesh", "Hands", "Pose", "coordinates", "model_hashes"]


def coordinates(landmarks: Iterable[Any]) -> Floats:
    """x, y, z of a list of landmarks [N, 3]."""
    return np.array([(point.x, point.y, point.z) for point in landmarks], dtype=np.float32)


@lru_cache(maxsize=32)
def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def model_hashes(*names: str) -> dict[str, str]:
    """sha256 of model files below mediapipe/modules, by file name."""
    folder = Path(mediapipe.__file__ or "").parent / "modules"
    return {Path(name).name: _sha256(folder / name) for name in names}
