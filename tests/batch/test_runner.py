"""The runner with real worker processes that do next to nothing: failures, crashes, kills, memory, locks."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from understudy.batch.job_file import JobError
from understudy.batch.scan import refuse_edited, refuse_foreign, scan
from understudy.batch.state import State

sys.path.insert(0, str(Path(__file__).parent))
from queues import chain, run


def lines(folder: Path) -> Counter:
    path = folder / "lines.txt"
    return Counter(path.read_text().split()) if path.exists() else Counter()


def test_everything_is_done_once_in_order(tmp_path):
    plan = chain(tmp_path, 10)
    outcome, _ = run(plan, tmp_path)
    assert (outcome.done, outcome.failures, outcome.stopped) == (20, [], "")
    assert set(lines(tmp_path).values()) == {1}
    order = (tmp_path / "lines.txt").read_text().split()
    assert all(order.index(f"capture_{clip}") < order.index(f"apply_{clip}") for clip in range(10))
    again, _ = run(plan, tmp_path)
    assert again.done == 0
    assert set(lines(tmp_path).values()) == {1}


def test_a_failing_clip_is_tried_again_and_does_not_stop_the_others(tmp_path):
    plan = chain(tmp_path, 4, capture_1={"fail": "The clip is corrupt."})
    outcome, watcher = run(plan, tmp_path, retries=2)
    assert outcome.done == 6
    failure = outcome.failures[0]
    assert (failure.task.id, failure.attempts, failure.reason) == ("capture_1", 3, "The clip is corrupt.")
    assert [task.id for task in failure.blocked] == ["apply_1"]
    assert lines(tmp_path)["capture_1"] == 3
    assert sum("trying again" in said for said in watcher.said) == 2


def test_what_fails_once_succeeds_the_second_time(tmp_path):
    plan = chain(tmp_path, 2, apply_0={"fail_times": 1, "count": str(tmp_path / "count")})
    outcome, _ = run(plan, tmp_path)
    assert (outcome.done, outcome.failures) == (4, [])


def test_a_crashing_worker_costs_its_own_task_alone(tmp_path):
    plan = chain(tmp_path, 5, capture_2={"die": True})
    outcome, _ = run(plan, tmp_path)
    assert outcome.done == 8
    assert "ended unexpectedly (exit code 7)" in outcome.failures[0].reason


def test_workers_that_cannot_work_at_all_stop_the_job(tmp_path):
    plan = chain(tmp_path, 8, **{f"capture_{clip}": {"die": True} for clip in range(8)})
    outcome, _ = run(plan, tmp_path)
    assert "workers cannot work" in outcome.stopped


def test_a_task_without_a_sign_of_life_is_stopped(tmp_path):
    plan = chain(tmp_path, 2, capture_0={"seconds": 60})
    begun = time.monotonic()
    outcome, _ = run(plan, tmp_path, retries=0, stall_seconds=1.0)
    assert time.monotonic() - begun < 20
    assert outcome.done == 2
    assert "No sign of life" in outcome.failures[0].reason


def test_cancel_ends_soon_and_the_rest_is_done_later(tmp_path):
    plan = chain(tmp_path, 20, seconds=0.05)
    outcome, _ = run(plan, tmp_path, cancelled=lambda: len(lines(tmp_path)) > 6)
    assert outcome.stopped
    assert 0 < outcome.done < 40
    again, _ = run(plan, tmp_path)
    assert again.done == 40 - outcome.done


def test_memory_limits_the_processes(tmp_path):
    """Room for one worker of 0.1 GB: kinds take turns and all is done all the same."""
    outcome, _ = run(chain(tmp_path, 3), tmp_path, slots=4, gigabytes=0.15)
    assert outcome.done == 6


def kill_at_random(folder: Path, clips: int, seconds: float, chance: random.Random) -> bool:
    """Start the queue, kill -9 its runner at a random moment; whether it was still running then."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("queues.py")), str(folder), str(clips), str(seconds)]
    )
    time.sleep(0.4 + chance.random() * 0.9)
    alive = process.poll() is None
    os.kill(process.pid, signal.SIGKILL) if alive else None
    process.wait()
    return alive


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_killed_five_times_nothing_is_done_twice_but_what_was_in_flight(tmp_path):
    chance = random.Random(7)
    clips, slots = 40, 2
    kills = sum(kill_at_random(tmp_path, clips, 0.06, chance) for _ in range(5))
    assert kills >= 3, "the queue was too short for the test"
    outcome, _ = run(chain(tmp_path, clips, 0.0), tmp_path)
    assert not outcome.failures
    counts = lines(tmp_path)
    assert len(counts) == 2 * clips
    # A kill can cost what was running, and what was done but not yet noted: one of each a worker.
    assert sum(count - 1 for count in counts.values()) <= kills * slots * 2
    for clip in range(clips):
        assert (tmp_path / f"apply_{clip}.txt").read_text() == f"apply_{clip}"


def test_a_second_runner_is_refused(tmp_path):
    state = State(tmp_path)
    with pytest.raises(JobError, match="Another batch is at work"):
        State(tmp_path)
    state.close()
    State(tmp_path).close()


def test_changed_inputs_are_done_again_and_edited_results_are_kept(tmp_path):
    plan = chain(tmp_path, 2)
    run(plan, tmp_path)
    (tmp_path / "apply_0.txt").write_text("an animator's day of work")
    state = State(tmp_path)
    done = state.all_done()
    state.close()
    found = scan(plan, done)
    assert found.to_do == ()
    assert found.edited == (tmp_path / "apply_0.txt",)
    changed = {**done, "apply_0": type(done["apply_0"])("another key", done["apply_0"].outputs)}
    todo = scan(plan, changed).to_do
    assert [plan.tasks[place].id for place in todo] == ["apply_0"]
    with pytest.raises(JobError, match="changed by somebody"):
        refuse_edited(plan, todo, changed)


def test_a_lost_result_is_made_again_alone(tmp_path):
    plan = chain(tmp_path, 3)
    run(plan, tmp_path)
    (tmp_path / "capture_1.txt").unlink()
    outcome, _ = run(plan, tmp_path)
    assert outcome.done == 1


def test_files_of_others_are_not_overwritten(tmp_path):
    (tmp_path / "x.blend").write_text("mine")
    (tmp_path / "0007.png").write_text("mine")
    with pytest.raises(JobError, match="was not made by this job"):
        refuse_foreign({str(tmp_path / "x.blend")}, set())
    with pytest.raises(JobError, match="was not made by this job"):
        refuse_foreign({str(tmp_path / "####.png")}, set())
    refuse_foreign({str(tmp_path / "x.blend"), str(tmp_path / "y_####.png")}, {str(tmp_path / "x.blend")})
