"""Training runs the whole way in seconds, resumes, and says what is wrong with a configuration."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from understudy.ml.face import data
from understudy.ml.face.data import clip_path, load_clip, make_clips
from understudy.ml.face.examples import make_example
from understudy.ml.face.infer import load_face_net
from understudy.ml.face.model import EYE_BLINKS, PITCHES, FaceNet, FaceNetConfig
from understudy.ml.face.train import (
    FaceTraining,
    TrainingError,
    export,
    mean_correlation,
    read_config,
    train_face,
    with_finer,
)
from understudy.ml.face.trainer import Trainer
from understudy.ml.performers import Renderer, RendererError
from understudy.ml.take import FACE_NAMES
from understudy.ml.training.blend import blended


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    try:
        Renderer(16, 16).close()
    except RendererError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("clips")
    seeds = range(data.FIRST_TRAINING_SEED, data.FIRST_TRAINING_SEED + 3)
    assert [path.exists() for path in make_clips(folder, seeds, frames=30)] == [True] * 3
    return folder


def test_clips_are_resumed_not_made_again_and_hold_the_truth(clips):
    path = clip_path(clips, data.FIRST_TRAINING_SEED)
    before = path.stat().st_mtime_ns
    list(make_clips(clips, [data.FIRST_TRAINING_SEED], frames=30))
    assert path.stat().st_mtime_ns == before
    clip = load_clip(path)
    assert clip.landmarks.shape == (30, 478, 3) and clip.weights.shape == (30, 52)
    assert np.isfinite(clip.landmarks).mean() > 0.5
    assert 0 < np.nanmean(clip.landmarks[..., :2]) < clip.size


def test_people_seen_in_glimpses_are_many_expressions_of_one_face(clips, tmp_path):
    path = next(make_clips(tmp_path, [data.FIRST_GLIMPSE_SEED]))
    clip = load_clip(path)
    assert len(clip.weights) == data.GLIMPSES
    still = [not name.startswith("eyeLook") for name in FACE_NAMES]
    assert not clip.weights[: data.NEUTRAL_GLIMPSES, still].any()
    shown = clip.weights[data.NEUTRAL_GLIMPSES :, still]
    assert np.abs(np.diff(shown, axis=0)).max(axis=1).min() > 0.1  # no two in a row alike


def test_training_goes_on_from_given_weights(clips, tmp_path):
    first = replace(read_config(None, smoke=True), clips=3, data=str(clips), run=str(tmp_path / "one"))
    train_face(first, say=lambda _: None)
    net = FaceNet(FaceNetConfig(crop=64, look=16, eye=8, shape=16, width=16, layers=1), *canonical_and_mirror())
    state = torch.load(tmp_path / "one" / "checkpoint.pt", weights_only=True)["net"]
    net.load_state_dict(state)
    export(net, 2, {}, lambda _: None, tmp_path / "mine")
    mine = str(tmp_path / "mine" / "face.safetensors")
    still = replace(first, begin=mine, run=str(tmp_path / "two"), learning_rate=0.0)
    train_face(still, say=lambda _: None)
    second = torch.load(tmp_path / "two" / "checkpoint.pt", weights_only=True)["net"]
    for name, value in state.items():
        torch.testing.assert_close(second[name], value, atol=2e-3, rtol=2e-3)
    with pytest.raises(TrainingError, match="cannot go on from nothing"):
        train_face(replace(still, begin="nothing.safetensors"), say=lambda _: None)


def test_blended_weights_lie_between():
    before, after = {"a": torch.zeros(2), "n": torch.tensor(3)}, {"a": torch.ones(2), "n": torch.tensor(3)}
    mean = blended(before, after, 0.25)
    assert mean["a"].tolist() == [0.25, 0.25] and mean["n"] == 3


def test_more_blocks_change_nothing_before_they_have_learned():
    net = load_face_net()
    more = with_finer(net, net.config.finer + 1)
    assert more.config.finer == net.config.finer + 1 and with_finer(net, 0) is net
    pictures, eyes = torch.rand(2, 3, 96, 96), torch.rand(2, 3, 32, 48)
    with torch.inference_mode():
        torch.testing.assert_close(more.eval().picture(pictures), net.eval().picture(pictures))
        torch.testing.assert_close(more.eye(eyes), net.eye(eyes))


def canonical_and_mirror():
    bundled = load_face_net()
    return bundled.canonical.numpy(), bundled.mirror.numpy()


def test_smoke_training_learns_checkpoints_and_resumes(clips, tmp_path):
    config = replace(read_config(None, smoke=True), clips=3, data=str(clips), run=str(tmp_path))
    train_face(config, say=lambda _: None)
    assert (tmp_path / "curves.png").stat().st_size > 1000
    first = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert (tmp_path / "strips.png").stat().st_size > 1000
    assert first["phase"] == 1 and first["step"] == config.time_steps
    train_face(replace(config, time_steps=config.time_steps + 3), resume=True, say=lambda _: None)
    second = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert second["step"] == config.time_steps + 3 and len(second["history"]) == len(first["history"]) + 1
    history = json.loads((tmp_path / "history.json").read_text())
    assert all(np.isfinite(list(row.values())).all() for row in history)


def test_eyes_look_neither_too_high_nor_too_low_in_the_mean(clips, tmp_path):
    config = replace(read_config(None, smoke=True), clips=3, data=str(clips), run=str(tmp_path))
    net = FaceNet(FaceNetConfig(crop=64, look=16, eye=8, shape=16, width=16, layers=1), *canonical_and_mirror())
    trainer = Trainer(config, net, tmp_path)
    clip = load_clip(clip_path(clips, data.FIRST_TRAINING_SEED))
    example = make_example(clip, net.canonical.numpy().astype(np.float64))
    assert example is not None
    trainer.held_out.add([example])
    net.eval()

    def error():
        shut = example.weights[:, EYE_BLINKS] >= 0.3
        off = (trainer._guess(0)[1][0] - example.gaze)[..., 1]
        return float(off[~shut].mean()), (trainer._guess(0)[1][0])[..., 0].clone()

    with torch.no_grad():
        net.head.bias[PITCHES] += 1.0
    before, across = error()
    trainer.level_gaze()
    after, across_after = error()
    assert before > 0.2 and abs(after) < 1e-5
    torch.testing.assert_close(across_after, across)


def test_a_last_phase_teaches_all_but_the_network_that_looks_at_whole_faces(clips, tmp_path):
    smoke = replace(read_config(None, smoke=True), clips=3, data=str(clips), run=str(tmp_path))
    train_face(replace(smoke, frame_steps=1, time_steps=1), say=lambda _: None)
    first = torch.load(tmp_path / "checkpoint.pt", weights_only=True)["net"]
    further = replace(smoke, frame_steps=1, time_steps=1, together_steps=3)
    train_face(further, resume=True, say=lambda _: None)
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert state["phase"] == 3 and state["step"] == 3
    changed = {name.split(".")[0] for name, value in state["net"].items() if not torch.equal(value, first[name])}
    assert {"eye", "glance", "encode", "head"} <= changed and "picture" not in changed


def test_what_is_before_a_face_is_learned_last_and_kept_with_the_weights(clips, tmp_path):
    config = replace(read_config(None, smoke=True), clips=3, data=str(clips), run=str(tmp_path))
    net = FaceNet(FaceNetConfig(crop=64, look=16, eye=8, shape=16, width=16, layers=1), *canonical_and_mirror())
    trainer = Trainer(config, net, tmp_path)
    example = make_example(load_clip(clip_path(clips, data.FIRST_TRAINING_SEED)), net.canonical.numpy().astype(float))
    assert example is not None and net.covered is None
    trainer.pool.add([example])
    trainer.learn_obstacles()
    export(net, 1, {}, lambda _: None, tmp_path / "mine")
    again = load_face_net(tmp_path / "mine" / "face.safetensors")
    assert again.covered is not None and net.covered is not None
    look = torch.rand(3, 16)
    with torch.inference_mode():
        torch.testing.assert_close(again.covered(look), net.covered(look), atol=0.02, rtol=0.02)


def test_configurations_are_read_and_wrong_ones_refused(tmp_path):
    path = tmp_path / "face.toml"
    path.write_text("clips = 7\nlearning_rate = 0.001\n")
    config = read_config(path)
    assert config.clips == 7 and config.learning_rate == 0.001 and config.frames == FaceTraining().frames
    path.write_text("klips = 7")
    with pytest.raises(TrainingError, match="'klips'"):
        read_config(path)
    path.write_text("clips = = 7")
    with pytest.raises(TrainingError, match="not valid TOML"):
        read_config(path)
    with pytest.raises(TrainingError, match="no configuration file"):
        read_config(tmp_path / "none.toml")


def test_mean_correlation_leaves_out_what_does_not_move():
    truth = np.zeros((50, 2))
    truth[:, 0] = np.linspace(0, 1, 50)
    guess = np.stack((1 - truth[:, 0], np.ones(50)), axis=1)
    assert mean_correlation(guess, truth) == pytest.approx(-1)
