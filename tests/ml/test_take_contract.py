"""The contract: what is written is read back, and whatever breaks it is refused in one sentence."""

import dataclasses
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.ml.take import (
    CAPTURED_BONES,
    EMOTION_NAMES,
    FACE_NAMES,
    STANDARD_REST,
    Take,
    TakeError,
    joint_positions,
    load_take,
    local_rotations,
    parent_indices,
    rotation,
    save_take,
    validate,
)


def whole_take(frames: int = 5) -> Take:
    bones = len(CAPTURED_BONES)
    rng = np.random.default_rng(3)
    one = np.ones(frames)
    return Take(
        fps=30.0,
        times=np.arange(frames) / 30,
        face_weights=rng.random((frames, 52)),
        head_rotation=rotation.normalize(rng.normal(size=(frames, 4))),
        gaze=rng.normal(size=(frames, 2, 2)),
        bone_names=CAPTURED_BONES,
        rotations=rotation.normalize(rng.normal(size=(frames, bones, 4))),
        hips_position=rng.normal(size=(frames, 3)),
        rest_positions=np.array([STANDARD_REST[name] for name in CAPTURED_BONES]),
        contacts=rng.random((frames, 4)) > 0.5,
        confidence_face=one,
        confidence_body=one,
        confidence_left_hand=one,
        confidence_right_hand=0 * one,
        bone_confidence=rng.random((frames, bones)),
        voice=rng.random(frames),
        emotion_names=EMOTION_NAMES,
        emotion=rng.random((frames, 7)),
        metadata={"source": "größe 演员.mp4", "warnings": []},
    )


def test_written_take_reads_back_the_same(tmp_path):
    take = whole_take()
    path = save_take(tmp_path / "größe 演员.take.npz", take)
    again = load_take(path)
    for field in dataclasses.fields(Take):
        before, after = getattr(take, field.name), getattr(again, field.name)
        if isinstance(before, np.ndarray):
            assert np.allclose(before, after, atol=1e-6), field.name
        else:
            assert before == after, field.name
    assert [p.name for p in tmp_path.iterdir()] == [path.name], "nothing is left beside the take"


def test_face_only_take_has_no_body_arrays(tmp_path):
    take = Take(fps=25.0, times=np.arange(3) / 25, face_weights=np.zeros((3, 52)))
    path = save_take(tmp_path / "face.take.npz", take)
    with np.load(path, allow_pickle=False) as archive:
        assert "rotations" not in archive.files
        assert tuple(archive["face_names"]) == FACE_NAMES


BREAKS = {
    "version": {"version": 2},
    "nan": {"hips_position": np.full((5, 3), np.nan)},
    "not unit": {"rotations": np.ones((5, len(CAPTURED_BONES), 4))},
    "weights over one": {"face_weights": np.full((5, 52), 1.5)},
    "wrong shape": {"gaze": np.zeros((5, 2))},
    "wrong names": {"face_names": FACE_NAMES[::-1]},
    "bone without its rotation": {"rotations": None},
    "unknown bone": {"bone_names": ("tail", *CAPTURED_BONES[1:])},
    "child before parent": {"bone_names": CAPTURED_BONES[::-1]},
    "bone twice": {"bone_names": (*CAPTURED_BONES[:-1], CAPTURED_BONES[-2])},
    "times stand still": {"times": np.zeros(5)},
    "no frames": {"times": np.zeros(0)},
    "frame rate": {"fps": float("nan")},
    "contacts as numbers": {"contacts": np.zeros((5, 4))},
    "emotion unknown": {"emotion_names": ("boredom", *EMOTION_NAMES[1:])},
    "metadata": {"metadata": {"focal": float("nan")}},
}


@pytest.mark.parametrize("changes", BREAKS.values(), ids=BREAKS.keys())
def test_broken_take_is_refused(changes, tmp_path):
    take = dataclasses.replace(whole_take(), **changes)
    with pytest.raises(TakeError):
        validate(take)
    with pytest.raises(TakeError):
        save_take(tmp_path / "broken.take.npz", take)
    assert not list(tmp_path.iterdir())


def _save_arrays(path, **changes):
    arrays = {"version": np.array(1), "fps": np.array(30.0), "times": np.arange(2.0), "metadata": np.array("{}")}
    arrays.update(changes)
    np.savez(path, **{name: value for name, value in arrays.items() if value is not None})


def _bad_files(folder):
    good = save_take(folder / "good.take.npz", whole_take())
    data = good.read_bytes()
    (folder / "truncated.npz").write_bytes(data[: len(data) // 2])
    (folder / "empty.npz").write_bytes(b"")
    (folder / "text.npz").write_text("hello")
    np.savez(folder / "pickled.npz", version=np.array([{"a": 1}], dtype=object))
    np.save(folder / "single.npy", np.zeros(3))
    _save_arrays(folder / "no_times.npz", times=None)
    _save_arrays(folder / "old.npz", version=np.array(9))
    _save_arrays(folder / "nan.npz", voice=np.array([0.0, np.nan]))
    _save_arrays(folder / "metadata.npz", metadata=np.array("{not json"))
    _save_arrays(folder / "names.npz", bone_names=np.arange(3))
    with zipfile.ZipFile(folder / "rubbish_member.npz", "w") as archive:
        archive.writestr("version.npy", b"rubbish")
    (folder / "folder.npz").mkdir()
    good.unlink()
    return sorted(folder.iterdir())


def test_every_bad_file_is_refused_in_one_sentence(tmp_path):
    paths = [*_bad_files(tmp_path), tmp_path / "missing.npz"]
    assert len(paths) == 13
    for path in paths:
        with pytest.raises(TakeError) as refusal:
            load_take(path)
        message = str(refusal.value)
        assert path.name in message and "\n" not in message, message


def test_take_into_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(TakeError, match="no folder"):
        save_take(tmp_path / "nowhere" / "a.take.npz", whole_take())


def test_identity_rotations_give_the_rest_pose():
    names = CAPTURED_BONES
    rest = np.array([STANDARD_REST[name] for name in names])
    turns = np.broadcast_to(rotation.IDENTITY, (2, len(names), 4))
    joints = joint_positions(turns, np.tile(rest[0], (2, 1)), rest, parent_indices(names))
    assert np.allclose(joints, rest[None])


quaternions = st.lists(st.floats(-1, 1), min_size=4, max_size=4).filter(lambda q: np.linalg.norm(q) > 0.1)
vectors = st.lists(st.floats(-5, 5), min_size=3, max_size=3)


@given(quaternions, quaternions, vectors)
def test_multiplying_turns_one_after_the_other(a, b, v):
    a, b = rotation.normalize(a), rotation.normalize(b)
    assert np.allclose(rotation.rotate(rotation.multiply(a, b), v), rotation.rotate(a, rotation.rotate(b, v)))


@given(quaternions)
def test_matrix_and_rotation_vector_round_trips(q):
    q = rotation.normalize(q)
    assert rotation.angle(rotation.from_matrix(rotation.to_matrix(q)), q) < 1e-6
    assert rotation.angle(rotation.from_rotvec(rotation.to_rotvec(q)), q) < 1e-6


@given(vectors.filter(lambda v: np.linalg.norm(v) > 0.1), vectors.filter(lambda v: np.linalg.norm(v) > 0.1))
def test_between_turns_one_direction_to_the_other(a, b):
    turned = rotation.rotate(rotation.between(a, b), a)
    assert np.allclose(turned / np.linalg.norm(turned), np.array(b) / np.linalg.norm(b), atol=1e-6)


@given(quaternions, vectors.filter(lambda v: np.linalg.norm(v) > 0.1))
def test_twist_leaves_only_a_swing_square_to_the_axis(q, axis):
    q, axis = rotation.normalize(q), np.array(axis) / np.linalg.norm(axis)
    swing = rotation.multiply(q, rotation.conjugate(rotation.twist(q, axis)))
    if abs(q[0]) + abs(q[1:] @ axis) > 1e-3:  # a half turn square to the axis has no twist
        assert abs(rotation.to_rotvec(swing) @ axis) < 1e-5


def test_continuous_never_jumps_and_keeps_the_turn():
    angles = np.linspace(0, 6 * np.pi, 200)
    q = rotation.from_rotvec(rotation.to_rotvec(rotation.from_rotvec(angles[:, None] * [0.0, 0.0, 1.0])))
    smooth = rotation.continuous(q)
    assert np.abs(np.diff(smooth, axis=0)).max() < 0.06
    assert rotation.angle(smooth, q).max() < 1e-6


def test_long_takes_are_worked_out_as_short_ones_are():
    rng = np.random.default_rng(5)
    rest = np.array([STANDARD_REST[name] for name in CAPTURED_BONES])
    turns = rotation.normalize(rng.normal(size=(5000, len(CAPTURED_BONES), 4)))
    hips, parents = rng.normal(size=(5000, 3)), parent_indices(CAPTURED_BONES)
    joints, local = joint_positions(turns, hips, rest, parents), local_rotations(turns, parents)
    for frame in (0, 2047, 2048, 4999):
        placed = np.empty((len(rest), 3))
        for bone, parent in enumerate(parents):
            if parent < 0:
                placed[bone] = hips[frame]
            else:
                placed[bone] = placed[parent] + rotation.rotate(turns[frame, parent], rest[bone] - rest[parent])
                back = rotation.multiply(turns[frame, parent], local[frame, bone])
                np.testing.assert_allclose(np.abs((back * turns[frame, bone]).sum()), 1.0, atol=1e-9)
        np.testing.assert_allclose(joints[frame], placed, atol=1e-9)
