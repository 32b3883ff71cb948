"""What lies before mouths and eyes: drawn over faces, learned, and found again."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from understudy.ml.face.covered import Covered, fit_covered, hidden_parts, lips_move, without_steps
from understudy.ml.face.crop import CROP_SIZE
from understudy.ml.face.infer import at_rest, load_face_net
from understudy.ml.face.obstacles import PLACES, with_obstacle
from understudy.ml.take import rotation


def plain_faces(count: int, rng: np.random.Generator) -> np.ndarray:
    """Skin with dark eyes and a red mouth where they lie in a face's picture."""
    faces = np.empty((count, CROP_SIZE, CROP_SIZE, 3), np.uint8)
    for face in faces:
        face[:] = rng.uniform((90, 60, 50), (230, 190, 170)).astype(np.uint8)
        for left in (36, 78):
            face[44:52, left : left + 14] = 30
        face[88:96, 50:78] = (150, 40, 45)
    return faces


def test_what_is_said_to_be_hidden_is():
    rng = np.random.default_rng(3)
    face = plain_faces(1, rng)[0]
    lips = np.array((150, 40, 45))
    hidden_shares = set()
    for _ in range(60):
        seen, hidden = with_obstacle(face, rng, "mouth")
        assert seen.shape == face.shape and set(hidden) == set(PLACES)
        assert all(0 <= share <= 1 + 1e-6 for share in hidden.values())
        hidden_shares.add(round(hidden["mouth"], 2))
        red = (np.abs(seen[80:104, 40:88].astype(int) - lips).max(axis=-1) < 12).sum()
        assert red < 60 if hidden["mouth"] > 0.97 else red >= 0
    for _ in range(60):
        seen, hidden = with_obstacle(face, rng, "eyes")
        if hidden["mouth"] == 0:
            assert (np.abs(seen[76:108, 36:92].astype(int) - lips).max(axis=-1) < 12).sum() > 100
    assert len(hidden_shares) > 4


def test_both_eyes_have_to_be_hidden():
    rng = np.random.default_rng(4)
    shares = [with_obstacle(plain_faces(1, rng)[0], rng, "eyes")[1]["eyes"] for _ in range(200)]
    assert 0.1 < np.mean(np.array(shares) > 0.7) < 0.9 and min(shares) < 0.05


def test_it_is_learned_from_faces_and_told_of_others():
    rng = np.random.default_rng(5)

    def look_at(pictures: np.ndarray) -> torch.Tensor:
        small = torch.as_tensor(pictures).float()[:, 4::8, 4::8].flatten(1) / 255
        return small - small.mean(dim=1, keepdim=True)

    part = fit_covered(look_at, plain_faces(60, rng), 16 * 16 * 3)
    clear = plain_faces(50, rng)
    covered = [
        shown for shown, hidden in (with_obstacle(face, rng, "mouth") for face in clear) if hidden["mouth"] > 0.9
    ]
    assert len(covered) > 10
    with torch.inference_mode():
        told, silent = (torch.sigmoid(part(look_at(np.stack(shown))))[:, 0].numpy() for shown in (covered, clear))
    assert (silent > 0.5).mean() < 0.05 and (told > 0.5).mean() > 0.8


def test_a_flash_hides_nothing_and_edges_count_as_hidden():
    part = Covered(2)
    with torch.no_grad():
        for layer in (part.layers[0], part.layers[-1]):
            assert isinstance(layer, torch.nn.Linear)
            layer.weight.zero_()
            layer.bias.zero_()
            layer.weight[:2, :2] = 20 * torch.eye(2)
        part.layers[-1].bias[:] = -10.0  # type: ignore[index]
    part.eval()
    looks = np.zeros((60, 2, 2))
    looks[20:40, :, 0] = 1  # the mouth for long
    looks[50, :, 1] = 1  # eyes for a frame
    hidden = hidden_parts(part, looks, 30)
    assert list(np.flatnonzero(hidden[:, 0])) == list(range(17, 43)) and not hidden[:, 1].any()


def test_values_go_on_through_short_hiding_and_rest_in_long():
    values = np.tile(np.linspace(0, 1, 90)[:, None], (1, 2))
    short, long = np.zeros(90, dtype=bool), np.zeros(90, dtype=bool)
    short[40:46], long[20:70] = True, True
    assert np.allclose(at_rest(values, short, 30), values)
    rested = at_rest(values, long, 30)
    assert np.allclose(rested[35:55], 0) and np.allclose(rested[:20], values[:20]) and rested[69, 0] > 0.5
    assert not at_rest(values, np.ones(90, dtype=bool), 30).any()


@pytest.mark.parametrize("stretch", [(30, 70), (0, 40), (60, 100), (48, 53)], ids=["middle", "start", "end", "short"])
def test_heads_do_not_nod_as_a_hand_comes(stretch):
    turn = np.stack((0.1 * np.sin(np.arange(100) / 40), np.zeros(100), 0.2 * np.sin(np.arange(100) / 60)), axis=-1)
    true = rotation.from_rotvec(turn)
    hidden = np.zeros(100, dtype=bool)
    hidden[slice(*stretch)] = True
    seen = np.where(hidden[:, None], rotation.multiply(rotation.from_rotvec((0.2, 0.0, 0.0)), true), true)
    told = without_steps(seen, hidden, 30)
    assert np.degrees(rotation.angle(told, true)).max() < 4
    assert np.allclose(told[~hidden], rotation.continuous(true)[~hidden])
    assert np.allclose(without_steps(seen, np.ones(100, dtype=bool), 30), rotation.continuous(seen))


def test_lips_that_talk_under_a_beard_are_no_mask():
    rng = np.random.default_rng(6)
    still = np.tile(rng.normal(0, 1, (1, 478, 3)), (90, 1, 1)) + rng.normal(0, 0.002, (90, 478, 3))
    assert not lips_move(still)
    talking, way = still.copy(), still[0, 14] - still[0, 13]
    talking[:, 14] += np.outer(0.1 * np.abs(np.sin(np.arange(90) / 4)), way / np.linalg.norm(way))
    assert lips_move(talking)


def test_the_bundled_network_tells():
    net = load_face_net()
    assert net.covered is not None and net.config.covers
