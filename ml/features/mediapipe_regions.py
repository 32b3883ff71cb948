"""MediaPipe's networks one by one: bodies found in a picture, and body and hand read in a region that is known.

MediaPipe's solutions follow one person and search anew as they see fit; with the networks apart, several people can be
followed, hands need no search while the arm is seen, and nothing is computed that nobody reads.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import mediapipe
import numpy as np
from google.protobuf import text_format
from mediapipe.calculators.core import gate_calculator_pb2, split_vector_calculator_pb2  # noqa: F401
from mediapipe.calculators.tensor import (  # noqa: F401
    image_to_tensor_calculator_pb2,
    inference_calculator_pb2,
    tensors_to_landmarks_calculator_pb2,
)
from mediapipe.calculators.util import (  # noqa: F401
    refine_landmarks_from_heatmap_calculator_pb2,
    thresholding_calculator_pb2,
)
from mediapipe.framework.calculator_pb2 import CalculatorGraphConfig  # pyright: ignore[reportAttributeAccessIssue]
from mediapipe.framework.formats.rect_pb2 import NormalizedRect  # pyright: ignore[reportAttributeAccessIssue]
from mediapipe.python import packet_creator, packet_getter
from mediapipe.python._framework_bindings import calculator_graph, image_frame, resource_util
from numpy.typing import NDArray

from .interface import Floats, PoseSeen
from .mediapipe_graphs import coordinates
from .model_outputs import with_inner_output
from .regions import Region, body_region, palm_region, points_in_square, turned
from .skeleton import LEFT_SHOULDER, RIGHT_SHOULDER

_MODULES: Final = Path(mediapipe.__file__ or "").parent / "modules"
_MASK_OUTPUT: Final = 2
_BODY_MAP: Final = 257
"""Number of the pose model's first tensor of 8 x 8, which the body network begins with."""
BODY_MAP: Final = (8, 8, 144)
_HAND_INPUT: Final = 224
"""Pixels of the hand models' input."""
_MARGIN: Final = 4
"""Pixels about a region's corners that interpolation may touch."""
_WORTH_CUTTING: Final = 0.5
"""Share of the picture from which a region's surroundings are not cut out: there is little to save."""

_FIND_BODIES: Final = """
input_stream: "image" output_stream: "found"
node { calculator: "PoseDetectionCpu" input_stream: "IMAGE:image" output_stream: "DETECTIONS:found" }
"""
_FIND_PALMS: Final = """
input_stream: "image" input_side_packet: "complexity" output_stream: "found"
node { calculator: "PalmDetectionCpu" input_side_packet: "MODEL_COMPLEXITY:complexity"
  input_stream: "IMAGE:image" output_stream: "DETECTIONS:found" }
"""
_READ_BODY: Final = """
input_stream: "image" input_stream: "region" input_side_packet: "model"
output_stream: "points" output_stream: "world" output_stream: "circle" output_stream: "map"
node { calculator: "TfLiteModelCalculator" input_side_packet: "MODEL_BLOB:model" output_side_packet: "MODEL:ready" }
node { calculator: "ImageToTensorCalculator" input_stream: "IMAGE:image" input_stream: "NORM_RECT:region"
  output_stream: "TENSORS:pixels"
  options { [mediapipe.ImageToTensorCalculatorOptions.ext] {
    output_tensor_width: 256 output_tensor_height: 256 keep_aspect_ratio: true
    output_tensor_float_range { min: 0.0 max: 1.0 } } } }
node { calculator: "InferenceCalculator" input_side_packet: "MODEL:ready" input_stream: "TENSORS:pixels"
  output_stream: "TENSORS:outputs"
  options { [mediapipe.InferenceCalculatorOptions.ext] { delegate { xnnpack {} } } } }
node { calculator: "SplitTensorVectorCalculator" input_stream: "outputs"
  output_stream: "flat" output_stream: "presence" output_stream: "inner" output_stream: "heat" output_stream: "metric"
  options { [mediapipe.SplitVectorCalculatorOptions.ext] { ranges { begin: 0 end: 1 } ranges { begin: 1 end: 2 }
    ranges { begin: 2 end: 3 } ranges { begin: 3 end: 4 } ranges { begin: 4 end: 5 } } } }
node { calculator: "TensorsToFloatsCalculator" input_stream: "TENSORS:presence" output_stream: "FLOAT:score" }
node { calculator: "ThresholdingCalculator" input_stream: "FLOAT:score" output_stream: "FLAG:present"
  options { [mediapipe.ThresholdingCalculatorOptions.ext] { threshold: 0.5 } } }
node { calculator: "GateCalculator" input_stream: "flat" input_stream: "heat" input_stream: "metric"
  input_stream: "inner" input_stream: "ALLOW:present"
  output_stream: "sure_flat" output_stream: "sure_heat" output_stream: "sure_metric" output_stream: "sure_inner" }
node { calculator: "TensorsToLandmarksCalculator" input_stream: "TENSORS:sure_flat" output_stream: "NORM_LANDMARKS:raw"
  options { [mediapipe.TensorsToLandmarksCalculatorOptions.ext] { num_landmarks: 39 input_image_width: 256
    input_image_height: 256 visibility_activation: SIGMOID presence_activation: SIGMOID } } }
node { calculator: "RefineLandmarksFromHeatmapCalculator" input_stream: "NORM_LANDMARKS:raw"
  input_stream: "TENSORS:sure_heat" output_stream: "NORM_LANDMARKS:all"
  options { [mediapipe.RefineLandmarksFromHeatmapCalculatorOptions.ext] { kernel_size: 7 } } }
node { calculator: "SplitNormalizedLandmarkListCalculator" input_stream: "all"
  output_stream: "points" output_stream: "circle"
  options { [mediapipe.SplitVectorCalculatorOptions.ext] {
    ranges { begin: 0 end: 33 } ranges { begin: 33 end: 35 } } } }
node { calculator: "TensorsToLandmarksCalculator" input_stream: "TENSORS:sure_metric" output_stream: "LANDMARKS:world"
  options { [mediapipe.TensorsToLandmarksCalculatorOptions.ext] { num_landmarks: 39 } } }
node { calculator: "TensorsToFloatsCalculator" input_stream: "TENSORS:sure_inner" output_stream: "FLOATS:map" }
"""
_READ_HAND: Final = """
input_stream: "image" input_stream: "region" input_side_packet: "complexity"
output_stream: "points" output_stream: "world" output_stream: "side"
node { calculator: "HandLandmarkCpu" input_side_packet: "MODEL_COMPLEXITY:complexity"
  input_stream: "IMAGE:image" input_stream: "ROI:region"
  output_stream: "LANDMARKS:points" output_stream: "WORLD_LANDMARKS:world" output_stream: "HANDEDNESS:side" }
"""
_REFINE_HAND: Final = """
input_stream: "image" input_stream: "region" output_stream: "refined"
node { calculator: "HandRecropByRoiCpu" input_stream: "IMAGE:image" input_stream: "ROI:region"
  output_stream: "HAND_ROI_FROM_RECROP:refined" }
"""


class _Graph:
    """A graph that is given one picture and waited for."""

    def __init__(self, text: str, outputs: tuple[str, ...], side_packets: dict[str, Any] | None = None) -> None:
        # The graphs look for their models below this folder; it is the one that MediaPipe itself sets.
        resource_util.set_resource_dir(str(_MODULES.parents[1]))
        config = text_format.Parse(text, CalculatorGraphConfig())
        self._graph: Any = calculator_graph.CalculatorGraph(graph_config=config)
        self._latest: dict[str, Any] = {}
        for name in outputs:
            self._graph.observe_output_stream(name, self._latest.__setitem__, True)
        self._graph.start_run(side_packets or {})
        self._moment = 0

    def run(self, image: NDArray[np.uint8], region: Region | None = None) -> dict[str, Any]:
        """Output name -> packet; what the graph did not see is absent."""
        self._latest.clear()
        self._moment += 1
        packet = packet_creator.create_image_frame(image_format=image_frame.ImageFormat.SRGB, data=image)
        self._graph.add_packet_to_input_stream(stream="image", packet=packet.at(self._moment))
        if region is not None:
            height, width = image.shape[:2]
            rect = _rect_message(region, width, height)
            self._graph.add_packet_to_input_stream(
                stream="region", packet=packet_creator.create_proto(rect).at(self._moment)
            )
        self._graph.wait_until_idle()
        return {name: packet for name, packet in self._latest.items() if not packet.is_empty()}

    def close(self) -> None:
        self._graph.close()


@dataclass(frozen=True)
class Found:
    """A body or hand that a detector found in the whole picture."""

    region: Region
    score: float


def surroundings(image: NDArray[np.uint8], region: Region) -> tuple[NDArray[np.uint8], Region, NDArray[np.float32]]:
    """The part of a picture that a region covers, the region in it, and the part's corner [3] in the picture (x, y, 0).

    Graphs copy the pictures they are given; a hand is a hundredth of a phone's picture.
    """
    height, width = image.shape[:2]
    reach = region.side * (abs(math.cos(region.turn)) + abs(math.sin(region.turn))) / 2 + _MARGIN
    left, right = max(0, math.floor(region.x - reach)), min(width, math.ceil(region.x + reach))
    top, bottom = max(0, math.floor(region.y - reach)), min(height, math.ceil(region.y + reach))
    few = 0 < (right - left) * (bottom - top) < _WORTH_CUTTING * width * height
    if not few or right <= left or bottom <= top:
        return image, region, np.zeros(3, dtype=np.float32)
    piece = np.ascontiguousarray(image[top:bottom, left:right])
    return piece, replace(region, x=region.x - left, y=region.y - top), np.array((left, top, 0), dtype=np.float32)


class BodyFinder:
    """Every body in a picture, surest first; those taller than a tenth of the picture or so."""

    def __init__(self) -> None:
        self._graph = _Graph(_FIND_BODIES, ("found",))

    def find(self, image: NDArray[np.uint8]) -> list[Found]:
        height, width = image.shape[:2]
        found = []
        for detection in _detections(self._graph.run(image)):
            points = _key_points(detection, width, height)
            found.append(Found(body_region(points[0], points[1]), float(detection.score[0])))
        return sorted(found, key=lambda one: -one.score)

    def close(self) -> None:
        self._graph.close()


@dataclass(frozen=True)
class BodyRead:
    pose: PoseSeen
    region: Region
    """Where to look in the next picture."""


Look = Callable[[tuple[Floats, Floats]], "Floats | Future[Floats]"]
"""What is to be kept of BODY_MAP and `points_in_square` beside the points, at once or later."""


class BodyReader:
    """The body in a region, by BlazePose's full landmark model."""

    def __init__(self, look: Look | None = None) -> None:
        self._look = look
        model = packet_creator.create_string(_pose_model())
        self._graph = _Graph(_READ_BODY, ("points", "world", "circle", "map"), {"model": model})

    def read(self, image: NDArray[np.uint8], region: Region) -> BodyRead | None:
        piece, within, _ = surroundings(image, region)
        seen = self._graph.run(piece, within)
        if len(seen) < 4:
            return None
        landmarks = _message(seen["points"]).landmark
        flat = coordinates(landmarks)
        points = region.to_picture(flat)
        visibility = np.array([point.visibility for point in landmarks], dtype=np.float32).clip(0, 1)
        world = coordinates(_message(seen["world"]).landmark[: len(landmarks)])
        told = points_in_square(flat[:, :2] - 0.5, world, visibility)
        world[:, :2] = turned(world[:, :2], region.turn)
        circle = region.to_picture(coordinates(_message(seen["circle"]).landmark))
        confidence = float(visibility[[LEFT_SHOULDER, RIGHT_SHOULDER]].mean())
        pose = PoseSeen(points, world, visibility, confidence)
        if self._look is not None:
            inner = np.array(packet_getter.get_float_list(seen["map"]), dtype=np.float32).reshape(BODY_MAP)
            square = np.array((region.x, region.y, region.side, region.turn), dtype=np.float32)
            pose = replace(pose, look=self._look((inner, told)), region=square)
        return BodyRead(pose, body_region(circle[0], circle[1]))

    def close(self) -> None:
        self._graph.close()


class PalmFinder:
    """Every palm in a picture, surest first."""

    def __init__(self) -> None:
        self._graph = _Graph(_FIND_PALMS, ("found",), {"complexity": packet_creator.create_int(1)})

    def find(self, image: NDArray[np.uint8]) -> list[Found]:
        height, width = image.shape[:2]
        found = []
        for detection in _detections(self._graph.run(image)):
            points = _key_points(detection, width, height)
            box = detection.location_data.relative_bounding_box
            pixels = (box.xmin * width, box.ymin * height, box.width * width, box.height * height)
            found.append(Found(palm_region(pixels, points[0], points[2]), float(detection.score[0])))
        return sorted(found, key=lambda one: -one.score)

    def close(self) -> None:
        self._graph.close()


@dataclass(frozen=True)
class HandRead:
    points: Floats
    """[21, 3] pixels."""
    world: Floats
    """[21, 3] metres."""
    leftness: float
    """0 surely a right hand .. 1 surely a left hand of the performer."""


class HandReader:
    """The hand in a region; None where there is none.

    Of the two models the larger reads hands that fill its input; smaller ones show it nothing that the lighter model,
    at half the price, does not see (fingers of 40-pixel palms: 8.6 against 7.2 degrees off).
    """

    def __init__(self) -> None:
        self._light, self._full = (
            _Graph(_READ_HAND, ("points", "world", "side"), {"complexity": packet_creator.create_int(complexity)})
            for complexity in (0, 1)
        )

    def read(self, image: NDArray[np.uint8], region: Region) -> HandRead | None:
        graph = self._full if region.side >= _HAND_INPUT else self._light
        piece, within, corner = surroundings(image, region)
        seen = graph.run(piece, within)
        if len(seen) < 3:
            return None
        height, width = piece.shape[:2]
        points = coordinates(_message(seen["points"]).landmark)
        world = coordinates(_message(seen["world"]).landmark)
        label = _message(seen["side"]).classification[0]
        # The model was taught on mirrored selfies: in a picture as others see the performer, its sides are swapped.
        leftness = label.score if label.label == "Right" else 1 - label.score
        return HandRead(points * np.array([width, height, width], np.float32) + corner, world, float(leftness))

    def close(self) -> None:
        self._light.close()
        self._full.close()


class HandRefiner:
    """From a square about the wrist to one that fits the hand."""

    def __init__(self) -> None:
        self._graph = _Graph(_REFINE_HAND, ("refined",))

    def refine(self, image: NDArray[np.uint8], region: Region) -> Region | None:
        piece, within, corner = surroundings(image, region)
        seen = self._graph.run(piece, within)
        if "refined" not in seen:
            return None
        height, width = piece.shape[:2]
        rect = _message(seen["refined"])
        side = max(rect.width * width, rect.height * height)
        x, y = rect.x_center * width + corner[0], rect.y_center * height + corner[1]
        return Region(float(x), float(y), side, rect.rotation)

    def close(self) -> None:
        self._graph.close()


@lru_cache(maxsize=1)
def _pose_model() -> bytes:
    model = (_MODULES / "pose_landmark" / "pose_landmark_full.tflite").read_bytes()
    return with_inner_output(model, _MASK_OUTPUT, _BODY_MAP)


def _rect_message(region: Region, width: int, height: int) -> Any:
    return NormalizedRect(
        x_center=region.x / width, y_center=region.y / height, width=region.side / width,
        height=region.side / height, rotation=region.turn,
    )  # fmt: skip


def _message(packet: Any) -> Any:
    return packet_getter.get_proto(packet)


def _detections(seen: dict[str, Any]) -> list[Any]:
    return packet_getter.get_proto_list(seen["found"]) if "found" in seen else []


def _key_points(detection: Any, width: int, height: int) -> NDArray[np.float64]:
    return np.array([(point.x * width, point.y * height) for point in detection.location_data.relative_keypoints])
