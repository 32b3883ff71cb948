"""The farm's job: validated by Open Job Description's own tool, path mapping, frozen jobs, single tasks."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.batch.bundle import bundle_files, write_bundle
from understudy.batch.farm_task import task_of
from understudy.batch.frozen import Frozen, freeze, mapped, read_rules, thaw
from understudy.batch.job import Job
from understudy.batch.job_file import JobError
from understudy.batch.openjd import job_template
from understudy.batch.records import failures, is_done, take_in, write_failure, write_record
from understudy.batch.scan import scan
from understudy.batch.shots import find_shots
from understudy.batch.state import State

sys.path.insert(0, str(Path(__file__).parent))
from queues import chain

OPENJD = shutil.which("openjd", path=str(Path(sys.executable).parent)) or shutil.which("openjd")


def frozen_in(folder: Path, clips: int = 3, chunks: int = 2, render: bool = True) -> tuple[Frozen, str]:
    """A job of empty clips on two rigs, frozen; nothing of it is opened."""
    for name in (*(f"clips/c{clip}.mp4" for clip in range(clips)), "mira.blend", "rigo.blend"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    values = {
        "name": "night",
        "footage": [{"files": "clips/*.mp4"}],
        "rig": [{"name": name, "file": f"{name}.blend"} for name in ("mira", "rigo")],
    } | ({"render": {"size": "64x64", "engine": "cycles"}} if render else {})
    job = Job.model_validate(values)
    found = find_shots(job, folder)
    pieces = [[(0, 5), (5, None)][-chunks:] for _ in found.shots]
    checks = {(str(shot.source), ""): {"armature": "A", "files": [], "camera": "C"} for shot in found.shots}
    hashes = {str(clip.file): f"hash {clip.name}" for clip in found.clips}
    text = freeze(job, found, folder, checks, hashes, pieces)
    (folder / "plan.json").write_text(text)
    return thaw(folder / "plan.json"), text


def openjd(*arguments: str) -> subprocess.CompletedProcess:
    if OPENJD is None:
        pytest.skip("openjd-cli is not installed")
    return subprocess.run([OPENJD, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("clips", "render"), [(3, True), (1, True), (600, True), (2, False)])
def test_the_template_passes_the_tools_of_the_specification(tmp_path, clips, render):
    frozen, text = frozen_in(tmp_path, clips, render=render)
    paths = write_bundle(tmp_path / "bundle", frozen, text, frozen.checks)
    for name in ("template", "environment"):
        checked = openjd("check", str(paths[name]))
        assert checked.returncode == 0, checked.stdout
    summary = json.loads(openjd("summary", str(paths["template"]), "--output", "json").stdout)
    shots = 2 * clips
    # More tasks than a list may hold become shots x chunks; here every shot has two, so the number is the same.
    assert summary["total_tasks"] == clips + shots + (2 * shots if render else 0) + shots + 1


def test_steps_depend_on_each_other_and_name_what_hosts_need(tmp_path):
    frozen, _ = frozen_in(tmp_path)
    template = job_template(frozen, tmp_path / "plan.json")
    needs = {step["name"]: [d["dependsOn"] for d in step.get("dependencies", [])] for step in template["steps"]}
    assert needs == {"Capture": [], "Apply": ["Capture"], "Render": ["Apply"], "Finish": ["Render"],
                     "Report": ["Finish"]}  # fmt: skip
    for step in template["steps"]:
        assert {amount["name"] for amount in step["hostRequirements"]["amounts"]} >= {"amount.worker.vcpu"}
    space = template["steps"][2]["parameterSpace"]
    assert space["combination"] == "(Shot, Chunk)"
    assert [definition["range"][:4] for definition in space["taskParameterDefinitions"]] == [[0, 0, 1, 1], [0, 1, 0, 1]]


def test_names_of_the_bundle(tmp_path):
    assert {path.name for path in bundle_files(tmp_path / "night.yaml").values()} == {
        "night.yaml", "night.environment.json", "asset_references.json", "night.plan.json", "night.flamenco.json",
    }  # fmt: skip


def test_paths_are_mapped_between_systems(tmp_path):
    rules_file = tmp_path / "rules.json"
    rules_file.write_text(json.dumps({
        "version": "pathmapping-1.0",
        "path_mapping_rules": [
            {"source_path_format": "WINDOWS", "source_path": "Z:\\show", "destination_path": "/mnt/show"},
            {"source_path_format": "POSIX", "source_path": "/vol/a", "destination_path": "/mnt/a"},
            {"source_path_format": "POSIX", "source_path": "/vol/a/rigs", "destination_path": "/fast/rigs"},
        ],
    }))  # fmt: skip
    rules = read_rules(rules_file)
    given = {"/vol/a/x.mp4": ["z:\\show\\clips\\1.mp4", "/vol/a/rigs/m.blend", "/vol/ab.mp4", "mira", 3]}
    assert mapped(given, rules) == {"/mnt/a/x.mp4": ["/mnt/show/clips/1.mp4", "/fast/rigs/m.blend", "/vol/ab.mp4",
                                                     "mira", 3]}  # fmt: skip
    assert read_rules(None) == []
    rules_file.write_text("[]")
    with pytest.raises(JobError, match="cannot be read"):
        read_rules(rules_file)


def test_a_moved_frozen_job_has_the_same_keys(tmp_path):
    """What one host has done counts on another that mounts the show elsewhere."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    frozen, text = frozen_in(here)
    shutil.copytree(here, there)
    (there / "plan.json").write_text(text)
    rules = tmp_path / "rules.json"
    rule = {"source_path_format": "POSIX", "source_path": str(here), "destination_path": str(there)}
    rules.write_text(json.dumps({"path_mapping_rules": [rule]}))
    moved = thaw(there / "plan.json", read_rules(rules))
    for stage, index in (("capture", 2), ("apply", 4), ("render", 1), ("finish", 5)):
        one = task_of(frozen, stage, index, None, here / "out" / ".understudy")
        other = task_of(moved, stage, index, None, there / "out" / ".understudy")
        assert one is not None
        assert other is not None
        assert (one.id, one.key) == (other.id, other.key)
        assert str(there) in json.dumps(other.params)
        assert str(here) not in json.dumps(other.params).replace(str(there), "")


def test_the_whole_plan_has_the_same_keys_as_its_single_tasks(tmp_path):
    from understudy.batch.fingerprint import FileHashes, stamp_of
    from understudy.batch.plan import make_plan

    frozen, _ = frozen_in(tmp_path)
    scratch = tmp_path / "out" / ".understudy"
    known = {path: (stamp_of(Path(path)), value) for path, value in frozen.hashes.items()}
    plan = make_plan(frozen.job, frozen.shots, scratch, FileHashes(known), frozen.checks)
    single = task_of(frozen, "finish", 3, None, scratch)
    assert single is not None
    assert plan.tasks[plan.finish_of[3]].key == single.key


def test_chunks_and_tasks_that_are_not_there(tmp_path):
    frozen, _ = frozen_in(tmp_path)
    scratch = tmp_path / "out" / ".understudy"
    chunk = task_of(frozen, "render", 1, 1, scratch)
    assert chunk is not None
    assert chunk.params["chunk"] == [5, None]
    assert task_of(frozen, "render", 1, 2, scratch) is None
    for stage, index in (("capture", 3), ("apply", 6), ("finish", 6), ("dance", 0)):
        with pytest.raises(JobError, match=r"there is no|There is no"):
            task_of(frozen, stage, index, None, scratch)


@pytest.mark.parametrize("text", ["", "{}", '{"version": "0.0.1", "job": {}}', "[1]"])
def test_files_that_are_no_frozen_jobs(tmp_path, text):
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(JobError):
        thaw(path)


def test_records_of_a_farm_are_taken_in(tmp_path):
    plan = chain(tmp_path, 2)
    scratch = tmp_path / ".understudy"
    for task in plan.tasks:
        task.outputs[0].write_text(task.id)
        write_record(scratch, task, task.outputs, {"facts": task.id}, 1.0)
    write_failure(scratch, plan.tasks[0], "The clip is corrupt.")
    assert failures(scratch) == {"capture_0": "The clip is corrupt."}
    write_record(scratch, plan.tasks[0], plan.tasks[0].outputs, {}, 1.0)
    assert failures(scratch) == {}
    state = State(tmp_path)
    take_in(scratch, state)
    assert scan(plan, state.all_done()).to_do == ()
    assert state.claimed() == {str(task.outputs[0]) for task in plan.tasks}
    state.close()
    # The farm still sees what is done, until a result is gone.
    assert all(is_done(scratch, task) for task in plan.tasks)
    plan.tasks[1].outputs[0].unlink()
    assert [is_done(scratch, task) for task in plan.tasks[:2]] == [True, False]
