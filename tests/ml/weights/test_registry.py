"""Weights are loaded only with the hash their card names."""

from __future__ import annotations

import json

import pytest
import torch

from understudy.ml.weights.registry import ModelCard, WeightsError, available, load_weights, read_card, store_weights


@pytest.fixture
def folder(tmp_path):
    card = ModelCard(name="small", sha256="", config={"width": 3}, data="nothing", figures={"error": 0.5})
    store_weights(card, {"layer": torch.tensor([0.5, -2.0]), "order": torch.tensor([1, 0])}, tmp_path)
    return tmp_path


def test_what_is_stored_is_loaded(folder):
    card, tensors = load_weights("small", folder)
    assert available(folder) == ("small",)
    assert card.config == {"width": 3} and len(card.sha256) == 64
    assert tensors["layer"].dtype == torch.float32
    assert tensors["layer"].tolist() == [0.5, -2.0] and tensors["order"].tolist() == [1, 0]


def test_changed_weights_are_refused(folder):
    path = folder / "small.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(WeightsError, match="not the ones their card names"):
        load_weights("small", folder)


def test_a_card_of_another_file_is_refused(folder):
    path = folder / "small.json"
    card = json.loads(path.read_text())
    path.write_text(json.dumps(card | {"sha256": "0" * 64}))
    with pytest.raises(WeightsError, match="not the ones"):
        load_weights("small", folder)


def test_missing_and_damaged_cards_say_so(folder):
    with pytest.raises(WeightsError, match="no card"):
        read_card("other", folder)
    (folder / "small.json").write_text("{")
    with pytest.raises(WeightsError, match="damaged"):
        read_card("small", folder)
    (folder / "small.json").write_text('{"name": "small", "colour": 1}')
    with pytest.raises(WeightsError, match="damaged"):
        read_card("small", folder)


def test_missing_weights_say_so(folder):
    (folder / "small.safetensors").unlink()
    with pytest.raises(WeightsError, match="missing"):
        load_weights("small", folder)


def test_the_bundled_models_match_their_cards():
    for name in available():
        card, _ = load_weights(name)
        assert card.name == name and card.licence and card.data
