"""What training draws from: true neutral frames or the quieter ones, stretches in a row, people as they come."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from understudy.ml.face.batches import known_looks
from understudy.ml.face.crop import CROP_SIZE
from understudy.ml.face.data import clip_path, load_clip, save_clip
from understudy.ml.face.examples import Example
from understudy.ml.face.infer import load_face_net
from understudy.ml.face.library import Library
from understudy.ml.face.model import PREDICTED
from understudy.ml.face.pool import Pool

NEUTRAL = 4


def example(frames: int, person: int) -> Example:
    """Frames whose turn tells who it is and which frame; neutral first, then ever louder."""
    weights = torch.zeros(frames, len(PREDICTED))
    weights[NEUTRAL:, 3] = torch.linspace(0.1, 1, frames - NEUTRAL)
    turn = torch.stack((torch.full((frames,), float(person)), torch.arange(frames).float(), torch.zeros(frames)), dim=1)
    return Example(
        shape=torch.zeros(frames, 478, 3), eyes=torch.zeros(frames, 6), turn=turn, weights=weights,
        gaze=torch.zeros(frames, 2, 2), facing=torch.zeros(frames, 3), neutral=np.arange(NEUTRAL),
        pictures=np.full((frames, CROP_SIZE, CROP_SIZE, 3), person, np.uint8),
    )  # fmt: skip


@pytest.fixture
def pool():
    pool = Pool(torch.device("cpu"))
    pool.add([example(12, 1), example(30, 2)])
    pool.add([example(16, 3)])
    return pool


def test_frames_of_one_draw_are_one_persons_and_pictures_go_with_them(pool):
    torch.manual_seed(0)
    index = pool.draw(400, 2, 5)
    turn = pool.at("turn", index)
    assert (turn[..., 0] == turn[:, :1, 0]).all() and set(turn[:, 0, 0].tolist()) == {1, 2, 3}
    assert (pool.at("pictures", index)[..., 0, 0, 0] == turn[..., 0]).all()
    frame, lengths = turn[..., 1], torch.tensor([0, 12, 30, 16])[turn[:, 0, 0].long()]
    assert (frame < lengths[:, None]).all()


def test_neutral_frames_are_true_ones_or_the_quieter_of_the_others(pool):
    torch.manual_seed(0)
    first = pool.at("turn", pool.draw(4000, 3, 1))[:, :3, 1]
    true = (first < NEUTRAL).all(dim=1)
    assert 0.55 < true.float().mean() < 0.65
    assert (first[~true] >= NEUTRAL).all()  # never both kinds
    shown = pool.at("turn", pool.draw(4000, 1, 3))[:, 1:, 1]
    assert first[~true].mean() < 0.8 * shown[shown >= NEUTRAL].mean()


def test_performances_are_grouped_by_length(pool):
    pool.add([example(12, person) for person in (4, 5, 6)])
    groups = pool.alike(most=30)
    assert sorted(tuple(group.shape) for group in groups) == [(1, 16), (1, 30), (2, 12), (2, 12)]
    for group in groups:
        turn = pool.at("turn", group)
        assert (turn[..., 0] == turn[:, :1, 0]).all()
        assert (turn[..., 1] == torch.arange(group.shape[1])).all()
    assert sorted(torch.cat([group.flatten() for group in groups]).tolist()) == list(range(len(pool)))


def test_looks_spoilt_for_many_at_once_belong_to_their_frames(pool):
    torch.manual_seed(0)
    net = load_face_net()
    looks = known_looks(net, pool, ways=2)
    assert looks.shape == (3, len(pool), 2, net.config.looks)
    plain, spoilt = looks[0].float(), looks[1:].float()
    rows = [pool.clip(number)[0][0] for number in range(3)]  # each person's pictures have a grey of their own
    assert torch.isfinite(looks).all() and (spoilt[0] != spoilt[1]).any(dim=-1).all()
    for first in rows:
        own = (spoilt[:, first] - plain[first]).norm(dim=-1).mean()
        assert own < plain[first].norm(dim=-1).mean()


def test_stretches_are_frames_in_a_row_of_clips_that_are_long_enough(pool):
    torch.manual_seed(0)
    index, calm = pool.stretches(300, 16, 2)
    turn = pool.at("turn", index)
    assert set(turn[:, 0, 0].tolist()) == {2, 3}
    assert (turn[:, 1:, 1] - turn[:, :-1, 1] == 1).all()
    assert (pool.at("turn", calm)[..., 0] == turn[:, :1, 0]).all()
    assert pool.has(30) and not pool.has(31) and pool.has(30, shorter=True)


def test_looks_are_forgotten_when_people_come(pool):
    pool.looks = torch.arange(2.0)[:, None, None, None].expand(2, len(pool), 2, 3)
    looks = pool.looks_at(pool.draw(50, 1, 2))
    assert looks.shape == (50, 3, 2, 3) and (looks == looks[:, :1, :1, :1]).all() and 0 < looks.mean() < 1
    pool.add([])
    assert pool.looks is not None
    pool.add([example(8, 4)])
    assert pool.looks is None and pool.performances == 4 and len(pool) == 66


@pytest.mark.parametrize("processes", [0, 1])
def test_clips_that_come_while_training_are_read(tmp_path, processes, a_clip):
    for seed in (1000, 1001):
        save_clip(a_clip, clip_path(tmp_path, seed))
    library = Library(tmp_path, [])
    assert len(library.first_clips(lambda _: None)) == 2
    canonical = load_face_net().canonical.numpy().astype(np.float64)
    with library.reading(canonical, processes) as more:
        assert more() == []
        save_clip(a_clip, clip_path(tmp_path, 1002))
        if processes:
            clip_path(tmp_path, 1003).write_bytes(b"half a clip")
        fresh: list[Example] = []
        for _ in range(600):
            fresh += more()
            if fresh:
                break
            torch.multiprocessing.get_context("spawn").Event().wait(0.1)
        assert len(fresh) == 1 and fresh[0].pictures.shape[1:] == (CROP_SIZE, CROP_SIZE, 3)
        assert more() == [] and library.count == 1
    assert load_clip(clip_path(tmp_path, 1002)).seed == a_clip.seed


@pytest.fixture(scope="module")
def a_clip():
    from understudy.ml.face.data import FIRST_GLIMPSE_SEED, PICTURE_SIZE, FaceWatcher, make_clip
    from understudy.ml.performers import Renderer, RendererError

    try:
        renderer = Renderer(PICTURE_SIZE, PICTURE_SIZE)
    except RendererError as error:
        pytest.skip(str(error))
    with renderer:
        return make_clip(FIRST_GLIMPSE_SEED + 3, renderer, FaceWatcher(), 12)
