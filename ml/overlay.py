"""A video with what was seen drawn on it: detected points, and the take's skeleton as the camera would see it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .camera import Camera
from .capture import Cancelled, Captured
from .features.arrays import Features
from .footage import Footage, open_footage
from .footage.writer import VideoWriter
from .take import BONE_PARENTS, Take, joint_positions, parent_indices
from .watching import mirrored

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

_LARGEST_SIDE: Final = 1280
_SOUND_RATE: Final = 48000

_FACE_COLOUR: Final = (120, 220, 255)
_IRIS_COLOUR: Final = (255, 255, 120)
_BODY_COLOUR: Final = (150, 150, 150)
_HAND_COLOURS: Final = {"left": (255, 150, 60), "right": (90, 220, 120)}
"""The performer's left hand is orange, the right green."""
_SKELETON_COLOUR: Final = (255, 60, 200)
_UNSEEN_COLOUR: Final = (120, 60, 110)

_BODY_LINES: Final = (
    (11, 12), (11, 13), (13, 15), (12, 14), (14, 16), (11, 23), (12, 24), (23, 24), (23, 25), (25, 27), (27, 29),
    (29, 31), (27, 31), (24, 26), (26, 28), (28, 30), (30, 32), (28, 32),
)  # fmt: skip
_HAND_LINES: Final = tuple((0 if tip % 4 == 1 else tip - 1, tip) for tip in range(1, 21))
_IRISES: Final = range(468, 478)


def write_overlay(
    video: str | os.PathLike[str],
    path: str | os.PathLike[str],
    captured: Captured,
    progress: Callable[[float, str], None] = lambda share, message: None,
    cancelled: Callable[[], bool] = lambda: False,
    side_by_side: bool = False,
) -> None:
    """Write an MP4 of the captured stretch of `video`, with its sound.

    side_by_side puts the bare picture at its left.
    """
    take, options = captured.take, captured.options
    skeleton = projected_skeleton(captured)
    with open_footage(video) as footage:
        frames = footage.frames(options.start, options.end, options.fps, max_side=_LARGEST_SIDE)
        frames = mirrored(frames) if options.mirror else frames
        first = next(frames)
        height, width = first.image.shape[:2]
        size = (2 * width if side_by_side else width, height)
        scale = width / captured.features.size[0]
        has_sound = footage.info.has_sound
        with VideoWriter(path, take.fps, size, rate=_SOUND_RATE, with_sound=has_sound) as writer:
            sound = _Sound(footage, writer, first.time) if has_sound else None
            for frame in itertools.chain((first,), frames):
                if cancelled():
                    raise Cancelled
                if frame.index >= take.frame_count:
                    break
                drawn = draw_frame(frame.image, captured, skeleton, frame.index, scale)
                writer.write(np.hstack((frame.image, drawn)) if side_by_side else drawn)
                if sound is not None:
                    sound.write_until(frame.time + 1 / take.fps)
                progress((frame.index + 1) / take.frame_count, "Drawing the overlay")


def draw_frame(image: Image, captured: Captured, skeleton: NDArray | None, index: int, scale: float) -> Image:
    """A copy of the picture with frame `index` drawn on it; scale: source pixels to this picture's."""
    canvas = image.copy()
    thick = max(1, round(min(image.shape[:2]) / 400))
    draw_features(canvas, captured.features, index, scale, thick)
    if skeleton is not None:
        draw_skeleton(canvas, captured.take, skeleton[index] * scale, index, thick + 1)
    return canvas


def draw_features(canvas: Image, features: Features, index: int, scale: float, thick: int) -> None:
    """Draw the detected points of one frame."""
    body = features.pose_image[index, :, :2] * scale
    _lines(canvas, body, _BODY_LINES, _BODY_COLOUR, thick)
    face = features.face[index, :, :2] * scale
    if np.isfinite(face).all():
        for number, point in enumerate(face):
            iris = number in _IRISES
            cv2.circle(canvas, _pixel(point), thick if iris else 0, _IRIS_COLOUR if iris else _FACE_COLOUR, -1)
    for side, colour in _HAND_COLOURS.items():
        hand = getattr(features, f"{side}_hand")[index, :, :2] * scale
        _lines(canvas, hand, _HAND_LINES, colour, thick)


def draw_skeleton(canvas: Image, take: Take, joints: NDArray[np.float64], index: int, thick: int) -> None:
    """Draw the take's bones; joints [J, 2] pixels. Bones that were filled in are darker."""
    assert take.bone_names is not None
    number = {name: i for i, name in enumerate(take.bone_names)}
    for name, child in number.items():
        parent = BONE_PARENTS[name]
        if parent in number and np.isfinite(joints[[child, number[parent]]]).all():
            seen = take.bone_confidence is None or take.bone_confidence[index, number[parent]] > 0
            colour = _SKELETON_COLOUR if seen else _UNSEEN_COLOUR
            fine = any(part in name for part in ("Thumb", "Index", "Middle", "Ring", "Little"))
            ends = _pixel(joints[number[parent]]), _pixel(joints[child])
            cv2.line(canvas, *ends, colour, 1 if fine else thick, cv2.LINE_AA)


def projected_skeleton(captured: Captured) -> NDArray[np.float64] | None:
    """The take's joints in source pixels [T, J, 2]; None without a body or where the camera's place is unknown."""
    take = captured.take
    if take.rotations is None or captured.camera_position is None:
        return None
    parents = parent_indices(take.bone_names or ())
    joints = joint_positions(take.rotations, take.hips_position, take.rest_positions, parents)  # pyright: ignore[reportArgumentType]
    return project_stage(joints, captured.camera, captured.camera_position, captured.camera_turn)


def project_stage(
    points: NDArray[np.floating],
    camera: Camera,
    position: NDArray[np.floating],
    turn: NDArray[np.floating] | None = None,
) -> NDArray[np.float64]:
    """Stage points [..., 3] (Z up) to pixels, by a camera at `position`.

    turn [3, 3]: from its axes (x right, y ahead, z up) to the stage's; None = level, looking along +Y.
    """
    away = np.asarray(points, dtype=np.float64) - position
    if turn is not None:
        away = away @ turn
    return camera.project(np.stack((away[..., 0], -away[..., 2], away[..., 1]), axis=-1))


def _lines(
    canvas: Image, points: NDArray[np.floating], pairs: Sequence[tuple[int, int]], colour: Colour, thick: int
) -> None:
    for first, second in pairs:
        if np.isfinite(points[[first, second]]).all():
            cv2.line(canvas, _pixel(points[first]), _pixel(points[second]), colour, thick, cv2.LINE_AA)


def _pixel(point: NDArray[np.floating]) -> tuple[int, int]:
    # Points far outside would overflow OpenCV's integers.
    x, y = np.clip(np.round(point), -30000, 30000)
    return int(x), int(y)


class _Sound:
    """Copies the footage's sound to the writer in step with the pictures."""

    def __init__(self, footage: Footage, writer: VideoWriter, start: float) -> None:
        self._blocks = footage.sound_blocks(_SOUND_RATE)
        self._writer = writer
        self._start = round(start * _SOUND_RATE)
        self._read = 0
        """Samples taken from the footage so far."""

    def write_until(self, seconds: float) -> None:
        while self._read < seconds * _SOUND_RATE:
            block = next(self._blocks, None)
            if block is None:
                return
            self._writer.write_sound(block[max(0, self._start - self._read) :])
            self._read += len(block)
