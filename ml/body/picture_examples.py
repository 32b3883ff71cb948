"""What the picture network is told of a picture and learns to say, on the axes of the square that was looked at."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..features.regions import points_in_square
from ..take import joint_positions, rotation
from .bank import BODY_BONES, BODY_PARENTS
from .proportions import STANDARD, standing_size

Floats = NDArray[np.float64]
AnyFloats = NDArray[np.floating]

_BONES: Final = len(BODY_BONES)
_AHEAD: Final = np.array((0.0, 1.0, 0.0))


def square_axes(region: AnyFloats, camera: Camera) -> Floats:
    """The turns [N, 4] from the axes of squares [N, 4] (x right and z up in the square, y through its middle) to the
    camera's."""  # fmt: skip
    rays = camera.rays(np.asarray(region, dtype=np.float64)[:, :2])[..., [0, 2, 1]] * (1.0, 1.0, -1.0)
    facing = rotation.between(_AHEAD, rays)
    return rotation.multiply(facing, rotation.from_rotvec(region[:, 3:4].astype(np.float64) * _AHEAD))


def square_places(region: AnyFloats, camera: Camera) -> NDArray[np.float32]:
    """[N, 3] what the network is told of each square: across and up per unit ahead, log of its width."""
    rays = camera.rays(np.asarray(region, dtype=np.float64)[:, :2]) * (1.0, -1.0, 1.0)
    return np.column_stack((rays[..., :2], np.log(region[:, 2] / camera.focal_px))).astype(np.float32)


def square_points(region: AnyFloats, image: AnyFloats, world: AnyFloats, visibility: AnyFloats) -> NDArray[np.float32]:
    """[N, 198] what is told of MediaPipe's points (image [N, 33, 2] px, world [N, 33, 3], visibility [N, 33]): see
    `regions.points_in_square`."""
    cosine, sine = np.cos(region[:, 3:4]), np.sin(region[:, 3:4])

    def upright(points: AnyFloats) -> AnyFloats:
        right, down = points[..., 0], points[..., 1]
        return np.stack((right * cosine + down * sine, down * cosine - right * sine), axis=-1)

    flat = (image - region[:, None, :2]) / region[:, None, 2:3]
    return points_in_square(
        upright(flat), np.concatenate((upright(world[..., :2]), world[..., 2:]), axis=-1), visibility
    )


def true_readings(
    to_square: Floats, rotations: AnyFloats, hips: AnyFloats, rest: AnyFloats, log_width: AnyFloats
) -> NDArray[np.float32]:
    """[N, READING] of bones [N, 22, 4] and hips [N, 3] from the camera, both on the stage's axes.

    Everybody is as tall as the standard adult: one camera cannot tell a tall person from a near one.
    """
    scale = standing_size(STANDARD) / standing_size(rest)
    turns = rotation.multiply(to_square[:, None], rotations.astype(np.float64))
    joints = scale * joint_positions(turns, np.zeros((len(turns), 3)), rest.astype(np.float64), BODY_PARENTS)
    columns = rotation.to_matrix(turns)[..., :2]
    distance = np.log(scale * np.linalg.norm(hips, axis=1)) + log_width
    return np.concatenate(
        (joints.reshape(len(turns), -1), columns.reshape(len(turns), -1), distance[:, None]), axis=1
    ).astype(np.float32)
