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
_LEAST: Final = 0.01
"""Confidence of a face that is there."""
_BLACK: Final = 20.0
"""Mean of the face's picture (0..255) below which little can be told of it."""
_WHITE: Final = 250
_BURNT: Final = (0.4, 0.9)
"""Share of such pixels up to which a face is well seen, and from which hardly anything is."""
_FAINT: Final = 0.45
"""Enough to be taken for a face, and little enough to be warned of."""
_SIDE_BY_EARS: Final = 3.2
"""The square's side in distances between the ears (the head from the front) ..."""
_SIDE_BY_BODY: Final = 1.1
"""... and in body sizes (the head from the side)."""
_WAITED: Final = 30
"""Pictures for which a face whose body was lost is still looked for where it was, and nowhere else: in the rest of the
picture somebody else may be."""
_SETTLING: Final = 2
"""Further looks at a shot's first face, until its points lie as they do once it is followed. (Of faces that are found
again later this would make faces that are none last.)"""


class MediaPipeFace:
    """Follows the face of the body, or the most prominent face where no body is known."""

    follows_body: ClassVar[bool] = True

    def __init__(self, of_one: bool = False) -> None:
        """of_one: the bodies told are all one person's, who is not in the picture where there is none."""
        self._of_one = of_one
        self._lost = _WAITED  # pictures since the body was seen, of a shot in which it never was as of one long ago
        self._graph: Any = FaceMesh(
            max_num_faces=1, refine_landmarks=True, min_detection_confidence=0.5, min_tracking_confidence=0.5
        )
        self._crop: Crop | None = None
        self._found, self._first = False, True
        # What the face looks like is worked out beside the next pictures' landmarks.
        self._look = Together(_make_looks, "face-looks")

    def detect(self, image: NDArray[np.uint8], pose: PoseSeen | None = None) -> Seen:
        if not self._is_about(image, pose):
            self._found = False
            return Seen()
        piece = image if self._crop is None else self._crop.cut(image)
        faces = self._graph.process(piece).multi_face_landmarks
        if not faces and self._found:
            # Tracking from the last picture failed; a second look searches the whole piece.
            faces = self._graph.process(piece).multi_face_landmarks
        for _ in range(_SETTLING if faces and self._first else 0):
            faces = self._graph.process(piece).multi_face_landmarks or faces
        self._found = bool(faces)
        self._first = self._first and not self._found
        if not faces:
            return Seen()
        height, width = image.shape[:2]
        normalised = coordinates(faces[0].landmark)
        if self._crop is None:
            points = normalised * np.array([width, height, width], dtype=np.float32)
        else:
            points = self._crop.to_picture(normalised)
        crop = face_crop(image, points)
        confidence = face_confidence(points, width, height) * well_lit(crop)
        return Seen(face=FaceSeen(points, max(confidence, _LEAST), self._look(crop)))

    def _is_about(self, image: NDArray[np.uint8], pose: PoseSeen | None) -> bool:
        """Whether the face may be in the picture; where to look for it is in `_crop` then, None = anywhere."""
        if pose is not None:
            self._crop, self._lost = head_crop(image, pose, self._crop), 0
            return True
        self._lost += 1
        if self._lost <= _WAITED:
            return True
        self._crop = None
        return not self._of_one

    def new_shot(self) -> None:
        self._crop, self._lost, self._first = None, _WAITED, True
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


def head_crop(image: NDArray[np.uint8], pose: PoseSeen, before: Crop | None) -> Crop | None:
    """The square about the head, kept still while the head stays in it; None = the whole picture is best."""
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
    return float(np.clip(inside.mean() * size * frontal, _LEAST, 1.0))


def well_lit(crop: NDArray[np.uint8]) -> float:
    """How far a face's picture [S, S, 3] can be trusted, _FAINT..1: less where it is black or burnt out."""
    some = crop[::4, ::4]  # enough, and half a millisecond quicker than all of it
    dark = some.mean() / _BLACK
    burnt = float((some.min(axis=-1) >= _WHITE).mean())
    return float(np.clip(min(dark, (_BURNT[1] - burnt) / (_BURNT[1] - _BURNT[0])), _FAINT, 1.0))
