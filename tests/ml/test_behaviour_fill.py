"""What was not filmed, filled: gaps, legs below the frame, parts a take has not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from understudy.ml.behaviour.fill import completed, layered, with_gaps_filled
from understudy.ml.behaviour.generate import GenerateOptions, generate
from understudy.ml.behaviour.metrics import beat_alignment, joints_of, skate
from understudy.ml.take import CAPTURED_BONES, Take, rotation, validate

LEGS = [i for i, name in enumerate(CAPTURED_BONES) if any(p in name for p in ("UpperLeg", "LowerLeg", "Foot", "Toes"))]

FEET = [CAPTURED_BONES.index(name) for name in ("leftFoot", "leftToes", "rightFoot", "rightToes")]


@pytest.fixture(scope="module")
def filmed() -> Take:
    """Twelve seconds of somebody who stands turned to the side at (1, 2)."""
    take = generate(GenerateOptions("idle", 12, seed=8))
    turn = rotation.from_rotvec([0.0, 0.0, 0.8])
    hips = rotation.rotate(turn, np.asarray(take.hips_position)) + np.array([1.0, 2.0, 0.0])
    turns = rotation.multiply(turn, np.asarray(take.rotations))
    return replace(take, rotations=turns, hips_position=hips, bone_confidence=np.ones(turns.shape[:2]))


def test_a_take_without_gaps_is_left_alone(filmed: Take) -> None:
    assert with_gaps_filled(filmed) is filmed


def test_a_moment_out_of_the_frame_is_lived_through(filmed: Take) -> None:
    gap = slice(100, 280)
    turns, hips = np.array(filmed.rotations), np.array(filmed.hips_position)
    turns[gap], hips[gap] = turns[99], hips[99]  # as capture holds the last pose
    seen = np.ones(360)
    seen[gap] = 0
    weights = np.array(filmed.face_weights)
    weights[gap] = weights[99]
    held = replace(
        filmed, rotations=turns, hips_position=hips, confidence_body=seen, confidence_face=seen, face_weights=weights,
        bone_confidence=np.repeat(seen[:, None], len(CAPTURED_BONES), axis=1),
    )  # fmt: skip
    full = with_gaps_filled(held)
    outside = np.r_[0:100, 280:360]
    assert np.allclose(np.asarray(full.rotations)[outside], turns[outside], atol=1e-9)
    assert np.asarray(full.confidence_body)[gap].max() == 0 and np.asarray(full.bone_confidence)[gap].max() == 0
    joints = joints_of(full)
    speed = np.linalg.norm(np.diff(joints, axis=0), axis=-1) * 30
    assert speed.max() < 1.2  # metres a second: no jump into the gap or out of it
    assert speed[120:260].max() > 0.02  # and nobody is frozen inside
    assert np.asarray(full.face_weights)[gap].max(axis=0)[8:10].max() > 0.9 or (
        np.asarray(full.face_weights)[gap].std(axis=0).max() > 0.1
    )  # they blink
    assert np.linalg.norm(np.asarray(full.hips_position)[gap, :2] - [1, 2], axis=1).max() < 0.3


def test_legs_below_the_frame_stand(filmed: Take) -> None:
    turns = np.array(filmed.rotations)
    turns[:, LEGS] = rotation.IDENTITY  # as capture leaves them
    bones = np.ones(turns.shape[:2])
    bones[:, LEGS] = 0
    full = with_gaps_filled(replace(filmed, rotations=turns, bone_confidence=bones))
    assert np.array_equal(np.asarray(full.bone_confidence), bones)
    upper = [i for i in range(len(CAPTURED_BONES)) if i not in LEGS]
    assert np.allclose(np.asarray(full.rotations)[:, upper], turns[:, upper], atol=1e-9)
    assert skate(full) < 1.0
    toes = CAPTURED_BONES.index("leftToes")
    assert np.abs(joints_of(full)[:, toes, 2] - np.asarray(full.rest_positions)[toes, 2]).max() < 0.01


def test_legs_that_are_hidden_for_a_while_do_not_jump(filmed: Take) -> None:
    turns, hips = np.array(filmed.rotations), np.array(filmed.hips_position)
    wide = rotation.from_rotvec([0.0, 0.3, 0.0])  # they stand with one foot far aside
    turns[:, LEGS[:4]] = rotation.multiply(wide, turns[:, LEGS[:4]])
    bones = np.ones(turns.shape[:2])
    bones[100:280, LEGS] = 0
    full = with_gaps_filled(replace(filmed, rotations=turns, hips_position=hips, bone_confidence=bones))
    steps = np.linalg.norm(np.diff(joints_of(full)[:, FEET], axis=0), axis=-1)
    assert steps.max() < 0.04
    standing = np.asarray(full.contacts)[1:] & np.asarray(full.contacts)[:-1]
    assert steps[standing].max() < 0.01
    assert np.allclose(np.asarray(full.rotations)[np.r_[0:100, 280:360]], turns[np.r_[0:100, 280:360]], atol=1e-9)


def test_a_speaking_face_gets_a_body_that_gestures_to_its_voice() -> None:
    talking = generate(GenerateOptions("talk", 40, seed=1))
    face = Take(
        fps=30.0, times=talking.times, face_weights=talking.face_weights, head_rotation=talking.head_rotation,
        gaze=talking.gaze, confidence_face=talking.confidence_face, voice=talking.voice,
    )  # fmt: skip
    whole = completed(validate(face), GenerateOptions("talk", seed=5))
    assert whole.has_body and np.asarray(whole.confidence_body).max() == 0
    assert np.array_equal(np.asarray(whole.face_weights), np.asarray(face.face_weights))
    near, chance = beat_alignment(whole)
    assert near > chance + 0.1
    head = np.asarray(whole.rotations)[:, CAPTURED_BONES.index("head")]
    assert np.degrees(rotation.angle(head, np.asarray(face.head_rotation))).max() < 0.1


def test_a_behaviour_laid_on_top_moves_the_upper_body_and_leaves_the_feet(filmed: Take) -> None:
    still = replace(filmed, rotations=np.repeat(np.asarray(filmed.rotations)[:1], 360, axis=0))
    lively = layered(still, GenerateOptions("talk", seed=3), 1.0)
    moved = np.degrees(rotation.angle(np.asarray(lively.rotations), np.asarray(still.rotations)))
    assert moved[:, LEGS].max() < 1e-3
    assert moved[:, CAPTURED_BONES.index("leftLowerArm")].max() > 10
    half = layered(still, GenerateOptions("talk", seed=3), 0.5)
    less = np.degrees(rotation.angle(np.asarray(half.rotations), np.asarray(still.rotations)))
    assert less.max() < moved.max()
    assert layered(filmed, GenerateOptions("talk", seed=3), 0.0) is filmed
