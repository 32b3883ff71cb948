"""MediaPipe's detectors by part."""

from __future__ import annotations

from typing import Final

from .interface import DetectorMaker
from .mediapipe_face import MediaPipeFace
from .mediapipe_hands import MediaPipeHands
from .mediapipe_pose import MediaPipePose

MAKERS: Final[dict[str, DetectorMaker]] = {"face": MediaPipeFace, "body": MediaPipePose, "hands": MediaPipeHands}
