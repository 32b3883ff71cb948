"""A queue of many clips whose tasks do nothing: what the runner itself costs, its memory, and the scan on resuming.

    .venv/bin/python benchmarks/batch_queue.py [--clips 10000]

Each clip is two tasks (4 ms would be 80 s for 10,000 clips) in real worker processes that write a file each.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "batch"))
from queues import Silent, chain, kinds

from understudy.batch.machine import resident_gb
from understudy.batch.plan import Task
from understudy.batch.runner import Runner, Settings
from understudy.batch.scan import scan
from understudy.batch.show import Counts
from understudy.batch.state import State
from understudy.batch.worker import Workers


class Watch(Silent):
    """Notes the runner's own memory as the queue goes on."""

    def __init__(self, counts: Counts, total: int) -> None:
        super().__init__(counts)
        self.memory: list[float] = []
        self._every = max(1, total // 10)
        self._seen = 0

    def say(self, text: str) -> None:
        """A queue this long says nothing."""

    def done(self, task: Task, worker: int, seconds: float) -> None:
        super().done(task, worker, seconds)
        self._seen += 1
        if self._seen % self._every == 0:
            import os

            self.memory.append(1000 * (resident_gb(os.getpid()) or 0.0))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clips", type=int, default=10000)
    clips = parser.parse_args().clips
    with tempfile.TemporaryDirectory(prefix="understudy-queue-") as name:
        folder = Path(name)
        plan = chain(folder, clips)
        # Without the file that all tasks append to: it is there for tests of what is done twice.
        for task in plan.tasks:
            task.params.pop("lines")
        state = State(folder)
        workers = Workers(kinds(), 10.0, folder / ".understudy" / "logs")
        watch = Watch(Counts(plan.tasks, {}, 2), len(plan.tasks))
        places = tuple(range(len(plan.tasks)))
        begun, used = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
        outcome = Runner(plan, places, state, workers, Settings(2), watch).run()
        wall = time.monotonic() - begun
        now = resource.getrusage(resource.RUSAGE_SELF)
        cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        workers.stop_all()
        state.close()
        count = outcome.done
        print(f"{count} tasks: {1000 * wall / count:.2f} ms a task by the clock (workers' own time included), "
              f"{1000 * cpu / count:.2f} ms of the runner's own processor time")  # fmt: skip
        print("runner's memory in MB after each tenth:", ", ".join(f"{value:.0f}" for value in watch.memory))
        begun, used = time.monotonic(), time.process_time()
        state = State(folder)
        found = scan(plan, state.all_done())
        print(f"scan on resuming: {time.monotonic() - begun:.2f} s by the clock, {time.process_time() - used:.2f} s of "
              f"processor time; {len(found.to_do)} left to do")  # fmt: skip
        state.close()


if __name__ == "__main__":
    main()
