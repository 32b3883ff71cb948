"""From landmarks to weights: symmetry, gaps, smoothing, frame rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from understudy.ml.face.batches import with_eyes
from understudy.ml.face.brows import raised
from understudy.ml.face.gazing import steady_gaze, through_blinks
from understudy.ml.face.infer import believed, bridge, estimate_face, load_face_net, surely_seen
from understudy.ml.face.lids import closed, opened, together
from understudy.ml.face.live import DELAY, LiveFace
from understudy.ml.face.model import PREDICTED, FaceInput, Seen, to_face_weights
from understudy.ml.face.neutral import stride_for
from understudy.ml.face.performer_file import PerformerFileError, measure_face, read_neutral, write_performer
from understudy.ml.face.smoothing import smooth
from understudy.ml.take import FACE_NAMES
from understudy.ml.take.names import mirrored


@dataclass(frozen=True)
class Clip:
    times: np.ndarray
    face: np.ndarray
    face_confidence: np.ndarray


@dataclass(frozen=True)
class Cut(Clip):
    cuts: tuple[int, ...]


@dataclass(frozen=True)
class Pinhole:
    focal_px: float = 600.0
    cx: float = 320.0
    cy: float = 240.0


def still_face(frames: int, fps: float = 30.0, noise: float = 0.0) -> Clip:
    canonical = load_face_net().canonical.numpy().astype(float)
    x, away, up = np.moveaxis(canonical * 110, -1, 0)
    face = np.stack((320 + x, 240 - up, away), axis=-1)
    jitter = np.random.default_rng(0).normal(0, noise, (frames, 478, 3))
    return Clip(np.arange(frames) / fps, face + jitter, np.ones(frames))


def test_the_network_is_symmetric():
    net = load_face_net()
    torch.manual_seed(0)
    size = net.config.crop
    pictures = torch.rand(12, 3, size, size)
    shape, eyes, turn = torch.randn(1, 12, 478, 3) * 0.02, torch.randn(1, 12, 6) * 0.1, torch.randn(1, 12, 3) * 0.2
    with torch.inference_mode():
        eyes_seen = torch.randn(12, 2, net.config.eye)
        looks = [
            with_eyes(net.picture(p), eyes_seen, flip)[None]
            for p, flip in ((pictures, False), (pictures.flip(-1), True))
        ]
        straight = Seen(looks[0], torch.ones(1, 12, 1), shape, eyes, turn)
        mirror = net.mirrored(straight, looks[1])
        neutral = tuple(net.reading(side)[:, :3].mean(dim=1) for side in (straight, mirror))
        weights, gaze, facing = net(straight, mirror, neutral)
        other_weights, other_gaze, other_facing = net(mirror, straight, neutral[::-1])
    swap = [PREDICTED.index(mirrored(name)) for name in PREDICTED]
    torch.testing.assert_close(other_weights, weights[..., swap], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(other_gaze, gaze.flip(-2) * torch.tensor([-1.0, 1.0]), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(other_facing, facing * torch.tensor([1.0, -1.0, -1.0]), atol=1e-4, rtol=1e-4)


def test_a_cut_is_not_joined_across():
    still, frames = still_face(80), 80
    moved = still.face.copy()
    lower = np.linalg.norm(moved[0, :, :2] - moved[0, 17, :2], axis=1) < 25
    moved[40:, lower, 1] += 18
    whole = Cut(still.times, moved, still.face_confidence, cuts=(40,))
    motion = estimate_face(whole, Pinhole())
    # Each shot is still, so each finds its own neutral and nothing leaks from the other.
    change = np.abs(np.diff(motion.weights, axis=0)).max(axis=1)
    assert np.delete(change, 39).max() < 0.02 and len(change) == frames - 1


def test_live_tells_the_same_a_few_frames_late():
    seen = still_face(60, noise=0.1)
    live = LiveFace(Pinhole())
    told = [live.push(points, None) for points in seen.face]
    assert told[:DELAY] == [None] * DELAY and all(frame is not None for frame in told[DELAY:])
    assert live.push(None, None) is not None, "one lost frame is bridged"
    for _ in range(30):
        last = live.push(None, None)
    assert last is None, "a lost face is let go"


def test_a_performers_file_gives_the_neutral_face(tmp_path):
    seen = still_face(30)
    path = tmp_path / "a.performer.json"
    write_performer(path, measure_face(seen))
    given = read_neutral(path)
    with_file = estimate_face(seen, Pinhole(), neutral=given)
    without = estimate_face(seen, Pinhole())
    np.testing.assert_allclose(with_file.weights, without.weights, atol=0.02)
    path.write_text("{}")
    with pytest.raises(PerformerFileError, match="not a performer's file"):
        read_neutral(path)


def test_a_still_face_reads_as_neutral():
    motion = estimate_face(still_face(60, noise=0.15), Pinhole())
    still = [i for i, name in enumerate(FACE_NAMES) if not name.startswith("eyeLook")]
    assert motion.weights[:, still].mean() < 0.03
    assert np.abs(np.diff(motion.weights, axis=0)).max() < 0.1


def test_no_face_gives_nothing():
    seen = still_face(5)
    assert estimate_face(Clip(seen.times, np.full_like(seen.face, np.nan), np.zeros(5)), Pinhole()) is None


@pytest.mark.parametrize("frames", [1, 2, 7])
def test_the_shortest_clips_work(frames):
    motion = estimate_face(still_face(frames), Pinhole())
    assert motion.weights.shape == (frames, 52) and np.isfinite(motion.weights).all()
    np.testing.assert_allclose(np.linalg.norm(motion.head_rotation, axis=1), 1)


def test_short_gaps_are_bridged_and_long_ones_relax():
    seen = still_face(120)
    face, confidence = seen.face.copy(), seen.face_confidence.copy()
    # A wide open mouth throughout, lost for 4 frames and for 50.
    lower = np.linalg.norm(face[0, :, :2] - face[0, 17, :2], axis=1) < 25
    face[20:, lower, 1] += 18
    for part in (slice(30, 34), slice(50, 100)):
        face[part], confidence[part] = np.nan, 0
    motion = estimate_face(Clip(seen.times, face, confidence), Pinhole())
    size = motion.weights.sum(axis=1)
    assert size[30:34].min() > 0.5 * size[28], "bridged"
    assert size[65:85].max() == 0, "relaxed"
    assert (motion.confidence[50:100] == 0).all() and (motion.confidence[:30] == 1).all()
    assert np.isfinite(motion.head_rotation).all()


def test_bridge_is_linear_inside_and_holds_at_the_ends():
    values = np.array([[9.0], [1.0], [np.nan], [np.nan], [4.0], [7.0]])
    seen = np.array([False, True, False, False, True, False])
    np.testing.assert_allclose(bridge(values, seen)[:, 0], [1, 1, 2, 3, 4, 4])


def test_smoothing_does_not_lag_and_keeps_a_blink():
    time = np.arange(60) / 30
    blink = np.exp(-(((time - 1) / 0.08) ** 2))[:, None]
    filtered = smooth(blink, 30.0)
    assert filtered[:, 0].argmax() == blink[:, 0].argmax()
    assert filtered.max() > 0.85


def test_fast_footage_is_read_in_strides():
    assert [stride_for(fps) for fps in (12, 24, 30, 50, 60, 240)] == [1, 1, 1, 2, 2, 8]


def test_weights_stay_in_range_and_the_gaze_gives_the_eye_look():
    weights = to_face_weights(np.full((3, 44), 1.7), np.tile([[-15.0, 10.0], [-15.0, 10.0]], (3, 1, 1)))
    named = dict(zip(FACE_NAMES, weights[0], strict=True))
    assert weights.min() >= 0 and weights.max() <= 1
    assert named["eyeLookInLeft"] == pytest.approx(0.5) and named["eyeLookOutRight"] == pytest.approx(0.5)
    assert named["eyeLookUpLeft"] == pytest.approx(0.4) and named["jawOpen"] == 1


def test_long_shut_eyes_are_believed_only_if_they_look_shut():
    raw, openings = np.zeros((90, len(PREDICTED))), np.full((90, 2), 0.38)
    left, right = PREDICTED.index("eyeBlinkLeft"), PREDICTED.index("eyeBlinkRight")
    raw[10:60, [left, right]] = 1.0
    raw[70:76, left] = 1.0  # a blink that the landmarks missed
    openings[10:60, 0] = 0.15  # the right eye is seen shut, the left one narrowed
    openings[10:60, 1] = 0.31
    shown = believed(raw, openings, np.ones(90, dtype=bool), 30.0)
    assert (shown[10:60, right] == 1).all() and shown[10:60, left].max() <= 0.3 and (shown[70:76, left] == 1).all()
    openings[50:55, 1] = 0.18  # with a blink in the smile
    shown = believed(raw, openings, np.ones(90, dtype=bool), 30.0)
    assert (shown[50:55, left] == 1).all() and shown[10:50, left].max() <= 0.3


def test_shut_eyes_keep_where_they_look():
    frames, blink = np.arange(40), PREDICTED.index("eyeBlinkLeft")
    gaze = np.zeros((40, 2, 2))
    gaze[:, :, 0] = np.where(frames < 20, -10.0, 12.0)[:, None]  # a jump behind shut lids
    weights = np.zeros((40, len(PREDICTED)))
    weights[17:23, blink] = 1
    seen = gaze.copy()
    seen[17:23, 0] = 99.0  # what is said of a shut eye means nothing
    kept = through_blinks(seen, weights)
    np.testing.assert_array_equal(kept[:16], gaze[:16])
    np.testing.assert_array_equal(kept[24:], gaze[24:])
    assert (np.diff(kept[15:25, 0, 0]) >= 0).all() and kept[:, 0].max() <= 12
    np.testing.assert_array_equal(kept[:, 1], gaze[:, 1])  # the other eye stayed open
    assert np.abs(steady_gaze(seen, weights, 30.0)).max() < 14
    shut = np.ones_like(weights)
    np.testing.assert_array_equal(through_blinks(seen, shut), seen)
    smiling = np.zeros((90, len(PREDICTED)))
    smiling[20:70, blink] = 0.6  # said shut for long, while the landmarks see an open eye
    glance = np.zeros((90, 2, 2))
    glance[40:50] = 20.0
    told = believed(smiling, np.full((90, 2), 0.3), np.ones(90, dtype=bool), 30.0)
    assert steady_gaze(glance, told, 30.0)[45, 0, 0] > 18


def test_drooping_and_covered_eyes_count_as_open_but_sleep_and_winks_stay():
    left, right = (PREDICTED.index(f"eyeBlink{side}") for side in ("Left", "Right"))
    blinking = np.zeros(60)
    blinking[20:24] = 0.9

    def seen_as(droop_left, droop_right, frames=60):
        weights = np.zeros((60, len(PREDICTED)))
        weights[:, left], weights[:, right] = np.maximum(blinking, droop_left), np.maximum(blinking, droop_right)
        weights[:, 0] = 0.5
        return opened(weights[:frames], np.ones(frames, dtype=bool), 30.0)

    for droops in ((0.0, 0.0), (0.2, 0.2), (0.0, 0.5), (0.5, 0.2)):
        told = seen_as(*droops)
        assert (told[:20, [left, right]] < 0.05).all()  # open between blinks,
        assert (told[20:24, [left, right]] > 0.75).all()  # which stay
        assert (told[:, 0] == 0.5).all()
    asleep, winking = seen_as(0.8, 0.85), seen_as(0.0, 0.9)
    assert (asleep[:, [left, right]] > 0.75).all()
    assert (winking[:, right] > 0.85).all() and (winking[:20, left] == 0).all()
    assert (seen_as(0.3, 0.3, frames=20)[:, left] == 0.3).all()  # too short to tell


def test_blinks_that_begin_close_and_slow_or_slight_ones_stay():
    left, right = (PREDICTED.index(f"eyeBlink{side}") for side in ("Left", "Right"))
    times = np.arange(90) / 30

    def bump(at, height, width):
        return height * np.exp(-(((times - at) / width) ** 2))

    weights = np.zeros((90, len(PREDICTED)))
    weights[:, left] = bump(0.5, 0.5, 0.06) + bump(1.2, 0.2, 0.06) + bump(2.2, 0.5, 0.45)
    weights[:, right] = bump(0.5, 0.4, 0.06) + bump(1.2, 0.2, 0.06) + bump(2.2, 0.5, 0.45)
    weights[:, 0] = 0.4
    told = closed(weights, 30.0)
    assert told[15, left] > 0.8 and 0.65 < told[15, right] < told[15, left]  # both sides keep their shares
    assert np.argmax(told[:30, left]) == 15
    np.testing.assert_allclose(told[25:], weights[25:])  # a slight one, and lids that sink slowly
    np.testing.assert_allclose(told[:, 0], 0.4)
    assert (np.diff(told[8:16, left]) >= 0).all() and (np.diff(told[15:23, left]) <= 0).all()
    np.testing.assert_allclose(closed(0.9 * told, 30.0)[15, [left, right]].mean(), 0.77, atol=0.02)
    np.testing.assert_allclose(closed(1.3 * told, 30.0)[10:20], 1.3 * told[10:20])  # shut is shut


def brows_lifted(left=0.0, right=0.0, turned=0.0, tremble=0.0, frames=120, fps=30.0, held=21, blink=None):
    """Three brow weights [frames, 3] (inner, outer left, outer right) where landmarks lift them for `held` frames from
    60 on."""
    rng = np.random.default_rng(1)
    aligned = np.tile(load_face_net().canonical.numpy(), (frames, 1, 1))
    lift = np.zeros(frames)
    lift[60 : 60 + held] = np.hanning(held + 2)[1:-1][: max(0, frames - 60)]
    for landmarks, strength in (((300, 293, 276, 283), left), ((70, 63, 46, 53), right)):
        aligned[:, list(landmarks), 2] += 0.027 * strength * lift[:, None]
    aligned[:, [107, 66, 55, 65, 336, 296, 285, 295], 2] += 0.027 * (left + right) / 2 * lift[:, None]
    aligned[:, :, 2] += 0.027 * tremble * rng.normal(size=(frames, 1))
    turn = np.zeros((frames, 3), dtype=np.float32)
    turn[:, 0] = np.radians(turned) * lift
    seen = FaceInput(aligned.astype(np.float32), np.zeros((frames, 6), np.float32), turn)
    told = np.zeros((frames, len(PREDICTED)))
    told[:, [PREDICTED.index(f"eyeBlink{side}") for side in ("Left", "Right")]] = 0 if blink is None else blink[:, None]
    weights = raised(told, seen, np.ones(frames, dtype=bool), fps)
    others = [i for i, name in enumerate(PREDICTED) if name not in BROWS]
    np.testing.assert_array_equal(weights[:, others], told[:, others])
    return weights[:, [PREDICTED.index(name) for name in BROWS]]


BROWS = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")


def test_brows_rise_with_their_landmarks_while_the_head_is_still():
    both = brows_lifted(left=1.5, right=1.5)
    assert (both[70] > 0.6).all() and (both[:58] == 0).all() and (both[84:] == 0).all()
    one = brows_lifted(left=1.5)
    assert one[70, 1] > 0.6 and one[:, 2].max() == 0
    assert brows_lifted(left=1.5, right=1.5, turned=25).max() < 0.2 * both.max()  # a nod lifts them too
    assert brows_lifted(left=0.6, right=0.6, tremble=0.4).max() < 0.1
    assert brows_lifted(frames=20).max() == 0  # too short to know where they rest
    assert brows_lifted(frames=4, fps=2.0).max() == 0


def test_brows_do_not_rise_in_a_blink_alone():
    blink = np.zeros(120)
    blink[59:65] = 0.9
    brief = {"left": 1.5, "right": 1.5, "held": 4}
    assert brows_lifted(**brief).max() > 0.2 and brows_lifted(**brief, blink=blink).max() < 0.05
    raised_through_it = brows_lifted(left=1.5, right=1.5, blink=np.roll(blink, 8))
    assert raised_through_it.max() > 0.7


def test_flashes_and_half_hidden_edges_are_not_taken_for_the_face():
    seen, confidence = np.zeros(90, dtype=bool), np.full(90, 0.9)
    seen[:30] = seen[34:36] = seen[50:] = True
    confidence[50:53] = 0.4
    sure = surely_seen(seen, confidence, 30.0)
    wanted = seen.copy()
    wanted[34:36] = wanted[50:53] = False
    np.testing.assert_array_equal(sure, wanted)
    # A clip that begins or ends so, or shows nothing else, keeps what it has.
    np.testing.assert_array_equal(surely_seen(seen[50:], confidence[50:], 30.0), seen[50:])
    alone = np.zeros(20, dtype=bool)
    alone[8:10] = True
    np.testing.assert_array_equal(surely_seen(alone, np.full(20, 0.9), 30.0), alone)


def test_one_eye_winks_or_both_are_half_shut():
    left, right = (PREDICTED.index(f"eyeBlink{side}") for side in ("Left", "Right"))
    weights = np.full((4, len(PREDICTED)), 0.2)
    weights[:, left], weights[:, right] = (0.3, 0.9, 0.5, 0.9), (0.0, 0.0, 0.5, 0.8)
    told = together(weights)
    np.testing.assert_allclose(told[:, left], (0.0, 0.9, 0.5, 0.9))
    np.testing.assert_allclose(told[:, right], (0.0, 0.0, 0.5, 0.8))
    assert (np.delete(told, [left, right], axis=1) == 0.2).all()
