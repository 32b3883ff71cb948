"""Plans of stub tasks, run by the real runner in real processes."""

import sys
from collections.abc import Callable
from pathlib import Path

from understudy.batch.plan import BLENDER, ENGINE, Plan, Task
from understudy.batch.runner import Outcome, Runner, Settings
from understudy.batch.scan import scan
from understudy.batch.show import Counts, Plain
from understudy.batch.state import State
from understudy.batch.worker import WorkerKind, Workers

STUB = Path(__file__).with_name("stub_worker.py")


class Silent(Plain):
    """Keeps what it was told."""

    def __init__(self, counts: Counts) -> None:
        super().__init__(counts)
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


def chain(folder: Path, clips: int, seconds: float = 0.0, **extra: dict) -> Plan:
    """For each clip a capture task and an apply task that needs it. extra: task id -> params that it gets more."""
    tasks: list[Task] = []
    for clip in range(clips):
        for stage, kind, needs in (("capture", ENGINE, ()), ("apply", BLENDER, (len(tasks),))):
            name = f"{stage}_{clip}"
            out = folder / f"{name}.txt"
            params = {"name": name, "out": str(out), "seconds": seconds, "lines": str(folder / "lines.txt")}
            tasks.append(Task(name, stage, kind, name, params | extra.get(name, {}), f"key {name}", needs, (out,)))
    return Plan(tuple(tasks), folder / ".understudy")


def kinds(gigabytes: float = 0.1) -> tuple[WorkerKind, ...]:
    return tuple(WorkerKind(kind, (sys.executable, "-S", str(STUB)), gigabytes) for kind in (ENGINE, BLENDER))


def run(
    plan: Plan, folder: Path, slots: int = 2, retries: int = 1, stall_seconds: float = 60.0,
    cancelled: Callable[[], bool] = lambda: False, gigabytes: float = 1.0,
) -> tuple[Outcome, Silent]:  # fmt: skip
    """Run what is to do of a plan; the outcome and what was said."""
    state = State(folder)
    workers = Workers(kinds(), gigabytes, folder / ".understudy" / "logs")
    try:
        found = scan(plan, state.all_done())
        watcher = Silent(Counts([plan.tasks[place] for place in found.to_do], {}, slots))
        settings = Settings(slots, retries, stall_seconds)
        outcome = Runner(plan, found.to_do, state, workers, settings, watcher, cancelled).run()
        return outcome, watcher
    finally:
        workers.stop_all()
        state.close()


if __name__ == "__main__":
    # queues.py FOLDER CLIPS SECONDS: a process of its own that tests can kill.
    place = Path(sys.argv[1])
    run(chain(place, int(sys.argv[2]), float(sys.argv[3])), place)
