"""Albums as the picture network learns from them, and readings between the square's axes and the camera's."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..take import joint_positions, rotation
from .album import Album
from .bank import BODY_BONES, BODY_PARENTS
from .proportions import STANDARD, standing_size

Floats = NDArray[np.float64]
AnyFloats = NDArray[np.floating]

_BONES: Final = len(BODY_BONES)
_USUAL_VISIBILITY: Final = 0.5
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
    """[N, 198] what is told of MediaPipe's points (image [N, 33, 2] px, world [N, 33, 3], visibility [N, 33]) beside.

    On the squares' axes: in the picture right and up in widths of the square, the world's right, ahead and up.
    """
    cosine, sine = np.cos(region[:, 3:4]), np.sin(region[:, 3:4])

    def upright(right: AnyFloats, down: AnyFloats) -> tuple[AnyFloats, AnyFloats]:
        return right * cosine + down * sine, right * sine - down * cosine

    flat = (image - region[:, None, :2]) / region[:, None, 2:3]
    right, up = upright(world[..., 0], world[..., 1])
    parts = (np.stack(upright(flat[..., 0], flat[..., 1]), axis=-1), np.stack((right, world[..., 2], up), axis=-1))
    count = len(region)
    return np.concatenate(
        (*(part.reshape(count, -1) for part in parts), visibility - _USUAL_VISIBILITY), axis=1
    ).astype(np.float32)


def album_cameras(album: Album) -> list[Camera]:
    return [Camera(album.width, album.height, float(f), album.width / 2, album.height / 2) for f in album.focal_px]


def album_examples(album: Album) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """What the network is told beside the maps ([N, 3], [N, 198]), and true readings [N, READING] of an album."""
    cameras = album_cameras(album)
    places = np.concatenate([square_places(album.region[i : i + 1], c) for i, c in enumerate(cameras)])
    axes = np.concatenate([square_axes(album.region[i : i + 1], c) for i, c in enumerate(cameras)])
    to_square = rotation.multiply(rotation.conjugate(axes), rotation.conjugate(album.camera_turn.astype(np.float64)))
    hips = album.hips - album.camera_position
    readings = true_readings(to_square, album.rotations, hips, album.rest, places[:, 2])
    return places, square_points(album.region, album.image, album.world, album.visibility), readings


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
