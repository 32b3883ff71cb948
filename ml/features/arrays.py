"""The arrays of one performance as the detectors saw it; NaN where nothing was seen."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

FACE_POINTS: Final = 478
"""468 of the mesh, then 10 of the irises (468..472 the performer's right eye, 473..477 the left)."""
POSE_POINTS: Final = 33
HAND_POINTS: Final = 21
FACE_LOOK: Final = 320
"""Numbers by which the face network knows a picture (`ml.face.looks`)."""
BODY_LOOK: Final = 224
"""The same of the body (`ml.body.looks`)."""


@dataclass(frozen=True)
class Features:
    """T frames. Pixels are those of the upright source picture: x right, y down, z away, in pixels' scale."""

    times: NDArray[np.float64]
    """[T] seconds."""
    size: tuple[int, int]
    """Width and height of the picture in pixels."""
    face: NDArray[np.float32]
    """[T, 478, 3] px."""
    face_confidence: NDArray[np.float32]
    """[T] 0..1; 0 = not seen."""
    face_look: NDArray[np.float32]
    """[T, 2, 224] what the face's picture looks like, as it is and mirrored."""
    pose_image: NDArray[np.float32]
    """[T, 33, 3] px, unsmoothed: smoothing belongs to the stage that can look both ways in time."""
    pose_world: NDArray[np.float32]
    """[T, 33, 3] metres about the middle of the hips; MediaPipe's axes: x right in the image, y down, z away."""
    pose_visibility: NDArray[np.float32]
    """[T, 33] 0..1."""
    pose_confidence: NDArray[np.float32]
    pose_look: NDArray[np.float32]
    """[T, 224] what the body's picture looks like; NaN where no network looks."""
    pose_region: NDArray[np.float32]
    """[T, 4] the square that was looked at: x and y of its middle and its side in px, its turn in radians."""
    left_hand: NDArray[np.float32]
    """[T, 21, 3] px; the performer's left."""
    left_hand_world: NDArray[np.float32]
    """[T, 21, 3] metres about the middle of the hand, same axes as pose_world."""
    left_hand_confidence: NDArray[np.float32]
    right_hand: NDArray[np.float32]
    right_hand_world: NDArray[np.float32]
    right_hand_confidence: NDArray[np.float32]
    models: dict[str, str] = field(default_factory=dict)
    """Name of each detector model file -> sha256."""
    cuts: tuple[int, ...] = ()
    """Frames that begin a new shot: nothing may be joined across them."""

    @property
    def frame_count(self) -> int:
        return len(self.times)


_SHAPES: Final[dict[str, tuple[int, ...]]] = {
    "face": (FACE_POINTS, 3),
    "face_confidence": (),
    "face_look": (2, FACE_LOOK),
    "pose_image": (POSE_POINTS, 3),
    "pose_world": (POSE_POINTS, 3),
    "pose_visibility": (POSE_POINTS,),
    "pose_confidence": (),
    "pose_look": (BODY_LOOK,),
    "pose_region": (4,),
    "left_hand": (HAND_POINTS, 3),
    "left_hand_world": (HAND_POINTS, 3),
    "left_hand_confidence": (),
    "right_hand": (HAND_POINTS, 3),
    "right_hand_world": (HAND_POINTS, 3),
    "right_hand_confidence": (),
}
ARRAY_NAMES: Final = tuple(_SHAPES)


def is_confidence(name: str) -> bool:
    """Arrays that say 0, not NaN, where nothing was seen."""
    return name.endswith("_confidence") or name == "pose_visibility"


def empty_features(times: NDArray[np.float64], size: tuple[int, int]) -> Features:
    """Features of frames in which nothing was seen: NaN points, zero confidence."""
    count = len(times)
    arrays = {
        name: np.full((count, *shape), 0.0 if is_confidence(name) else np.nan, dtype=np.float32)
        for name, shape in _SHAPES.items()
    }
    return Features(times=np.asarray(times, dtype=np.float64), size=size, **arrays)  # pyright: ignore[reportArgumentType]


def select(features: Features, which: NDArray) -> Features:
    """The frames `which` (indices, mask or slice) alone."""
    is_cut = np.zeros(features.frame_count, dtype=bool)
    is_cut[list(features.cuts)] = True
    cuts = tuple(int(frame) for frame in np.flatnonzero(is_cut[which]))
    arrays = {name: getattr(features, name)[which] for name in ARRAY_NAMES}
    return replace(features, times=features.times[which], cuts=cuts, **arrays)


assert {f.name for f in fields(Features)} == {"times", "size", "models", "cuts", *ARRAY_NAMES}
