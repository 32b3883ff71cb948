"""Synthetic people: the same for the same seed, posed as the take says, drawn so that detectors find them."""

from __future__ import annotations

import numpy as np
import pytest

from understudy.ml.performers import Light, Performer, Renderer, RendererError, View, complete_rotations, gaze_weights
from understudy.ml.performers import renderer as renderer_module
from understudy.ml.performers.performance import random_face_performance
from understudy.ml.take import FACE_NAMES, joint_positions, parent_indices, rotation


@pytest.fixture(scope="module")
def performer() -> Performer:
    return Performer.random(7)


def draw(performer: Performer, body, view: View, **options) -> np.ndarray:
    try:
        with Renderer(view.width, view.height) as renderer:
            return renderer.render(performer, body, view, Light(), **options)
    except RendererError as error:
        pytest.skip(str(error))


def test_the_same_seed_is_the_same_person_and_others_differ(performer):
    again, other = Performer.random(7), Performer.random(8)
    assert again.look == performer.look
    np.testing.assert_array_equal(again.body.vertices, performer.body.vertices)
    assert np.abs(other.body.vertices - performer.body.vertices).max() > 0.01


def test_the_t_pose_is_the_takes(performer):
    names = performer.skeleton.names
    rest = dict(zip(names, performer.skeleton.rest_positions, strict=True))
    for side, sign in (("left", 1), ("right", -1)):
        for start, end in (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("IndexProximal", "IndexDistal")):
            way = rest[f"{side}{end}"] - rest[f"{side}{start}"]
            np.testing.assert_allclose(way / np.linalg.norm(way), (sign, 0, 0), atol=1e-6)
        shin = rest[f"{side}Foot"] - rest[f"{side}LowerLeg"]
        np.testing.assert_allclose(shin / np.linalg.norm(shin), (0, 0, -1), atol=1e-6)
        toes = rest[f"{side}Toes"] - rest[f"{side}Foot"]
        assert toes[1] < 0 and abs(toes[0]) < 1e-6
        across = rest[f"{side}IndexProximal"] - rest[f"{side}LittleProximal"]
        assert across[1] < -0.02 and abs(across[2]) < 0.02, "the palm looks down"


def test_joints_follow_the_takes_forward_kinematics_and_the_mesh_follows_the_joints(performer):
    names = performer.skeleton.names
    rng = np.random.default_rng(0)
    turns = rotation.from_rotvec(rng.normal(0, 0.4, (len(names), 3)))
    hips = np.array([0.3, -0.2, 1.0])
    body = performer.pose(rotations=turns, hips=hips)
    expected = joint_positions(turns[None], hips[None], performer.skeleton.rest_positions, parent_indices(names))[0]
    np.testing.assert_allclose(body.joints, expected, atol=1e-9)
    # A shin's own vertices keep their distance to the knee.
    bone = performer.anatomy.bone_names.index("lowerleg02.L")
    own = performer.anatomy.skin_weights[:, bone] > 0.999
    knee = names.index("leftLowerLeg")
    at_rest = np.linalg.norm(performer.body.vertices[own] - performer.skeleton.joint_heads[knee], axis=1)
    posed = np.linalg.norm(body.vertices[own] - body.joints[knee], axis=1)
    np.testing.assert_allclose(posed, at_rest, atol=1e-4)


def test_a_bent_left_elbow_swings_the_forearm_forward(performer):
    names = performer.skeleton.names
    turns = np.tile(np.array(rotation.IDENTITY), (len(names), 1))
    bent = rotation.from_rotvec((0, 0, -np.pi / 2))
    for i, name in enumerate(names):
        if name == "leftLowerArm" or name.startswith(("leftHand", "leftIndex", "leftMiddle")):
            turns[i] = bent
    joints = performer.pose(rotations=turns).joints
    forearm = joints[names.index("leftHand")] - joints[names.index("leftLowerArm")]
    np.testing.assert_allclose(forearm / np.linalg.norm(forearm), (0, -1, 0), atol=1e-6)


def test_missing_bones_go_with_their_parent():
    turns = rotation.from_rotvec(np.array([[0, 0, 0.3], [0.2, 0, 0]]))
    full = complete_rotations(("hips", "spine"), turns)
    from understudy.ml.take.names import CAPTURED_BONES

    np.testing.assert_allclose(full[CAPTURED_BONES.index("head")], turns[1])
    np.testing.assert_allclose(full[CAPTURED_BONES.index("leftFoot")], turns[0])


def test_weights_move_the_face_and_only_the_face(performer):
    weights = np.zeros(52)
    weights[FACE_NAMES.index("jawOpen")] = 1
    moved = np.linalg.norm(performer.pose(weights).vertices - performer.pose().vertices, axis=1)
    assert moved.max() > 0.01
    assert moved[performer.body.vertices[:, 2] < 0.7 * performer.body.vertices[:, 2].max()].max() < 1e-6


def test_gaze_turns_the_eyes_and_gives_the_eye_look_weights(performer):
    left = np.unique(performer.anatomy.triangles["leftEye"])
    straight = performer.pose().vertices[left]
    aside = performer.pose(gaze=np.array([[20.0, 0], [20.0, 0]])).vertices[left]
    front = straight[:, 1].argmin()
    assert aside[front, 0] > straight[front, 0] + 0.003, "positive yaw looks towards +X"
    up = performer.pose(gaze=np.array([[0, 20.0], [0, 20.0]])).vertices[left]
    assert up[front, 2] > straight[front, 2] + 0.003, "positive pitch looks up"
    weights = dict(zip(FACE_NAMES, gaze_weights(np.array([[[15.0, 0], [15.0, 0]]]))[0], strict=True))
    assert weights["eyeLookOutLeft"] == pytest.approx(0.5) and weights["eyeLookInRight"] == pytest.approx(0.5)
    assert weights["eyeLookOutRight"] == 0


def test_random_performances_hold_to_the_contract():
    for seed in range(4):
        act = random_face_performance(np.random.default_rng(seed), 90, neutral_frames=12)
        assert act.weights.min() >= 0 and act.weights.max() <= 1
        still = [i for i, name in enumerate(FACE_NAMES) if not name.startswith("eyeLook")]
        assert act.weights[:12, still].max() == 0
        np.testing.assert_allclose(np.linalg.norm(act.head, axis=1), 1, atol=1e-9)
        jaw, close = FACE_NAMES.index("jawOpen"), FACE_NAMES.index("mouthClose")
        assert (act.weights[:, close] <= act.weights[:, jaw] + 1e-9).all()


def test_projection_and_picture_agree(performer):
    view = View(240, 320, 300, (0.1, -2.4, 1.0), pitch=5, roll=-8)
    body = performer.pose()
    picture = draw(performer, body, view, background=(0, 255, 0))
    drawn = np.argwhere((picture != (0, 255, 0)).any(axis=2))
    points = view.project(body.vertices[np.unique(performer.anatomy.triangles["body"])])
    inside = points[(points > 0).all(axis=1) & (points < (240, 320)).all(axis=1)]
    np.testing.assert_allclose(drawn.min(axis=0)[::-1], inside.min(axis=0), atol=6)
    np.testing.assert_allclose(drawn.max(axis=0)[::-1], inside.max(axis=0), atol=6)


def test_face_mesh_finds_rendered_faces_where_they_are():
    from understudy.ml.face.data import FaceWatcher

    watcher, found = FaceWatcher(), 0
    for seed in range(5):
        performer = Performer.random(seed)
        body = performer.pose()
        head = body.joints[performer.skeleton.names.index("head")]
        view = View(256, 256, 300, (float(head[0]), float(head[1]) - 0.55, float(head[2]) + 0.04))
        watcher.restart()
        points = watcher.landmarks(draw(performer, body, view, head_only=True))
        if np.isfinite(points).all():
            found += 1
            eye = body.vertices[np.unique(performer.anatomy.triangles["leftEye"])].mean(axis=0)
            assert np.linalg.norm(points[473, :2] - view.project(eye)) < 8
    assert found >= 4


def test_a_view_of_another_size_is_refused(performer):
    try:
        renderer = Renderer(64, 64)
    except RendererError as error:
        pytest.skip(str(error))
    with renderer, pytest.raises(ValueError, match="the renderer draws 64 x 64"):
        renderer.render(performer, performer.pose(), View(65, 64, 80, (0, -2, 1)))


def test_missing_opengl_is_said_in_one_sentence(monkeypatch):
    import moderngl

    def missing(**_: object) -> None:
        raise RuntimeError("libEGL.so not found")

    monkeypatch.setattr(moderngl, "create_context", missing)
    with pytest.raises(RendererError, match="apt-get install libegl1 libgl1-mesa-dri"):
        renderer_module._context()


def test_some_of_training_s_people_move_their_heads_widely_and_evaluation_s_as_they_did():
    from understudy.ml.face.data import performed

    def reach(seed):
        head = performed(seed, np.random.default_rng([seed, 0xFACE]), 48).head
        np.testing.assert_allclose(np.linalg.norm(head, axis=1), 1, atol=1e-9)
        steps = np.degrees(rotation.angle(head[1:], head[:-1]))
        assert steps.max() < 12  # nothing that a neck could not do
        return np.degrees(rotation.angle(head, head[:1])).max()

    reaches = np.array([reach(seed) for seed in range(2000, 2080)])
    assert 0.1 < (reaches > 30).mean() < 0.5 and np.median(reaches) < 20
    assert max(reach(seed) for seed in range(80)) < 40


def test_the_heads_own_stage_poses_it_as_the_whole_body_does(performer):
    from understudy.ml.performers.head import HeadStage, _head_points

    names = performer.skeleton.names
    rng = np.random.default_rng(3)
    weights, gaze = rng.random(52) * (rng.random(52) < 0.3), np.array([[10.0, 5.0], [12.0, 4.0]])
    turn = rotation.from_rotvec((0.2, 0.1, 0.5))
    still = np.tile(np.array(rotation.IDENTITY), (len(names), 1))
    turned = still.copy()
    turned[names.index("neck")] = rotation.slerp(rotation.IDENTITY, turn, 0.4)
    turned[names.index("head")] = turn
    expected = performer.pose(weights, gaze, turned).vertices
    found = HeadStage(performer, still).pose(weights, gaze, turn).vertices
    np.testing.assert_allclose(found[_head_points()], expected[_head_points()], atol=1e-5)


def test_acted_performances_begin_neutral_and_stay_in_range():
    from understudy.ml.performers.acting import acted_performance

    still = [i for i, name in enumerate(FACE_NAMES) if not name.startswith("eyeLook")]
    moved = np.zeros(52, dtype=bool)
    for seed in range(150):
        acted = acted_performance(np.random.default_rng(seed), 60, 30.0, neutral_frames=8)
        assert acted.weights.min() >= 0 and acted.weights.max() <= 1
        assert acted.weights[:8][:, still].max() == 0
        moved |= acted.weights.max(axis=0) > 0.15
    assert moved.all(), "every action is acted"


def test_a_tongue_put_out_is_in_the_light():
    performer, topology = Performer.random(3), renderer_module._topology(True)
    before = []
    for tongue in (0.0, 1.0):
        weights = np.zeros(52)
        weights[[FACE_NAMES.index("jawOpen"), FACE_NAMES.index("tongueOut")]] = 0.5, tongue
        vertices = performer.pose(weights).vertices.astype(np.float32)
        before.append(topology.hollows(vertices, topology.normals(vertices))[topology.tongue].max())
    assert before[0] < -4 and before[1] > 4  # millimetres before the upper teeth


def test_drills_show_every_action_in_any_four_parts():
    from understudy.ml.performers.drills import drilled_performance, units_of_part

    still = [i for i, name in enumerate(FACE_NAMES) if not name.startswith("eyeLook")]
    for first in range(3):
        shown = np.zeros(52)
        for part in range(first, first + 4):
            drill = drilled_performance(np.random.default_rng(part), 120, 30.0, 8, units_of_part(part))
            assert drill.weights.min() >= 0 and drill.weights.max() <= 1
            assert drill.weights[:8][:, still].max() == 0
            shown = np.maximum(shown, drill.weights.max(axis=0))
        hidden = [FACE_NAMES[i] for i in still if shown[i] < 0.2]
        assert len(hidden) <= 2, hidden  # a one-sided turn, or an opposite that was stronger, may hide one


def test_a_camera_keeps_the_pictures_size_and_the_plain_one_its_pixels():
    from understudy.ml.performers.filming import Filming

    rng = np.random.default_rng(0)
    picture = rng.integers(0, 255, (96, 80, 3)).astype(np.uint8)
    # Light is linear and pictures are not: there and back may round by one of 255, differently on each processor.
    np.testing.assert_allclose(Filming().apply(picture, rng).astype(int), picture, atol=1)
    for seed in range(20):
        filmed = Filming.random(np.random.default_rng(seed)).apply(picture, rng)
        assert filmed.shape == picture.shape and filmed.dtype == np.uint8
    assert np.abs(Filming(gains=(0.5, 0.5, 0.5)).apply(picture, rng) * 2.0 - picture).mean() < 2
