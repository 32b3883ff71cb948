"""Footage that is hard on detectors, made from the demonstration clip, whose truth is known."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from understudy.ml.body.infer import estimate_body
from understudy.ml.camera import default_camera
from understudy.ml.features.detect import detect_features
from understudy.ml.footage import Frame, open_footage
from understudy.ml.performers.demo_clip import _VIEW
from understudy.ml.take import joint_positions, load_take, parent_indices
from understudy.ml.watching import mirrored

DEMO = Path(__file__).resolve().parents[3] / "demo"
SIZE = 720
JOINTS = {11: "leftUpperArm", 12: "rightUpperArm", 13: "leftLowerArm", 14: "rightLowerArm", 15: "leftHand",
          16: "rightHand", 25: "leftLowerLeg", 26: "rightLowerLeg", 27: "leftFoot", 28: "rightFoot"}  # fmt: skip
FIRST, COUNT = 60, 24


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    with open_footage(DEMO / "clip.mp4") as footage:
        return [frame.image for frame in footage.frames(start=FIRST / 30, end=(FIRST + COUNT) / 30)]


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    """[COUNT, 10, 2] pixels of JOINTS in the clip."""
    take = load_take(DEMO / "clip.truth.take.npz")
    assert take.rotations is not None and take.bone_names is not None
    assert take.hips_position is not None and take.rest_positions is not None
    joints = joint_positions(take.rotations, take.hips_position, take.rest_positions, parent_indices(take.bone_names))[
        FIRST : FIRST + COUNT
    ]
    return _VIEW.project(joints[:, [take.bone_names.index(name) for name in JOINTS.values()]])


def seen_in(images, parts=("body",), fps=30.0):
    frames = [Frame(index, index / fps, image, index / fps) for index, image in enumerate(images)]
    height, width = images[0].shape[:2]
    return detect_features(frames, (width, height), parts)


def errors(features, truth) -> np.ndarray:
    """Pixels [T, 10] by which the joints are missed, but for where the detector has its points within the limbs."""
    off = features.pose_image[:, list(JOINTS), :2] - truth
    return np.linalg.norm(off - np.nanmedian(off, axis=0), axis=-1)


def test_the_clip_as_it_is(images, truth):
    assert np.nanmean(errors(seen_in(images), truth)) < 8


def test_a_person_60_pixels_tall(images, truth):
    shrunk = 90 / SIZE  # the performer fills two thirds of the picture's height
    rng = np.random.default_rng(3)
    wall = cv2.GaussianBlur(rng.integers(90, 170, (720, 1280, 3), dtype=np.uint8), (0, 0), 9)
    pictures = []
    for image in images:
        canvas = wall.copy()
        canvas[500:590, 900:990] = cv2.resize(image, (90, 90), interpolation=cv2.INTER_AREA)
        pictures.append(canvas)
    features = seen_in(pictures)
    assert (features.pose_confidence > 0).mean() > 0.9
    assert np.nanmean(errors(features, truth * shrunk + (900, 500))) < 2


def test_a_mirrored_video_is_changed_back(images, truth):
    flipped = [np.ascontiguousarray(image[:, ::-1]) for image in images[:12]]
    back = [frame.image for frame in mirrored(Frame(i, i / 30, image, i / 30) for i, image in enumerate(flipped))]
    assert np.nanmean(errors(seen_in(back), truth[:12])) < 8
    # Left as it is, left and right are exchanged: the mirror's left wrist is the performer's right.
    wrong = seen_in(flipped).pose_image[:, 15, :2]
    mirrored_right = truth[:12, list(JOINTS).index(16)] * (-1, 1) + (SIZE, 0)
    assert np.nanmean(np.linalg.norm(wrong - mirrored_right, axis=-1)) < 15


def test_every_other_picture(images, truth):
    features = seen_in(images[::2], fps=15.0)
    assert np.nanmean(errors(features, truth[::2])) < 8


def test_motion_blur(images, truth):
    blurred = [np.mean(images[max(0, i - 2) : i + 3], axis=0).astype(np.uint8) for i in range(len(images))]
    features = seen_in(blurred)
    assert (features.pose_confidence > 0).all() and np.nanmean(errors(features, truth)) < 9


def test_a_panning_camera(images, truth):
    wide = [np.pad(image, ((0, 0), (200, 200), (0, 0)), mode="edge") for image in images]
    shift = [8 * i for i in range(len(wide))]
    pictures = [image[:, at : at + 920] for image, at in zip(wide, shift, strict=True)]
    features = seen_in(pictures)
    moved = truth + np.array([[[200 - at, 0]] for at in shift])
    assert np.nanmean(errors(features, moved)) < 9
    assert features.cuts == ()


def test_half_a_body_has_legs_of_no_confidence(images):
    upper = [np.ascontiguousarray(image[:330]) for image in images]
    features = seen_in(upper, ("body", "hands"))
    assert (features.pose_confidence > 0).all()
    motion = estimate_body(features, default_camera(SIZE, 330), 30.0)
    assert motion is not None
    legs = [i for i, name in enumerate(motion.bone_names) if "Leg" in name or "Foot" in name or "Toes" in name]
    arms = [i for i, name in enumerate(motion.bone_names) if "UpperArm" in name]
    assert motion.bone_confidence[:, legs].max() == 0
    assert motion.bone_confidence[:, arms].mean() > 0.5


def test_a_cut_is_found_and_not_joined_across(images, truth):
    small = [cv2.resize(image, (360, 360), interpolation=cv2.INTER_AREA) for image in images[:10]]
    other = []
    for image in small:
        canvas = np.full((SIZE, SIZE, 3), (60, 40, 110), np.uint8)
        canvas[340:700, 20:380] = image
        other.append(canvas)
    features = seen_in([*images[:10], *other])
    assert features.cuts == (10,)
    np.testing.assert_array_less(
        np.nanmean(errors(features, np.concatenate((truth[:10], truth[:10] / 2 + (20, 340))))), 8
    )
    # At the rate of uneven footage too, no frame lies between the two pictures around the cut.
    uneven = [Frame(i, i / 60, image, (i // 2) / 30) for i, image in enumerate(np.repeat([*images[:10], *other], 2, 0))]
    at_60 = detect_features(
        [replace(frame, image=uneven[2 * (i // 2)].image) for i, frame in enumerate(uneven)], (SIZE, SIZE), ("body",)
    )
    hips = at_60.pose_image[:, 24, 1]
    assert at_60.cuts == (20,)
    assert abs(hips[19] - hips[18]) < 25 and abs(hips[20] - hips[21]) < 25


def test_nobody(images):
    empty = [np.full((360, 640, 3), 80 + i, np.uint8) for i in range(6)]
    features = seen_in(empty, ("face", "body", "hands"))
    assert not features.pose_confidence.any() and not features.face_confidence.any()
