"""The Take: what a performance is once it has left the camera, and the rules every reader and writer holds it to.

Stage axes: metres, Z up against gravity, X to the right in the image, Y away from the camera; a performer facing the
camera faces -Y with the left hand at +X; the floor is Z = 0. Parts that were not captured are None, never zeros.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .names import BONE_PARENTS, EMOTION_NAMES, FACE_NAMES

VERSION: Final = 1
_UNIT_TOLERANCE = 1e-3
_RANGE_TOLERANCE = 1e-6


class TakeError(ValueError):
    """A take that breaks the contract; the message is one sentence for the user."""


@dataclass(frozen=True)
class Take:
    """One performance. Arrays are read as given; `validate` says whether they hold to the contract.

    Shapes: T frames, J bones, E emotions. Rotations are unit quaternions wxyz; angles of `gaze` are degrees.
    """

    fps: float
    times: NDArray[np.float64]
    face_weights: NDArray[np.floating] | None = None
    """[T, 52] ARKit weights 0..1 in the order of FACE_NAMES."""
    head_rotation: NDArray[np.floating] | None = None
    """[T, 4] the face tracker's head rotation; identity = facing the camera."""
    gaze: NDArray[np.floating] | None = None
    """[T, 2, 2] left and right eye: yaw (+ towards +X) and pitch (+ up), degrees relative to the head."""
    bone_names: tuple[str, ...] | None = None
    rotations: NDArray[np.floating] | None = None
    """[T, J, 4] global rotations relative to the T-pose facing -Y."""
    hips_position: NDArray[np.floating] | None = None
    """[T, 3] the hips joint."""
    rest_positions: NDArray[np.floating] | None = None
    """[J, 3] joint heads of the performer's T-pose."""
    contacts: NDArray[np.bool_] | None = None
    """[T, 4] leftFoot, leftToes, rightFoot, rightToes on the floor."""
    confidence_face: NDArray[np.floating] | None = None
    confidence_body: NDArray[np.floating] | None = None
    confidence_left_hand: NDArray[np.floating] | None = None
    confidence_right_hand: NDArray[np.floating] | None = None
    bone_confidence: NDArray[np.floating] | None = None
    """[T, J] 0..1 for each bone; 0 = not seen, filled in."""
    voice: NDArray[np.floating] | None = None
    """[T] loudness 0..1."""
    emotion_names: tuple[str, ...] | None = None
    emotion: NDArray[np.floating] | None = None
    """[T, E] strength 0..1."""
    metadata: dict[str, Any] = field(default_factory=dict)
    version: int = VERSION
    face_names: tuple[str, ...] | None = None
    """FACE_NAMES when there are face weights."""

    def __post_init__(self) -> None:
        if self.face_weights is not None and self.face_names is None:
            object.__setattr__(self, "face_names", FACE_NAMES)

    @property
    def frame_count(self) -> int:
        return len(self.times)

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the end of the last one."""
        return self.frame_count / self.fps

    @property
    def has_face(self) -> bool:
        return self.face_weights is not None

    @property
    def has_body(self) -> bool:
        return self.rotations is not None


# Each array's shape after T; J and E stand for the number of bones and emotions.
ARRAY_SHAPES: Final[dict[str, tuple[str | int, ...]]] = {
    "times": ("T",),
    "face_weights": ("T", 52),
    "head_rotation": ("T", 4),
    "gaze": ("T", 2, 2),
    "rotations": ("T", "J", 4),
    "hips_position": ("T", 3),
    "rest_positions": ("J", 3),
    "contacts": ("T", 4),
    "confidence_face": ("T",),
    "confidence_body": ("T",),
    "confidence_left_hand": ("T",),
    "confidence_right_hand": ("T",),
    "bone_confidence": ("T", "J"),
    "voice": ("T",),
    "emotion": ("T", "E"),
}
_ZERO_TO_ONE: Final = (
    "face_weights", "confidence_face", "confidence_body", "confidence_left_hand", "confidence_right_hand",
    "bone_confidence", "voice", "emotion",
)  # fmt: skip
_UNIT_LENGTH: Final = ("head_rotation", "rotations")
# What must come together: if one is there, so must be the others.
_GROUPS: Final = (
    ("face_names", "face_weights"),
    ("bone_names", "rotations", "hips_position", "rest_positions"),
    ("emotion_names", "emotion"),
)
_NEED_BODY: Final = ("contacts", "bone_confidence", "confidence_body", "confidence_left_hand", "confidence_right_hand")


def validate(take: Take) -> Take:
    """Return the take unchanged if it holds to the contract, else raise TakeError naming the first break."""
    if take.version != VERSION:
        raise TakeError(f"This take has version {take.version}; this program reads version {VERSION}.")
    if not (np.isfinite(take.fps) and 0 < take.fps <= 1000):
        raise TakeError(f"The take's frame rate is {take.fps}; it must lie between 0 and 1000.")
    _check_groups(take)
    _check_names(take)
    _check_shapes(take)
    _check_values(take)
    _check_metadata(take.metadata)
    return take


def _check_groups(take: Take) -> None:
    for group in _GROUPS:
        missing = [name for name in group if getattr(take, name) is None]
        if missing and len(missing) < len(group):
            raise TakeError(f"The take's {', '.join(missing)} is missing beside its {group[-1]}.")
    if take.rotations is None:
        for name in _NEED_BODY:
            if getattr(take, name) is not None:
                raise TakeError(f"The take has {name} but no body rotations.")


def _check_names(take: Take) -> None:
    if take.face_names is not None and tuple(take.face_names) != FACE_NAMES:
        raise TakeError("The take's face_names are not the 52 ARKit names in their order.")
    if take.bone_names is not None:
        _check_bone_names(take.bone_names)
    if take.emotion_names is not None:
        unknown = [name for name in take.emotion_names if name not in EMOTION_NAMES]
        if unknown or len(set(take.emotion_names)) != len(take.emotion_names):
            raise TakeError(f"The take's emotion_names are not a set of {', '.join(EMOTION_NAMES)}.")


def _check_bone_names(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name not in BONE_PARENTS:
            raise TakeError(f"The take's bone {name!r} is not a VRM 1.0 humanoid bone.")
        if name in seen:
            raise TakeError(f"The take's bone {name!r} is there twice.")
        parent = BONE_PARENTS[name]
        while parent is not None and parent not in seen:
            parent = BONE_PARENTS[parent]
        if parent is None and name != "hips":
            raise TakeError(f"The take's bone {name!r} comes before its parents; hips must be the first.")
        late = [other for other in seen if BONE_PARENTS[other] == name]
        if late:
            raise TakeError(f"The take's bone {late[0]!r} comes before its parent {name!r}.")
        seen.add(name)


def _check_shapes(take: Take) -> None:
    sizes: dict[str, int] = {"T": take.frame_count}
    if take.frame_count == 0:
        raise TakeError("The take holds no frames.")
    if take.bone_names is not None:
        sizes["J"] = len(take.bone_names)
    if take.emotion_names is not None:
        sizes["E"] = len(take.emotion_names)
    for name, shape in ARRAY_SHAPES.items():
        array = getattr(take, name)
        if array is None:
            continue
        expected = tuple(sizes[s] if isinstance(s, str) else s for s in shape)
        if np.shape(array) != expected:
            raise TakeError(f"The take's {name} has the shape {np.shape(array)} where {expected} is expected.")


def _check_values(take: Take) -> None:
    for name in ARRAY_SHAPES:
        array = getattr(take, name)
        if array is None:
            continue
        if name == "contacts":
            if array.dtype != np.bool_:
                raise TakeError("The take's contacts are not true or false.")
        elif not np.issubdtype(array.dtype, np.floating):
            raise TakeError(f"The take's {name} are not floating-point numbers but {array.dtype}.")
        elif not np.isfinite(array).all():
            raise TakeError(f"The take's {name} holds numbers that are not finite.")
        if name in _ZERO_TO_ONE and (array.min() < -_RANGE_TOLERANCE or array.max() > 1 + _RANGE_TOLERANCE):
            raise TakeError(f"The take's {name} leaves the range 0 to 1.")
        if name in _UNIT_LENGTH and np.abs(np.linalg.norm(array, axis=-1) - 1).max() > _UNIT_TOLERANCE:
            raise TakeError(f"The take's {name} are not of unit length.")
    if take.frame_count > 1 and np.diff(take.times).min() <= 0:
        raise TakeError("The take's times do not rise from frame to frame.")


def _check_metadata(metadata: object) -> None:
    if not isinstance(metadata, dict):
        raise TakeError("The take's metadata is not a JSON object.")
    try:
        json.dumps(metadata, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TakeError(f"The take's metadata cannot be written as JSON: {error}.") from error


TAKE_FIELDS: Final = tuple(f.name for f in fields(Take))
