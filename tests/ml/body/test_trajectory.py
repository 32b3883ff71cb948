"""The path over the whole clip: recovered from what is seen and where feet stand, whatever single contacts claim."""

from __future__ import annotations

import numpy as np
import pytest

from understudy.ml.body.tilt import level_axes, level_by_feet
from understudy.ml.body.trajectory import Standing, measured_place, solve_path

FPS = 30.0
FRAMES = 120
POINTS = np.array([[x, y, z] for x in (-0.25, 0.25) for y in (-0.1, 0.1) for z in (-0.8, 0.0, 0.5)])


def seen(path: np.ndarray, tilt: np.ndarray, noise: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Rays [T, N, 2] of a rigid body at `path` through a camera turned by `tilt` (level to camera)."""
    body = np.broadcast_to(POINTS, (len(path), *POINTS.shape))
    x, y, z = np.moveaxis((body + path[:, None]) @ tilt.T, -1, 0)
    rays = np.stack((x / y, z / y), axis=-1)
    return rays + np.random.default_rng(0).normal(0, noise, rays.shape), body


def approach() -> np.ndarray:
    """Two metres towards the camera."""
    return np.column_stack((np.zeros(FRAMES), np.linspace(5, 3, FRAMES), np.full(FRAMES, -0.1)))


@pytest.mark.parametrize("pitch", [0.0, -20.0])
def test_what_is_seen_without_error_comes_back(pitch: float) -> None:
    c, s = np.cos(np.radians(pitch)), np.sin(np.radians(pitch))
    tilt = np.array([[1, 0, 0], [0, c, s], [0, -s, c]])
    path = approach()
    rays, body = seen(path, tilt)
    matrix, vector = measured_place(body, rays, np.ones(rays.shape[:2]), tilt, FPS)
    nobody = Standing(np.zeros((FRAMES, 1, 3)), np.zeros((FRAMES, 1)), np.zeros(1))
    found, _ = solve_path(matrix, vector, nobody, FPS, None)
    assert np.abs(found - path).max() < 0.01


def test_a_standing_foot_tells_distances_better_than_the_picture() -> None:
    path = np.tile((0.0, 4.0, -0.1), (FRAMES, 1))
    rays, body = seen(path, np.eye(3), noise=0.004)
    wobble = 1 + 0.05 * np.sin(np.arange(FRAMES) / 8)  # the body is judged too large and too small in turns
    matrix, vector = measured_place(body * wobble[:, None, None], rays, np.ones(rays.shape[:2]), np.eye(3), FPS)
    foot = np.tile((0.1, 0.0, -0.9), (FRAMES, 1, 1))
    alone = solve_path(matrix, vector, Standing(foot, np.zeros((FRAMES, 1)), np.zeros(1)), FPS, None)[0]
    held = solve_path(matrix, vector, Standing(foot, np.ones((FRAMES, 1)), np.zeros(1)), FPS, None)[0]
    assert np.ptp(held[:, 1]) < 0.95 * np.ptp(alone[:, 1])


def test_who_walks_out_of_the_picture_stops_there() -> None:
    path = np.column_stack((np.linspace(-2, 4, FRAMES), np.full(FRAMES, 6.0), np.linspace(-0.3, 0.3, FRAMES)))
    rays, body = seen(path, np.eye(3))
    weights = np.ones(rays.shape[:2])
    weights[60:] = 1e-6
    matrix, vector = measured_place(body, rays, weights, np.eye(3), FPS)
    nobody = Standing(np.zeros((FRAMES, 1, 3)), np.zeros((FRAMES, 1)), np.zeros(1))
    found, _ = solve_path(matrix, vector, nobody, FPS, None)
    assert np.abs(found[:58] - path[:58]).max() < 0.06
    assert np.linalg.norm(found[-1] - found[59]) < 0.25  # three metres on, if nothing held them
    assert np.linalg.norm(np.diff(found[90:], axis=0), axis=1).max() * FPS < 0.05


def test_a_contact_that_is_none_gives_way() -> None:
    path = np.column_stack((np.linspace(-4, 4, FRAMES), np.full(FRAMES, 9.0), np.full(FRAMES, -0.1)))
    rays, body = seen(path, np.eye(3))
    matrix, vector = measured_place(body, rays, np.ones(rays.shape[:2]), np.eye(3), FPS)
    still = np.tile((0.1, 0.0, -0.9), (FRAMES, 1, 1))  # hangs from the moving hips, though said to stand
    found, trust = solve_path(matrix, vector, Standing(still, np.ones((FRAMES, 1)), np.zeros(1)), FPS, None)
    assert np.abs(found - path).max() < 0.3
    assert trust.mean() < 0.6


def test_upright_of_a_clip_is_the_camera_s_tilt() -> None:
    up = np.tile((0.05, np.sin(0.2), np.cos(0.2)), (50, 1))
    up[::10] = (1.0, 0.0, 0.0)  # a few frames are quite wrong
    axes = level_axes(up / np.linalg.norm(up, axis=1, keepdims=True), np.ones(50))
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-9)
    assert np.allclose(axes @ (up[1] / np.linalg.norm(up[1])), (0, 0, 1), atol=0.02)
    assert abs((axes @ (0, 1, 0))[0]) < 1e-9  # the heading stays the camera's


def test_feet_on_a_slope_turn_it_level() -> None:
    slope = np.tan(np.radians(4.0))
    way = np.linspace(0, 4, FRAMES)
    feet = np.stack((np.zeros(FRAMES), way, slope * way), axis=-1)[:, None]
    axes = level_by_feet(np.eye(3), feet, np.ones((FRAMES, 1)), FPS)
    assert np.ptp((feet[:, 0] @ axes.T)[:, 2]) < 0.08
    assert np.array_equal(level_by_feet(np.eye(3), feet, np.zeros((FRAMES, 1)), FPS), np.eye(3))
