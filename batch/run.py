"""One run of a job: do what is to do, and report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import machine
from .job import Job
from .kinds import worker_kinds
from .plan import STAGES, Plan
from .prepare import Prepared, open_state, prepare
from .records import failures as farm_failures
from .report import write_report
from .runner import Failure, Outcome, Runner, Settings
from .show import Counts, clock, watcher
from .state import State
from .worker import WorkerKind, Workers


@dataclass(frozen=True)
class RunOptions:
    """What the command line asks for beside the job."""

    workers: int | None = None
    blender: str | None = None
    overwrite: bool = False
    check_only: bool = False
    report_only: bool = False
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
                {
                    "stage": failure.task.stage,
                    "task": failure.task.label,
                    "reason": failure.reason,
                    "attempts": failure.attempts,
                    "blocked": len(failure.blocked),
                }
                for failure in self.failures
            ],
            "stopped": self.stopped,
            "seconds": round(self.seconds, 2),
            "report": str(self.report) if self.report else None,
            "notes": list(self.notes),
        }

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
    state = open_state(job, base)
    try:
        slots = options.workers or job.limits.workers or machine.cores()
        kinds = worker_kinds(max(1, machine.cores() // slots), options.blender)
        prepared = prepare(job, base, kinds, state, options.overwrite, _silent if options.as_json else None)
        notes = (*prepared.found.notes, *_edited_notes(prepared.scanned.edited))
        if options.check_only:
            return _checked(prepared, notes)
        state.claim(prepared.claims)
        outcome = Outcome()
        if prepared.scanned.to_do and not options.report_only:
            outcome = _work(job, prepared, state, slots, kinds, options, cancelled)
        report = _report(job, prepared, state, outcome, notes)
        return _summary(prepared, outcome, report, notes)
    finally:
        state.close()


def _work(
    job: Job, prepared: Prepared, state: State, slots: int, kinds: tuple[WorkerKind, ...], options: RunOptions,
    cancelled: Callable[[], bool],
) -> Outcome:  # fmt: skip
    plan, places = prepared.plan, prepared.scanned.to_do
    left = set(places)
    before = _by_stage(plan, (place for place in range(len(plan.tasks)) if place not in left))
    workers = Workers(kinds, job.limits.memory_gb or machine.memory_budget(), state.folder / "logs")
    show = watcher(Counts([plan.tasks[place] for place in places], before, slots), options.as_json)
    settings = Settings(slots, job.limits.retries, 60 * job.limits.stall_minutes)
    runner = Runner(plan, places, state, workers, settings, show, cancelled)
    try:
        with show.live():
            return runner.run()
    finally:
        workers.stop_all()


def _report(job: Job, prepared: Prepared, state: State, outcome: Outcome, notes: tuple[str, ...]) -> Path | None:
    """The report's page; None where the disk has no room for it, which the outcome says already."""
    reasons = farm_failures(state.folder) | {failure.task.id: failure.reason for failure in outcome.failures}
    try:
        return write_report(job, prepared.found, prepared.plan, state, outcome, reasons, notes)
    except OSError:
        if outcome.stopped:
            return None
        raise


def _checked(prepared: Prepared, notes: tuple[str, ...]) -> Summary:
    counts = _by_stage(prepared.plan, prepared.scanned.to_do)
    planned = ", ".join(f"{count} to {stage}" for stage, count in counts.items() if count)
    return _summary(prepared, Outcome(), None, (*notes, f"To do: {planned or 'nothing'}."))


def _summary(prepared: Prepared, outcome: Outcome, report: Path | None, notes: tuple[str, ...]) -> Summary:
    to_do = len(prepared.scanned.to_do)
    return Summary(
        done=outcome.done,
        before=len(prepared.plan.tasks) - to_do,
        to_do=to_do,
        failures=tuple(outcome.failures),
        stopped=outcome.stopped,
        seconds=outcome.seconds,
        report=report,
        notes=notes,
    )


def _by_stage(plan: Plan, places: Iterable[int]) -> dict[str, int]:
    counts: dict[str, int] = dict.fromkeys(STAGES, 0)
    for place in places:
        counts[plan.tasks[place].stage] += 1
    return counts


def _edited_notes(edited: Sequence[Path]) -> list[str]:
    if not edited:
        return []
    more = f" and {len(edited) - 1} more" if len(edited) > 1 else ""
    return [f"{edited[0]}{more} changed since this job wrote it and stays as it is."]


def _silent(_text: str) -> None:
    """Scripts read nothing but the JSON lines."""
