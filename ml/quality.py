"""How steady a take is, in figures an animator can compare from take to take (needs numpy alone)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .take import Take, rotation

_FINGER_JOINTS = ("Metacarpal", "Proximal", "Intermediate", "Distal")


def face_jitter(take: Take) -> float | None:
    """Mean absolute second difference of the face weights in percent per frame^2, over frames where it was seen."""
    if take.face_weights is None:
        return None
    change = np.abs(np.diff(np.asarray(take.face_weights, dtype=np.float64), n=2, axis=0)).mean(axis=1)
    return _mean_where(100 * change, _seen_thrice(take.confidence_face, take.frame_count))


def body_jitter(take: Take) -> float | None:
    """Mean angle in degrees per frame^2 by which the bones' turning changes from frame to frame, over seen frames.

    Fingers are left out: seldom seen well, they would drown the rest.
    """
    if take.rotations is None or take.bone_names is None:
        return None
    limbs = [i for i, name in enumerate(take.bone_names) if not name.endswith(_FINGER_JOINTS)]
    turns = np.asarray(take.rotations, dtype=np.float64)[:, limbs]
    steps = rotation.to_rotvec(rotation.multiply(turns[1:], rotation.conjugate(turns[:-1])))
    change = np.degrees(np.linalg.norm(np.diff(steps, axis=0), axis=-1)).mean(axis=1)
    return _mean_where(change, _seen_thrice(take.confidence_body, take.frame_count))


def _seen_thrice(confidence: NDArray[np.floating] | None, count: int) -> NDArray[np.bool_]:
    """[T-2] whether three frames in a row were seen."""
    seen = np.ones(count, dtype=bool) if confidence is None else np.asarray(confidence) > 0
    return seen[2:] & seen[1:-1] & seen[:-2]


def _mean_where(values: NDArray[np.float64], which: NDArray[np.bool_]) -> float | None:
    return float(values[which].mean()) if which.any() else None
