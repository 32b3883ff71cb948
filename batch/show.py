"""What a person sees while a batch runs: a live table on a terminal, plain lines elsewhere, JSON lines for scripts."""

from __future__ import annotations

import json
import sys
import time
from collections import deque
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from .plan import STAGES, Task

_RECENT = 200
"""Tasks a stage's speed is taken from."""
_STAGE_WORDS = {"capture": "Capturing", "apply": "Applying", "render": "Rendering", "finish": "Finishing"}


class Counts:
    """How far each stage is, how fast, and how long the rest takes."""

    def __init__(self, to_do: Iterable[Task], before: dict[str, int], slots: int) -> None:
        self.total: dict[str, int] = dict.fromkeys(STAGES, 0)
        for task in to_do:
            self.total[task.stage] += 1
        self.before = before
        self.done: dict[str, int] = dict.fromkeys(STAGES, 0)
        self.failed: dict[str, int] = dict.fromkeys(STAGES, 0)
        self.slots = slots
        self._seconds: dict[str, deque[float]] = {stage: deque(maxlen=_RECENT) for stage in STAGES}
        self.begun = time.monotonic()

    def note_done(self, stage: str, seconds: float) -> None:
        self.done[stage] += 1
        self._seconds[stage].append(seconds)

    def mean(self, stage: str) -> float | None:
        """Seconds of one task."""
        recent = self._seconds[stage]
        return sum(recent) / len(recent) if recent else None

    def left(self, stage: str) -> int:
        return max(0, self.total[stage] - self.done[stage] - self.failed[stage])

    @property
    def seconds_left(self) -> float | None:
        """For everything; None while a stage that has work has not shown its speed yet."""
        total = 0.0
        for stage in STAGES:
            mean = self.mean(stage)
            if self.left(stage) and mean is None:
                return None
            total += self.left(stage) * (mean or 0.0)
        return total / self.slots


class Plain:
    """One line for each task that ends; for logs and pipes."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts

    def live(self) -> AbstractContextManager[Any]:
        return nullcontext()

    def say(self, text: str) -> None:
        print(text, flush=True)

    def begun(self, task: Task, worker: int) -> None:
        """Nothing to say yet."""

    def progress(self, task: Task, worker: int, fraction: float, message: str) -> None:
        """A line for each picture would drown the others."""

    def done(self, task: Task, worker: int, seconds: float) -> None:
        self.counts.note_done(task.stage, seconds)
        counts = self.counts
        done, total = sum(counts.done.values()), sum(counts.total.values())
        left = counts.seconds_left
        rest = f", {clock(left)} left" if left is not None and done < total else ""
        self.say(f"[{done}/{total}] {task.stage} {task.label}: {seconds:.1f} s{rest}")

    def failed(self, task: Task, reason: str, again: bool) -> None:
        if not again:
            self.counts.failed[task.stage] += 1
        self.say(f"{task.stage} {task.label} failed{', trying again later' if again else ''}: {reason}")

    def tick(self) -> None:
        """Nothing moves on paper."""


class JsonLines(Plain):
    """One JSON object a line: begun, progress, done, failed, and at the end the summary."""

    def say(self, text: str) -> None:
        self.emit(event="note", text=text)

    def emit(self, **values: Any) -> None:
        print(json.dumps(values, ensure_ascii=False), flush=True)

    def begun(self, task: Task, worker: int) -> None:
        self.emit(event="begun", stage=task.stage, task=task.label, worker=worker)

    def progress(self, task: Task, worker: int, fraction: float, message: str) -> None:
        self.emit(event="progress", stage=task.stage, task=task.label, fraction=round(fraction, 3), message=message)

    def done(self, task: Task, worker: int, seconds: float) -> None:
        self.counts.note_done(task.stage, seconds)
        counts = self.counts
        self.emit(event="done", stage=task.stage, task=task.label, seconds=round(seconds, 2),
                  done=sum(counts.done.values()), total=sum(counts.total.values()),
                  seconds_left=counts.seconds_left)  # fmt: skip

    def failed(self, task: Task, reason: str, again: bool) -> None:
        if not again:
            self.counts.failed[task.stage] += 1
        self.emit(event="failed", stage=task.stage, task=task.label, reason=reason, again=again)


class LiveTable(Plain):
    """A table that stays in place: stages with rates and time left, and what each worker does."""

    def __init__(self, counts: Counts) -> None:
        super().__init__(counts)
        self._console = Console()
        self._now: dict[int, tuple[Task, float, str]] = {}
        self._live = Live(console=self._console, refresh_per_second=4, transient=False)

    def live(self) -> AbstractContextManager[Any]:
        return self._live

    def say(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False)

    def begun(self, task: Task, worker: int) -> None:
        self._now[worker] = (task, 0.0, "")

    def progress(self, task: Task, worker: int, fraction: float, message: str) -> None:
        self._now[worker] = (task, fraction, message)

    def done(self, task: Task, worker: int, seconds: float) -> None:
        self._now.pop(worker, None)
        self.counts.note_done(task.stage, seconds)

    def failed(self, task: Task, reason: str, again: bool) -> None:
        self._now = {worker: now for worker, now in self._now.items() if now[0] is not task}
        super().failed(task, reason, again)

    def tick(self) -> None:
        self._live.update(Group(self._stages(), *self._workers()))

    def _stages(self) -> Table:
        table = Table(box=None, pad_edge=False)
        table.add_column("stage")
        for column in ("done", "of", "failed", "each", "a minute", "left"):
            table.add_column(column, justify="right")
        counts = self.counts
        for stage in STAGES:
            if counts.total[stage] or counts.before.get(stage):
                mean = counts.mean(stage)
                before = counts.before.get(stage, 0)
                minutes = (time.monotonic() - counts.begun) / 60
                table.add_row(
                    stage, str(before + counts.done[stage]), str(before + counts.total[stage]),
                    str(counts.failed[stage] or ""), f"{mean:.1f} s" if mean else "",
                    f"{counts.done[stage] / minutes:.1f}" if minutes > 0.05 and counts.done[stage] else "",
                    clock(counts.left(stage) * mean / counts.slots) if mean and counts.left(stage) else "",
                )  # fmt: skip
        left = counts.seconds_left
        table.caption = f"{clock(left)} left" if left is not None else None
        return table

    def _workers(self) -> list[Text]:
        lines = []
        for worker, (task, fraction, message) in sorted(self._now.items()):
            words = f"  {_STAGE_WORDS[task.stage]} {task.label}: {fraction:4.0%} {message}"
            lines.append(Text(words, no_wrap=True, overflow="ellipsis", style="dim"))
            if worker and len(lines) >= 12:
                break
        return lines


def watcher(counts: Counts, as_json: bool) -> Plain:
    """The one that fits where the output goes."""
    if as_json:
        return JsonLines(counts)
    return LiveTable(counts) if sys.stdout.isatty() else Plain(counts)


def clock(seconds: float) -> str:
    """Such as "2 h 05 min", "3 min", "40 s"."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 60} min" if whole >= 120 else f"{whole} s"
