"""The body detector's errors, learned from rendered clips, so that it need not be run on pictures for every motion.

A small network tells where the detector would see its points of a body in a pose (its habits: flattened depth, hips too
low, guesses of what is out of the picture); what it leaves unexplained is replayed from the rendered clips, whole
sequences at a time, so that errors tremble and stay as the detector's do. Both halves of the clips are explained by a
network that learned from the other half: what is replayed is as large as on clips nobody has seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..take import joint_positions, rotation
from .bank import BODY_BONES, BODY_PARENTS, MIRRORED_BONES, READING
from .curves import resampled, resampled_points
from .data import BodyClip
from .landmarks import to_stage
from .proportions import STANDARD, standing_size
from .seen import MARKS, MIRRORED_MARKS, NETWORK_FPS, resampling_places

Floats = NDArray[np.float64]

_B: Final = {name: i for i, name in enumerate(BODY_BONES)}
_TURNED: Final = [_B[n] for n in ("head", "hips", "leftFoot", "rightFoot", "leftHand", "rightHand")]
_CARRIERS: Final = [
    _B[{
        11: "leftUpperArm", 12: "rightUpperArm", 13: "leftLowerArm", 14: "rightLowerArm", 23: "leftUpperLeg",
        24: "rightUpperLeg", 25: "leftLowerLeg", 26: "rightLowerLeg", 27: "leftFoot", 28: "rightFoot",
        29: "leftFoot", 30: "rightFoot", 31: "leftToes", 32: "rightToes",
    }.get(mark, "head" if mark < 11 else ("leftHand", "rightHand")[(mark + 1) % 2])]
    for mark in MARKS
]  # fmt: skip
"""The joint that each mark is near."""
_POINTS_SEEN: Final = 6 * len(MARKS)
_SEEN_CHANNELS: Final = _POINTS_SEEN + READING
_GIVEN: Final = 3 * len(BODY_BONES) + 6 * len(_TURNED) + len(BODY_BONES) + 3
_LIKEST: Final = 6
"""Of so many rendered clips that are most alike, one lends its errors."""
_LENT: Final = 0.8
"""Share of the errors that is lent: part of what is unexplained is only the network's."""


@dataclass(frozen=True)
class Posed:
    """A body before a camera, N frames at NETWORK_FPS, on axes that face it (x right, y ahead through the hips)."""

    joints: Floats
    """[N, 22, 3] metres about the hips, of a person as tall as the standard adult."""
    turns: Floats
    """[N, 22, 4]"""
    facing: Floats
    """[N, 4] from the facing axes to the camera's."""
    distance: Floats
    """[N] metres to the hips."""
    inside: Floats
    """[N, 22] 1 where a joint is in the picture."""
    size_px: Floats
    """[N] pixels per metre at the hips."""

    def given(self) -> Floats:
        """[N, _GIVEN] what the network is told."""
        count = len(self.joints)
        axis = rotation.rotate(self.facing, np.array((0.0, 1.0, 0.0)))
        matrices = rotation.to_matrix(self.turns[:, _TURNED])[..., :2].reshape(count, -1)
        rest = np.column_stack((axis[:, [0, 2]], np.log(self.size_px / 100)))
        return np.concatenate((self.joints.reshape(count, -1), matrices, self.inside, rest), axis=1)

    def carriers(self) -> Floats:
        """[N, 29, 3] the joint near each mark."""
        return self.joints[:, _CARRIERS]


def posed(clip: BodyClip) -> Posed:
    """What is true of a clip."""
    places = resampling_places(len(clip.rotations), clip.fps)
    turn = resampled(clip.camera_turn.astype(np.float64), places)
    position = resampled_points(clip.camera_position.astype(np.float64), places)
    hips = rotation.rotate(rotation.conjugate(turn), resampled_points(clip.hips.astype(np.float64), places) - position)
    scale = standing_size(STANDARD) / standing_size(clip.rest)
    facing = rotation.between(np.array((0.0, 1.0, 0.0)), hips)
    to_facing = rotation.multiply(rotation.conjugate(facing), rotation.conjugate(turn))
    turns = rotation.multiply(to_facing[:, None], resampled(clip.rotations.astype(np.float64), places))
    joints = joint_positions(turns, np.zeros_like(hips), clip.rest.astype(np.float64), BODY_PARENTS)
    in_camera = rotation.rotate(facing[:, None], joints) + hips[:, None]
    ahead = np.maximum(in_camera[..., 1], 0.05)
    u, v = clip.focal_px * in_camera[..., 0] / ahead, clip.focal_px * in_camera[..., 2] / ahead
    inside = (np.abs(u) < clip.width / 2) & (np.abs(v) < clip.height / 2)
    distance = np.linalg.norm(hips, axis=1)
    return Posed(scale * joints, turns, facing, scale * distance, inside.astype(np.float64), clip.focal_px / distance)


def observed(clip: BodyClip, truth: Posed) -> tuple[Floats, NDArray[np.bool_]]:
    """What was seen beyond the truth [N, _SEEN_CHANNELS], and where anything was seen.

    For each of 29 marks picture 2, world 3 beyond the joint near it, visibility; then the reading's errors.
    """
    found = np.isfinite(clip.image).all(axis=(1, 2)) & np.isfinite(clip.reading).all(axis=1)
    places = resampling_places(len(clip.image), clip.fps)
    image = resampled_points(np.nan_to_num(clip.image.astype(np.float64)), places)[:, list(MARKS)]
    world = resampled_points(np.nan_to_num(to_stage(clip.world)), places)[:, list(MARKS)]
    visibility = resampled_points(clip.visibility.astype(np.float64), places)[:, list(MARKS)]
    rays = np.stack(
        ((image[..., 0] - clip.width / 2) / clip.focal_px, np.ones(image.shape[:2]),
         -(image[..., 1] - clip.height / 2) / clip.focal_px), axis=-1,
    )  # fmt: skip
    turned = rotation.rotate(rotation.conjugate(truth.facing)[:, None], rays)
    flat = turned[..., [0, 2]] / np.maximum(turned[..., 1:2], 0.05)
    beyond = np.concatenate(
        (flat * truth.distance[:, None, None] - _flat(truth), world - truth.carriers(), visibility[..., None]), axis=-1
    )
    reading = resampled_points(np.nan_to_num(clip.reading.astype(np.float64)), places)
    misread = turned_reading(reading, rotation.conjugate(truth.facing)) - true_reading(truth)
    everything = np.concatenate((beyond.reshape(len(beyond), -1), misread), axis=1)
    return everything, resampled_points(found.astype(np.float64), places) > 0.99


def true_reading(truth: Posed) -> Floats:
    """[N, READING] on facing axes."""
    count = len(truth.distance)
    columns = rotation.to_matrix(truth.turns)[..., :2]
    parts = (truth.joints.reshape(count, -1), columns.reshape(count, -1), np.log(truth.distance)[:, None])
    return np.concatenate(parts, axis=1)


def turned_reading(reading: Floats, turn: Floats) -> Floats:
    """Readings [N, READING] turned by [N, 4]."""
    bones = len(BODY_BONES)
    matrix = rotation.to_matrix(turn)[:, None]
    joints = matrix @ reading[:, : 3 * bones].reshape(-1, bones, 3, 1)
    columns = matrix @ reading[:, 3 * bones : 9 * bones].reshape(-1, bones, 3, 2)
    count = len(reading)
    return np.concatenate((joints.reshape(count, -1), columns.reshape(count, -1), reading[:, -1:]), axis=1)


def _flat(truth: Posed) -> Floats:
    """[N, 29, 2] where the marks' joints are in the picture, metres across at the hips' distance."""
    carriers = truth.carriers()
    ahead = np.maximum(carriers[..., 1] + truth.distance[:, None], 0.05)
    return carriers[..., [0, 2]] / ahead[..., None] * truth.distance[:, None, None]


class _Habits(nn.Module):
    def __init__(self, mean: Tensor, spread: Tensor, usual: Tensor) -> None:
        super().__init__()
        self.mean, self.spread, self.usual = mean, spread, usual
        self.layers = nn.Sequential(
            nn.Linear(_GIVEN, 384), nn.GELU(), nn.Dropout(0.1), nn.Linear(384, 384), nn.GELU(), nn.Dropout(0.1),
            nn.Linear(384, _SEEN_CHANNELS),
        )  # fmt: skip

    def forward(self, given: Tensor) -> Tensor:
        return self.usual + self.layers((given - self.mean) / self.spread)


@dataclass(frozen=True)
class _Errors:
    """What is left unexplained of one rendered clip."""

    beyond: Floats
    """[N, _SEEN_CHANNELS]"""
    found: NDArray[np.bool_]
    likeness: Floats
    """[L] what clips are compared by."""


class DetectorModel:
    """Sees bodies as the detector does, without pictures."""

    def __init__(self, clips: Sequence[BodyClip], seed: int = 0, steps: int = 1500) -> None:
        usable = [clip for clip in clips if np.isfinite(clip.image[:, 0, 0]).mean() > 0.7]
        truths = [posed(clip) for clip in usable]
        seen = [observed(clip, truth) for clip, truth in zip(usable, truths, strict=True)]
        halves = [list(range(half, len(usable), 2)) for half in (0, 1)]
        self._nets = [
            _learn([truths[i] for i in rows], [seen[i] for i in rows], seed + half, steps)
            for half, rows in enumerate(halves)
        ]
        self._errors = []
        for i, (truth, (beyond, found)) in enumerate(zip(truths, seen, strict=True)):
            explained = _explain(self._nets[1 - i % 2], truth)
            self._errors.append(_Errors(beyond - explained, found, _likeness(truth)))

    def unexplained(self) -> dict[str, float]:
        """Mean size of what is left unexplained: picture, world and joints read in metres, visibility."""
        together = np.concatenate([e.beyond[e.found] for e in self._errors])
        left = together[:, :_POINTS_SEEN].reshape(-1, len(MARKS), 6)
        joints = together[:, _POINTS_SEEN : _POINTS_SEEN + 3 * len(BODY_BONES)].reshape(-1, len(BODY_BONES), 3)
        return {
            "joints": float(np.linalg.norm(joints, axis=-1).mean()),
            "picture": float(np.linalg.norm(left[..., :2], axis=-1).mean()),
            "world": float(np.linalg.norm(left[..., 2:5], axis=-1).mean()),
            "visibility": float(np.abs(left[..., 5]).mean()),
        }

    def see(self, clip: BodyClip, rng: np.random.Generator) -> BodyClip:
        """The clip, at NETWORK_FPS, as the detector might see it."""
        truth = posed(clip)
        count = len(truth.distance)
        errors = self._lent(truth, rng)
        everything = _explain(self._nets[int(rng.integers(0, 2))], truth) + errors.beyond
        beyond = everything[:, :_POINTS_SEEN].reshape(count, len(MARKS), 6)
        reading = turned_reading(true_reading(truth) + everything[:, _POINTS_SEEN:], truth.facing)
        reading[~errors.found] = np.nan
        flat = (beyond[..., :2] + _flat(truth)) / truth.distance[:, None, None]
        rays = np.stack((flat[..., 0], np.ones(flat.shape[:2]), flat[..., 1]), axis=-1)
        rays = rotation.rotate(truth.facing[:, None], rays)
        ahead = np.maximum(rays[..., 1], 0.05)
        image, world = np.zeros((count, 33, 2)), np.zeros((count, 33, 3))
        visibility = np.zeros((count, 33))
        marks = list(MARKS)
        image[:, marks, 0] = clip.width / 2 + clip.focal_px * rays[..., 0] / ahead
        image[:, marks, 1] = clip.height / 2 - clip.focal_px * rays[..., 2] / ahead
        body = beyond[..., 2:5] + truth.carriers()
        world[:, marks] = np.stack((body[..., 0], -body[..., 2], body[..., 1]), axis=-1)
        visibility[:, marks] = np.clip(beyond[..., 5], 0, 1)
        image[~errors.found], world[~errors.found] = np.nan, np.nan
        places = resampling_places(len(clip.rotations), clip.fps)
        return replace(
            clip, image=image, world=world, visibility=visibility, reading=reading.astype(np.float32),
            rotations=resampled(clip.rotations.astype(np.float64), places),
            hips=resampled_points(clip.hips.astype(np.float64), places),
            contacts=clip.contacts[np.rint(places).astype(int)],
            camera_turn=resampled(clip.camera_turn.astype(np.float64), places),
            camera_position=resampled_points(clip.camera_position.astype(np.float64), places), fps=NETWORK_FPS,
        )  # fmt: skip

    def _lent(self, truth: Posed, rng: np.random.Generator) -> _Errors:
        """The errors of a rendered clip that is like this one, as long as this one."""
        like = _likeness(truth)
        both = [(errors, flip) for errors in self._errors for flip in (False, True)]
        away = [float(np.abs(like - _flipped(errors.likeness, flip)).sum()) for errors, flip in both]
        best, mirror = both[int(rng.choice(np.argsort(away)[:_LIKEST]))]
        beyond, found = _LENT * best.beyond, best.found
        if mirror:
            beyond = _mirrored(beyond)
        count, own = len(truth.distance), len(found)
        places = (np.arange(count) + rng.integers(0, own)) % max(1, 2 * own - 2)
        places = np.minimum(places, 2 * own - 2 - places)  # forth and back
        return _Errors(beyond[places], found[places], best.likeness)


def _mirrored(beyond: Floats) -> Floats:
    """Errors [N, _SEEN_CHANNELS] in a mirror."""
    bones = len(BODY_BONES)
    points, joints, columns, distance = np.split(beyond, np.cumsum((_POINTS_SEEN, 3 * bones, 6 * bones)), axis=1)
    points = points.reshape(-1, len(MARKS), 6)[:, MIRRORED_MARKS] * (-1.0, 1.0, -1.0, 1.0, 1.0, 1.0)
    joints = joints.reshape(-1, bones, 3)[:, MIRRORED_BONES] * (-1.0, 1.0, 1.0)
    # Turned by diag(-1, 1, 1) from both sides: the first column keeps its x, the second its y and z.
    columns = columns.reshape(-1, bones, 3, 2)[:, MIRRORED_BONES] * ((1.0, -1.0), (-1.0, 1.0), (-1.0, 1.0))
    parts = (points, joints, columns, distance)
    return np.concatenate([part.reshape(len(beyond), -1) for part in parts], axis=1)


def _likeness(truth: Posed) -> Floats:
    """What decides how a body is seen: the way it faces, how upright it is, what of it is in the picture, its size."""
    front = rotation.rotate(truth.turns[:, 0], np.array((0.0, -1.0, 0.0))).mean(axis=0)
    up = rotation.rotate(truth.turns[:, 0], np.array((0.0, 0.0, 1.0))).mean(axis=0)
    return np.concatenate((front, up, truth.inside.mean(axis=0) / 6, [np.log(truth.size_px.mean() / 100) / 2]))


def _flipped(likeness: Floats, flip: bool) -> Floats:
    if not flip:
        return likeness
    turned = likeness.copy()
    turned[[0, 3]] *= -1
    turned[6:28] = likeness[6:28][MIRRORED_BONES]
    return turned


def _explain(net: _Habits, truth: Posed) -> Floats:
    with torch.inference_mode():
        given = torch.from_numpy(truth.given().astype(np.float32))
        return net(given).double().numpy()


def _learn(truths: list[Posed], seen: list[tuple[Floats, NDArray[np.bool_]]], seed: int, steps: int) -> _Habits:
    torch.manual_seed(seed)
    given = np.concatenate([truth.given()[found] for truth, (_, found) in zip(truths, seen, strict=True)])
    beyond = np.concatenate([part[found] for part, found in seen]).reshape(len(given), -1)
    x, y = torch.from_numpy(given.astype(np.float32)), torch.from_numpy(beyond.astype(np.float32)).clamp(-1, 1)
    net = _Habits(x.mean(0), x.std(0).clamp(min=0.05), y.median(0).values)
    optimiser = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=0.3)
    random = np.random.default_rng(seed)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 1e-3 * (0.51 + 0.49 * np.cos(np.pi * step / steps))
        rows = torch.from_numpy(random.integers(0, len(x), 256))
        noisy = x[rows] + 0.1 * net.spread * torch.randn(len(rows), _GIVEN)
        loss = (net(noisy) - y[rows]).abs().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return net.eval()
