"""MediaPipe's own solutions as detectors: the models lie in its wheel (0.10.21 is the last that holds them all)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .interface import FaceSeen, Floats, HandSeen, PoseSeen, Seen

# Read when the native library is loaded: keep its start-up chatter out of the user's terminal.
os.environ.setdefault("GLOG_minloglevel", "2")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

# Imported here, in one thread: the detectors are made in several, and this package's modules import one another.
import mediapipe  # noqa: E402
from mediapipe.python.solutions.face_mesh import FaceMesh  # noqa: E402
from mediapipe.python.solutions.hands import Hands  # noqa: E402
from mediapipe.python.solutions.pose import Pose  # noqa: E402

_SHOULDERS = [11, 12]
# Outer corners of the eyes, the bridge of the nose and the cheeks' edges, in the mesh.
_EYE_CORNERS = (33, 263)
_CHEEKS = (234, 454)
_SHARP_EYE_DISTANCE = 32.0
"""Pixels between the eyes' outer corners from which the mesh is as good as it gets (it looks at 192 pixels a face)."""


class MediaPipeFace:
    """Face mesh with attention: 468 points and 10 of the irises, of the most prominent face."""

    def __init__(self) -> None:
        self._graph = FaceMesh(
            max_num_faces=1, refine_landmarks=True, min_detection_confidence=0.5, min_tracking_confidence=0.5
        )

    def detect(self, image: NDArray[np.uint8]) -> Seen:
        faces = self._graph.process(image).multi_face_landmarks
        if not faces:
            return Seen()
        points = _pixels(faces[0].landmark, image)
        return Seen(face=FaceSeen(points, face_confidence(points, image.shape[1], image.shape[0])))

    def models(self) -> dict[str, str]:
        return model_hashes(
            "face_detection/face_detection_short_range.tflite", "face_landmark/face_landmark_with_attention.tflite"
        )

    def close(self) -> None:
        self._graph.close()


class MediaPipePose:
    """BlazePose (full): 33 points in the image and in metres."""

    def __init__(self) -> None:
        # Its own smoothing lags behind; the body's solver smooths both ways in time.
        self._graph = Pose(
            model_complexity=1, smooth_landmarks=False, min_detection_confidence=0.5, min_tracking_confidence=0.5
        )

    def detect(self, image: NDArray[np.uint8]) -> Seen:
        result = self._graph.process(image)
        if result.pose_landmarks is None or result.pose_world_landmarks is None:
            return Seen()
        landmarks = result.pose_landmarks.landmark
        visibility = np.array([point.visibility for point in landmarks], dtype=np.float32).clip(0, 1)
        world = _coordinates(result.pose_world_landmarks.landmark)
        confidence = float(visibility[_SHOULDERS].mean())
        return Seen(pose=PoseSeen(_pixels(landmarks, image), world, visibility, confidence))

    def models(self) -> dict[str, str]:
        return model_hashes("pose_detection/pose_detection.tflite", "pose_landmark/pose_landmark_full.tflite")

    def close(self) -> None:
        self._graph.close()


class MediaPipeHands:
    """Up to two hands, 21 points each in the image and in metres."""

    def __init__(self) -> None:
        self._graph = Hands(
            max_num_hands=2, model_complexity=1, min_detection_confidence=0.5, min_tracking_confidence=0.5
        )

    def detect(self, image: NDArray[np.uint8]) -> Seen:
        result = self._graph.process(image)
        if not result.multi_hand_landmarks:
            return Seen()
        hands = []
        for points, world, side in zip(
            result.multi_hand_landmarks, result.multi_hand_world_landmarks, result.multi_handedness, strict=True
        ):
            label = side.classification[0]
            # The model was taught on mirrored selfies: in a picture as others see the performer, its sides are swapped.
            is_left = label.label == "Right"
            hands.append(
                HandSeen(_pixels(points.landmark, image), _coordinates(world.landmark), is_left, float(label.score))
            )
        return Seen(hands=tuple(hands))

    def models(self) -> dict[str, str]:
        return model_hashes("palm_detection/palm_detection_full.tflite", "hand_landmark/hand_landmark_full.tflite")

    def close(self) -> None:
        self._graph.close()


def face_confidence(points: Floats, width: int, height: int) -> float:
    """How far a mesh [478, 3] px can be trusted, 0..1 (the solution tells only whether there is one).

    The product of: the share of its points inside the picture; its size against what the model resolves; and how far
    it faces the camera, as both cheeks must be seen for both halves to be measured rather than guessed.
    """
    inside = (points[:, 0] >= 0) & (points[:, 0] < width) & (points[:, 1] >= 0) & (points[:, 1] < height)
    right, left = points[_EYE_CORNERS[0]], points[_EYE_CORNERS[1]]
    size = min(1.0, float(np.linalg.norm(left - right)) / _SHARP_EYE_DISTANCE)
    across = points[_CHEEKS[1]] - points[_CHEEKS[0]]
    # 1 up to about 45 degrees of turn, falling to 0.25 in profile.
    facing = float(np.linalg.norm(across[:2]) / max(float(np.linalg.norm(across)), 1e-6))
    frontal = float(np.clip(facing / 0.7, 0.25, 1.0))
    return float(np.clip(inside.mean() * size * frontal, 0.01, 1.0))


def _coordinates(landmarks: Sequence[Any]) -> Floats:
    return np.array([(point.x, point.y, point.z) for point in landmarks], dtype=np.float32)


def _pixels(landmarks: Sequence[Any], image: NDArray[np.uint8]) -> Floats:
    """Normalised landmarks to pixels; MediaPipe scales depth like the width."""
    height, width = image.shape[:2]
    return _coordinates(landmarks) * np.array([width, height, width], dtype=np.float32)


@lru_cache(maxsize=32)
def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def model_hashes(*names: str) -> dict[str, str]:
    """sha256 of model files below mediapipe/modules."""
    folder = Path(mediapipe.__file__ or "").parent / "modules"
    return {Path(name).name: _sha256(folder / name) for name in names}


MAKERS = {"face": MediaPipeFace, "body": MediaPipePose, "hands": MediaPipeHands}
