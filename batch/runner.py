"""Runs the tasks of a plan in worker processes: one thread decides, the workers do.

A task that fails is tried again and then given up with everything that needs it; the others go on. Whatever happens to
this process, the state holds only what is whole: a result is noted after its files are in place.
"""

from __future__ import annotations

import errno
import heapq
import os
import queue
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from .machine import resident_gb
from .plan import STAGES, Plan, Task
from .scan import stamps
from .state import State
from .worker import INPUT_ERROR, Report, Worker, Workers

_TICK = 0.25
_ROOM = 20 * 1024 * 1024
"""Bytes below which a disk counts as full."""
_FULL = os.strerror(errno.ENOSPC)
_GROWTH = 2.5
"""A worker that has grown to so many times what one should need is replaced."""
_STARTS = 3
"""Workers of a kind that may die before any of them has answered at all."""


class Watcher(Protocol):
    """Told what happens, to show it."""

    def begun(self, task: Task, worker: int) -> None: ...
    def progress(self, task: Task, worker: int, fraction: float, message: str) -> None: ...
    def done(self, task: Task, worker: int, seconds: float) -> None: ...
    def failed(self, task: Task, reason: str, again: bool) -> None: ...
    def tick(self) -> None: ...


@dataclass(frozen=True)
class Failure:
    """A task given up. blocked: tasks that could not run because of it."""

    task: Task
    reason: str
    attempts: int
    blocked: tuple[Task, ...] = ()


@dataclass
class Outcome:
    """done: how many tasks were done now; stopped: why the whole job had to stop, else empty."""

    done: int = 0
    failures: list[Failure] = field(default_factory=list)
    stopped: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Settings:
    """slots: tasks at once. threads: for each of them."""

    slots: int
    retries: int = 1
    stall_seconds: float = 1800.0


class Runner:
    """One run over what is to do."""

    def __init__(self, plan: Plan, to_do: tuple[int, ...], state: State, workers: Workers, settings: Settings,
                 watcher: Watcher, cancelled: Callable[[], bool] = lambda: False) -> None:  # fmt: skip
        self._plan, self._state, self._workers = plan, state, workers
        self._settings, self._watcher, self._cancelled = settings, watcher, cancelled
        self._left = set(to_do)
        self._waits = {place: sum(need in self._left for need in plan.tasks[place].needs) for place in to_do}
        self._after: dict[int, list[int]] = {}
        for place in to_do:
            for need in plan.tasks[place].needs:
                self._after.setdefault(need, []).append(place)
        self._ready: dict[str, list[tuple[tuple[float, ...], int]]] = {}
        self._attempts: dict[int, int] = {}
        self._running: dict[Worker, tuple[int, float]] = {}
        self._able: set[str] = set()
        self._deaths: dict[str, int] = {}
        self._requests = 0
        self.outcome = Outcome()
        for place in to_do:
            if not self._waits[place]:
                self._make_ready(place)

    def run(self) -> Outcome:
        """Until all is done or given up, or the job has to stop."""
        begun = time.monotonic()
        try:
            while self._left and not self.outcome.stopped:
                if self._cancelled():
                    self.outcome.stopped = "Stopped; give the same command again to go on."
                    break
                self._dispatch()
                self._state.save()
                self._listen()
                self._watcher.tick()
        finally:
            if self.outcome.stopped:
                self._workers.kill_all()
            for place, _ in self._running.values():
                self._state.event("stopped", self._plan.tasks[place].id)
            self._state.save()
            self.outcome.seconds = time.monotonic() - begun
        return self.outcome

    def _make_ready(self, place: int) -> None:
        task = self._plan.tasks[place]
        # What is furthest along goes first, so that shots come out whole one after the other; tried again comes last.
        order = (self._attempts.get(place, 0), -STAGES.index(task.stage), -task.weight, place)
        heapq.heappush(self._ready.setdefault(task.kind, []), (order, place))

    def _dispatch(self) -> None:
        while len(self._running) < self._settings.slots and not self.outcome.stopped:
            kinds = sorted((heap[0][0], kind) for kind, heap in self._ready.items() if heap)
            for _, kind in kinds:
                worker = self._worker(kind)
                if worker is not None:
                    self._begin(heapq.heappop(self._ready[kind])[1], worker)
                    break
            else:
                break

    def _worker(self, kind: str) -> Worker | None:
        try:
            return self._workers.take(kind)
        except OSError as error:
            self.outcome.stopped = f"No {kind} worker could be started: {error.strerror}."
            return None

    def _begin(self, place: int, worker: Worker) -> None:
        task = self._plan.tasks[place]
        try:
            for path in task.outputs:
                path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            worker.request = None
            self._fail(place, f"The folder {error.filename} cannot be made: {error.strerror}.")
            return
        self._requests += 1
        self._state.event("begun", task.id)
        self._running[worker] = (place, time.monotonic())
        worker.ask(self._requests, task.stage, task.params)
        self._watcher.begun(task, worker.number)

    def _listen(self) -> None:
        """Wait for news, then take all there is, so that many small results cost one note."""
        try:
            report = self._workers.reports.get(timeout=_TICK)
        except queue.Empty:
            self._stop_stalled()
            return
        while True:
            self._hear(report)
            try:
                report = self._workers.reports.get_nowait()
            except queue.Empty:
                return

    def _hear(self, report: Report) -> None:
        worker = report.worker
        worker.last_sign = time.monotonic()
        running = self._running.get(worker)
        if report.kind == "ended":
            self._ended(worker)
        elif running is not None and report.request == worker.request:
            place, since = running
            if report.kind == "progress":
                fraction, message = float(report.value.get("fraction", 0)), str(report.value.get("message", ""))
                self._watcher.progress(self._plan.tasks[place], worker.number, fraction, message)
                return
            del self._running[worker]
            worker.request = None
            worker.served += 1
            self._able.add(worker.kind.name)
            if report.kind == "result":
                self._done(place, worker, report.value or {}, time.monotonic() - since)
            else:
                self._refused(place, report.value)
            self._replace_if_grown(worker)

    def _done(self, place: int, worker: Worker, facts: dict[str, Any], seconds: float) -> None:
        task = self._plan.tasks[place]
        wanted = [*task.outputs, *(Path(path) for path in facts.pop("outputs", []))]
        outputs = stamps(wanted)
        missing = next((path for path in wanted if str(path) not in outputs), None)
        if missing is not None:
            self._fail(place, f"{missing} was to be written and is not there.")
            return
        self._state.finish(task.id, task.key, outputs, facts, seconds)
        self._state.event("done", task.id)
        self._left.discard(place)
        self.outcome.done += 1
        if task.scrap:
            self._state.save()
            for folder in task.scrap:
                shutil.rmtree(folder, ignore_errors=True)
        self._watcher.done(task, worker.number, seconds)
        for after in self._after.get(place, ()):
            self._waits[after] -= 1
            if after in self._left and not self._waits[after]:
                self._make_ready(after)

    def _refused(self, place: int, error: Mapping[str, Any]) -> None:
        reason = " ".join(str(error.get("message", "no reason was given")).split())
        if error.get("code") != INPUT_ERROR and not reason.endswith("."):
            reason = f"A defect: {reason}; please report it."
        self._fail(place, reason)

    def _fail(self, place: int, reason: str) -> None:
        task = self._plan.tasks[place]
        full = next((path for path in task.outputs or (self._plan.scratch,) if _disk_full(path)), None)
        if full is not None or _FULL in reason:
            self._state.event("failed", task.id, reason)
            folder = full.parent if full is not None else self._plan.scratch
            self.outcome.stopped = f"The disk of {folder} is full; make room and give the same command again to go on."
            return
        self._attempts[place] = self._attempts.get(place, 0) + 1
        again = self._attempts[place] <= self._settings.retries
        self._state.event("failed", task.id, reason)
        self._watcher.failed(task, reason, again)
        if again:
            self._make_ready(place)
            return
        self._left.discard(place)
        blocked = self._give_up_after(place)
        self.outcome.failures.append(Failure(task, reason, self._attempts[place], tuple(blocked)))

    def _give_up_after(self, place: int) -> list[Task]:
        found: list[Task] = []
        for after in self._after.get(place, ()):
            if after in self._left:
                self._left.discard(after)
                found += [self._plan.tasks[after], *self._give_up_after(after)]
        return found

    def _ended(self, worker: Worker) -> None:
        """A worker is gone: what it was doing failed, and the next task starts another."""
        self._workers.lost(worker)
        running = self._running.pop(worker, None)
        if running is None:
            return
        words = worker.last_words()
        kind = worker.kind.name
        self._deaths[kind] = self._deaths.get(kind, 0) + 1
        reason = f"The {kind} worker ended unexpectedly (exit code {worker.exit_code}). {words}".strip()
        self._fail(running[0], reason)
        if self._deaths[kind] >= _STARTS and kind not in self._able and not self.outcome.stopped:
            self.outcome.stopped = f"The {kind} workers cannot work: {reason}"

    def _stop_stalled(self) -> None:
        now = time.monotonic()
        for worker in list(self._running):
            if now - worker.last_sign > self._settings.stall_seconds:
                place, _ = self._running.pop(worker)
                self._workers.lost(worker)
                worker.kill()
                self._fail(place, f"No sign of life for {self._settings.stall_seconds / 60:g} minutes.")

    def _replace_if_grown(self, worker: Worker) -> None:
        """Memory stays flat over thousands of shots, whatever leaks in the libraries."""
        held = resident_gb(worker.pid)
        if held is None:
            return
        worker.gigabytes = max(worker.kind.gigabytes, held)
        if held > _GROWTH * worker.kind.gigabytes and worker in self._workers.all:
            self._workers.retire(worker)


def _disk_full(path: Path) -> bool:
    folder = path if path.is_dir() else path.parent
    try:
        return shutil.disk_usage(folder).free < _ROOM
    except OSError:
        return False
