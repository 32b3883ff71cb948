"""Which clip goes on which rig under which name; what is refused before anything starts."""

from pathlib import Path
from typing import Any

import pytest

from understudy.batch.job import Job
from understudy.batch.job_file import JobError
from understudy.batch.shots import find_shots


@pytest.fixture
def base(tmp_path) -> Path:
    for name in ("clips/walk_1.mp4", "clips/walk_2.mp4", "clips/mira_talk.mp4", "more/walk_1.mp4", "mira.blend",
                 "rigo.blend", "set.blend", "mira.json"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path


def job(**values: Any) -> Job:
    values = {
        "name": "night",
        "footage": [{"files": "clips/*.mp4"}],
        "rig": [{"name": "mira", "file": "mira.blend"}, {"name": "rigo", "file": "rigo.blend"}],
    } | values
    return Job.model_validate(values)


def pairs(found) -> list[tuple[str, str, str]]:
    return [(shot.clip.name, shot.rig, shot.scene) for shot in found.shots]


def test_each_clip_on_each_rig(base):
    found = find_shots(job(), base)
    assert [clip.name for clip in found.clips] == ["mira_talk", "walk_1", "walk_2"]
    assert len(found.shots) == 6
    assert found.shots[0].files == (base / "out/scenes/mira_talk_mira.blend",)
    assert found.clips[1].take == base / "out/takes/walk_1.take.npz"


def test_by_name(base):
    found = find_shots(job(pairs={"by": "name", "pattern": "{rig}_*"}), base)
    assert pairs(found) == [("mira_talk", "mira", "")]
    assert "2 clips are on no rig" in found.notes[0]


def test_by_table_each_pair_once(base):
    rows = [{"clip": "walk_*", "rig": "rigo"}, {"clip": "walk_1", "rig": "*"}]
    found = find_shots(job(pairs={"by": "table", "rows": rows}), base)
    assert pairs(found) == [("walk_1", "mira", ""), ("walk_1", "rigo", ""), ("walk_2", "rigo", "")]


def test_rigs_stand_in_scenes(base):
    scene = {"name": "set", "file": "set.blend", "objects": {"mira": "Armature.001"}}
    found = find_shots(job(scene=[scene]), base)
    on_mira = next(shot for shot in found.shots if shot.rig == "mira")
    assert (on_mira.source, on_mira.object, on_mira.scene) == (base / "set.blend", "Armature.001", "set")
    assert next(shot for shot in found.shots if shot.rig == "rigo").source == base / "rigo.blend"


def test_capture_options_by_footage(base):
    footage = [{"files": "clips/walk_*.mp4", "capture": {"hands": False}}, {"files": "clips/mira_talk.mp4"}]
    found = find_shots(job(footage=footage), base)
    assert [clip.capture.hands for clip in found.clips] == [False, False, True]


def test_names_with_brackets_are_names(base):
    (base / "clips/take[1].mp4").write_bytes(b"x")
    found = find_shots(job(footage=[{"files": "clips/take[1].mp4"}]), base)
    assert [clip.name for clip in found.clips] == ["take[1]"]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"footage": [{"files": "none/*.mp4"}]}, "'none/*.mp4' matches nothing"),
        ({"footage": [{"files": "clips/none.mp4"}]}, "is not there"),
        ({"footage": [{"files": "cli*"}]}, "names only folders"),
        ({"footage": [{"files": "*/walk_1.mp4"}]}, "Two outputs would be written to"),
        ({"footage": [{"files": "clips/walk_1.mp4"}] * 2}, "Two outputs would be written to"),
        ({"outputs": {"files": ["{clip}.blend"]}}, "Two outputs would be written to"),
        ({"outputs": {"files": ["{rig}.blend"]}}, "Two outputs would be written to"),
        ({"outputs": {"files": ["{clip}_{rig}.blend", "{clip}_{rig}.BLEND"]}}, "Two outputs would be written to"),
        ({"output": ".", "outputs": {"files": ["{rig}.blend"]}}, "would be overwritten: it is the file of rig"),
        ({"rig": [{"name": "mira", "file": "gone.blend"}]}, "Rig 'mira': there is no file"),
        ({"rig": [{"name": "mira", "file": "mira.blend", "profile": "gone.json"}]}, "there is no profile"),
        ({"rig": [{"name": "mira"}]}, "has no file and stands in no scene"),
        ({"rig": [{"name": "mira", "file": "mira.blend"}] * 2}, "Two entries of [[rig]] have the name 'mira'"),
        ({"scene": [{"name": "s", "file": "gone.blend", "objects": {"mira": "A"}}]}, "Scene 's': there is no file"),
        ({"scene": [{"name": "s", "file": "set.glb", "objects": {"mira": "A"}}]}, "is no .blend file"),
        ({"scene": [{"name": "s", "file": "set.blend", "objects": {"mir": "A"}}]}, "no [[rig]] has that name"),
        ({"pairs": {"by": "name", "pattern": "{rig}-*"}}, "matches none of"),
        ({"pairs": {"by": "table", "rows": [{"clip": "run_*"}]}}, "pairs.rows 1 (clip 'run_*'"),
    ],
)
def test_refused_before_the_start(base, values, says):
    with pytest.raises(JobError) as caught:
        find_shots(job(**values), base)
    assert says in str(caught.value)


def test_folders_tell_clips_of_one_name_apart(base):
    values = {"footage": [{"files": "*/walk_1.mp4"}], "outputs": {"take": "{folder}/{clip}.take.npz",
              "files": ["{folder}/{clip}_{rig}.blend"]}}  # fmt: skip
    assert len(find_shots(job(**values), base).shots) == 4


def test_takes_captured_before_are_footage_too(base):
    (base / "clips/old.take.npz").write_bytes(b"x")
    found = find_shots(job(footage=[{"files": ["clips/old.take.npz", "clips/walk_1.mp4"]}]), base)
    assert [(clip.name, clip.ready) for clip in found.clips] == [("old", True), ("walk_1", False)]
    assert found.clips[0].take == base / "clips/old.take.npz"
    assert found.shots[0].files == (base / "out/scenes/old_mira.blend",)
