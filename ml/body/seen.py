"""What the body network is given: the detector's points in a camera turned to face the performer.

A person at the picture's edge is seen from another side than one in its middle. So each frame is looked at through a
camera turned about its own place until the performer stands on its axis ("facing axes": x right, y ahead through the
trunk, z up in the picture). There the picture's points, scaled to metres at the performer's distance, and the world
landmarks are the same wherever the performer stands; where that is, is told beside them. So is what another network
reads from each picture alone (looks.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..take import rotation
from .bank import BODY_BONES
from .curves import resampled_points
from .landmarks import ANKLE, ELBOW, HIP, KNEE, SHOULDER, SIDES, WRIST, Points, to_stage
from .limbs import arm_rotations, leg_rotations
from .smoothing import fill_gaps, smooth
from .trunk import trunk_rotations

Floats = NDArray[np.float64]
AnyFloats = NDArray[np.floating]

NETWORK_FPS: Final = 30.0
MARKS: Final = (0, 2, 5, 7, 8, 9, 10, *range(11, 33))
"""The pose's points that are used: nose, eyes, ears, mouth, and all of the body."""
_MIRROR: Final = {2: 5, 7: 8, 9: 10} | {left: left + 1 for left in range(11, 33, 2)}
MIRRORED_MARKS: Final = [
    MARKS.index({**_MIRROR, **{right: left for left, right in _MIRROR.items()}}.get(mark, mark)) for mark in MARKS
]
_TRUNK: Final = [mark[side] for mark in (SHOULDER, HIP) for side in SIDES]
_JOINTS: Final = [mark[side] for mark in (SHOULDER, ELBOW, WRIST, HIP, KNEE, ANKLE) for side in SIDES]
_CENTRE_CUTOFF_HZ: Final = 2.0
_DISTANCE_CUTOFF_HZ: Final = 0.7
_FIRST_CUTOFF_HZ: Final = 3.0
_FOOT_CUTOFF_HZ: Final = 4.0
_NEAREST: Final = 0.3
POINT_CHANNELS: Final = 6
"""Of each mark: two in the picture, three of the world landmarks, its visibility."""
_LIMBS: Final = [
    (BODY_BONES.index(side + bone), BODY_BONES.index(side + child), np.array(along))
    for side, sign in (("left", 1.0), ("right", -1.0))
    for bone, child, along in (
        ("UpperArm", "LowerArm", (sign, 0.0, 0.0)), ("LowerArm", "Hand", (sign, 0.0, 0.0)),
        ("UpperLeg", "LowerLeg", (0.0, 0.0, -1.0)), ("LowerLeg", "Foot", (0.0, 0.0, -1.0)),
    )
]  # fmt: skip
"""Bone, the joint at its end, and the way there in the T-pose."""
FRAME_CHANNELS: Final = 5
"""Seen or not, where the performer is in the picture (2), log distance, its wavering."""
FIRST_CHANNELS: Final = 6 * len(BODY_BONES)
"""Of the first solver's rotations; as many of the picture's."""
READ_CHANNELS: Final = 3 * len(BODY_BONES) + 1
"""Joints read from the picture alone, and the distance read there over the given one."""
FOOT_MARKS: Final = (27, 28, 29, 30, 31, 32)
"""Left and right ankle, heel and toe."""
MIRRORED_FEET: Final = [1, 0, 3, 2, 5, 4]
FOOT_CHANNELS: Final = 2 * len(FOOT_MARKS)
CHANNELS: Final = POINT_CHANNELS * len(MARKS) + 2 * FIRST_CHANNELS + READ_CHANNELS + FOOT_CHANNELS + FRAME_CHANNELS


@dataclass(frozen=True)
class Seen:
    """N frames at NETWORK_FPS."""

    picture: Floats
    """[N, 29, 2] metres across at the performer's distance, facing axes x and z."""
    world: Floats
    """[N, 29, 3] metres about the hips, facing axes."""
    visibility: Floats
    """[N, 29]"""
    seen: Floats
    """[N] 1 where a person was found, 0 where filled in."""
    facing: Floats
    """[N, 4] the turn from the camera's axes (x right, y ahead, z up) to the facing axes' directions."""
    distance: Floats
    """[N] metres to the performer by the size of the figure, smooth."""
    waver: Floats
    """[N] log of each frame's own distance over the smooth one."""
    feet: Floats
    """[N, 6, 2] metres per second at which ankles, heels and toes (FOOT_MARKS) move across the picture."""
    first: Floats
    """[N, 22, 3, 3] the first solver's rotations of BODY_BONES, facing axes."""
    read: Floats
    """[N, 22, 3, 3] the rotations read from the picture alone, facing axes: what the network corrects."""
    read_joints: Floats
    """[N, 22, 3] metres about the hips, facing axes."""
    read_distance: Floats
    """[N, 1] log of the distance read from the picture over `distance`."""

    def frame(self) -> Floats:
        """[N, FRAME_CHANNELS]"""
        axis = rotation.rotate(self.facing, np.array((0.0, 1.0, 0.0)))
        return np.column_stack((self.seen, axis[:, [0, 2]], np.log(self.distance), self.waver))

    def channels(self) -> NDArray[np.float32]:
        """[N, CHANNELS] as the network takes them."""
        return channels_of(
            self.picture, self.world, self.visibility, self.first, self.read, self.read_joints, self.read_distance,
            self.feet, self.frame(),
        )  # fmt: skip


def channels_of(
    picture: AnyFloats, world: AnyFloats, visibility: AnyFloats, first: AnyFloats, read: AnyFloats,
    read_joints: AnyFloats, read_distance: AnyFloats, feet: AnyFloats, frame: AnyFloats,
) -> NDArray[np.float32]:  # fmt: skip
    """[N, CHANNELS]: points, rotations by two columns (the first solver's, the picture's), joints, feet, frame."""
    count = len(frame)
    points = np.concatenate((picture, world, visibility[..., None]), axis=-1).reshape(count, -1)
    turns = [turns[..., :2].reshape(count, -1) for turns in (first, read)]
    joints = read_joints.reshape(count, -1)
    return np.concatenate((points, *turns, joints, read_distance, feet.reshape(count, -1), frame), axis=1).astype(
        np.float32
    )


def look(
    image: NDArray[np.floating],
    world: NDArray[np.floating],
    visibility: NDArray[np.floating],
    reading: NDArray[np.floating],
    camera: Camera,
    fps: float,
) -> Seen | None:
    """What was seen (image [T, 33, 2] px, world [T, 33, 3], visibility [T, 33], readings [T, READING] of looks.py, NaN
    where nobody was found).

    None if no frame shows anybody.
    """  # fmt: skip
    found = np.isfinite(image).all(axis=(1, 2)) & np.isfinite(world).all(axis=(1, 2)) & np.isfinite(reading).all(axis=1)
    if not found.any():
        return None
    places = resampling_places(len(image), fps)
    points = resampled_points(fill_gaps(np.asarray(image, dtype=np.float64), found), places)
    body = resampled_points(fill_gaps(to_stage(world), found), places)
    shown = resampled_points(np.where(found[:, None], np.nan_to_num(visibility), 0.0).astype(np.float64), places)
    seen = resampled_points(found.astype(np.float64), places)
    rays = camera.rays(points)[..., [0, 2, 1]] * (1.0, 1.0, -1.0)
    centre = smooth(rays[:, _TRUNK].mean(axis=1), NETWORK_FPS, _CENTRE_CUTOFF_HZ)
    facing = rotation.between(np.array((0.0, 1.0, 0.0)), centre)
    turned = rotation.rotate(rotation.conjugate(facing)[:, None], rays)
    flat = turned[..., [0, 2]] / np.maximum(turned[..., 1:2], 0.05)
    own = _own_distance(flat[:, _JOINTS], body[:, _JOINTS])
    distance = np.exp(smooth(np.log(own), NETWORK_FPS, _DISTANCE_CUTOFF_HZ, (seen + 1e-3)))
    marks = list(MARKS)
    read, joints, read_distance = _read(resampled_points(fill_gaps(reading, found), places), facing)
    return Seen(
        picture=flat[:, marks] * distance[:, None, None], world=body[:, marks], visibility=shown[:, marks],
        seen=(seen > 0.5).astype(np.float64), facing=facing, distance=distance, waver=np.log(own / distance),
        feet=_foot_speeds(rays, distance), first=rotation.to_matrix(_first(body, shown, seen)), read=read,
        read_joints=joints, read_distance=read_distance - np.log(distance)[:, None],
    )  # fmt: skip


def _read(reading: Floats, facing: Floats) -> tuple[Floats, Floats, Floats]:
    """Rotations [N, 22, 3, 3] and joints [N, 22, 3] on facing axes, log distance [N, 1]."""
    bones = len(BODY_BONES)
    turn = np.swapaxes(rotation.to_matrix(facing), 1, 2)[:, None]
    joints = (turn @ reading[:, : 3 * bones].reshape(-1, bones, 3, 1))[..., 0]
    columns = smooth(turn @ reading[:, 3 * bones : 9 * bones].reshape(-1, bones, 3, 2), NETWORK_FPS, _FIRST_CUTOFF_HZ)
    return _along_joints(from_columns(columns), smooth(joints, NETWORK_FPS, _FIRST_CUTOFF_HZ)), joints, reading[:, -1:]


def _along_joints(turns: Floats, joints: Floats) -> Floats:
    """Rotations [N, 22, 3, 3] whose limbs point the way from joint to joint [N, 22, 3].

    Joints are read surer than rotations: on kept clips legs come to 13 degrees by the one and 19 by the other.
    """
    turns = turns.copy()
    for bone, tail, along in _LIMBS:
        to = joints[:, tail] - joints[:, bone]
        nearest = rotation.between(turns[:, bone] @ along, to)
        turns[:, bone] = rotation.to_matrix(nearest) @ turns[:, bone]
    return turns


def from_columns(columns: Floats) -> Floats:
    """Rotation matrices [..., 3, 3] from their first two columns [..., 3, 2], roughly orthonormal."""
    first = columns[..., 0] / np.maximum(np.linalg.norm(columns[..., 0], axis=-1, keepdims=True), 1e-6)
    second = columns[..., 1] - (first * columns[..., 1]).sum(axis=-1, keepdims=True) * first
    second = second / np.maximum(np.linalg.norm(second, axis=-1, keepdims=True), 1e-6)
    return np.stack((first, second, np.cross(first, second)), axis=-1)


def _foot_speeds(rays: Floats, distance: Floats) -> Floats:
    """[N, 6, 2]: a foot that stands, stands still in the picture, however wrongly its leg is judged."""
    flat = smooth(rays[:, list(FOOT_MARKS)][..., [0, 2]], NETWORK_FPS, _FOOT_CUTOFF_HZ)
    if len(flat) < 2:
        return np.zeros_like(flat)
    return np.gradient(flat, axis=0) * NETWORK_FPS * distance[:, None, None]


def _first(body: Floats, visibility: Floats, seen: Floats) -> Floats:
    """The first solver's rotations [N, 22, 4] from points [N, 33, 3]."""
    nothing, none = np.zeros((len(body), 21, 3)), np.zeros(len(body))
    points = Points(
        NETWORK_FPS, seen > 0.5, seen, smooth(body, NETWORK_FPS, _FIRST_CUTOFF_HZ), body[..., :2], visibility,
        dict.fromkeys(SIDES, nothing), dict.fromkeys(SIDES, none),
    )  # fmt: skip
    turns = trunk_rotations(points, None)
    for side in SIDES:
        turns |= leg_rotations(points, turns["hips"], side) | arm_rotations(points, turns["upperChest"], side)
    return rotation.normalize(np.stack([turns[name] for name in BODY_BONES], axis=1))


def resampling_places(count: int, fps: float) -> Floats:
    """Frame numbers at `fps` of the frames at NETWORK_FPS that span the same time."""
    if abs(fps - NETWORK_FPS) < 0.01:
        return np.arange(count, dtype=np.float64)
    length = max(1, int(np.ceil((count - 1) * NETWORK_FPS / fps - 1e-6)) + 1)
    return np.minimum(np.arange(length) * fps / NETWORK_FPS, count - 1.0)


def places_back(count: int, fps: float, network_count: int) -> Floats:
    """Frame numbers at NETWORK_FPS of `count` frames at `fps`."""
    return np.minimum(np.arange(count) * NETWORK_FPS / fps, network_count - 1.0)


def _own_distance(flat: Floats, body: Floats) -> Floats:
    """Each frame's distance [T] by least squares of the pinhole's equations, robust to the mean's place."""
    x, y = flat[..., 0], flat[..., 1]
    bx, by, bz = body[..., 0], body[..., 2], body[..., 1]
    # x (bz + d) = bx + tx: unknown d, tx; likewise y. Centring over the points removes tx and ty.
    ax, ay = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    rx, ry = bx - x * bz, by - y * bz
    rx, ry = rx - rx.mean(axis=1, keepdims=True), ry - ry.mean(axis=1, keepdims=True)
    top = (ax * rx + ay * ry).sum(axis=1)
    bottom = (ax**2 + ay**2).sum(axis=1)
    return np.clip(top / np.maximum(bottom, 1e-9), _NEAREST, 60.0)
