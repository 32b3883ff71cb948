"""The body by MediaPipe's Pose (BlazePose full): 33 points in the image and in metres."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .interface import PoseSeen, Seen
from .mediapipe_graphs import Pose, coordinates, model_hashes
from .skeleton import LEFT_SHOULDER, RIGHT_SHOULDER


class MediaPipePose:
    """Follows the most prominent body; looks for one anew where it was lost."""

    follows_body: ClassVar[bool] = False

    def __init__(self) -> None:
        # Its own smoothing lags behind; the body's solver smooths both ways in time.
        self._graph: Any = Pose(
            model_complexity=1, smooth_landmarks=False, min_detection_confidence=0.5, min_tracking_confidence=0.5
        )

    def detect(self, image: NDArray[np.uint8], pose: PoseSeen | None = None) -> Seen:
        result = self._graph.process(image)
        if result.pose_landmarks is None or result.pose_world_landmarks is None:
            return Seen()
        height, width = image.shape[:2]
        landmarks = result.pose_landmarks.landmark
        # MediaPipe scales depth like the width.
        points = coordinates(landmarks) * np.array([width, height, width], dtype=np.float32)
        visibility = np.array([point.visibility for point in landmarks], dtype=np.float32).clip(0, 1)
        world = coordinates(result.pose_world_landmarks.landmark)
        confidence = float(visibility[[LEFT_SHOULDER, RIGHT_SHOULDER]].mean())
        return Seen(pose=PoseSeen(points, world, visibility, confidence))

    def models(self) -> dict[str, str]:
        return model_hashes("pose_detection/pose_detection.tflite", "pose_landmark/pose_landmark_full.tflite")

    def close(self) -> None:
        self._graph.close()
