"""The first body solver: MediaPipe's points to a humanoid's rotations, its path and its contacts.

Nothing here is learned: directions of limbs come from the world landmarks, twists from hinges and palms, the path from
the projection. The camera is taken to be level. The trained model is measured against this, and this stands in where
its weights are missing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..features.arrays import Features
from ..take import CAPTURED_BONES, joint_positions, rotation
from .contacts import find_contacts, floor_height, foot_heights, seen_speeds
from .fingers import finger_rotations
from .landmarks import ANKLE, ELBOW, HEEL, HIP, KNEE, SHOULDER, SIDES, TOE, WRIST, Floats, Points, read_points
from .legs_on_floor import stand_on_floor
from .limbs import arm_rotations, hanging_arm, leg_rotations, standing_leg
from .orient import smoothstep
from .path import hips_path
from .proportions import performer_rest
from .smoothing import fill_gaps, smooth
from .solved import PARENTS, BodyMotion
from .trunk import trunk_rotations

_LEG_PARTS: Final = ("UpperLeg", "LowerLeg", "Foot", "Toes")
_ARM_PARTS: Final = ("Shoulder", "UpperArm", "LowerArm", "Hand")
LEGS_SEEN_SHARE: Final = 0.15
"""A clip in which fewer frames show a leg has no legs: both stand for the whole clip."""


def solve_first(
    features: Features, camera: Camera, fps: float, head_rotation: NDArray | None = None
) -> BodyMotion | None:
    """Solve a clip; None where no frame shows a person.

    head_rotation [T, 4] wxyz: the face tracker's, used for the head where finite.
    """
    points = read_points(features, fps)
    if not points.seen.any():
        return None
    rest = performer_rest(points)
    turns, weights = _pose(points, head_rotation)
    rotations = np.stack([turns[name] for name in CAPTURED_BONES], axis=1)
    rotations = rotation.continuous(rotation.normalize(rotations))
    rotations, hips, contacts, camera_position = _place(rotations, rest, points, camera, weights["legs"])
    return BodyMotion(
        bone_names=CAPTURED_BONES,
        rotations=rotations,
        hips_position=hips,
        rest_positions=rest,
        contacts=contacts,
        confidence=points.confidence,
        left_hand_confidence=points.hand_confidence["left"],
        right_hand_confidence=points.hand_confidence["right"],
        bone_confidence=bone_confidence(points, weights),
        camera_position=camera_position,
    )


def _pose(points: Points, head_rotation: NDArray | None) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Global rotations of all bones, and how far each limb was seen ([T], 0 = filled in)."""
    turns = trunk_rotations(points, head_rotation)
    weights = limb_weights(points)
    for side in SIDES:
        leg, arm = weights["legs"], weights[f"{side}Arm"]
        turns |= blend(standing_leg(turns["hips"], side), leg_rotations(points, turns["hips"], side), leg)
        chest = turns["upperChest"]
        turns |= blend(hanging_arm(chest, side), arm_rotations(points, chest, side), arm)
        turns |= finger_rotations(points, turns[f"{side}Hand"], side)
    return turns, weights


def limb_weights(points: Points) -> dict[str, Floats]:
    """How far each limb was seen [T], 0 = to be filled in: "legs", "leftArm", "rightArm"."""
    legs = np.minimum(*(seen_share(points, HIP, KNEE, ANKLE, side=side) for side in SIDES))
    legs = legs if (legs > 0.5).mean() >= LEGS_SEEN_SHARE else np.zeros_like(legs)
    weights = {"legs": legs}
    for side in SIDES:
        weights[f"{side}Arm"] = seen_share(points, SHOULDER, ELBOW, side=side, faint=0.1)
    return weights


def seen_share(points: Points, *marks: dict[str, int], side: str, faint: float = 0.3) -> Floats:
    """[T] 0..1, smooth in time: whether all these points of a side are seen at least faintly.

    Gaps without a person count as the frames around them, so that a limb is held rather than dropped.
    """
    least = points.visibility[:, [mark[side] for mark in marks]].min(axis=1)
    share = smoothstep(least, faint, faint + 0.2)
    known = np.where(points.seen, share, np.nan)
    return smooth(fill_gaps(known, points.seen), points.fps, 1.0)


def blend(filled: dict[str, Floats], solved: dict[str, Floats], share: Floats) -> dict[str, Floats]:
    return {bone: rotation.slerp(filled[bone], solved[bone], share) for bone in solved}


def _place(
    rotations: Floats, rest: Floats, points: Points, camera: Camera, legs: Floats
) -> tuple[Floats, Floats, NDArray[np.bool_], Floats]:
    """Rotations with planted feet, the hips on the stage [T, 3], contacts [T, 4] and the camera's place [3]."""
    still = np.zeros((len(rotations), 3))
    hips = hips_path(joint_positions(rotations, still, rest, PARENTS), points, camera)
    standing = legs < 0.5
    if standing.all():
        # Feet out of the picture: the hips stand at their rest height, moving as much as the picture says.
        floor = float(np.median(hips[points.seen, 2])) - rest[0, 2]
    else:
        floor = floor_height(joint_positions(rotations, hips, rest, PARENTS), rest, points.seen & ~standing)
    begin = hips[np.flatnonzero(points.seen)[0]]
    camera_position = -np.array((begin[0], begin[1], floor))
    depth, hips = hips[:, 1], hips + camera_position
    if standing.all():
        return rotations, hips, np.zeros((len(hips), 4), dtype=bool), camera_position
    joints = joint_positions(rotations, hips, rest, PARENTS)
    speeds = seen_speeds(points, depth, camera)
    contacts = find_contacts(foot_heights(joints, rest), speeds, points.fps, floating=True)
    contacts &= (points.seen & ~standing)[:, None]
    if contacts.any():
        # The floor is where most feet stand: what the first guess missed, hips and camera take together.
        lift = np.array((0.0, 0.0, np.median(foot_heights(joints, rest)[contacts])))
        hips, camera_position = hips - lift, camera_position - lift
    rotations, hips = stand_on_floor(rotations, hips, rest, contacts, points.fps)
    return rotation.continuous(rotations), hips, contacts, camera_position


def bone_confidence(points: Points, weights: dict[str, Floats]) -> Floats:
    """[T, 52]: visibility of the points a bone hangs on, 0 where it was filled in."""
    confidence = np.zeros((points.frame_count, len(CAPTURED_BONES)))
    shoulders = points.visibility[:, [*SHOULDER.values()]].min(axis=1)
    for column, name in enumerate(CAPTURED_BONES):
        side = "left" if name.startswith("left") else "right"
        part = name.removeprefix("left").removeprefix("right")
        if part in _LEG_PARTS:
            mark = {"UpperLeg": KNEE, "LowerLeg": ANKLE, "Foot": HEEL, "Toes": TOE}[part]
            confidence[:, column] = _known(weights["legs"]) * points.visibility[:, mark[side]]
        elif part in _ARM_PARTS:
            mark = {"Shoulder": SHOULDER, "UpperArm": ELBOW, "LowerArm": WRIST, "Hand": WRIST}[part]
            confidence[:, column] = _known(weights[f"{side}Arm"]) * points.visibility[:, mark[side]]
        elif name.startswith(("left", "right")):
            confidence[:, column] = points.hand_confidence[side]
        else:
            confidence[:, column] = shoulders
    return np.where(points.seen[:, None], np.clip(confidence, 0.0, 1.0), 0.0)


def _known(weight: Floats) -> Floats:
    return (weight >= 0.5).astype(np.float64)
