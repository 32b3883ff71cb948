"""The face by MediaPipe's Face Mesh with attention: 468 points and 10 of the irises.

Its detector is made for selfies and misses faces beyond two metres or beside a gesturing hand; where the body is known,
a square about the head is given to it instead of the whole picture.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from ..face.crop import face_crop
from .crops import Crop, crop_about, steady
from .interface import FaceSeen, Floats, PoseSeen, Seen
from .mediapipe_graphs import FaceMesh, coordinates, model_hashes
from .skeleton import HEAD_POINTS, LEFT_EAR, RIGHT_EAR, body_size, point
from .together import Answers, Together

# Outer corners of the eyes, and the cheeks' edges, in the mesh.
_EYE_CORNERS: Final = (33, 263)
_CHEEKS: Final = (234, 454)
_SHARP_EYE_DISTANCE: Final = 32.0
"""Pixels between the eyes' outer corners from which the mesh is as good as it gets (it looks at 192 pixels a face)."""
_SIDE_BY_EARS: Final = 3.2
"""The square's side in distances between the ears (the head from the front) ..."""
_SIDE_BY_BODY: Final = 1.1
"""... and in body sizes (the head from the side)."""


class MediaPipeFace:
    """Follows the face of the body, or the most prominent face where no body is known."""

    follows_body: ClassVar[bool] = True

    def __init__(self) -> None:
        self._graph: Any = FaceMesh(
            max_num_faces=1, refine_landmarks=True, min_detection_confidence=0.5, min_tracking_confidence=0.5
        )
        self._crop: Crop | None = None
        self._found = False
        # What the face looks like is worked out beside the next pictures' landmarks.
        self._look = Together(_make_looks, "face-looks")

    def detect(self, image: NDArray[np.uint8], pose: PoseSeen | None = None) -> Seen:
        self._crop = head_crop(image, pose, self._crop)
        piece = image if self._crop is None else self._crop.cut(image)
        faces = self._graph.process(piece).multi_face_landmarks
        if not faces and self._found:
            # Tracking from the last picture failed; a second look searches the whole piece.
            faces = self._graph.process(piece).multi_face_landmarks
        self._found = bool(faces)
        if not faces:
            return Seen()
        height, width = image.shape[:2]
        normalised = coordinates(faces[0].landmark)
        if self._crop is None:
            points = normalised * np.array([width, height, width], dtype=np.float32)
        else:
            points = self._crop.to_picture(normalised)
        look = self._look(face_crop(image, points))
        return Seen(face=FaceSeen(points, face_confidence(points, width, height), look))

    def new_shot(self) -> None:
        self._crop = None
        self._graph.reset()

    def models(self) -> dict[str, str]:
        return model_hashes(
            "face_detection/face_detection_short_range.tflite", "face_landmark/face_landmark_with_attention.tflite"
        )

    def close(self) -> None:
        self._graph.close()
        self._look.close()


def _make_looks() -> Answers:
    from ..face.looks import FaceLooks  # torch takes a second to load; only detecting needs it

    return FaceLooks().of_crops


def head_crop(image: NDArray[np.uint8], pose: PoseSeen | None, before: Crop | None) -> Crop | None:
    """The square about the head, kept still while the head stays in it; None = the whole picture is best."""
    if pose is None:
        return None
    ears = float(np.linalg.norm(point(pose, LEFT_EAR) - point(pose, RIGHT_EAR)))
    side = max(_SIDE_BY_EARS * ears, _SIDE_BY_BODY * body_size(pose))
    # In a close-up the square would be the picture; None stays None until the head is clearly smaller.
    if side > (0.8 if before is not None else 0.7) * max(image.shape[:2]):
        return None
    return steady(crop_about(pose.image[HEAD_POINTS, :2].mean(axis=0), side), before)


def face_confidence(points: Floats, width: int, height: int) -> float:
    """How far a mesh [478, 3] px can be trusted, 0..1 (the solution tells only whether there is one).

    The product of: the share of its points inside the picture; its size against what the model resolves; and how far
    it faces the camera, as both cheeks must be seen for both halves to be measured rather than guessed.
    """
    inside = (points[:, 0] >= 0) & (points[:, 0] < width) & (points[:, 1] >= 0) & (points[:, 1] < height)
    size = min(1.0, float(np.linalg.norm(points[_EYE_CORNERS[1]] - points[_EYE_CORNERS[0]])) / _SHARP_EYE_DISTANCE)
    across = points[_CHEEKS[1]] - points[_CHEEKS[0]]
    # 1 up to about 45 degrees of turn, falling to 0.25 in profile.
    facing = float(np.linalg.norm(across[:2])) / max(float(np.linalg.norm(across)), 1e-6)
    frontal = float(np.clip(facing / 0.7, 0.25, 1.0))
    return float(np.clip(inside.mean() * size * frontal, 0.01, 1.0))
