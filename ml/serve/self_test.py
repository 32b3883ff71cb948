"""Whether this environment can do the engine's work: libraries load, a tracker runs, the models open."""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable
from typing import Any

import numpy as np

# module, package it comes in, what it is for
_LIBRARIES = (
    ("av", "av", "video"),
    ("scipy", "scipy", "mathematics"),
    ("cv2", "opencv-contrib-python", "images"),
    ("torch", "torch", "models"),
    ("safetensors", "safetensors", "models"),
    ("mediapipe", "mediapipe", "tracking"),
)


def run_self_test(progress: Callable[[float, str], None], stop_if_cancelled: Callable[[], None]) -> dict[str, Any]:
    """{"versions": {package: version}, "problems": [{"part", "error"}]}; no problems means ready."""
    versions: dict[str, str] = {}
    problems: list[dict[str, str]] = []
    for number, (module, package, purpose) in enumerate(_LIBRARIES):
        stop_if_cancelled()
        progress(number / (len(_LIBRARIES) + 1), f"Loading {package} ({purpose})")
        try:
            importlib.import_module(module)
            versions[package] = importlib.metadata.version(package)
        except Exception as error:  # noqa: BLE001 - a broken library may raise anything while it loads
            problems.append({"part": package, "error": f"{type(error).__name__}: {error}"})
    stop_if_cancelled()
    if not problems:
        progress(0.9, "Trying the tracker")
        problems += [{"part": "tracking", "error": error} for error in _try_tracker()]
    progress(1.0, "Done")
    return {"versions": versions, "problems": problems}


def _try_tracker() -> list[str]:
    """Run the face tracker on a grey picture: its native parts load only now."""
    from mediapipe.python.solutions.face_mesh import FaceMesh

    try:
        with FaceMesh(static_image_mode=True, refine_landmarks=True) as mesh:
            mesh.process(np.full((96, 96, 3), 127, np.uint8))
    except Exception as error:  # noqa: BLE001 - native code may raise anything
        return [f"{type(error).__name__}: {error}"]
    return []
