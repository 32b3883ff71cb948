"""Portraits: where their subjects look follows from their heads, and learning from them changes the gaze alone."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from understudy.ml.face import data
from understudy.ml.face.batches import known_looks
from understudy.ml.face.data import CLIP_FRAMES, PICTURE_SIZE, film_face, make_clips, staged
from understudy.ml.face.infer import load_face_net
from understudy.ml.face.metrics import gaze_direction
from understudy.ml.face.model import PREDICTED
from understudy.ml.face.pool import Pool
from understudy.ml.face.portraits import examples_of, gaze_at_camera, portrait_loss, read_portraits
from understudy.ml.face.train import read_config, train_face
from understudy.ml.performers import Renderer, RendererError
from understudy.ml.take import rotation
from understudy.ml.training import TrainingError

PEOPLE = 24


def test_who_looks_into_the_camera_looks_there_however_the_head_is_turned():
    rng = np.random.default_rng(3)
    turn, facing = rng.normal(0, 0.3, (200, 3)), np.array([0.07, 0.0, 0.0])
    gaze = gaze_at_camera(turn, facing)
    heads = rotation.multiply(rotation.from_rotvec(turn), rotation.from_rotvec(facing))
    looked = rotation.rotate(heads, gaze_direction(gaze))
    np.testing.assert_allclose(looked, np.tile((0.0, -1.0, 0.0), (200, 1)), atol=1e-9)
    raised = gaze_at_camera(np.array([[np.radians(-10), 0, 0]]), np.zeros(3))[0]
    np.testing.assert_allclose(raised, (0, -10), atol=1e-9)  # a raised head looks down at it


@pytest.fixture(scope="module")
def faces(tmp_path_factory) -> Path:
    """Pictures of rendered people, a file that is none, one without a face, and an empty one."""
    try:
        renderer = Renderer(PICTURE_SIZE, PICTURE_SIZE)
    except RendererError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("portraits")
    (folder / "München").mkdir()
    with renderer:
        for seed in range(6):
            performer, performance, setting, rng = staged(data.FIRST_TRAINING_SEED + seed, CLIP_FRAMES)
            for number, (picture, _) in enumerate(film_face(performer, performance, rng, renderer, setting)):
                if number == 6:
                    break
                written, packed = cv2.imencode(".png", picture[..., ::-1])
                assert written
                packed.tofile(folder / "München" / f"{seed}-{number}.png")
    (folder / "notes.txt").write_text("no picture")
    (folder / "broken.jpg").write_bytes(b"no picture either")
    (folder / "empty.jpg").write_bytes(b"")
    cv2.imwrite(str(folder / "wall.png"), np.full((200, 150, 3), 128, np.uint8))
    return folder


def test_only_pictures_with_a_face_are_learned_from(faces):
    canonical = load_face_net().canonical.numpy().astype(np.float64)
    found = examples_of(*read_portraits(faces, lambda _: None), canonical)
    assert PEOPLE <= len(found) <= 36
    pitches = np.array([float(example.turn[0, 0]) for example in found])
    assert all(float(example.facing[0, 0]) == pytest.approx(-np.median(pitches), abs=1e-6) for example in found)
    assert found[0].weights.shape == (1, len(PREDICTED)) and not found[0].weights.any()


def test_too_few_portraits_are_refused_with_what_to_do(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(TrainingError, match=r"0 pictures with a face .* at least 20"):
            read_portraits(folder, lambda _: None)


def test_too_few_portraits_are_told_before_clips_are_made(tmp_path):
    config = replace(read_config(None, smoke=True), data=str(tmp_path / "clips"), run=str(tmp_path / "run"))
    with pytest.raises(TrainingError, match="0 pictures with a face"):
        train_face(replace(config, portraits=str(tmp_path / "none")), say=lambda _: None)
    assert not (tmp_path / "clips").exists()


def test_portraits_teach_the_gaze_and_no_expression_but_the_jaws(faces, tmp_path):
    clips = tmp_path / "clips"
    list(make_clips(clips, range(data.FIRST_TRAINING_SEED, data.FIRST_TRAINING_SEED + 3), frames=30))
    config = replace(
        read_config(None, smoke=True), begin="face", clips=3, data=str(clips), run=str(tmp_path / "run"),
        frame_steps=0, time_steps=0, portraits=str(faces), portrait_steps=12, ways=1,
    )  # fmt: skip
    train_face(config, say=lambda _: None)
    state = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    assert state["phase"] == 2 and state["step"] == 12
    before = load_face_net().state_dict()
    for name, value in state["net"].items():
        if not name.startswith(("glance.", "head.")):
            torch.testing.assert_close(value, before[name], msg=name)
    told = [row for row, name in enumerate(PREDICTED) if name != "jawOpen"]
    gaze = slice(len(PREDICTED), None)
    torch.testing.assert_close(state["net"]["head.weight"][told], before["head.weight"][told])
    torch.testing.assert_close(state["net"]["head.bias"][told], before["head.bias"][told])
    assert not torch.equal(state["net"]["head.weight"][gaze], before["head.weight"][gaze])
    jaw = PREDICTED.index("jawOpen")
    assert not torch.equal(state["net"]["head.weight"][jaw], before["head.weight"][jaw])
    assert not torch.equal(state["net"]["glance.layers.4.bias"], before["glance.layers.4.bias"])


def test_portraits_draw_the_gaze_to_the_camera(faces):
    """Rendered people who look anywhere, said to look into the camera: what is told of them comes nearer to it."""
    net = load_face_net()
    canonical = net.canonical.numpy().astype(np.float64)
    examples = examples_of(*read_portraits(faces, lambda _: None), canonical)
    learning, pool = copy.deepcopy(net), Pool(torch.device("cpu"))
    pool.add(examples)
    learning.eval()
    pool.looks = known_looks(learning, pool, 0)
    torch.manual_seed(0)
    parameters = [*learning.glance.parameters(), *learning.head.parameters()]
    optimiser = torch.optim.Adam(parameters, lr=1e-3)
    first = float(portrait_loss(learning, pool).detach())
    for _ in range(30):
        optimiser.zero_grad()
        value = portrait_loss(learning, pool)
        value.backward()
        optimiser.step()
    assert float(portrait_loss(learning, pool).detach()) < 0.5 * first
