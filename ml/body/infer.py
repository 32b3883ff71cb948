"""The body's stage: from what the detectors saw to a humanoid in motion on a level floor.

The network (lift.py) gives rotations, tilt, contacts and proportions; hands and head come from their own detectors
where those saw them; the path is solved over the whole clip (trajectory.py); the refinement plants the feet
(legs_on_floor.py). Without weights the first solver stands in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..features.arrays import Features
from ..take import CAPTURED_BONES, joint_positions, rotation
from ..weights.registry import WeightsError, available
from . import first_solver
from . import lift as lifting
from .bank import BODY_BONES
from .contacts import FOOT_INDICES, level_contacts, still_contacts, without_short_runs
from .facing import facing_kept
from .fingers import finger_rotations
from .hands import hand_motions
from .hinges import hinged
from .in_picture import in_picture
from .knees import with_straighter_knees
from .landmarks import ANKLE, ELBOW, HIP, KNEE, SHOULDER, SIDES, WRIST, Floats, Points, read_points
from .legs_on_floor import raise_sunken_body, raise_sunken_feet, stand_on_floor
from .lift import Lifted, lift
from .limbs import hand_and_forearm, hanging_arm, standing_leg
from .looks import directions, read_pictures
from .orient import limited, smoothstep
from .proportions import rest_of_lengths
from .shown_limbs import shown_limbs
from .sides import sides_kept
from .smoothing import STEADY_HZ, steady_rotations
from .solved import PARENTS, BodyMotion
from .tilt import as_cameras_are, less_tilted, level_axes, level_by_feet
from .trajectory import Standing, measured_place, solve_path

__all__ = ["MODEL_NAME", "BodyMotion", "estimate_body"]

MODEL_NAME: Final = lifting.MODEL_NAME if lifting.MODEL_NAME in available() else None
"""The weights in use; None = there are none, and the first solver stands in."""

_CUTOFFS_HZ: Final = (STEADY_HZ, (0.55, 2.3))
"""Of bones at rest, and of moving ones; in good pictures, and in those in which points tremble."""
_TREMBLING: Final = (0.01, 0.05)
"""From which `Points.trembling` on pictures are less good, and poor."""
_HEAD_LIMIT: Final = np.radians(80.0)
_PATH_MARKS: Final = {
    "UpperArm": SHOULDER, "UpperLeg": HIP, "LowerLeg": KNEE, "Foot": ANKLE, "LowerArm": ELBOW, "Hand": WRIST,
}  # fmt: skip
_PATH_WEIGHTS: Final = {
    "UpperArm": 1.0, "UpperLeg": 1.0, "LowerLeg": 0.7, "Foot": 0.7, "LowerArm": 0.4, "Hand": 0.3,
}  # fmt: skip
_LARGEST_SHIFT: Final = 0.03
"""Metres that the hips may leave the path to follow the feet: the path is surer than the legs."""
_SHORTEST_TOUCH: Final = 0.10
"""Seconds; shorter touches and lifts are noise."""


@dataclass(frozen=True)
class _Pose:
    """T frames about the hips, level axes."""

    rotations: Floats
    """[T, 52, 4]"""
    rest: Floats
    """[52, 3]"""
    joints: Floats
    """[T, 52, 3]"""
    legs: Floats
    """How far they were seen [T], 0 = filled in."""


def estimate_body(
    features: Features, camera: Camera, fps: float, head_rotation: NDArray | None = None, refine: bool = True
) -> BodyMotion | None:
    """Solve a clip; None where no frame shows a person.

    head_rotation [T, 4] wxyz: the face tracker's, used for the head where finite. refine: plant the feet and let the
    path follow their steps; without it the path is only what the picture shows.
    """
    try:
        features, reading = _read(features, camera, fps)
    except WeightsError:
        return first_solver.solve_first(features, camera, fps, head_rotation)
    points = read_points(features, fps)
    if not points.seen.any():
        return None
    points = replace(points, hand_motions=hand_motions(features, camera, fps))
    seen = points.seen[:, None, None]
    try:
        lifted = lift(
            np.where(seen, features.pose_image[..., :2], np.nan), np.where(seen, features.pose_world, np.nan),
            features.pose_visibility, reading, camera, fps,
        )  # fmt: skip
    except WeightsError:
        lifted = None
    if lifted is None:
        return first_solver.solve_first(features, camera, fps, head_rotation)
    if refine:
        lifted = in_picture(lifted, points, camera)
    return solve_lifted(hinged(with_straighter_knees(lifted)), points, camera, head_rotation, refine)


def _read(features: Features, camera: Camera, fps: float) -> tuple[Features, Floats]:
    """What is read from the pictures [T, READING], fronts and backs kept apart, and the features with left and right as
    they are there."""
    reading = facing_kept(read_pictures(features, camera), directions(features, camera), fps)
    return sides_kept(features, reading, fps)[0], reading


def solve_lifted(
    lifted: Lifted, points: Points, camera: Camera, head_rotation: NDArray | None = None, refine: bool = True
) -> BodyMotion:
    """From the network's answer to the body on its floor."""
    limbs = shown_limbs(points, camera)
    to_level = as_cameras_are(level_axes(less_tilted(lifted.up, limbs["legs"]), points.confidence + 1e-3))
    pose = _pose(lifted, points, limbs, to_level, head_rotation)
    to_level = _level_floor(pose, lifted, points, camera, to_level)
    pose = _pose(lifted, points, limbs, to_level, head_rotation)
    rotations, hips, contacts, camera_position = _place(pose, lifted, points, camera, to_level, refine)
    return BodyMotion(
        bone_names=CAPTURED_BONES,
        rotations=rotations,
        hips_position=hips,
        rest_positions=pose.rest,
        contacts=contacts,
        confidence=points.confidence,
        left_hand_confidence=points.hand_confidence["left"],
        right_hand_confidence=points.hand_confidence["right"],
        bone_confidence=first_solver.bone_confidence(points, limbs),
        camera_position=camera_position,
        camera_turn=to_level,
    )


def _pose(
    lifted: Lifted, points: Points, limbs: dict[str, Floats], to_level: Floats, head_rotation: NDArray | None
) -> _Pose:
    found = rotation.continuous(rotation.from_matrix(to_level @ lifted.turns))
    good, poor = (steady_rotations(found, points.fps, *cutoffs) for cutoffs in _CUTOFFS_HZ)
    trembling = np.broadcast_to(smoothstep(points.trembling, *_TREMBLING)[:, None], found.shape[:2])
    found = rotation.slerp(good, poor, trembling)
    turns = {name: found[:, i] for i, name in enumerate(BODY_BONES)}
    level = rotation.from_matrix(to_level)
    points = _with_level_hands(points, level)
    if head_rotation is not None:
        turns |= _followed_head(turns, rotation.multiply(level, head_rotation))
    for side in SIDES:
        leg = {bone: turns[bone] for bone in (f"{side}{part}" for part in ("UpperLeg", "LowerLeg", "Foot", "Toes"))}
        turns |= first_solver.blend(standing_leg(turns["hips"], side), leg, limbs["legs"])
        arm = {f"{side}Shoulder": turns[f"{side}Shoulder"], f"{side}UpperArm": turns[f"{side}UpperArm"]}
        bent = _untwisted_forearm(turns, side)
        hand, lower = hand_and_forearm(points, bent, turns[f"{side}Hand"], side)
        arm |= {f"{side}LowerArm": lower, f"{side}Hand": hand}
        turns |= first_solver.blend(hanging_arm(turns["upperChest"], side), arm, limbs[f"{side}Arm"])
        turns |= finger_rotations(points, turns[f"{side}Hand"], side)
    rotations = rotation.continuous(rotation.normalize(np.stack([turns[name] for name in CAPTURED_BONES], axis=1)))
    rest = rest_of_lengths(lifted.lengths)
    joints = joint_positions(rotations, np.zeros((len(rotations), 3)), rest, PARENTS)
    return _Pose(rotations, rest, joints, limbs["legs"])


def _with_level_hands(points: Points, level: Floats) -> Points:
    """The points with the hands' own on level axes, as the arms are."""
    hands = {side: rotation.rotate(level, hand) for side, hand in points.hands.items()}
    motions = {s: replace(m, turn=rotation.multiply(level, m.turn)) for s, m in points.hand_motions.items()}
    return replace(points, hands=hands, hand_motions=motions)


def _followed_head(turns: dict[str, Floats], head_rotation: NDArray) -> dict[str, Floats]:
    """The head as the face tracker has it where it saw the face, the neck halfway."""
    known = np.isfinite(head_rotation).all(axis=1)[:, None]
    top = turns["upperChest"]
    head = np.where(known, np.where(known, head_rotation, 0.0), turns["head"])
    head = rotation.multiply(top, limited(rotation.multiply(rotation.conjugate(top), head), _HEAD_LIMIT))
    half = rotation.slerp(top, head, np.full(len(head), 0.5))
    return {"head": head, "neck": np.where(known, half, turns["neck"])}


def _untwisted_forearm(turns: dict[str, Floats], side: str) -> Floats:
    """The lower arm's direction reached from the upper arm the shortest way: its own twist left out."""
    along = np.array((1.0 if side == "left" else -1.0, 0.0, 0.0))
    upper, lower = turns[f"{side}UpperArm"], turns[f"{side}LowerArm"]
    way, to = rotation.rotate(upper, along), rotation.rotate(lower, along)
    return rotation.multiply(rotation.between(way, to), upper)


def _level_floor(pose: _Pose, lifted: Lifted, points: Points, camera: Camera, to_level: Floats) -> Floats:
    """The turn to level axes once the feet that stand have had their say."""
    sure = _sure_contacts(pose, lifted, points, camera)
    matrix, vector = _seen_place(pose, points, camera, to_level)
    feet = list(FOOT_INDICES)
    nobody = Standing(pose.joints[:, feet], np.zeros_like(sure), pose.rest[feet, 2])
    path, _ = solve_path(matrix, vector, nobody, points.fps, None)
    places = path[:, None] + pose.joints[:, feet] - (pose.rest[feet] * (0.0, 0.0, 1.0))
    return level_by_feet(to_level, places, np.where(sure > 0.5, sure, 0.0), points.fps)


def _sure_contacts(pose: _Pose, lifted: Lifted, points: Points, camera: Camera) -> Floats:
    """Probabilities [T, 4] of contacts; none where legs were not seen, few where the foot moves in the picture."""
    sure = still_contacts(lifted.contacts, points, np.linalg.norm(lifted.hips, axis=1), camera)
    return level_contacts(sure, pose.joints, pose.rest) * ((pose.legs > 0.5) & points.seen)[:, None]


def _place(
    pose: _Pose, lifted: Lifted, points: Points, camera: Camera, to_level: Floats, refine: bool
) -> tuple[Floats, Floats, NDArray[np.bool_], Floats]:
    """Rotations, hips on the stage [T, 3], contacts [T, 4] and the camera's place [3]."""
    matrix, vector = _seen_place(pose, points, camera, to_level)
    legs = pose.legs > 0.5
    sure = _sure_contacts(pose, lifted, points, camera)
    feet = list(FOOT_INDICES)
    standing = Standing(pose.joints[:, feet], sure * refine, pose.rest[feet, 2])
    path, _ = solve_path(matrix, vector, standing, points.fps, None)
    floor = _floor(path, pose, sure, points.seen & legs)
    if refine and (sure > 0.5).any():
        path, _ = solve_path(matrix, vector, standing, points.fps, floor)
    begin = path[np.flatnonzero(points.seen)[0]]
    camera_position = -np.array((begin[0], begin[1], floor))
    hips = path + camera_position
    contacts = _flags(sure, points.fps)
    rotations = pose.rotations
    if refine and legs.any():
        rotations, hips = stand_on_floor(rotations, hips, pose.rest, contacts, points.fps, _LARGEST_SHIFT)
        hips = raise_sunken_body(rotations, hips, pose.rest, contacts, points.fps)
        rotations = raise_sunken_feet(rotations, hips, pose.rest, points.fps)
    return rotation.continuous(rotations), hips, contacts, camera_position


def _seen_place(pose: _Pose, points: Points, camera: Camera, to_level: Floats) -> tuple[Floats, Floats]:
    parts = [(side, part) for side in SIDES for part in _PATH_MARKS]
    marks = [_PATH_MARKS[part][side] for side, part in parts]
    bones = [CAPTURED_BONES.index(side + part) for side, part in parts]
    limb = np.array([_PATH_WEIGHTS[part] for _, part in parts])
    rays = camera.rays(points.image[:, marks])[..., :2] * (1.0, -1.0)
    weights = points.visibility[:, marks] * limb * points.seen[:, None] + 1e-6
    return measured_place(pose.joints[:, bones], rays, weights, to_level.T, points.fps)


def _floor(path: Floats, pose: _Pose, sure: Floats, shown: NDArray[np.bool_]) -> float:
    """The floor's height below the camera (which is at 0)."""
    feet = list(FOOT_INDICES)
    heights = path[:, None, 2] + pose.joints[:, feet, 2] - pose.rest[feet, 2]
    held = sure > 0.5
    if held.any():
        return float(np.median(heights[held]))
    if shown.any():
        return float(np.percentile(heights[shown].min(axis=1), 10.0))
    # Feet out of the picture: the hips stand at their rest height.
    return float(np.median(path[:, 2])) - pose.rest[0, 2]


def _flags(sure: Floats, fps: float) -> NDArray[np.bool_]:
    """Contacts [T, 4] from their probabilities."""
    flags = sure > 0.5
    least = max(1, round(_SHORTEST_TOUCH * fps))
    for column in range(flags.shape[1]):
        flags[:, column] = without_short_runs(without_short_runs(flags[:, column], least, False), least, True)
    return flags
