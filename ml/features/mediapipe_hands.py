"""The hands by MediaPipe's Hands: 21 points each, in the image and in metres.

Its palm detector sees the whole picture at 192 pixels and misses most hands of a full figure. Where the body is known,
each hand is looked for in a square about its wrist. Where hands touch, both squares may show the same one: `merge`
sees to that.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from .crops import Crop, crop_about
from .interface import Floats, HandSeen, PoseSeen, Seen
from .mediapipe_graphs import Hands, coordinates, model_hashes
from .skeleton import ELBOWS, SIDES, WRISTS, body_size, point

_SIDE: Final = 1.4
"""The square's side in body sizes (see `body_size`); a stretched hand is about half of one."""
_BEYOND_WRIST: Final = 0.35
"""How far beyond the wrist the hand's middle lies, in forearms as they appear."""
_SHARP_HAND: Final = 48.0
"""Pixels from wrist to middle knuckle from which the model sees all it can (it looks at 224 pixels a hand)."""
_MIDDLE_KNUCKLE: Final = 9


class MediaPipeHands:
    """Up to two hands of one performer."""

    follows_body: ClassVar[bool] = True

    def __init__(self) -> None:
        self._finders = {name: _Finder(count) for name, count in (("left", 1), ("right", 1), ("both", 2))}

    def detect(self, image: NDArray[np.uint8], pose: PoseSeen | None = None) -> Seen:
        if pose is None:
            return Seen(hands=self._finders["both"].find(image, None))
        crops = hand_crops(image, pose)
        return Seen(hands=tuple(hand for side, crop in crops.items() for hand in self._finders[side].find(image, crop)))

    def models(self) -> dict[str, str]:
        return model_hashes("palm_detection/palm_detection_full.tflite", "hand_landmark/hand_landmark_full.tflite")

    def close(self) -> None:
        for finder in self._finders.values():
            finder.close()


class _Finder:
    """One tracking graph for up to `count` hands."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._graph: Any = None
        self._found = 0

    def find(self, image: NDArray[np.uint8], crop: Crop | None) -> tuple[HandSeen, ...]:
        if self._graph is None:
            self._graph = Hands(
                max_num_hands=self._count, model_complexity=1, min_detection_confidence=0.5, min_tracking_confidence=0.5
            )
        piece = image if crop is None else crop.cut(image)
        result = self._graph.process(piece)
        if self._found and not result.multi_hand_landmarks:
            # Tracking from the last picture failed; a second look searches the whole piece.
            result = self._graph.process(piece)
        self._found = len(result.multi_hand_landmarks or ())
        if not result.multi_hand_landmarks:
            return ()
        return tuple(
            _hand(points, world, side, image, crop)
            for points, world, side in zip(
                result.multi_hand_landmarks, result.multi_hand_world_landmarks, result.multi_handedness, strict=True
            )
        )

    def close(self) -> None:
        if self._graph is not None:
            self._graph.close()


def _hand(points: Any, world: Any, side: Any, image: NDArray[np.uint8], crop: Crop | None) -> HandSeen:
    label = side.classification[0]
    normalised = coordinates(points.landmark)
    height, width = image.shape[:2]
    pixels = normalised * np.array([width, height, width], np.float32) if crop is None else crop.to_picture(normalised)
    # The model was taught on mirrored selfies: in a picture as others see the performer, its sides are swapped.
    is_left = label.label == "Right"
    confidence = float(label.score) * size_factor(pixels)
    return HandSeen(pixels, coordinates(world.landmark), is_left, confidence)


def size_factor(points: Floats) -> float:
    """1 for hands [21, 3] px large enough for the model, less for smaller ones."""
    palm = float(np.linalg.norm(points[_MIDDLE_KNUCKLE] - points[0]))
    return float(np.clip(palm / _SHARP_HAND, 0.25, 1.0))


def hand_crops(image: NDArray[np.uint8], pose: PoseSeen) -> dict[str, Crop]:
    """The square in which to look for each hand; sides whose hand lies outside the picture are absent."""
    height, width = image.shape[:2]
    side_length = _SIDE * body_size(pose)
    crops = {}
    for side in SIDES:
        wrist, elbow = point(pose, WRISTS[side]), point(pose, ELBOWS[side])
        if 0 <= wrist[0] < width and 0 <= wrist[1] < height:
            crops[side] = crop_about(wrist + _BEYOND_WRIST * (wrist - elbow), side_length)
    return crops
