"""Taking the head out of FaceMesh landmarks: its rotation, place and size, so that expression remains.

Axes: landmarks come in pixels (x right, y down, z away from the camera, pixels). Aligned faces live in the take's axes
(X right, Y away, Z up) in units of the canonical face's own size, seen from the front.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import rotation

Floats = NDArray[np.floating]

RIGID_POINTS: Final[tuple[int, ...]] = (
    10, 338, 297, 332, 284, 251, 389, 356, 109, 67, 103, 54, 21, 162, 127, 151, 9, 8, 168, 6, 197, 195, 5, 4,
    33, 133, 362, 263, 234, 454, 93, 323, 122, 351, 193, 417,
)  # fmt: skip
"""Landmarks that expressions hardly move: forehead, temples, bridge of the nose, corners of the eyes."""

RIGHT_EYE: Final = {"iris": 468, "outer": 33, "inner": 133, "upper": 159, "lower": 145}
LEFT_EYE: Final = {"iris": 473, "outer": 263, "inner": 362, "upper": 386, "lower": 374}


def to_stage_axes(landmarks: Floats) -> NDArray[np.float64]:
    """Pixels (x right, y down, z away) as X right, Y away, Z up; [..., 3]."""
    points = np.asarray(landmarks, dtype=np.float64)
    return np.stack((points[..., 0], points[..., 2], -points[..., 1]), axis=-1)


def similarity(points: Floats, target: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The least-squares scale [T], rotation [T, 3, 3] and centre [T, 3] with target = scale R (points - centre) + mean.

    points [T, N, 3], target [N, 3] (Umeyama, 1991). `mean` is the target's own mean.
    """
    centre = points.mean(axis=1)
    moved, aim = points - centre[:, None], target - target.mean(axis=0)
    u, strength, vt = np.linalg.svd(np.einsum("ni,tnj->tij", aim, moved))
    flip = np.sign(np.linalg.det(u @ vt))
    u = u * np.stack((np.ones_like(flip), np.ones_like(flip), flip), axis=-1)[:, None, :]
    strength = strength * np.stack((np.ones_like(flip), np.ones_like(flip), flip), axis=-1)
    scale = strength.sum(axis=1) / np.maximum((moved**2).sum(axis=(1, 2)), 1e-12)
    return scale, u @ vt, centre


def align(landmarks: Floats, canonical: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Faces [T, 478, 3] turned to the front and scaled to the canonical face [478, 3], and the turns [T, 3, 3] done."""
    points = to_stage_axes(landmarks)
    rigid = list(RIGID_POINTS)
    scale, turn, centre = similarity(points[:, rigid], canonical[rigid])
    straight = np.einsum("tij,tnj->tni", turn, points - centre[:, None]) * scale[:, None, None]
    return straight + canonical[rigid].mean(axis=0), turn


def head_rotations(landmarks: Floats, canonical: Floats, focal_px: float, centre: tuple[float, float]) -> Floats:
    """The head's rotation [T, 4] wxyz in the camera's axes, identity = facing back along the optical axis.

    The aligned turn is what the crop around the face shows; a face away from the picture's centre is seen from the
    side, so the ray to it is added (focal length and `centre` in pixels).
    """
    seen = rotation.from_matrix(np.swapaxes(turns(landmarks, canonical), 1, 2))
    return rotation.multiply(ray_turns(landmarks, focal_px, centre), seen)


def turns(landmarks: Floats, canonical: Floats) -> NDArray[np.float64]:
    """The turns [T, 3, 3] that `align` does, without the faces."""
    rigid = list(RIGID_POINTS)
    return similarity(to_stage_axes(landmarks[:, rigid]), canonical[rigid])[1]


def ray_turns(landmarks: Floats, focal_px: float, centre: tuple[float, float]) -> NDArray[np.float64]:
    """The turn [T, 4] from the optical axis to the ray that goes to the face."""
    middle = to_stage_axes(landmarks[:, list(RIGID_POINTS)]).mean(axis=1)
    across, up = middle[:, 0] - centre[0], middle[:, 2] + centre[1]
    ray = np.stack((across, np.full(len(middle), focal_px), up), axis=-1)
    return rotation.between(np.array([0.0, 1.0, 0.0]), ray)


def eye_features(aligned: Floats) -> NDArray[np.float64]:
    """[T, 6] irises within their eyes (right x, z; left x, z, in eye widths) and both eyes' opening in eye widths.

    Absolute, not relative to a neutral: where somebody looks does not depend on where they look most.
    """
    columns = []
    openings = []
    for eye in (RIGHT_EYE, LEFT_EYE):
        inner, outer = aligned[:, eye["inner"]], aligned[:, eye["outer"]]
        width = np.maximum(np.linalg.norm(outer - inner, axis=1), 1e-6)
        offset = aligned[:, eye["iris"]] - (inner + outer) / 2
        columns += [offset[:, 0] / width, offset[:, 2] / width]
        openings.append((aligned[:, eye["upper"], 2] - aligned[:, eye["lower"], 2]) / width)
    return np.stack((*columns, *openings), axis=-1)


def mean_face(landmarks: Floats, seen: Floats) -> NDArray[np.float64]:
    """The canonical face [478, 3] from neutral faces [N, 478, 3] in pixels and their true rotations as seen [N, 4].

    Symmetric, outer corners of the eyes one unit apart and their middle at the origin; the true rotations make its
    front the front.
    """
    straight = rotation.rotate(rotation.conjugate(seen)[:, None], to_stage_axes(landmarks))
    straight -= (straight[:, 263] + straight[:, 33])[:, None] / 2
    straight /= np.linalg.norm(straight[:, 263] - straight[:, 33], axis=1)[:, None, None]
    face = np.median(straight, axis=0)
    face = (face + face[mirror_order(face)] * (-1, 1, 1)) / 2
    return face / np.linalg.norm(face[263] - face[33])


def mirror_order(canonical: Floats) -> NDArray[np.int64]:
    """For each landmark its partner on the other side of a symmetric face [478]."""
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    order = linear_sum_assignment(cdist(canonical, canonical * (-1, 1, 1)))[1]
    return order.astype(np.int64)
