"""The solver on what a detector without error would see: poses and paths must come back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from understudy.ml.body.analytic import walk
from understudy.ml.body.contacts import FOOT_INDICES, find_contacts, foot_heights, joint_speeds
from understudy.ml.body.first_solver import solve_first
from understudy.ml.body.ideal import ideal_features
from understudy.ml.body.metrics import f1, foot_skate
from understudy.ml.camera import default_camera
from understudy.ml.features.arrays import empty_features
from understudy.ml.take import (
    BONE_PARENTS,
    CAPTURED_BONES,
    STANDARD_REST,
    Take,
    joint_positions,
    parent_indices,
    rotation,
    validate,
)

FPS = 30.0
FRAMES = 45
CAMERA = default_camera(1280, 720)
EYE = np.array((0.0, -4.0, 1.2))
REST = np.array([STANDARD_REST[name] for name in CAPTURED_BONES])
PARENTS = parent_indices(CAPTURED_BONES)
LIMBS = ("UpperArm", "LowerArm", "UpperLeg", "LowerLeg")


def turn(axis, degrees, frames=FRAMES):
    return rotation.from_rotvec(np.radians(np.broadcast_to(degrees, frames))[:, None] * np.eye(3)["XYZ".index(axis)])


def pose(local, frames=FRAMES):
    """Global rotations from local ones {bone: [T, 4]}."""
    turns = np.tile(rotation.IDENTITY, (frames, len(CAPTURED_BONES), 1))
    for i, name in enumerate(CAPTURED_BONES):
        if PARENTS[i] >= 0:
            turns[:, i] = turns[:, PARENTS[i]]
        if name in local:
            turns[:, i] = rotation.multiply(turns[:, i], local[name])
    return turns


def standing(frames=FRAMES):
    return np.tile(REST[0], (frames, 1)).astype(float)


def solve(turns, hips=None):
    hips = standing(len(turns)) if hips is None else hips
    motion = solve_first(ideal_features(turns, hips, CAMERA, EYE, FPS), CAMERA, FPS)
    assert motion is not None
    return motion


def direction_errors(motion, turns, parts=LIMBS):
    """The largest angle in degrees between true and solved directions, per bone."""
    errors = {}
    for i, name in enumerate(CAPTURED_BONES):
        if not name.endswith(parts):
            continue
        child = next(j for j, c in enumerate(CAPTURED_BONES) if BONE_PARENTS[c] == name)
        way = REST[child] - REST[i]
        true = rotation.rotate(turns[:, i], way)
        got = rotation.rotate(motion.rotations[:, i], way)
        cosine = (true * got).sum(-1) / np.linalg.norm(true, axis=-1) / np.linalg.norm(got, axis=-1)
        errors[name] = np.degrees(np.arccos(np.clip(cosine, -1, 1))).max()
    return errors


def rotation_error(motion, turns, bone):
    i = CAPTURED_BONES.index(bone)
    return np.degrees(rotation.angle(motion.rotations[:, i], turns[:, i])).max()


def test_t_pose_is_identity():
    turns = pose({})
    motion = solve(turns)
    for bone in CAPTURED_BONES:
        limit = 12.0 if "Thumb" in bone else 4.0
        assert rotation_error(motion, turns, bone) < limit, bone
    assert np.allclose(motion.rest_positions, REST, atol=0.01)
    assert np.allclose(motion.hips_position, (0, 0, REST[0, 2]), atol=0.03)
    assert motion.contacts.all()
    assert np.allclose(motion.camera_position, EYE, atol=0.1)


def test_quaternions_are_unit_and_the_take_is_valid():
    ramp = np.linspace(0, 80, FRAMES)
    motion = solve(pose({"leftUpperArm": turn("Y", ramp), "leftLowerArm": turn("Z", -ramp)}))
    assert np.allclose(np.linalg.norm(motion.rotations, axis=-1), 1.0, atol=1e-6)
    validate(
        Take(
            fps=FPS, times=np.arange(FRAMES) / FPS, bone_names=motion.bone_names, rotations=motion.rotations,
            hips_position=motion.hips_position, rest_positions=motion.rest_positions, contacts=motion.contacts,
            confidence_body=motion.confidence, confidence_left_hand=motion.left_hand_confidence,
            confidence_right_hand=motion.right_hand_confidence, bone_confidence=motion.bone_confidence,
        )
    )  # fmt: skip


@pytest.mark.parametrize("side, sign", [("left", 1.0), ("right", -1.0)])
def test_arm_raised_and_lowered(side, sign):
    ramp = np.linspace(-70, 70, FRAMES) * sign
    turns = pose({f"{side}UpperArm": turn("Y", ramp)})
    assert max(direction_errors(solve(turns), turns).values()) < 3


@pytest.mark.parametrize("side, sign", [("left", 1.0), ("right", -1.0)])
def test_bent_elbow_gives_direction_and_twist(side, sign):
    """A hanging arm turned inwards by 50 degrees, elbow at a right angle: only the hinge shows the turn."""
    local = {
        f"{side}UpperArm": rotation.multiply(turn("Y", sign * 75), turn("X", 50.0)),
        f"{side}LowerArm": turn("Z", -sign * 90),
    }
    turns = pose(local)
    motion = solve(turns)
    assert max(direction_errors(motion, turns).values()) < 3
    assert rotation_error(motion, turns, f"{side}UpperArm") < 12
    assert rotation_error(motion, turns, f"{side}Hand") < 5


def test_turned_palm_shows_in_hand_and_half_in_forearm():
    turns = pose({"leftHand": turn("X", 80.0)})
    motion = solve(turns)
    assert rotation_error(motion, turns, "leftHand") < 5
    lower = motion.rotations[:, CAPTURED_BONES.index("leftLowerArm")]
    assert np.degrees(rotation.angle(lower, rotation.IDENTITY)).mean() == pytest.approx(40, abs=5)


def squat(frames=FRAMES):
    depth = 80 * np.sin(np.linspace(0, np.pi, frames)) ** 2
    local = {}
    for side in ("left", "right"):
        local[f"{side}UpperLeg"] = turn("X", -depth, frames)
        local[f"{side}LowerLeg"] = turn("X", 2 * depth * 0.8, frames)
        local[f"{side}Foot"] = turn("X", -0.6 * depth, frames)
    turns = pose(local, frames)
    still = joint_positions(turns, np.zeros((frames, 3)), REST, PARENTS)
    ankle = CAPTURED_BONES.index("leftFoot")
    return turns, REST[ankle] - still[:, ankle] - (REST[ankle] - REST[0]) * (1, 0, 0) + (0, 0, 0)


def test_squat_keeps_the_feet_and_lowers_the_hips():
    turns, hips = squat()
    hips = hips * (0, 1, 1)
    motion = solve(turns, hips)
    assert max(direction_errors(motion, turns, LIMBS).values()) < 3
    assert np.ptp(motion.hips_position[:, 2]) == pytest.approx(np.ptp(hips[:, 2]), rel=0.1)
    assert motion.contacts.mean() > 0.95
    joints = joint_positions(motion.rotations, motion.hips_position, motion.rest_positions, PARENTS)
    ankle = joints[:, CAPTURED_BONES.index("leftFoot")]
    assert np.ptp(ankle, axis=0).max() < 0.03


def test_turning_round_follows():
    ramp = np.linspace(-120, 120, 90)
    turns = pose({"hips": turn("Z", ramp, 90)}, 90)
    motion = solve(turns)
    for bone in ("hips", "upperChest", "head"):
        assert rotation_error(motion, turns, bone) < 5, bone


def test_flight_to_the_side_is_recovered_in_metres():
    frames = 60
    hips = standing(frames)
    hips[:, 0] += np.linspace(0, 1.5, frames)
    # The feet fly: nothing but the picture shows the path.
    hips[:, 2] += 0.2 * np.sin(np.linspace(0, np.pi, frames))
    motion = solve(pose({}, frames), hips)
    moved = motion.hips_position[-1] - motion.hips_position[0]
    assert np.allclose(moved, hips[-1] - hips[0], atol=0.15)


def test_walk_towards_the_camera_is_recovered_in_metres_and_its_feet_stand():
    truth = walk(90, FPS)
    motion = solve(truth.rotations, truth.hips_position)
    moved, way = (path[-1, :2] - path[0, :2] for path in (motion.hips_position, truth.hips_position))
    assert np.linalg.norm(way) > 0.8
    assert np.linalg.norm(moved - way) < 0.1 * np.linalg.norm(way)
    planted = find_contacts(foot_heights(truth.joints, REST), joint_speeds(truth.joints, FPS), FPS)
    assert f1(motion.contacts, planted) > 0.8
    assert foot_skate(motion.joints[:, list(FOOT_INDICES)], planted, FPS) < 0.12


def test_fingers_curl():
    local = {
        f"left{f}{p}": turn("Y", 60.0)
        for f in ("Index", "Middle", "Ring", "Little")
        for p in ("Proximal", "Intermediate")
    }
    turns = pose(local)
    motion = solve(turns)
    for bone in local:
        assert rotation_error(motion, turns, bone) < 8, bone


def test_hidden_hands_are_relaxed_not_flat():
    features = ideal_features(pose({}), standing(), CAMERA, EYE, FPS)
    hidden = {name: np.full_like(getattr(features, name), np.nan) for name in ("left_hand", "left_hand_world")}
    hidden["left_hand_confidence"] = np.zeros(FRAMES, dtype=np.float32)
    motion = solve_first(replace(features, **hidden), CAMERA, FPS)
    assert motion is not None
    hand, finger = (motion.rotations[:, CAPTURED_BONES.index(n)] for n in ("leftHand", "leftMiddleProximal"))
    assert np.degrees(rotation.angle(hand, finger)).mean() == pytest.approx(22, abs=5)
    assert not motion.left_hand_confidence.any()
    assert not motion.bone_confidence[:, CAPTURED_BONES.index("leftMiddleProximal")].any()


def test_waist_up_stands_and_says_it_did_not_see_the_legs():
    turns = pose({"leftUpperArm": turn("Y", np.linspace(0, 60, FRAMES))})
    features = ideal_features(turns, standing(), CAMERA, EYE, FPS)
    visibility = features.pose_visibility.copy()
    visibility[:, 23:] = 0.05
    motion = solve_first(replace(features, pose_visibility=visibility), CAMERA, FPS)
    assert motion is not None
    legs = [i for i, name in enumerate(CAPTURED_BONES) if name.endswith(("Leg", "Foot", "Toes"))]
    assert not motion.bone_confidence[:, legs].any()
    assert motion.bone_confidence[:, CAPTURED_BONES.index("leftUpperArm")].all()
    assert np.allclose(motion.hips_position[:, 2], motion.rest_positions[0, 2], atol=0.05)
    errors = direction_errors(motion, turns)
    assert max(errors[f"{side}{part}"] for side in ("left", "right") for part in ("UpperArm", "LowerArm")) < 3


def test_gap_is_filled_with_confidence_zero():
    ramp = np.linspace(0, 60, FRAMES)
    features = ideal_features(pose({"leftUpperArm": turn("Y", ramp)}), standing(), CAMERA, EYE, FPS)
    gap = slice(15, 25)
    arrays = {
        n: getattr(features, n).copy() for n in ("pose_world", "pose_image", "pose_visibility", "pose_confidence")
    }
    for name, values in arrays.items():
        values[gap] = np.nan if name in ("pose_world", "pose_image") else 0.0
    motion = solve_first(replace(features, **arrays), CAMERA, FPS)
    assert motion is not None
    assert not motion.confidence[gap].any() and motion.confidence[:15].all()
    assert not motion.bone_confidence[gap].any()
    assert np.isfinite(motion.rotations).all() and np.isfinite(motion.hips_position).all()
    turns = pose({"leftUpperArm": turn("Y", ramp)})
    assert max(direction_errors(motion, turns).values()) < 4


def test_nobody_seen_yields_nothing():
    assert solve_first(empty_features(np.arange(5) / FPS, (1280, 720)), CAMERA, FPS) is None


def test_one_frame():
    motion = solve(pose({}, 1))
    assert motion.rotations.shape == (1, 52, 4) and np.isfinite(motion.hips_position).all()


def test_face_tracker_turns_the_head():
    turns = pose({})
    known = turn("Z", 30.0)
    known[:5] = np.nan
    features = ideal_features(turns, standing(), CAMERA, EYE, FPS)
    motion = solve_first(features, CAMERA, FPS, head_rotation=known)
    assert motion is not None
    head = motion.rotations[:, CAPTURED_BONES.index("head")]
    assert np.degrees(rotation.angle(head[10:], known[10:])).max() < 3
