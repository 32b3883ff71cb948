"""The command as a director of a night's work meets it: real clips, real characters, real Blender."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

pytest.importorskip("bpy")
ROOT = Path(__file__).resolve().parents[2]
MIRA = ROOT / "sample_rigs" / "mira.blend"
JOB = """\
output = "out"
[[footage]]
files = "clips/*.mp4"
[[rig]]
name = "mira"
file = "{mira}"
[render]
engine = "cycles"
samples = 2
size = "64x80"
step = 3
"""


def batch(folder: Path, *arguments: str, job: str = "night.toml") -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "understudy.cli", "batch", job, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def write_job(folder: Path, text: str) -> None:
    (folder / "night.toml").write_text(text.replace("{mira}", MIRA.as_posix()), encoding="utf-8")


def streams(path: Path) -> dict[str, int]:
    """Kind of stream -> frames in it."""
    counts: dict[str, int] = {}
    with av.open(str(path)) as container:
        for frame in container.decode():
            kind = "video" if isinstance(frame, av.VideoFrame) else "audio"
            counts[kind] = counts.get(kind, 0) + 1
    return counts


@pytest.fixture(scope="module")
def night(tmp_path_factory, two_clips) -> Path:
    """Two good clips, one corrupt one, one character; run once."""
    folder = tmp_path_factory.mktemp("night")
    (folder / "clips").mkdir()
    for clip in two_clips.iterdir():
        os.link(clip, folder / "clips" / clip.name)
    (folder / "clips" / "corrupt.mp4").write_bytes((two_clips / "a.mp4").read_bytes()[:900])
    write_job(folder, JOB)
    done = batch(folder, "--json", "--workers", "2")
    (folder / "said.txt").write_text(done.stdout)
    (folder / "code.txt").write_text(f"{done.returncode} {done.stderr}")
    return folder


def end_of(night: Path) -> dict:
    return json.loads((night / "said.txt").read_text().splitlines()[-1])


def test_a_corrupt_clip_is_reported_and_the_others_are_whole(night):
    end = end_of(night)
    assert (night / "code.txt").read_text().startswith("2 "), (night / "code.txt").read_text()
    assert [failure["task"] for failure in end["failures"]] == ["corrupt"]
    assert end["failures"][0]["attempts"] == 2
    assert "is not a video that can be read" in end["failures"][0]["reason"]
    assert end["done"] == 8
    for clip in ("a", "b"):
        assert (night / f"out/takes/{clip}.take.npz").exists()
        assert (night / f"out/scenes/{clip}_mira.blend").exists()


def test_videos_have_their_clips_sound(night):
    a, b = streams(night / "out/renders/a_mira.mp4"), streams(night / "out/renders/b_mira.mp4")
    assert a["video"] == b["video"] == 2
    assert a["audio"] > 0
    assert "audio" not in b


def test_the_camera_sees_the_character(night):
    with av.open(str(night / "out/renders/a_mira.mp4")) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(float)
    middle, edge = picture[20:60, 24:40], picture[:, :6]
    assert middle.std() > 2 * edge.std()


def test_the_report_needs_nothing_but_itself(night):
    page = (night / "out/report.html").read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])
    assert data["counts"] == {"done": 2, "failed": 1, "open": 0, "warned": data["counts"]["warned"]}
    shots = {entry["name"]: entry for entry in data["entries"]}
    assert shots["corrupt on mira"]["status"] == "failed"
    assert shots["a on mira"]["look"]["file"].startswith("data:image/jpeg;base64,")
    assert shots["a on mira"]["sound"] is True
    assert shots["a on mira"]["video"] == "renders/a_mira.mp4"
    assert set(shots["a on mira"]["seconds"]) == {"capture", "apply", "render", "finish"}
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", page)
    assert json.loads((night / "out/report.json").read_text())["entries"][0]["clip"] == "a"


def test_a_second_run_does_only_what_failed(night):
    videos = {path: path.stat().st_mtime_ns for path in (night / "out").rglob("*.mp4")}
    done = batch(night)
    assert done.returncode == 2
    assert "0 of 4 tasks done" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in (night / "out").rglob("*.mp4")} == videos


def test_the_take_is_the_one_capture_makes(night):
    """What a batch captures is what `understudy capture` captures, to the last number."""
    from understudy.ml.capture import CaptureOptions, capture
    from understudy.ml.take import load_take

    mine = load_take(night / "out/takes/b.take.npz")
    other = capture(night / "clips/b.mp4", CaptureOptions())
    np.testing.assert_allclose(mine.face_weights, other.face_weights, atol=1e-5)


def scene_without(folder: Path, what: str) -> None:
    """scene.blend: the sample character without its cameras, or without its feet."""
    code = (
        "import bpy, sys\n"
        f"bpy.ops.wm.open_mainfile(filepath={str(MIRA)!r}, load_ui=False)\n"
        "for thing in list(bpy.data.objects):\n"
        "    if sys.argv[1] == 'cameras' and thing.type == 'CAMERA': bpy.data.objects.remove(thing)\n"
        "if sys.argv[1] == 'feet':\n"
        "    armature = next(o for o in bpy.data.objects if o.type == 'ARMATURE')\n"
        "    bpy.context.view_layer.objects.active = armature\n"
        "    bpy.ops.object.mode_set(mode='EDIT')\n"
        "    for bone in list(armature.data.edit_bones):\n"
        "        if 'Foot' in bone.name or 'Toe' in bone.name: armature.data.edit_bones.remove(bone)\n"
        "    bpy.ops.object.mode_set(mode='OBJECT')\n"
        f"bpy.ops.wm.save_as_mainfile(filepath={str(folder / 'scene.blend')!r})\n"
    )
    subprocess.run([sys.executable, "-c", code, what], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("what", "extra", "says"),
    [
        ("cameras", "", "has no camera to render"),
        ("feet", "", "has no bone for leftFoot, rightFoot"),
        ("", 'camera = "Crane"', "has no camera 'Crane'; there is Body camera, Face camera"),
    ],
)
def test_scenes_that_cannot_work_are_refused_before_the_start(tmp_path, two_clips, what, extra, says):
    (tmp_path / "clips").mkdir()
    os.link(two_clips / "a.mp4", tmp_path / "clips" / "a.mp4")
    job = JOB + extra + "\n"
    if what:
        scene_without(tmp_path, what)
        job = job.replace("{mira}", "scene.blend")
    write_job(tmp_path, job)
    done = batch(tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert not (tmp_path / "out/takes").exists()


def test_files_that_were_there_before_are_not_overwritten(tmp_path, two_clips):
    (tmp_path / "clips").mkdir()
    os.link(two_clips / "a.mp4", tmp_path / "clips" / "a.mp4")
    (tmp_path / "out/takes").mkdir(parents=True)
    (tmp_path / "out/takes/a.take.npz").write_text("mine")
    write_job(tmp_path, JOB.split("[render]")[0])
    done = batch(tmp_path)
    assert done.returncode == 2
    assert "was not made by this job" in done.stderr
    assert (tmp_path / "out/takes/a.take.npz").read_text() == "mine"


@pytest.mark.parametrize(
    ("output", "says"), [("taken", "cannot be written to"), ("/proc/understudy", "cannot be written to")]
)
def test_outputs_that_cannot_be_written(tmp_path, two_clips, output, says):
    if output.startswith("/proc") and not Path("/proc").is_dir():
        pytest.skip("no folder that is read-only for everybody")
    (tmp_path / "taken").write_text("a file, not a folder")
    write_job(tmp_path, JOB.replace('"out"', f'"{output}"').replace("clips/*.mp4", str(two_clips / "a.mp4")))
    done = batch(tmp_path)
    assert done.returncode == 2
    assert says in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting needs root")
def test_a_full_disk_stops_the_job_and_it_goes_on_later(tmp_path, two_clips):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], check=False).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        text = JOB.replace('"out"', f'"{disk / "out"}"').replace("clips/*.mp4", str(two_clips / "a.mp4"))
        write_job(tmp_path, text)
        done = batch(tmp_path)
        assert done.returncode == 2
        assert "is full; make room and give the same command again" in done.stdout
        assert "Traceback" not in done.stdout + done.stderr
        assert not list(disk.rglob("*.blend"))
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        again = batch(tmp_path)
        assert again.returncode == 0, again.stdout + again.stderr
        assert list(disk.rglob("*.blend"))
    finally:
        subprocess.run(["umount", str(disk)], check=False)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.toml"], "no job file"),
        (["night.toml", "--workers", "0"], "from 1 to 256"),
        (["night.toml", "--blender", "/nowhere/blender"], "is not a program that can be started"),
    ],
)
def test_wrong_commands(tmp_path, two_clips, arguments, says):
    write_job(tmp_path, JOB.replace("clips/*.mp4", str(two_clips / "a.mp4")))
    done = batch(tmp_path, *arguments[1:], job=arguments[0])
    assert done.returncode == 2
    assert says in done.stderr
