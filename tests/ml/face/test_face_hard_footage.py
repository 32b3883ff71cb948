"""Faces that are hard to see, cut from the demonstration clip, whose truth is known: small, dark, hidden, drawn."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from understudy.ml.camera import default_camera
from understudy.ml.face.infer import FaceMotion, estimate_face, weight
from understudy.ml.features.detect import detect_features
from understudy.ml.footage import Frame, open_footage
from understudy.ml.take import FACE_NAMES, load_take, rotation
from understudy.ml.watching import mirrored

DEMO = Path(__file__).resolve().parents[3] / "demo"
FIRST, COUNT = 0, 60  # at rest, a blink, a smile
LEFT, TOP, SIDE = 290, 0, 140  # the head's square in the clip


@pytest.fixture(scope="module")
def heads() -> list[np.ndarray]:
    with open_footage(DEMO / "clip.mp4") as footage:
        frames = footage.frames(start=FIRST / 30, end=(FIRST + COUNT) / 30)
        return [np.ascontiguousarray(frame.image[TOP : TOP + SIDE, LEFT : LEFT + SIDE]) for frame in frames]


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    """[COUNT, 52]"""
    weights = load_take(DEMO / "clip.truth.take.npz").face_weights
    assert weights is not None
    return np.asarray(weights)[FIRST : FIRST + COUNT]


@pytest.fixture(scope="module")
def plain(heads) -> FaceMotion:
    motion, confidence = captured(heads)
    assert motion is not None and (confidence > 0.5).all()
    return motion


def captured(images) -> tuple[FaceMotion | None, np.ndarray]:
    """What a face-only capture makes of pictures, and its confidence."""
    frames = [Frame(i, i / 30, image, i / 30) for i, image in enumerate(images)]
    height, width = images[0].shape[:2]
    features = detect_features(frames, (width, height), ("face",))
    return estimate_face(features, default_camera(width, height)), np.asarray(features.face_confidence)


def smile(motion: FaceMotion) -> np.ndarray:
    return (weight(motion, "mouthSmileLeft") + weight(motion, "mouthSmileRight")) / 2


def agreement(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def valid(motion: FaceMotion) -> bool:
    unit = np.abs(np.linalg.norm(motion.head_rotation, axis=1) - 1).max() < 1e-6
    return bool(unit and np.isfinite(motion.gaze).all() and motion.weights.min() >= 0 and motion.weights.max() <= 1)


def test_the_clip_as_it_is_smiles_when_its_performer_does(plain, truth):
    assert agreement(smile(plain), truth[:, FACE_NAMES.index("mouthSmileLeft")]) > 0.8


def test_a_face_40_pixels_wide(heads, plain):
    shrunk = 40 / 66  # ear to ear in the clip
    small = [cv2.resize(image, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA) for image in heads]
    motion, confidence = captured([np.pad(image, ((0, 0), (0, 100), (0, 0)), mode="edge") for image in small])
    assert motion is not None and (confidence > 0).mean() > 0.9
    assert confidence.mean() < 0.95  # and it is said that a small face is known less well
    assert agreement(smile(motion), smile(plain)) > 0.7


@pytest.mark.parametrize("gain", [0.25, 2.2], ids=["dark", "blown out"])
def test_dark_and_blown_out(heads, plain, gain):
    motion, confidence = captured([np.clip(image * gain, 0, 255).astype(np.uint8) for image in heads])
    assert motion is not None and (confidence > 0).mean() > 0.8 and valid(motion)
    assert agreement(smile(motion), smile(plain)) > 0.6


MOUTH = [i for i, name in enumerate(FACE_NAMES) if name.startswith(("jaw", "mouth", "cheekPuff", "tongue"))]


def test_a_mouth_rests_behind_a_hand_and_the_rest_of_the_face_goes_on(heads, plain):
    middle = int(SIDE * 0.64)  # the mouth
    hidden = slice(12, COUNT)
    covered = [image.copy() for image in heads]
    for shown in covered[hidden]:
        cv2.ellipse(shown, (SIDE // 2, middle + 3), (27, 17), 0, 0, 360, (176, 128, 102), -1)
        cv2.line(shown, (SIDE // 2 + 8, middle + 8), (SIDE - 20, SIDE), (176, 128, 102), 26)
    motion, seen = captured(covered)
    assert motion is not None and valid(motion)
    resting = motion.weights[25:, MOUTH]
    assert resting.max() < 0.1 < plain.weights[25:, MOUTH].max() - 0.3  # it smiles
    assert np.abs(np.diff(motion.weights[:, MOUTH], axis=0)).max() < 0.2
    assert motion.confidence[:8].min() > 0.5 and (motion.confidence[20:] <= 0.5 * seen[20:]).all()
    assert agreement(weight(motion, "eyeBlinkLeft"), weight(plain, "eyeBlinkLeft")) > 0.8


def test_a_mask_all_the_time_gives_a_resting_mouth(heads):
    masked = []
    for image in heads[:40]:
        shown = image.copy()
        cv2.fillConvexPoly(shown, np.array([(28, 68), (112, 68), (104, 112), (70, 128), (36, 112)]), (190, 205, 214))
        masked.append(shown)
    motion, _ = captured(masked)
    assert motion is None or (valid(motion) and motion.weights[:, MOUTH].max() == 0)


def test_the_larger_of_two_faces_steadily(heads, plain):
    pictures = []
    for i, image in enumerate(heads):
        canvas = np.full((SIDE, 2 * SIDE, 3), (96, 100, 104), np.uint8)
        canvas[:, :SIDE] = image
        small = cv2.resize(heads[(i + 30) % COUNT], (SIDE // 2, SIDE // 2), interpolation=cv2.INTER_AREA)
        canvas[40 : 40 + SIDE // 2, SIDE + 40 : SIDE + 40 + SIDE // 2] = small
        pictures.append(canvas)
    frames = [Frame(i, i / 30, image, i / 30) for i, image in enumerate(pictures)]
    features = detect_features(frames, (2 * SIDE, SIDE), ("face",))
    where = np.nanmean(features.face[:, :, 0], axis=1)
    assert (where[np.isfinite(where)] < SIDE).all() and np.isfinite(where).mean() > 0.9


def test_a_mirrored_video_is_changed_back(heads, plain):
    flipped = [np.ascontiguousarray(image[:, ::-1]) for image in heads]
    back = [frame.image for frame in mirrored(Frame(i, i / 30, image, i / 30) for i, image in enumerate(flipped))]
    motion, _ = captured(back)
    assert motion is not None
    np.testing.assert_allclose(motion.weights, plain.weights, atol=1e-6)
    left_as_it_is, _ = captured(flipped)
    assert left_as_it_is is not None
    turned = rotation.to_rotvec(left_as_it_is.head_rotation)[:, 2], rotation.to_rotvec(plain.head_rotation)[:, 2]
    assert abs(np.degrees(turned[0] + turned[1]).mean()) < 4  # yaw changes its sign


def test_a_drawing_gives_a_valid_face_or_none():
    drawing = np.full((240, 240, 3), 245, np.uint8)
    cv2.circle(drawing, (120, 120), 80, (250, 214, 120), -1)
    cv2.circle(drawing, (120, 120), 80, (20, 20, 20), 3)
    for x in (90, 150):
        cv2.ellipse(drawing, (x, 100), (12, 16), 0, 0, 360, (20, 20, 20), -1)
    cv2.ellipse(drawing, (120, 140), (40, 24), 0, 10, 170, (20, 20, 20), 4)
    motion, confidence = captured([drawing] * 30)
    assert motion is None or (valid(motion) and np.abs(np.diff(motion.weights, axis=0)).max() < 0.2)
    assert motion is not None or not confidence.any()


def test_a_profile_is_known_less_well_and_stays_valid():
    from understudy.ml.face.data import film_face
    from understudy.ml.performers import Performer, Renderer, RendererError
    from understudy.ml.performers.performance import FacePerformance

    frames = 24
    head = rotation.from_rotvec(np.column_stack([np.zeros((frames, 2)), np.radians(np.linspace(0, 80, frames))]))
    still = FacePerformance(30.0, np.zeros((frames, 52)), np.zeros((frames, 2, 2)), head)
    try:
        with Renderer(320, 320) as renderer:
            filmed = film_face(Performer.random(5), still, np.random.default_rng(5), renderer)
            pictures = [picture for picture, _ in filmed]
    except RendererError as error:
        pytest.skip(str(error))
    motion, confidence = captured(pictures)
    assert motion is not None and valid(motion)
    assert confidence[-4:].mean() < 0.6 * confidence[:4].mean()
    silent = [i for i, name in enumerate(FACE_NAMES) if not name.startswith("eyeLook")]
    assert motion.weights[:12, silent].mean() < 0.05
