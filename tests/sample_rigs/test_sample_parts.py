"""The array work under the sample characters: cutting, hems, joining, reposing."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from understudy.sample_rigs.lashes import strip_grid
from understudy.sample_rigs.parts import Part, hem, join, keep_faces, push, slice_level
from understudy.sample_rigs.skeleton import Skeleton, bone_motions, repose_part, strongest
from understudy.sample_rigs.skeleton_mixamo import frame, shortest_turn, turn_about, twist_about


def grid_part(columns: int, rows: int) -> Part:
    """A flat sheet of unit quads in the XY plane, facing +Z, all of it bound to one bone."""
    points = np.array([(x, y, 0.0) for y in range(rows + 1) for x in range(columns + 1)], dtype=float)
    wide = columns + 1
    faces = [
        (y * wide + x, y * wide + x + 1, (y + 1) * wide + x + 1, (y + 1) * wide + x)
        for y in range(rows)
        for x in range(columns)
    ]
    keys = {"stretch": points * [1.0, 0.0, 0.0]}
    return Part("Sheet", points, faces, np.ones((len(points), 1)), keys, materials=("Cloth",))


def area(part: Part) -> float:
    total = 0.0
    for face in part.faces:
        corners = part.points[list(face)]
        total += 0.5 * float(np.linalg.norm(np.cross(corners, np.roll(corners, -1, axis=0)).sum(axis=0)))
    return total


def test_slicing_keeps_the_surface_and_leaves_a_straight_edge() -> None:
    sheet = grid_part(6, 4)
    cut = slice_level(sheet, sheet.points[:, 1] - 1.5)
    assert area(cut) == pytest.approx(area(sheet))
    upper = keep_faces(cut, cut.centres()[:, 1] > 1.5)
    assert upper.points[:, 1].min() == pytest.approx(1.5)
    assert area(upper) == pytest.approx(6 * 2.5)
    # Shape keys are cut with the points: "stretch" doubles x everywhere, also at the new points.
    np.testing.assert_allclose(upper.keys["stretch"][:, 0], upper.points[:, 0])


def test_a_cut_close_to_a_row_of_points_moves_it_instead_of_leaving_slivers() -> None:
    sheet = grid_part(5, 3)
    cut = slice_level(sheet, sheet.points[:, 1] - 1.1)
    assert len(cut.points) == len(sheet.points)
    assert np.isclose(cut.points[:, 1], 1.1).sum() == 6


def test_a_hem_follows_the_whole_border_and_turns_inwards() -> None:
    sheet = push(grid_part(3, 3), 0.2)
    edged = hem(sheet, 0.05)
    assert len(edged.faces) == len(sheet.faces) + 12
    assert edged.points[:, 2].min() == pytest.approx(0.15)
    assert len(edged.points) == len(edged.weights) == len(edged.keys["stretch"])


def test_joined_parts_merge_materials_and_stand_still_where_a_key_is_missing() -> None:
    first, second = grid_part(1, 1), grid_part(2, 1)
    second = Part(
        "Other", second.points, second.faces, second.weights, {"lift": second.points + 1}, materials=("Skin",)
    )
    both = join("Both", [first, second])
    assert both.materials == ("Cloth", "Skin")
    assert both.slots.tolist() == [0, 1, 1]
    assert not both.keys["lift"][:4].any()
    assert both.keys["lift"][4:].all()


def test_only_the_strongest_bones_stay_and_add_up_to_one() -> None:
    weights = strongest(np.array([[0.1, 0.5, 0.05, 0.2, 0.15, 0.3]]), count=3)
    assert np.count_nonzero(weights) == 3
    assert weights.sum() == pytest.approx(1.0)
    assert weights.argmax() == 1


def test_a_turned_bone_carries_its_children_and_the_skin() -> None:
    heads = np.array([[0.0, 0, 0], [1.0, 0, 0], [2.0, 0, 0]])
    skeleton = Skeleton(("a", "b", "c"), (-1, 0, 1), heads, heads + np.array([1.0, 0, 0]), np.zeros((0, 3)))
    turn, shift = bone_motions(skeleton, {"b": turn_about(np.array([0.0, 0, 1]), np.pi / 2)})
    np.testing.assert_allclose(turn[2] @ heads[2] + shift[2], [1, 1, 0], atol=1e-12)
    skin = Part("Skin", np.array([[2.5, 0.0, 0.0]]), [], np.array([[0.0, 0, 1]]), {"k": np.array([[0.1, 0, 0]])})
    moved = repose_part(skin, turn, shift)
    np.testing.assert_allclose(moved.points, [[1, 1.5, 0]], atol=1e-12)
    np.testing.assert_allclose(moved.keys["k"], [[0, 0.1, 0]], atol=1e-12)


@pytest.mark.parametrize("angle", [-2.0, -0.3, 0.0, 1.2, 2.9])
def test_twist_is_read_back(angle: float) -> None:
    axis = np.array([0.0, 0.6, 0.8])
    swing = turn_about(np.array([1.0, 0.0, 0.0]), 0.4)
    assert twist_about(swing @ turn_about(axis, angle), axis) == pytest.approx(angle, abs=1e-9)


def test_turns_are_rotations() -> None:
    rotation = shortest_turn(np.array([1.0, 2, 0]), np.array([0.0, -1, 3]))
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    axes = frame(np.array([0.0, 2, 0]), np.array([1.0, 1, 0]))
    np.testing.assert_allclose(axes[:, 0], [0, 1, 0])
    assert np.linalg.det(axes) == pytest.approx(1.0)


def test_a_strip_of_quads_is_read_as_rows_from_the_lid() -> None:
    sheet = grid_part(6, 3)
    shuffled = [sheet.faces[i] for i in np.random.default_rng(0).permutation(len(sheet.faces))]
    grid = strip_grid(shuffled, sheet.points, eye=np.array([3.0, -1.0, 0.0]))
    assert grid.shape == (4, 7)
    for row in range(4):
        assert set(sheet.points[grid[row], 1]) == {float(row)}


def test_the_library_needs_neither_blender_nor_numpy() -> None:
    program = (
        "import sys, understudy.sample_rigs.library as l; "
        "assert not {'bpy', 'numpy', 'anny'} & set(sys.modules); "
        "print([c.name for c in l.sample_characters()])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "['mira', 'rigo', 'kit']"
