"""A performer's head alone, posed fast: what a film of a face needs of `Performer.pose`, some ten times as quick."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import joint_positions, parent_indices, rotation
from .anatomy import Anatomy, load_anatomy
from .performer import Performer, PosedBody
from .pose import bone_transforms

Floats = NDArray[np.floating]

HEAD_FROM: Final = 0.42
"""Metres on the base mesh above which a picture of the head shows neck and shoulders."""
NECK_SHARE: Final = 0.4
"""How much of the head's turn the neck makes."""


class HeadStage:
    """Head, neck and shoulders of one performer; everything below the neck stands still."""

    def __init__(self, performer: Performer, standing: Floats) -> None:
        """standing [J, 4]: the rotations of the bones that stand still."""
        self.performer = performer
        self._standing = np.asarray(standing, dtype=np.float64)
        anatomy, skeleton = performer.anatomy, performer.skeleton
        self._points = _head_points()
        self._actions = _head_actions()
        if performer.action_style is not None:
            self._actions = performer.action_style.of(self._actions, anatomy.template[self._points])
        self._neck, self._head = skeleton.names.index("neck"), skeleton.names.index("head")
        blended = {bone for bone, _, end, _ in skeleton.blends if end == self._head}
        weights = anatomy.skin_weights[self._points]
        # Bones that move together count as one: those of the neck, those of the head, each blended one.
        groups: dict[int, list[int]] = {}
        for bone, owner in enumerate(skeleton.owners):
            if bone in blended or owner in (self._neck, self._head):
                groups.setdefault(-bone if bone in blended else int(owner), []).append(bone)
        sample = [bones[0] for bones in groups.values()]
        self._weights = np.stack([weights[:, bones].sum(axis=1) for bones in groups.values()], axis=1)
        parents = parent_indices(skeleton.names)
        self.joints = joint_positions(
            self._standing[None], skeleton.rest_positions[None, 0], skeleton.rest_positions, parents
        )[0]
        still = weights.copy()
        still[:, [bone for bones in groups.values() for bone in bones]] = 0
        transforms = bone_transforms(skeleton, self._standing, self.joints)
        self._still = still @ transforms.reshape(len(transforms), 12).astype(np.float32)
        self._few = replace(
            skeleton,
            owners=skeleton.owners[sample],
            heads=skeleton.heads[sample],
            blends=tuple((sample.index(bone), *rest) for bone, *rest in skeleton.blends if bone in sample),
        )
        self._head_row = [int(owner) for owner in self._few.owners].index(self._head)
        self._rest = performer.body.vertices[self._points].astype(np.float32)
        self._full = np.zeros((len(anatomy.template), 3), dtype=np.float32)
        self._eyes = [_Eye(performer, own, self._points) for own in anatomy.eyes]
        self._gains = np.asarray(performer.action_gains * performer.action_scale, dtype=np.float32)

    def pose(self, weights: Floats, gaze: Floats, turn: Floats) -> PosedBody:
        """weights [52], gaze [2, 2] degrees, turn [4] the head's global rotation; vertices below HEAD_FROM are zero."""
        transforms = self._transforms(turn)
        moving = transforms.reshape(-1, 12).astype(np.float32)
        blend = (self._still + self._weights @ moving).reshape(-1, 3, 4)
        active = np.flatnonzero(weights)
        strengths = np.asarray(weights[active], dtype=np.float32) * self._gains[active]
        shape = self._rest + np.tensordot(strengths, self._actions[active], axes=1)
        for eye, angles in zip(self._eyes, gaze, strict=True):
            shape[eye.rows] = eye.turned(angles)
        self._full[self._points] = np.matmul(blend[..., :3], shape[..., None])[..., 0] + blend[..., 3]
        return PosedBody(self._full, self.joints)

    def head_transform(self, turn: Floats) -> NDArray[np.float64]:
        """[3, 4] from the head at rest to the stage."""
        return self._transforms(turn)[self._head_row]

    def _transforms(self, turn: Floats) -> NDArray[np.float64]:
        rotations, joints, rest = self._standing.copy(), self.joints.copy(), self.performer.skeleton.rest_positions
        rotations[self._neck] = rotation.slerp(rotation.IDENTITY, turn, NECK_SHARE)
        rotations[self._head] = turn
        joints[self._head] = joints[self._neck] + rotation.rotate(
            rotations[self._neck], rest[self._head] - rest[self._neck]
        )
        return bone_transforms(self._few, rotations, joints)


class _Eye:
    """One eye's points, to be turned about its middle."""

    def __init__(self, performer: Performer, own: NDArray[np.int64], points: NDArray[np.int64]) -> None:
        """own: the eye's vertices among all, points: those that are posed."""
        self.rows = np.searchsorted(points, own)
        ball = performer.body.vertices[own]
        self._centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
        self._ball = ball - self._centre

    def turned(self, angles: Floats) -> NDArray[np.float64]:
        yaw, pitch = np.radians(np.asarray(angles, dtype=np.float64))
        turn = rotation.multiply(rotation.from_rotvec((0, 0, yaw)), rotation.from_rotvec((-pitch, 0, 0)))
        return self._centre + self._ball @ rotation.to_matrix(turn).T


@lru_cache(maxsize=1)
def _head_points() -> NDArray[np.int64]:
    """The vertices of triangles that a picture of the head shows."""
    anatomy: Anatomy = load_anatomy()
    rows = [t[anatomy.template[t, 2].min(axis=1) > HEAD_FROM].ravel() for t in anatomy.triangles.values()]
    return np.unique(np.concatenate(rows))


@lru_cache(maxsize=1)
def _head_actions() -> NDArray[np.float32]:
    return np.ascontiguousarray(load_anatomy().actions[:, _head_points()])
