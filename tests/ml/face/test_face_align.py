"""The head's rotation and the landmarks without it."""

from __future__ import annotations

import numpy as np
import pytest

from understudy.ml.face.align import RIGID_POINTS, align, eye_features, head_rotations, mirror_order, similarity
from understudy.ml.face.infer import load_face_net
from understudy.ml.take import rotation


@pytest.fixture(scope="module")
def canonical():
    return load_face_net().canonical.numpy().astype(float)


def to_pixels(points, scale=200.0, middle=(320.0, 240.0)):
    """Stage axes to landmarks in pixels, seen from so far that there is no perspective."""
    x, away, up = np.moveaxis(points * scale, -1, 0)
    return np.stack((middle[0] + x, middle[1] - up, away), axis=-1)


def test_similarity_finds_scale_turn_and_place():
    rng = np.random.default_rng(0)
    target = rng.normal(size=(30, 3))
    turn = rotation.to_matrix(rotation.from_rotvec(rng.normal(size=3)))
    moved = ((target @ turn) / 2.5 + (3.0, -1.0, 2.0))[None]
    scale, found, centre = similarity(moved, target)
    assert scale[0] == pytest.approx(2.5)
    np.testing.assert_allclose(found[0], turn, atol=1e-9)
    back = scale[0] * (moved[0] - centre[0]) @ found[0].T + target.mean(axis=0)
    np.testing.assert_allclose(back, target, atol=1e-9)


@pytest.mark.parametrize("rotvec", [(0, 0, 0), (0.3, 0, 0), (0, 0.25, 0), (0, 0, -0.6), (-0.2, 0.1, 0.5)])
def test_head_rotations_are_exact_on_a_turned_canonical_face(canonical, rotvec):
    turn = rotation.from_rotvec(np.array(rotvec, dtype=float))
    seen = to_pixels(rotation.rotate(turn, canonical))[None]
    found = head_rotations(seen, canonical, focal_px=1e9, centre=(320, 240))
    assert np.degrees(rotation.angle(found[0], turn)) < 0.01
    straight, _ = align(seen, canonical)
    np.testing.assert_allclose(straight[0], canonical, atol=1e-6)


def test_a_face_at_the_side_that_looks_into_the_lens_is_turned_towards_it(canonical):
    # Seen frontally at the right of the picture: it faces the lens, so it is turned towards -X from the camera's back.
    seen = to_pixels(canonical, middle=(520.0, 240.0))[None]
    found = head_rotations(seen, canonical, focal_px=500.0, centre=(320, 240))[0]
    facing = rotation.rotate(found, np.array([0.0, -1.0, 0.0]))
    middle = seen[0, list(RIGID_POINTS)].mean(axis=0)
    ray = np.array([middle[0] - 320, 500.0, 240 - middle[1]])
    np.testing.assert_allclose(-facing, ray / np.linalg.norm(ray), atol=1e-6)


def test_mirror_order_swaps_sides(canonical):
    order = mirror_order(canonical)
    np.testing.assert_array_equal(order[order], np.arange(478))
    assert order[33] == 263 and order[468] == 473 and order[61] == 291 and order[1] == 1


def test_eye_features_swap_with_the_mirror_image(canonical):
    rng = np.random.default_rng(1)
    face = canonical[None] + rng.normal(0, 0.01, (1, 478, 3))
    mirrored = face[:, mirror_order(canonical)] * (-1, 1, 1)
    a, b = eye_features(face)[0], eye_features(mirrored)[0]
    np.testing.assert_allclose(b, a[[2, 3, 0, 1, 5, 4]] * (-1, 1, -1, 1, 1, 1), atol=1e-9)
