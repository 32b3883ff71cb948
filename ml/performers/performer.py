"""A performer: one synthetic person, ready to be posed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import FACE_NAMES, joint_positions, parent_indices, rotation
from .action_style import ActionStyle
from .anatomy import Anatomy, load_anatomy
from .identity import Identity, RestBody, rest_body
from .look import Look
from .pose import Skeleton, bone_transforms, fit_skeleton

EYE_RANGE: Final[dict[str, float]] = {"In": 30.0, "Out": 30.0, "Up": 25.0, "Down": 30.0}
"""Degrees the eyes have turned where an eyeLook weight reaches 1."""


@dataclass(frozen=True)
class PosedBody:
    """A performer in one moment, in stage axes and metres."""

    vertices: NDArray[np.float32]
    """[V, 3]"""
    joints: NDArray[np.float64]
    """[J, 3] heads of the humanoid bones."""


@dataclass(frozen=True)
class Performer:
    """One person. Make one with `Performer.random(seed)`."""

    identity: Identity
    look: Look
    body: RestBody
    skeleton: Skeleton
    anatomy: Anatomy
    action_scale: float
    """How large this face is beside the base mesh's, which the actions were modelled on."""
    action_gains: NDArray[np.float64] = field(default_factory=lambda: np.ones(len(FACE_NAMES)))
    """[52] how far each action moves this face beside the others': people smile differently widely."""
    action_style: ActionStyle | None = None
    """How this face does them (of heads alone, see `HeadStage`); None = as the base mesh."""

    @staticmethod
    def random(seed: int, strength: float = 1.0) -> Performer:
        """The same person for the same seed, always; `strength` scales the variety of local shape."""
        return Performer.of(*Performer.drawn(seed, strength))

    @staticmethod
    def drawn(seed: int, strength: float = 1.0) -> tuple[Identity, Look]:
        """Who `random` makes of a seed, without the body, which takes the time."""
        rng = np.random.default_rng([seed, 0x5EED])
        identity = Identity.random(rng, load_anatomy().local_names, strength)
        return identity, Look.random(rng, identity)

    @staticmethod
    def of(identity: Identity, look: Look) -> Performer:
        """The performer with a given identity and look."""
        anatomy = load_anatomy()
        body = rest_body(identity, anatomy)
        skeleton = fit_skeleton(body, anatomy)
        return Performer(identity, look, body, skeleton, anatomy, _face_scale(body, anatomy))

    def pose(
        self,
        weights: NDArray[np.floating] | None = None,
        gaze: NDArray[np.floating] | None = None,
        rotations: NDArray[np.floating] | None = None,
        hips: NDArray[np.floating] | None = None,
    ) -> PosedBody:
        """The body in a moment.

        weights [52] ARKit, gaze [2, 2] degrees (left and right eye; yaw + towards +X, pitch + up), rotations [J, 4]
        global rotations as in a take, hips [3] the hips joint. What is not given is neutral, straight ahead and T-pose.
        """
        skeleton = self.skeleton
        if rotations is None:
            rotations = np.tile(np.array(rotation.IDENTITY, dtype=float), (len(skeleton.names), 1))
        if hips is None:
            hips = skeleton.rest_positions[0]
        parents = parent_indices(skeleton.names)
        joints = joint_positions(rotations[None], np.asarray(hips)[None], skeleton.rest_positions, parents)[0]
        shape = self.expression(weights, gaze)
        transforms = bone_transforms(skeleton, np.asarray(rotations, dtype=np.float64), joints).astype(np.float32)
        blended = (self.anatomy.few_weights @ transforms.reshape(len(transforms), 12)).reshape(-1, 3, 4)
        vertices = np.matmul(blended[..., :3], shape[..., None])[..., 0] + blended[..., 3]
        return PosedBody(vertices, joints)

    def expression(
        self, weights: NDArray[np.floating] | None = None, gaze: NDArray[np.floating] | None = None
    ) -> NDArray[np.float32]:
        """The mesh at rest [V, 3] with a face: ARKit actions by their weights, eyes turned by the gaze."""
        vertices = self.body.vertices.astype(np.float32)
        if weights is not None:
            active = np.flatnonzero(np.asarray(weights) != 0)
            strengths = np.asarray(weights * self.action_gains, dtype=np.float32)[active] * np.float32(
                self.action_scale
            )
            vertices += np.tensordot(strengths, self.anatomy.actions[active], axes=1)
        # The eyeLook shapes move lids and bend the eyes a little; the eyes themselves turn exactly, below.
        for eye, points in enumerate(self.anatomy.eyes):
            ball = self.body.vertices[points]
            centre = (ball.min(axis=0) + ball.max(axis=0)) / 2
            yaw, pitch = (0.0, 0.0) if gaze is None else np.radians(np.asarray(gaze, dtype=np.float64)[eye])
            turn = rotation.multiply(rotation.from_rotvec((0, 0, yaw)), rotation.from_rotvec((-pitch, 0, 0)))
            vertices[points] = centre + rotation.rotate(turn, ball - centre)
        return vertices


def _face_scale(body: RestBody, anatomy: Anatomy) -> float:
    """Eye distance and face height against the base mesh's."""

    def size(vertices: NDArray[np.floating]) -> float:
        teeth = np.unique(anatomy.triangles["lowerTeeth"])
        left, right, teeth = (vertices[points].mean(axis=0) for points in (*anatomy.eyes, teeth))
        return float(np.linalg.norm(left - right) + np.linalg.norm((left + right) / 2 - teeth))

    return size(body.vertices) / size(anatomy.template)


def gaze_weights(gaze: NDArray[np.floating]) -> NDArray[np.float64]:
    """The eyeLook weights [T, 52] (others 0) that belong to a gaze [T, 2, 2] in degrees."""
    weights = np.zeros((len(gaze), len(FACE_NAMES)))
    for eye, side, outward in ((0, "Left", 1.0), (1, "Right", -1.0)):
        yaw, pitch = gaze[:, eye, 0] * outward, gaze[:, eye, 1]
        for direction, angle in (("Out", yaw), ("In", -yaw), ("Up", pitch), ("Down", -pitch)):
            weights[:, FACE_NAMES.index(f"eyeLook{direction}{side}")] = np.clip(angle / EYE_RANGE[direction], 0, 1)
    return weights
