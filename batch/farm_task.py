"""One task of a frozen job, alone in its process: what a farm's machines run. Says its progress in OpenJD's form."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import machine
from .fingerprint import FileHashes, stamp_of
from .frozen import Frozen
from .job_file import JobError
from .kinds import worker_kinds
from .plan import Plan, Task, make_plan
from .records import is_done, write_failure, write_record
from .shots import Shots, output_folder
from .state import FOLDER
from .worker import INPUT_ERROR, Workers

_QUIET_SECONDS = 3600.0
_MAP = {"capture": "capture_of", "apply": "apply_of", "render": "render_of", "finish": "finish_of"}


def run_task(frozen: Frozen, stage: str, index: int, chunk: int | None, blender: str | None = None) -> int:
    """Do one task; 0, or 2 after a line `openjd_fail: why`."""
    scratch = output_folder(frozen.job, Path("/")) / FOLDER
    task = task_of(frozen, stage, index, chunk, scratch)
    # Pictures vanish once their video is finished: then there is nothing to render again.
    finish = task_of(frozen, "finish", index, None, scratch) if stage == "render" else None
    if task is None or is_done(scratch, task) or (finish is not None and is_done(scratch, finish)):
        say("status", "Nothing to do")
        say("progress", "100")
        return 0
    return _do(task, scratch, frozen.job.limits.retries, blender)


def check_host(blender: str | None) -> int:
    """A host that has the program (it runs) and Blender can do every task."""
    worker_kinds(1, blender)
    say("status", "Understudy is ready on this host")
    return 0


def report_frozen(frozen: Frozen, plan_file: Path, blender: str | None) -> int:
    """The last step: what all hosts noted becomes the report."""
    from .run import RunOptions, run_job

    summary = run_job(frozen.job, plan_file.resolve().parent, RunOptions(report_only=True, blender=blender))
    print(summary.in_words(), flush=True)
    say("progress", "100")
    return 0


def task_of(frozen: Frozen, stage: str, index: int, chunk: int | None, scratch: Path) -> Task | None:
    """The task; None for a chunk past the end of its shot. Clips on no rig are finished after all shots."""
    found = frozen.shots
    if stage == "capture":
        clip = _at(found.clips, index, "clip")
        return None if clip.ready else _plan_for(frozen, Shots((clip,), ()), scratch).tasks[0]
    if stage == "finish" and index >= len(found.shots):
        paired = {shot.clip.index for shot in found.shots}
        clip = _at([clip for clip in found.clips if clip.index not in paired], index - len(found.shots), "clip")
        return _plan_for(frozen, Shots((clip,), ()), scratch).tasks[-1]
    if stage not in _MAP:
        raise JobError(f"There is no stage {stage!r}; there are {', '.join(_MAP)} and report.")
    shot = _at(found.shots, index, "shot")
    plan = _plan_for(frozen, Shots((shot.clip,), (shot,)), scratch)
    places = getattr(plan, _MAP[stage])
    if shot.index not in places:
        raise JobError(f"The job has no {stage} stage.")
    task = plan.tasks[places[shot.index]]
    if stage == "render" and chunk is not None:
        if chunk >= len(frozen.chunks[shot.index]):
            return None
        task = replace(
            task, id=f"{task.id} | {chunk}", params={**task.params, "chunk": list(frozen.chunks[shot.index][chunk])}
        )
    return task


def _at(entries: Any, index: int, what: str) -> Any:
    if not 0 <= index < len(entries):
        raise JobError(f"The job has {len(entries)} {what}s; there is no {what} {index}.")
    return entries[index]


def _plan_for(frozen: Frozen, found: Shots, scratch: Path) -> Plan:
    known = {path: (stamp, value) for path, value in frozen.hashes.items() if (stamp := stamp_of(Path(path)))}
    return make_plan(frozen.job, found, scratch, FileHashes(known), frozen.checks)


def _do(task: Task, scratch: Path, retries: int, blender: str | None) -> int:
    for path in task.outputs:
        path.parent.mkdir(parents=True, exist_ok=True)
    reason = ""
    for attempt in range(retries + 1):
        if attempt:
            say("status", f"Trying again: {reason}")
        begun = time.monotonic()
        facts, reason = _ask(task, scratch, blender, lambda share, words: _progress(share, words))
        if facts is not None:
            outputs = [*task.outputs, *(Path(path) for path in facts.pop("outputs", []))]
            write_record(scratch, task, outputs, facts, time.monotonic() - begun)
            for folder in task.scrap:
                shutil.rmtree(folder, ignore_errors=True)
            say("progress", "100")
            return 0
    write_failure(scratch, task, reason)
    say("fail", f"{task.stage} {task.label}: {reason}")
    return 2


def _ask(
    task: Task, scratch: Path, blender: str | None, progress: Callable[[float, str], None]
) -> tuple[dict[str, Any] | None, str]:
    """(what the worker reported, "") or (None, why not)."""
    kinds = worker_kinds(machine.cores(), blender, only=task.kind)
    workers = Workers(kinds, 1e9, scratch / "logs" / "farm")
    try:
        worker = workers.take(task.kind)
        assert worker is not None
        worker.ask(1, task.stage, task.params)
        while True:
            report = workers.reports.get(timeout=_QUIET_SECONDS)
            if report.kind == "progress":
                progress(float(report.value.get("fraction", 0)), str(report.value.get("message", "")))
            elif report.kind == "result":
                return report.value or {}, ""
            elif report.kind == "error":
                defect = "" if report.value.get("code") == INPUT_ERROR else "a defect: "
                return None, defect + str(report.value.get("message"))
            else:
                return None, f"The {task.kind} worker ended unexpectedly. {worker.last_words()}"
    finally:
        workers.stop_all()


def _progress(share: float, words: str) -> None:
    say("progress", f"{100 * share:.1f}")
    if words:
        say("status", words)


def say(kind: str, text: str) -> None:
    """A line that a farm's worker agent understands: openjd_progress, openjd_status, openjd_fail."""
    print(f"openjd_{kind}: {' '.join(text.split())}", flush=True, file=sys.stdout)
