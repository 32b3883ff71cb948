"""Where the hips are: the translation whose projection meets the picture, frame by frame."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..take import CAPTURED_BONES
from .landmarks import ANKLE, ELBOW, HIP, KNEE, SHOULDER, SIDES, WRIST, Floats, Points
from .smoothing import fill_gaps, smooth

_DEPTH_CUTOFF_HZ: Final = 0.8
"""Depth is read off the size of the figure and wavers much more than the place in the picture."""
_PLACE_CUTOFF_HZ: Final = 4.0
_NEAREST: Final = 0.3
"""Metres."""
_LEAST_WEIGHT: Final = 2.0
"""Sum of visibilities from which a frame's own translation is used."""
_USED: Final = {
    "UpperArm": SHOULDER,
    "LowerArm": ELBOW,
    "Hand": WRIST,
    "UpperLeg": HIP,
    "LowerLeg": KNEE,
    "Foot": ANKLE,
}
_LIMB_WEIGHT: Final = {"UpperArm": 1.0, "UpperLeg": 1.0, "LowerLeg": 0.7, "Foot": 0.7, "LowerArm": 0.4, "Hand": 0.3}


def hips_path(joints: Floats, points: Points, camera: Camera) -> Floats:
    """The hips [T, 3] on axes of the stage with the camera as origin.

    joints [T, 52, 3]: the posed skeleton with its hips at 0. Per frame the three linear equations of a pinhole are
    solved by weighted least squares; then depth is smoothed and the place across the picture solved again for it.
    """
    bones = [CAPTURED_BONES.index(f"{side}{part}") for side in SIDES for part in _USED]
    marks = [_USED[part][side] for side in SIDES for part in _USED]
    limb = np.array([_LIMB_WEIGHT[part] for _ in SIDES for part in _USED])
    weights = points.visibility[:, marks] * limb * points.seen[:, None]
    rays = camera.rays(points.image[:, marks])[..., :2]
    # Camera axes: x right, y down, z forward.
    body = np.stack((joints[:, bones, 0], -joints[:, bones, 2], joints[:, bones, 1]), axis=-1)
    usable = weights.sum(axis=1) > min(_LEAST_WEIGHT, 0.9 * weights.sum(axis=1).max(initial=0.0))
    if not usable.any():
        return np.tile((0.0, 4.0, 0.0), (len(joints), 1))
    depth = _depths(body, rays, weights, usable)
    depth = smooth(fill_gaps(depth, usable), points.fps, _DEPTH_CUTOFF_HZ)
    across = _across(body, rays, weights + 1e-9, depth)
    across = smooth(fill_gaps(across, usable), points.fps, _PLACE_CUTOFF_HZ)
    return np.stack((across[:, 0], depth, -across[:, 1]), axis=1)


def raw_path(body: Floats, image: Floats, camera: Camera) -> Floats:
    """The unsmoothed translation [T, 3] of points [T, N, 3] (stage axes) seen at pixels [T, N, 2], all alike."""
    turned = np.stack((body[..., 0], -body[..., 2], body[..., 1]), axis=-1)
    rays, weights = camera.rays(image)[..., :2], np.ones(image.shape[:2])
    depth = _depths(turned, rays, weights, np.ones(len(body), dtype=bool))
    across = _across(turned, rays, weights, depth)
    return np.stack((across[:, 0], depth, -across[:, 1]), axis=1)


def _depths(body: Floats, rays: Floats, weights: Floats, usable: NDArray[np.bool_]) -> Floats:
    """Each frame's depth [T] from x + tx = u (z + tz) and y + ty = v (z + tz)."""
    depth = np.full(len(body), np.nan)
    for t in np.flatnonzero(usable):
        matrix, right = [], []
        root = np.sqrt(weights[t])
        for axis in (0, 1):
            unknowns = np.zeros((len(root), 3))
            unknowns[:, axis] = 1.0
            unknowns[:, 2] = -rays[t, :, axis]
            matrix.append(unknowns * root[:, None])
            right.append((rays[t, :, axis] * body[t, :, 2] - body[t, :, axis]) * root)
        solution = np.linalg.lstsq(np.concatenate(matrix), np.concatenate(right), rcond=None)[0]
        depth[t] = solution[2]
    low = usable & (depth < _NEAREST)
    depth[low] = _NEAREST
    return depth


def _across(body: Floats, rays: Floats, weights: Floats, depth: Floats) -> Floats:
    """The translation [T, 2] across the picture at given depths: a weighted mean."""
    wanted = rays * (body[..., 2:] + depth[:, None, None]) - body[..., :2]
    return (wanted * weights[..., None]).sum(axis=1) / weights.sum(axis=1)[:, None]
