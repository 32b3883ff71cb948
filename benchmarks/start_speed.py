"""How long the engine takes to start and to answer, and how long registering the add-on holds up Blender.

    python benchmarks/start_speed.py [--times 3]

The engine is started the way the add-on starts it, by this environment's Python; the first answer is to `hello`. The
add-on is registered in a fresh process with `bpy`; importing bpy itself is not in the figure. The first time Python
compiles the add-on's files, which it then keeps: that once and every later start are told apart. Seconds of the clock
and of the processor are both printed: on a busy computer the second tells more.
"""

from __future__ import annotations

import argparse
import os
import queue
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from understudy.addon.engine.client import EngineClient
from understudy.addon.engine.install import engine_command

REGISTER = """
import time, bpy, sys
clock, work = time.perf_counter(), time.process_time()
import understudy
understudy.register()
print(time.perf_counter() - clock, time.process_time() - work)
sys.stdout.flush()
import os
understudy.unregister()
os._exit(0)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=3)
    times = parser.parse_args().times
    starts = [engine_start() for _ in range(times)]
    print(f"engine: first answer after {_least(starts, 0):.2f} s ({_least(starts, 1):.2f} s of processor)")
    with tempfile.TemporaryDirectory() as compiled:
        first = register_time(compiled)
        later = [register_time(compiled) for _ in range(times)]
    for when, rows in (("the first time", [first]), ("from then on", later)):
        clock, work = (1000 * _least(rows, column) for column in (0, 1))
        print(f"add-on: registered in {clock:.0f} ms {when} ({work:.0f} ms of processor; floor 50 ms)")


def _least(rows: list[tuple[float, float]], column: int) -> float:
    return min(row[column] for row in rows)


def engine_start() -> tuple[float, float]:
    """Seconds of the clock until the engine's first answer, and of the processor for its whole life."""
    with tempfile.TemporaryDirectory() as folder:
        command = engine_command(Path(sys.executable), Path(folder) / "engine.log")
        posted: queue.SimpleQueue = queue.SimpleQueue()
        client = EngineClient(lambda: command, posted.put)
        answers: list[object] = []
        before, started = _children_time(), time.perf_counter()
        client.request("hello", {}, answers.append, answers.append, lambda *_told: None)
        while not answers:
            posted.get(timeout=120)()
        took = time.perf_counter() - started
        client.stop()
    return took, _children_time() - before


def _children_time() -> float:
    """Processor seconds of all processes that were started here and ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def register_time(compiled: str) -> tuple[float, float]:
    """compiled: folder in which Python keeps what it compiled."""
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environ["PYTHONPYCACHEPREFIX"] = compiled
    command = [sys.executable, "-c", REGISTER]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    clock, work = done.stdout.splitlines()[-1].split()
    return float(clock), float(work)


if __name__ == "__main__":
    main()
