"""How well a batch uses the cores: one worker on one core, and one worker a core, in turns on the same job.

    .venv/bin/python benchmarks/batch_efficiency.py FOLDER [--clips 8] [--rounds 2]

On a machine that others use as well, clock times say little; so beside them stand two figures that do not depend on
the others: the share of time in which every worker had a task, and the processor time of the whole run.
Efficiency = busy share x (processor time of one worker / processor time of all).
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from batch_resume import JOB, ROOT, command, cut_clips


@dataclass(frozen=True)
class Run:
    """seconds: from the first task's begin to the last one's end; busy: share of the workers' time; cpu: seconds."""

    seconds: float
    busy: float
    cpu: float


def run(folder: Path, name: str, workers: int, cores: set[int]) -> Run:
    shutil.rmtree(folder / name, ignore_errors=True)
    job = folder / f"{name}.toml"
    job.write_text(JOB.format(out=name, rigs=(ROOT / "sample_rigs").as_posix()))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        command(job, workers), stdout=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, cores)
    )
    if process.wait():
        raise SystemExit("the batch failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    with sqlite3.connect(folder / name / ".understudy" / "state.sqlite") as state:
        rows = state.execute("SELECT time, event, task FROM events ORDER BY rowid").fetchall()
    begun = {task: at for at, event, task in rows if event == "begun"}
    spent = sum(at - begun[task] for at, event, task in rows if event == "done")
    seconds = rows[-1][0] - rows[0][0]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, spent / (workers * seconds), cpu)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    cut_clips(folder / "clips", arguments.clips)
    cores = sorted(os.sched_getaffinity(0))
    for _ in range(arguments.rounds):
        time.sleep(1)
        one = run(folder, "one", 1, {cores[0]})
        all_ = run(folder, "all", len(cores), set(cores))
        for name, workers, found in (("one", 1, one), ("all", len(cores), all_)):
            print(f"{name}: {workers} workers, {found.seconds:.0f} s by the clock, workers busy {found.busy:.1%}, "
                  f"{found.cpu:.0f} s of processor time")  # fmt: skip
        print(f"efficiency {all_.busy * one.cpu / all_.cpu:.1%}; by the clock "
              f"{one.seconds / (len(cores) * all_.seconds):.1%}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
