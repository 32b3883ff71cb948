"""Google's FaceLandmarker and its blend shapes, to measure beside ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..take import FACE_NAMES, rotation
from .data import FPS
from .metrics import Estimate, gaze_of_weights


class EvaluationError(ValueError):
    """Something needed for the evaluation is missing; the message is one sentence for the user."""


class PeerFace:
    """Google's FaceLandmarker (MediaPipe Tasks) and its blend shapes, frame after frame."""

    def __init__(self, model: Path) -> None:
        from mediapipe.tasks.python import BaseOptions, vision

        if not model.exists():
            raise EvaluationError(f"There is no FaceLandmarker model {model}; give the path of face_landmarker.task.")
        options = vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=model.read_bytes()),
            running_mode=vision.RunningMode.VIDEO,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        )
        self._task = vision.FaceLandmarker.create_from_options(options)
        self._weights: list[NDArray[np.float64]] = []
        self._turns: list[NDArray[np.float64]] = []

    def watch(self, picture: NDArray[np.uint8]) -> None:
        """See the next picture; a lost face holds its last values."""
        import mediapipe

        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(picture))
        result = self._task.detect_for_video(image, int(1000 * len(self._weights) / FPS))
        weights = self._weights[-1] if self._weights else np.zeros(len(FACE_NAMES))
        turn = self._turns[-1] if self._turns else np.eye(3)
        if result.face_blendshapes:
            scores = {c.category_name: c.score for c in result.face_blendshapes[0]}
            weights = np.array([scores.get(name, 0.0) for name in FACE_NAMES])
            turn = np.asarray(result.facial_transformation_matrixes[0])[:3, :3]
        self._weights.append(weights)
        self._turns.append(turn / np.cbrt(np.linalg.det(turn)))

    def estimate(self) -> Estimate:
        """All that was seen."""
        weights = np.stack(self._weights)
        # The task's axes: x right, y up, z towards the camera; the take's: X right, Y away, Z up.
        axes = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
        head = rotation.from_matrix(axes @ np.stack(self._turns) @ axes.T)
        return Estimate(weights, gaze_of_weights(weights), head)
