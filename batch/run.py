"""One run of a job: find what there is to do, refuse what cannot work, do the rest, report."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import machine
from .checks import check_sources, refuse_unfit
from .fingerprint import FileHashes
from .job import Job
from .job_file import JobError
from .kinds import worker_kinds
from .plan import STAGES, Plan, make_plan
from .report import write_report
from .runner import Failure, Outcome, Runner, Settings
from .scan import Scan, claims_of, refuse_edited, refuse_foreign, scan
from .shots import Shots, find_shots, output_folder
from .show import Counts, clock, watcher
from .state import State
from .worker import Workers


@dataclass(frozen=True)
class RunOptions:
    """What the command line asks for beside the job."""

    workers: int | None = None
    blender: str | None = None
    overwrite: bool = False
    check_only: bool = False
    as_json: bool = False


@dataclass(frozen=True)
class Summary:
    """How a run ended."""

    done: int
    before: int
    to_do: int
    failures: tuple[Failure, ...]
    stopped: str
    seconds: float
    report: Path | None
    notes: tuple[str, ...] = ()

    @property
    def defects(self) -> bool:
        return any("defect" in failure.reason or "ended unexpectedly" in failure.reason for failure in self.failures)

    def to_json(self) -> dict[str, Any]:
        return {
            "done": self.done,
            "done_before": self.before,
            "to_do": self.to_do,
            "failures": [
                {"stage": f.task.stage, "task": f.task.label, "reason": f.reason, "attempts": f.attempts,
                 "blocked": len(f.blocked)}
                for f in self.failures
            ],
            "stopped": self.stopped,
            "seconds": round(self.seconds, 2),
            "report": str(self.report) if self.report else None,
            "notes": list(self.notes),
        }  # fmt: skip

    def in_words(self) -> str:
        lines = [f"Note: {note}" for note in self.notes]
        for failure in self.failures:
            blocked = f" (with {len(failure.blocked)} tasks that need it)" if failure.blocked else ""
            lines.append(f"Failed: {failure.task.stage} {failure.task.label}{blocked}: {failure.reason}")
        if self.stopped:
            lines.append(self.stopped)
        before = f", {self.before} done before" if self.before else ""
        lines.append(f"{self.done} of {self.to_do} tasks done in {clock(self.seconds)}{before}.")
        if self.report:
            lines.append(f"Report: {self.report}")
        return "\n".join(lines)


def run_job(job: Job, base: Path, options: RunOptions, cancelled: Callable[[], bool] = lambda: False) -> Summary:
    """Do a job, or go on with it. base: the folder that relative paths of the job start from."""
    found = find_shots(job, base)
    output = output_folder(job, base)
    require_writable(output)
    state = State(output)
    try:
        return _run(job, found, state, options, cancelled)
    finally:
        state.close()


def require_writable(folder: Path) -> None:
    """Say before hours of work, not after, that nothing can be kept."""
    probe = folder / ".understudy-writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise JobError(f"The output folder {folder} cannot be written to: {error.strerror}; choose another.") from error


def _run(job: Job, found: Shots, state: State, options: RunOptions, cancelled: Callable[[], bool]) -> Summary:
    slots = options.workers or job.limits.workers or machine.cores()
    kinds = worker_kinds(max(1, machine.cores() // slots), options.blender)
    hashes = FileHashes(state.known_hashes(), state.remember_hash)
    say = (lambda text: None) if options.as_json else _say_quietly
    checks = check_sources(job, found.shots, kinds, state, hashes, say)
    refuse_unfit(job, found.shots, checks)
    plan = make_plan(job, found, state.folder, hashes, checks)
    done = state.all_done()
    scanned = scan(plan, done)
    claims = claims_of(plan, (shot.render for shot in found.shots if shot.render and "#" in shot.render.name))
    if not options.overwrite:
        refuse_foreign(claims, state.claimed())
        refuse_edited(plan, scanned.to_do, done)
    notes = (*found.notes, *_edited_notes(scanned))
    if options.check_only:
        planned = ", ".join(f"{count} to {stage}" for stage, count in _by_stage(plan, scanned.to_do).items() if count)
        notes = (*notes, f"To do: {planned or 'nothing'}.")
        return Summary(0, len(plan.tasks) - len(scanned.to_do), len(scanned.to_do), (), "", 0.0, None, notes)
    state.claim(claims)
    outcome = _work(job, plan, scanned, state, slots, kinds, options, cancelled)
    report = _report(job, found, plan, state, outcome, notes)
    before = len(plan.tasks) - len(scanned.to_do)
    return Summary(outcome.done, before, len(scanned.to_do), tuple(outcome.failures), outcome.stopped,
                   outcome.seconds, report, notes)  # fmt: skip


def _report(job: Job, found: Shots, plan: Plan, state: State, outcome: Outcome, notes: tuple[str, ...]) -> Path | None:
    """The report's page; None where the disk has no room for it, which the outcome says already."""
    try:
        return write_report(job, found, plan, state, outcome, notes, state.folder.parent)
    except OSError:
        if outcome.stopped:
            return None
        raise


def _work(
    job: Job, plan: Plan, scanned: Scan, state: State, slots: int, kinds: Any, options: RunOptions,
    cancelled: Callable[[], bool],
) -> Outcome:  # fmt: skip
    if not scanned.to_do:
        return Outcome()
    to_do = [plan.tasks[place] for place in scanned.to_do]
    left = set(scanned.to_do)
    before = _by_stage(plan, tuple(place for place in range(len(plan.tasks)) if place not in left))
    workers = Workers(kinds, job.limits.memory_gb or machine.memory_budget(), state.folder / "logs")
    show = watcher(Counts(to_do, before, slots), options.as_json)
    settings = Settings(slots, job.limits.retries, 60 * job.limits.stall_minutes)
    runner = Runner(plan, scanned.to_do, state, workers, settings, show, cancelled)
    try:
        with show.live():
            return runner.run()
    finally:
        workers.stop_all()


def _by_stage(plan: Plan, places: tuple[int, ...]) -> dict[str, int]:
    counts: dict[str, int] = dict.fromkeys(STAGES, 0)
    for place in places:
        counts[plan.tasks[place].stage] += 1
    return counts


def _edited_notes(scanned: Scan) -> list[str]:
    if not scanned.edited:
        return []
    more = f" and {len(scanned.edited) - 1} more" if len(scanned.edited) > 1 else ""
    return [f"{scanned.edited[0]}{more} changed since this job wrote it and stays as it is."]


def _say_quietly(text: str) -> None:
    if sys.stdout.isatty():
        print(text, flush=True)
