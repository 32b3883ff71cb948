"""Job files as people get them wrong: every error says what, where, and names the line."""

import re
from pathlib import Path

import pytest

from understudy.batch.job import Job, frame_range
from understudy.batch.job_file import JobError, line_of, load_job

GOOD = """\
# a comment
output = "out"

[[footage]]
files = "clips/*.mp4"

[[rig]]
name = "mira"
file = "mira.blend"

[[rig]]
name = "rigo"   # the second
file = "rigo.blend"

[render]
size = "640x360"
frames = "1-48"
"""


def written(tmp_path: Path, text: str, name: str = "night.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(JobError) as caught:
        load_job(written(tmp_path, text))
    return str(caught.value)


def test_a_good_job_is_read(tmp_path):
    job = load_job(written(tmp_path, GOOD))
    assert job.name == "night"
    assert [rig.name for rig in job.rig] == ["mira", "rigo"]
    assert job.footage[0].files == ["clips/*.mp4"]
    assert job.render is not None
    assert job.render.size == (640, 360)
    assert job.render.video


def test_a_frozen_job_is_the_same_job(tmp_path):
    job = load_job(written(tmp_path, GOOD))
    assert load_job(written(tmp_path, job.model_dump_json(), "night.json")) == job


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('file = "rigo.blend"', 'fiel = "rigo.blend"', 13, "rig 2's fiel is not a known key; did you mean file?"),
        ('output = "out"', "outputt = 3", 2, "outputt is not a known key; did you mean output"),
        ('size = "640x360"', 'size = "640"', 16, "render.size: '640' is no size"),
        ('size = "640x360"', "step = 0", 16, "greater than or equal to 1"),
        ('size = "640x360"', 'step = "two"', 16, "render.step"),
        ('frames = "1-48"', 'frames = "48-1"', 17, "ends before it begins"),
        ('frames = "1-48"', 'engine = "arnold"', 17, "'workbench'"),
        ('frames = "1-48"', 'file = "{clip}.mov"', 17, "neither a video (.mp4) nor pictures"),
        ('frames = "1-48"', 'file = "{clp}.mp4"', 17, "holds {clp}; known are {clip}"),
        ('name = "mira"', 'name = "mi/ra"', 8, "is no name"),
        ('files = "clips/*.mp4"', "files = []", 5, "footage 1's files"),
        ('files = "clips/*.mp4"', "", 4, "footage 1's files is missing"),
        ("[render]", "[capture]\nface = false\nbody = false\n[render]", 15, "both switched off"),
        ("[render]", "[capture]\nstart = 3\nend = 2\n[render]", 15, "does not come after start"),
        ("[render]", '[pairs]\nby = "name"\n[render]', 15, "needs a pattern with {rig}"),
        ("[render]", '[pairs]\nby = "table"\n[render]', 15, "needs rows"),
        ("[render]", '[outputs]\ntake = "{clip}.npz"\n[render]', 16, "ends in .take.npz"),
        ("[render]", '[outputs]\nfiles = ["{clip}.obj"]\n[render]', 16, "must end in one of .blend"),
        ("[render]", "[limits]\nretries = -1\n[render]", 16, "limits.retries"),
        ("[render]", '[[scene]]\nname = "set"\nfile = "set.blend"\nobjects = {}\n[render]', 18, "scene 1's objects"),
    ],
)
def test_errors_name_line_and_key(tmp_path, old, new, line, says):
    assert old in GOOD
    message = refusal(tmp_path, GOOD.replace(old, new, 1))
    assert message.startswith(f"night.toml, line {line}: "), message
    assert says in message
    assert "Traceback" not in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("output = ", "not valid TOML"),
        ('output = "out"', "no footage"),
        ('[[footage]]\nfiles = "a.mp4"\n[render]\nstep = 1\n', "no rig"),
        ("version = 2", "version"),
        ('[[footage]]\nfiles = "a.mp4"\n[train]\nmodel = "face"\nfolder = "f"\n', "stands alone"),
    ],
)
def test_jobs_that_cannot_be_meant(tmp_path, text, says):
    assert says in refusal(tmp_path, text)


def test_every_error_is_told_at_once(tmp_path):
    message = refusal(tmp_path, GOOD.replace('name = "mira"', "nam = 1").replace('size = "640x360"', "siz = 1"))
    assert re.findall(r"line (\d+)", message) == ["7", "8", "16"]


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_files_that_cannot_be_read(tmp_path, name):
    with pytest.raises(JobError):
        load_job(tmp_path / name)


def test_files_that_are_no_text(tmp_path):
    path = tmp_path / "job.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(JobError, match="not text"):
        load_job(path)


def test_lines_are_found_past_lists_over_several_lines():
    text = 'files = [\n  "a",\n  ["b"],\n]\n[[rig]]\nname = "a"\n[[rig]]\nname = "b"\n[rig.more]\nname = "c"\n'
    assert line_of(text, ("rig", 1, "name")) == 8
    assert line_of(text, ("files",)) == 1
    assert line_of(text, ("nothing",)) is None


def test_frame_ranges():
    assert frame_range("7") == (7, 7)
    assert frame_range("-3-4") == (-3, 4)
    with pytest.raises(ValueError, match="no range"):
        frame_range("1 to 3")


def test_the_defaults_need_nothing_but_footage():
    job = Job.model_validate({"footage": [{"files": "a.mp4"}]})
    assert job.render is None
    assert job.outputs.files == ["scenes/{clip}_{rig}.blend"]
