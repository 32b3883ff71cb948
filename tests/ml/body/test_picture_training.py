"""The training of the network that reads single pictures: what it goes on from, and what it does without people."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from understudy.ml.body import darkroom, picture_train
from understudy.ml.body import squares as squares_of
from understudy.ml.body.cards import picture_card
from understudy.ml.body.darkroom import Store, room_for
from understudy.ml.body.picture_model import INNER_CHANNELS, POINT_CHANNELS, BodyPictureNet, PictureNetConfig
from understudy.ml.body.picture_train import PictureTraining, measure, train_picture
from understudy.ml.body.squares import SIDE
from understudy.ml.training import TrainingError
from understudy.ml.weights.registry import WEIGHTS_FOLDER, read_card

CONFIG = PictureTraining(
    seconds=600, steps=2, processes=1, people=2, first=10, held_out=1, batch=4, device="cpu", report_seconds=600
)
CPU = torch.device("cpu")


class Sheets:
    """Instead of a studio: sheets at once, until `most` are given."""

    most = 1000
    begun: list[int] = []  # noqa: RUF012 - one list for all, that tests look at

    def __init__(self, processes, bank, seeds, held_out=False, say=print):
        self.seeds, self.given, self.reached, self.complaint = list(seeds)[: self.most], 0, -1, "too dark"
        Sheets.begun.append(seeds[0])

    @property
    def working(self):
        return self.given < len(self.seeds)

    def sheets(self, patience):
        while True:
            if not self.working:
                yield None
                continue
            self.reached, self.given = self.seeds[self.given], self.given + 1
            yield SimpleNamespace(seed=self.reached)

    def close(self):
        pass


class Room:
    """Instead of a darkroom: noise is seen in every sheet."""

    def __init__(self, graph, device):
        pass

    def take(self, sheet, store, vary):
        torch.manual_seed(sheet.seed)
        fill(store, 10)

    def look_again(self, store, count):
        """Nothing: the store keeps no squares."""


def fill(store, rows):
    maps, points = torch.randn(rows, INNER_CHANNELS, 8, 8), torch.randn(rows, POINT_CHANNELS)
    places, readings = torch.zeros(rows, 3), 0.3 * torch.randn(rows, store.readings.shape[1])
    store.add(maps, points, places, readings, torch.arange(rows) % 2 > 0, torch.rand(rows, 3, SIDE, SIDE))


@pytest.fixture
def sheets(monkeypatch):
    monkeypatch.setattr(picture_train, "Studio", Sheets)
    monkeypatch.setattr(picture_train, "Darkroom", Room)
    monkeypatch.setattr(Sheets, "begun", [])
    return Sheets


def test_a_resumed_training_has_what_is_left_to_do_and_other_people(tmp_path, sheets):
    def train(config, resume=True):
        said = []
        learnt, figures = train_picture(config, net, ((), ()), tmp_path, resume, said.append, graph=SimpleNamespace())
        return learnt, figures, said

    torch.manual_seed(0)
    net = BodyPictureNet(PictureNetConfig())
    learnt, figures, _ = train(CONFIG, resume=False)
    assert figures["step"] == 2 and figures["people"] > 0
    assert len(sheets.begun) == 2  # people to learn from, and those kept
    again, same, said = train(CONFIG)
    assert len(sheets.begun) == 2 and "already" in said[0]
    assert same == figures
    assert all(torch.equal(one, other) for one, other in zip(learnt.parameters(), again.parameters(), strict=True))
    _, further, said = train(replace(CONFIG, steps=3))
    assert further["step"] == 3 and further["seconds"] > figures["seconds"] and further["people"] > figures["people"]
    assert sheets.begun[2] >= sheets.begun[0] + figures["people"]
    steps = [row["step"] for row in json.loads((tmp_path / "picture-history.json").read_text())]
    assert steps == [0, 2, 2, 3]


def test_learning_goes_on_without_new_people_but_not_without_any(tmp_path, sheets, monkeypatch):
    net = BodyPictureNet(PictureNetConfig())
    monkeypatch.setattr(sheets, "most", 1)
    _, figures = train_picture(CONFIG, net, ((), ()), tmp_path, say=lambda _: None, graph=SimpleNamespace())
    assert figures["people"] == 1 and figures["step"] == 2
    monkeypatch.setattr(sheets, "most", 0)
    with pytest.raises(TrainingError, match="too dark"):
        train_picture(CONFIG, net, ((), ()), tmp_path, say=lambda _: None, graph=SimpleNamespace())


def test_a_card_says_whose_motions_and_how_many_people():
    net = BodyPictureNet(PictureNetConfig())
    data = picture_card(net, {"people": 5016.0, "mpjpe_mm": 77.6}, None).data
    for part in ("5016 people", "mocap.cs.cmu.edu", "NSF EIA-0196217", "pose_landmark_full.tflite (Apache-2.0)"):
        assert part in data
    further = picture_card(net, {"people": 300.0}, WEIGHTS_FOLDER).data
    assert "300 people" in further and read_card("body_picture").data in further


def test_a_report_looks_at_some_of_the_views():
    net, store, seen = BodyPictureNet(PictureNetConfig()), Store(60, CPU), []
    fill(store, 60)
    net.register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    measure(net, store, ~store.flawed, 7)
    measure(net, store, ~store.flawed)
    assert seen == [7, 30]


def test_a_card_holds_as_many_people_as_there_is_room_for(monkeypatch):
    said = []
    monkeypatch.setattr(darkroom.torch.cuda, "mem_get_info", lambda _: (7 << 30, 8 << 30))
    people, squares = room_for(12_000, torch.device("cuda"), said.append)
    assert 5000 < people < 6000 and squares < 10
    assert len(said) == 1
    people, squares = room_for(1000, torch.device("cuda"), said.append)
    assert people == 1000 and 15_000 < squares < 20_000  # what is left holds the squares of half of their views
    assert room_for(12_000, CPU, said.append) == (12_000, 0)
    assert len(said) == 1
    monkeypatch.setattr(darkroom.torch.cuda, "mem_get_info", lambda _: (1 << 20, 8 << 30))
    assert room_for(1, torch.device("cuda"), said.append) == (1, 0)
    assert len(said) == 1


class Shadows:
    """Instead of MediaPipe's network: tells each square's mean; nobody is seen in dark ones."""

    def __init__(self, graph):
        pass

    def to(self, *_, **__):
        return self

    def eval(self):
        return self

    def __call__(self, squares):
        mean = squares.mean((1, 2, 3))
        maps = mean[:, None, None, None].expand(-1, INNER_CHANNELS, 8, 8)
        return maps, mean[:, None].expand(-1, POINT_CHANNELS), mean > 0.35


def test_squares_are_looked_at_again_spoilt_anew(monkeypatch):
    monkeypatch.setattr(darkroom, "Looker", Shadows)
    torch.manual_seed(0)
    room, store = darkroom.Darkroom(SimpleNamespace(), CPU), Store(8, CPU, squares=6)
    squares = torch.full((8, 3, SIDE, SIDE), 0.6)
    squares[5] = 0.0  # nobody is seen in it, however it is spoilt
    numbers, flawed = torch.arange(8.0), torch.zeros(8, dtype=torch.bool)
    readings = numbers[:, None].expand(-1, store.readings.shape[1])
    store.add(
        torch.full((8, INNER_CHANNELS, 8, 8), -1.0), torch.full((8, POINT_CHANNELS), -1.0), torch.zeros(8, 3), readings,
        flawed, squares,
    )  # fmt: skip
    for _ in range(4):  # a square may be spoilt beyond seeing now and then
        room.look_again(store, 60)
    told = store.points[:, 0]
    assert (told[:5] > 0.35).all() and torch.equal(store.maps[:, 0, 0, 0], told)
    assert len(told[:5].unique()) == 5  # each in a way of its own
    assert (told[5:] == -1).all()  # unseen, and without squares
    assert torch.equal(store.readings[:, 0], numbers)
    before = told[:5].clone()
    for _ in range(4):
        room.look_again(store, 60)
    assert (store.points[:5, 0] != before).all()
    room.look_again(Store(8, CPU), 60)  # without squares there is nothing to do


def test_spoilt_squares_stay_pictures_and_some_stay_plain():
    torch.manual_seed(1)
    squares = torch.rand(1, 3, 1, 1).expand(64, 3, SIDE, SIDE)
    spoilt = squares_of.spoilt(squares)
    assert spoilt.shape == squares.shape and float(spoilt.min()) >= 0 and float(spoilt.max()) <= 1
    edges = (spoilt[:, :, :, 1:] - spoilt[:, :, :, :-1]).abs().amax((1, 2, 3))
    boxed = float((edges > 0.1).float().mean())
    assert 0.1 < boxed < 0.6  # things stand in the way of some
