"""Faces that do the same actions in ways of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from understudy.ml.face.data import FIRST_TRAINING_SEED, _standing, staged
from understudy.ml.performers import Performer
from understudy.ml.performers.action_style import ActionStyle
from understudy.ml.performers.head import HeadStage
from understudy.ml.take import FACE_NAMES, rotation
from understudy.ml.take.names import mirrored

PARTNERS = [FACE_NAMES.index(mirrored(name)) for name in FACE_NAMES]
FLIP = np.array([-1.0, 1.0, 1.0])


def test_both_sides_move_alike():
    rng = np.random.default_rng(1)
    places = rng.uniform((-0.07, -0.16, 0.6), (0.07, -0.06, 0.78), (40, 3))
    actions = rng.normal(0, 0.01, (52, 40, 3))
    style = ActionStyle.random(rng)
    one = style.of(actions, places)
    other = style.of((actions * FLIP)[PARTNERS], places * FLIP)
    assert np.allclose(other, (one * FLIP)[PARTNERS], atol=1e-6)


def test_faces_differ_but_lids_and_lips_meet():
    performer = Performer.random(7)
    face = performer.anatomy.template[:13380:5]
    actions = performer.anatomy.actions[:, :13380:5]
    sizes = np.linalg.norm(actions.astype(np.float64).reshape(52, -1), axis=1)
    ways = [ActionStyle.random(np.random.default_rng(seed)).of(actions, face) for seed in range(6)]
    off = np.stack([np.linalg.norm((way - actions).reshape(52, -1), axis=1) / (sizes + 1e-9) for way in ways])
    exact = [FACE_NAMES.index(name) for name in ("eyeBlinkLeft", "jawOpen", "mouthClose")]
    free = [FACE_NAMES.index(name) for name in ("browDownLeft", "mouthSmileRight", "mouthStretchLeft", "cheekPuff")]
    assert off[:, exact].max() < 1e-6
    assert off[:, free].min() > 0.08 and off[:, free].max() < 2.5
    assert np.abs(ways[0] - ways[1]).max() > 0.001


def test_the_middle_of_the_face_does_not_tear():
    places = np.array([(-1e-4, -0.14, 0.67), (1e-4, -0.14, 0.67)])
    actions = np.tile((0.004, 0.002, 0.003), (52, 2, 1))
    style = ActionStyle.random(np.random.default_rng(2))
    left, right = np.moveaxis(style.of(actions, places), 1, 0)
    apart = style.uneven.any(axis=1)
    assert np.abs(left - right)[apart].max() < 2e-4


def test_only_training_has_them_and_the_stage_shows_them():
    assert staged(3, 8)[2].style is None
    styles = [staged(FIRST_TRAINING_SEED + seed, 8)[2].style for seed in range(8)]
    assert 3 <= sum(style is not None for style in styles) < 8
    performer = Performer.random(7)
    weights = np.zeros(52)
    weights[FACE_NAMES.index("browDownLeft")] = 1
    shown = []
    for style in (None, next(style for style in styles if style is not None)):
        stage = HeadStage(replace(performer, action_style=style), _standing(performer))
        shown.append(stage.pose(weights, np.zeros((2, 2)), np.array(rotation.IDENTITY)).vertices.copy())
    assert 0.0005 < np.linalg.norm(shown[0] - shown[1], axis=1).max() < 0.03
