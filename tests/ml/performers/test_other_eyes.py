"""Eyes and resting faces that the base mesh has not, for training alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from understudy.ml.face.data import FIRST_GLIMPSE_SEED, FIRST_TRAINING_SEED, staged
from understudy.ml.performers import Light, Performer, Renderer, RendererError, View
from understudy.ml.performers.complexion import Complexion
from understudy.ml.performers.other_eyes import resting_face, shown, with_other_eyes
from understudy.ml.take import FACE_NAMES


def test_eyes_differ_and_the_rest_of_the_person_does_not():
    identity, look = Performer.drawn(7)
    rng = np.random.default_rng(0)
    others = [Performer.of(*with_other_eyes(rng, identity, look)) for _ in range(6)]
    plain = Performer.of(identity, look)
    moved = np.stack([np.linalg.norm(o.body.vertices - plain.body.vertices, axis=1) for o in others]).max(axis=0)
    eyes = np.concatenate([plain.body.vertices[points] for points in plain.anatomy.eyes])
    away = np.linalg.norm(plain.body.vertices[:, None] - eyes[None, ::12], axis=2).min(axis=1)
    assert moved[away < 0.02].max() > 0.001
    assert moved[away > 0.06].max() < 1e-6
    assert len({o.look.complexion.sclera for o in others}) == 6
    assert all(0.2 <= part <= 1 for o in others for part in o.look.complexion.sclera)


def test_a_resting_face_goes_from_there_to_the_whole_action():
    rests = np.stack([resting_face(np.random.default_rng(seed)) for seed in range(50)])
    blink, squint = (FACE_NAMES.index(f"eye{name}Left") for name in ("Blink", "Squint"))
    assert rests.max() <= 0.45 and np.delete(rests, [squint, squint + 1], axis=1).min() == 0
    assert (rests[:, blink] > 0.05).mean() > 0.3 and rests[:, squint].min() < -0.6 and rests[:, squint].max() > 0.1
    assert not rests[:, FACE_NAMES.index("jawOpen")].any()
    assert np.array_equal(shown(np.zeros(52), rests[0]), rests[0])
    assert np.allclose(shown(np.ones(52), rests[0]), 1)
    shut = shown(np.eye(52)[[blink]], rests[rests[:, squint].argmin()])
    assert shut[0, squint] == 0 and shut[0, blink] == 1


def test_only_training_has_them():
    _, _, setting, _ = staged(3, 8)
    assert not setting.resting.any()
    plain = staged(3, 8)[0].look.complexion
    assert (plain.sclera, plain.lid_shadow, plain.iris_edge) == (Complexion().sclera, 0.0, Complexion().iris_edge)
    for seed in (FIRST_TRAINING_SEED + 5, FIRST_GLIMPSE_SEED + 5):
        performer, performance, setting, _ = staged(seed, 8)
        assert setting.resting.any() and performer.look.complexion.sclera != Complexion().sclera
        acted = [i for i, name in enumerate(FACE_NAMES) if not name.startswith("eyeLook")]
        assert np.abs(performance.weights[:2, acted]).max() < 0.01, "what a face does at rest is not in the truth"


def test_the_upper_lid_darkens_what_is_below_it():
    identity, look = Performer.drawn(7)
    shades = {}
    for shadow in (0.0, 0.7):
        complexion = replace(look.complexion, lid_shadow=shadow, highlight=0.0)
        performer = Performer.of(identity, replace(look, complexion=complexion, iris_size=0.01, pupil=-0.1))
        body = performer.pose()
        eye = body.vertices[performer.anatomy.eyes[0]].mean(axis=0)
        view = View(160, 160, 1600.0, (float(eye[0]), float(eye[1]) - 0.4, float(eye[2])))
        try:
            with Renderer(160, 160) as renderer:
                shades[shadow] = renderer.render(performer, body, view, Light()).astype(float)
        except RendererError as error:
            pytest.skip(str(error))
    darker = shades[0.7][:, 70:90].mean(axis=(1, 2)) / shades[0.0][:, 70:90].mean(axis=(1, 2))
    assert darker[66:74].min() < 0.85, "the upper part of the eye"
    assert abs(darker[88:92] - 1).max() < 0.05, "its lower part"
