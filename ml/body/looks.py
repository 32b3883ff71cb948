"""What a body looks like, frame by frame, while the footage streams; and what that says of it, once all is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..camera import Camera
from ..features.arrays import Features
from ..frozen import frozen
from ..take import rotation
from ..weights.registry import WEIGHTS_FOLDER, load_weights
from .bank import READING
from .data import BodyClip
from .picture_examples import square_axes, square_places, square_points
from .picture_model import BONES, INNER_CHANNELS, POINT_CHANNELS, BodyPictureNet, as_maps, config_of

AnyFloats = NDArray[np.floating]

MODEL_NAME: Final = "body_picture"


@lru_cache(maxsize=1)
def load_picture_network(folder: Path = WEIGHTS_FOLDER) -> BodyPictureNet:
    """The network of a folder of weights, the shipped one, ready to run."""
    card, tensors = load_weights(MODEL_NAME, folder)
    net = BodyPictureNet(config_of(card.config))
    net.load_state_dict(tensors)
    return net.eval()


class BodyLooks:
    """One detector's thread makes and uses it."""

    def __init__(self, net: BodyPictureNet | None = None) -> None:
        # A network this small is slower on several threads, and much slower on busy ones. Holds for this thread alone.
        torch.set_num_threads(1)
        maps = as_maps(np.ones((1, 8, 8, INNER_CHANNELS), dtype=np.float32))
        self._look = frozen(_Look(net or load_picture_network()), maps, torch.zeros(1, POINT_CHANNELS))

    def of(self, seen: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> NDArray[np.float32]:
        """[N, LOOK] of the pose model's inner layer [8, 8, 144] and points [198] (`points_in_square`) in N pictures."""
        inner, points = (np.stack(part) for part in zip(*seen, strict=True))
        with torch.inference_mode():
            return self._look(as_maps(inner), torch.from_numpy(points)).numpy()


class _Look(nn.Module):
    """`BodyPictureNet.look` alone."""

    def __init__(self, net: BodyPictureNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, maps: Tensor, points: Tensor) -> Tensor:
        return self.net.look(maps, points)


def read_looks(
    looks: AnyFloats, regions: AnyFloats, points: AnyFloats, camera: Camera, net: BodyPictureNet | None = None
) -> NDArray[np.float64]:
    """Readings [T, READING] on the camera's axes (x right, y ahead, z up) from looks [T, LOOK] into squares [T, 4].

    points [T, 198]: MediaPipe's in those squares (`square_points`). Joints in metres about the hips, of a person as
    tall as the standard adult; two columns of each bone's rotation [22, 3, 2]; log of the hips' distance in metres. NaN
    where nobody was seen.
    """
    readings = np.full((len(looks), READING), np.nan)
    known = np.isfinite(np.concatenate((looks, regions, points), axis=1)).all(axis=1)
    if known.any():
        net = net or load_picture_network()
        places = square_places(regions[known], camera)
        with torch.inference_mode():
            given = (torch.from_numpy(part.astype(np.float32)) for part in (looks[known], places, points[known]))
            told = net.read(*given)
        readings[known] = on_camera_axes(told.double().numpy(), regions[known], camera, places[:, 2])
    return readings


def on_camera_axes(told: AnyFloats, regions: AnyFloats, camera: Camera, log_width: AnyFloats) -> NDArray[np.float64]:
    """Readings [N, READING] on the camera's axes, of what the network told on the squares'."""
    turn = rotation.to_matrix(square_axes(regions, camera))[:, None]
    joints = turn @ told[:, : 3 * BONES].reshape(-1, BONES, 3, 1)
    columns = turn @ told[:, 3 * BONES : 9 * BONES].reshape(-1, BONES, 3, 2)
    count = len(told)
    return np.concatenate(
        (joints.reshape(count, -1), columns.reshape(count, -1), told[:, -1:] - log_width[:, None]), axis=1
    )


def read_clip(clip: BodyClip, net: BodyPictureNet) -> BodyClip:
    """A rendered clip with its readings instead of the inner layer that they are read from."""
    if not len(clip.inner):
        return clip
    points = square_points(clip.region, clip.image, clip.world, clip.visibility)
    with torch.inference_mode():
        looks = net.look(as_maps(clip.inner), torch.from_numpy(points)).numpy()
    reading = read_looks(looks, clip.region, points, clip.camera, net).astype(np.float32)
    return replace(clip, inner=clip.inner[:0], reading=reading)


def directions(features: Features, camera: Camera) -> NDArray[np.float64]:
    """[T, 2] of the hips as the squares lie about them: right and up per unit ahead."""
    return camera.rays(features.pose_region[:, :2])[:, :2] * (1.0, -1.0)


def read_pictures(features: Features, camera: Camera) -> NDArray[np.float64]:
    """Readings of a clip's frames, see `read_looks`."""
    region = features.pose_region
    points = square_points(region, features.pose_image[..., :2], features.pose_world, features.pose_visibility)
    return read_looks(features.pose_look, region, points, camera)
