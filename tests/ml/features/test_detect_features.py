"""Detectors side by side, and what is made of what they see. Detectors are stood in for, but for the last tests."""

import threading
import time
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from understudy.ml.features.arrays import FACE_LOOK, empty_features, select
from understudy.ml.features.crops import Crop, crop_about, steady
from understudy.ml.features.detect import Cancelled, detect_features
from understudy.ml.features.interface import FaceSeen, HandSeen, PoseSeen, Seen
from understudy.ml.features.merge import assign_hands, combine, same_hand
from understudy.ml.features.reliable import drop_apparitions
from understudy.ml.features.resample import at_times
from understudy.ml.footage import Frame, open_footage

VIDEOS = Path(__file__).resolve().parents[4] / "shared" / "data" / "video"


def pose_seen(left_wrist=(70.0, 60.0), right_wrist=(30.0, 60.0), confidence=1.0) -> PoseSeen:
    image = np.zeros((33, 3), np.float32)
    image[:11] = (50, 20, 0)
    image[[11, 12], :2] = (60, 40), (40, 40)
    image[[13, 14], :2] = (65, 50), (35, 50)
    image[[15, 16], :2] = left_wrist, right_wrist
    world = np.zeros((33, 3), np.float32)
    world[11, 0], world[12, 0] = 0.16, -0.16
    return PoseSeen(image, world, np.ones(33, np.float32), confidence)


def hand_at(x: float, y: float, is_left: bool, confidence=0.9) -> HandSeen:
    points = np.tile(np.array([x, y, 0], np.float32), (21, 1))
    points[9, 1] -= 10
    return HandSeen(points, np.zeros((21, 3), np.float32), is_left, confidence)


def picture(value: int) -> np.ndarray:
    return np.full((10, 20, 3), value, np.uint8)


def frames_of(values, fps=10.0):
    return [Frame(index, index / fps, picture(value), index / fps) for index, value in enumerate(values)]


class FakePose:
    follows_body: ClassVar[bool] = False

    def detect(self, image, pose):
        return Seen(pose=pose_seen()) if image[0, 0, 0] else Seen()

    def new_shot(self):
        pass

    def models(self):
        return {"pose": "abc"}

    def close(self):
        pass


class FakeFace(FakePose):
    """Its face lies where the picture's value says, and only with a body."""

    follows_body: ClassVar[bool] = True

    def detect(self, image, pose):
        if pose is None:
            return Seen()
        points = np.full((478, 3), 5.0, np.float32)
        points[:, 0] = image[0, 0, 0]
        points[:239, 1] += 60
        return Seen(face=FaceSeen(points, 0.5))

    def new_shot(self):
        pass

    def models(self):
        return {"face": "def"}


class Broken(FakePose):
    def detect(self, image, pose):
        raise RuntimeError("native trouble")


def test_observations_stay_with_their_frames_and_are_in_source_pixels():
    values = [10, 0, 30, 40]
    features = detect_features(
        frames_of(values), (40, 20), ("face", "body"), makers={"face": FakeFace, "body": FakePose}
    )
    np.testing.assert_allclose(features.times, np.arange(4) / 10)
    np.testing.assert_array_equal(features.pose_confidence, [1, 0, 1, 1])
    # The pictures are half the source's size.
    np.testing.assert_array_equal(features.face[[0, 2, 3], 0, 0], [20, 60, 80])
    assert np.isnan(features.face[1]).all()
    assert np.isnan(features.pose_world[1]).all()
    assert features.face_confidence[1] == 0
    assert features.models == {"pose": "abc", "face": "def"}
    assert np.isnan(features.left_hand).all()


def test_what_is_worked_out_later_stays_with_its_frame():
    class Thoughtful(FakePose):
        """Tells what faces look like three pictures at a time, and the rest when it is closed."""

        def __init__(self):
            self.waiting = []

        def detect(self, image, pose):
            look = Future()
            self.waiting.append((look, float(image[0, 0, 0])))
            if len(self.waiting) == 3:
                self.close()
            return Seen(face=FaceSeen(np.zeros((478, 3), np.float32), 1.0, look))

        def close(self):
            for look, value in self.waiting:
                look.set_result(np.full((2, FACE_LOOK), value, np.float32))
            self.waiting = []

    features = detect_features(frames_of(range(1, 12)), (20, 10), ("face",), makers={"face": Thoughtful})
    np.testing.assert_array_equal(features.face_look[:, 1, -1], range(1, 12))


def test_many_frames_keep_their_order():
    values = [1 + index % 120 for index in range(300)]
    features = detect_features(
        frames_of(values), (20, 10), ("face", "body"), makers={"face": FakeFace, "body": FakePose}
    )
    np.testing.assert_array_equal(features.face[:, 0, 0], values)


def test_a_detector_that_fails_is_told_and_ends_all_threads():
    before = threading.active_count()
    with pytest.raises(RuntimeError, match="native trouble"):
        detect_features(frames_of(range(1, 100)), (20, 10), ("face", "body"), makers={"face": FakeFace, "body": Broken})
    assert threading.active_count() == before


def test_cancel_is_heard_within_a_second_while_a_detector_works():
    class Slow(FakePose):
        def detect(self, image, pose):
            time.sleep(0.2)
            return Seen()

    asked = time.monotonic() + 0.3
    with pytest.raises(Cancelled):
        detect_features(
            frames_of(range(100)),
            (20, 10),
            ("body",),
            makers={"body": Slow},
            cancelled=lambda: time.monotonic() > asked,
        )
    assert time.monotonic() - asked < 1.0


def test_a_repeated_picture_is_looked_at_once_and_points_move_on_between():
    looked = []

    class Counting(FakePose):
        def detect(self, image, pose):
            looked.append(int(image[0, 0, 0]))
            seen = pose_seen()
            seen.image[:, 0] = image[0, 0, 0]
            return Seen(pose=seen)

    first, second = picture(10), picture(20)
    frames = [Frame(0, 0.0, first, 0.0), Frame(1, 0.05, first, 0.0), Frame(2, 0.1, second, 0.1)]
    features = detect_features(frames, (20, 10), ("body",), makers={"body": Counting})
    assert looked == [10, 20]
    np.testing.assert_allclose(features.pose_image[:, 0, 0], [10, 15, 20])


def test_resampling_keeps_gaps():
    features = empty_features(np.array([0.0, 0.1, 0.2]), (10, 10))
    features.face[0], features.face_confidence[0] = 1.0, 1.0
    features.face[2], features.face_confidence[2] = 3.0, 1.0
    between = at_times(features, np.array([0.0, 0.02, 0.08, 0.19]))
    np.testing.assert_allclose(between.face[:, 0, 0], [1, 1, np.nan, 3])
    assert between.face_confidence[2] < 0.5


def test_hands_go_to_the_nearer_wrist_whatever_they_look_like():
    pose = pose_seen()
    near_left, near_right = hand_at(71, 61, is_left=False), hand_at(29, 61, is_left=True)
    assert assign_hands([near_right, near_left], pose) == (near_left, near_right)
    assert assign_hands([near_right], pose) == (None, near_right)


def test_a_hand_far_from_both_wrists_is_somebody_elses():
    assert assign_hands([hand_at(300, 300, is_left=True)], pose_seen()) == (None, None)


def test_one_hand_seen_from_both_wrists_counts_once():
    first, second = hand_at(52, 60, is_left=True), hand_at(53, 60, is_left=True)
    assert same_hand(first, second)
    left, right = assign_hands([first, second], pose_seen(left_wrist=(54, 60), right_wrist=(47, 60)))
    assert (left is None) != (right is None)
    assert left is not None


def test_hands_without_a_body_go_by_their_looks():
    left, right = hand_at(70, 60, is_left=True), hand_at(30, 60, is_left=False)
    assert assign_hands([right, left], None) == (left, right)
    twice_left = [hand_at(30, 60, is_left=True), hand_at(70, 60, is_left=True)]
    assert assign_hands(twice_left, None) == (twice_left[1], twice_left[0])


def test_the_face_of_another_person_is_left_out():
    points = np.zeros((478, 3), np.float32)
    points[:, :2] = (50, 20)
    points[0, 1] = 30
    own = combine([Seen(face=FaceSeen(points, 1.0)), Seen(pose=pose_seen())], 1.0)
    other = combine([Seen(face=FaceSeen(points + 100, 1.0)), Seen(pose=pose_seen())], 1.0)
    assert "face" in own
    assert "face" not in other
    assert "pose_image" in other


def body_in(seen: np.ndarray, fps=30.0, shoulders=0.32, with_face=False):
    features = empty_features(np.arange(len(seen)) / fps, (100, 100))
    features.pose_confidence[seen] = 0.9
    features.pose_visibility[seen] = 0.9
    features.pose_image[seen] = 1.0
    features.pose_world[seen] = 0.0
    features.pose_world[np.ix_(seen, [11], [0])] = shoulders
    features.left_hand_confidence[seen] = 0.9
    if with_face:
        features.face_confidence[seen] = 0.9
        features.face[seen] = 1.0
    return features


def test_short_flickering_bodies_are_taken_back():
    seen = np.zeros(240, bool)
    seen[[100, 102, 103, 110, 111, 112, 113, 117, 118]] = True
    cleaned = drop_apparitions(body_in(seen))
    assert not cleaned.pose_confidence.any()
    assert not cleaned.left_hand_confidence.any()
    assert np.isnan(cleaned.pose_world).all()


def test_steady_bodies_and_short_ones_with_a_face_stay():
    whole = np.ones(30, bool)
    assert drop_apparitions(body_in(whole)).pose_confidence.all()
    short = np.zeros(240, bool)
    short[100:115] = True
    assert (drop_apparitions(body_in(short, with_face=True)).pose_confidence > 0).sum() == 15
    assert not drop_apparitions(body_in(short)).pose_confidence.any()
    one = np.ones(1, bool)
    assert drop_apparitions(body_in(one)).pose_confidence.all()


def test_crumpled_bodies_are_taken_back():
    whole = np.ones(60, bool)
    assert not drop_apparitions(body_in(whole, shoulders=0.1)).pose_confidence.any()
    clear = body_in(whole, shoulders=0.16)
    assert drop_apparitions(clear).pose_confidence.all()
    assert not drop_apparitions(replace(clear, pose_visibility=0.6 * clear.pose_visibility)).pose_confidence.any()


def test_faint_bodies_have_to_stay_longer():
    for frames, visibility, believed in ((40, 0.6, False), (70, 0.6, True), (40, 0.9, True)):
        seen = np.zeros(240, bool)
        seen[100 : 100 + frames] = True
        body = body_in(seen)
        cleaned = drop_apparitions(replace(body, pose_visibility=visibility * (body.pose_visibility > 0)))
        assert cleaned.pose_confidence.any() == believed


def test_crops_reach_beyond_the_picture_and_map_back():
    image = np.zeros((20, 30, 3), np.uint8)
    image[2, 3] = 255
    crop = crop_about((3, 2), 16)
    piece = crop.cut(image)
    assert piece.shape == (16, 16, 3)
    y, x = np.argwhere(piece[..., 0])[0]
    back = crop.to_picture(np.array([[(x + 0.5) / 16, (y + 0.5) / 16, 0]], np.float32))
    np.testing.assert_allclose(back[0, :2], (3.5, 2.5), atol=1e-4)
    assert not crop_about((500, 500), 16).cut(image).any()
    large = np.zeros((2000, 2000, 3), np.uint8)
    assert Crop(0, 0, 2000).cut(large).shape == (640, 640, 3)


def test_a_still_head_keeps_its_crop():
    first = crop_about((100, 100), 100)
    assert steady(crop_about((105, 103), 104), first) is first
    moved = crop_about((130, 100), 100)
    assert steady(moved, first) is moved


def test_selecting_frames():
    features = body_in(np.array([True, False, True]))
    some = select(features, np.array([0, 2]))
    assert some.frame_count == 2
    assert (some.pose_confidence > 0).all()


@pytest.mark.parametrize(
    ("name", "face", "hands"),
    [
        ("exercise_squats.mp4", 0.95, 0.8),
        ("upper_body_sign_student.mkv", 0.95, 0.6),
        ("face_closeup_male.mp4", 0.95, 0.0),
    ],
)
def test_real_people_are_seen(name, face, hands):
    if not (VIDEOS / name).exists():
        pytest.skip(f"the clip {name} is not there")
    with open_footage(VIDEOS / name) as footage:
        size = (footage.info.width, footage.info.height)
        features = detect_features(footage.frames(end=1.2 if "squats" not in name else 4), size)
    assert (features.pose_confidence > 0).mean() > 0.95
    assert (features.face_confidence > 0).mean() >= face
    for side, confidence in (("left", features.left_hand_confidence), ("right", features.right_hand_confidence)):
        assert (confidence > 0).mean() >= hands, side
    seen = features.face_confidence > 0
    # Nose of the mesh and of the body agree; the performer's left eye lies to the right in the picture.
    apart = np.linalg.norm(features.face[seen, 4, :2] - features.pose_image[seen, 0, :2], axis=-1)
    assert np.median(apart) < 0.3 * np.median(np.ptp(features.face[seen, :, 1], axis=1))
    assert (features.face[seen, 473, 0] > features.face[seen, 468, 0]).all()
    both = (features.left_hand_confidence > 0) & (features.right_hand_confidence > 0)
    if hands:
        assert both.any()
        assert np.median(features.left_hand[both, 0, 0] - features.right_hand[both, 0, 0]) > 0
