"""The client against real processes: the engine itself, and small ones that misbehave."""

import contextlib
import os
import queue
import shutil
import sys
import time
from pathlib import Path

import pytest

from understudy.addon.engine import protocol
from understudy.addon.engine.client import EngineClient, EngineCommand, EngineUnavailableError
from understudy.addon.engine.install import engine_command
from understudy.addon.engine.platform import engine_environment

FAKE = """
import json, os, sys, time
print("started", file=open(sys.argv[1], "a"))
for line in sys.stdin:
    call = json.loads(line)
    method = call["method"]
    if method == "die":
        print("the roof is on fire", file=open(sys.argv[1], "a"), flush=True)
        os._exit(3)
    if method == "babble":
        print("no message at all", flush=True)
        time.sleep(60)
    if method == "progress":
        for share in (0.25, 0.5):
            params = {"id": call["id"], "fraction": share, "message": "working"}
            print(json.dumps({"jsonrpc": "2.0", "method": "progress", "params": params}), flush=True)
    print(json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": method}), flush=True)
"""


class Desk:
    """A client with a main thread of its own making: `until` runs what was posted."""

    def __init__(self, command):
        self.posted = queue.SimpleQueue()
        self.results, self.errors, self.progress = [], [], []
        self.client = EngineClient(command, self.posted.put)

    def ask(self, method, **params):
        return self.client.request(
            method, params, self.results.append, self.errors.append, lambda *told: self.progress.append(told[:2])
        )

    def until(self, done, seconds=20.0):
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, "the engine did not answer in time"
            with contextlib.suppress(queue.Empty):
                self.posted.get(timeout=0.05)()


@pytest.fixture
def desk(tmp_path):
    script = tmp_path / "engine.py"
    script.write_text(FAKE)
    log = tmp_path / "engine.log"
    command = EngineCommand([sys.executable, str(script), str(log)], engine_environment(os.environ), log)
    made = Desk(lambda: command)
    yield made
    made.client.stop()


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_results_and_progress_arrive_on_the_thread_that_drains(desk):
    desk.ask("progress")
    assert desk.client.busy
    desk.until(lambda: desk.results)
    assert desk.results == ["progress"] and not desk.client.busy
    assert desk.progress == [(0.25, "working"), (0.5, "working")]


def test_asking_does_not_wait_for_the_engine(desk):
    started = time.perf_counter()
    desk.ask("first")
    assert time.perf_counter() - started < 0.05
    desk.until(lambda: desk.results)


def test_a_death_is_told_with_the_end_of_the_log_and_the_next_request_starts_anew(desk):
    desk.ask("die")
    desk.until(lambda: desk.errors)
    assert desk.errors[0].code == protocol.ENGINE_DIED
    assert "exit code 3" in desk.errors[0].message and "the roof is on fire" in desk.errors[0].message
    desk.ask("hello")
    desk.until(lambda: desk.results)
    assert desk.results == ["hello"]


def test_a_death_that_nobody_waited_for_does_not_spoil_the_next_request(desk):
    desk.ask("hello")
    desk.until(lambda: desk.results)
    os.kill(desk.client.pid, 9)
    time.sleep(0.3)
    desk.ask("again")
    desk.until(lambda: len(desk.results) == 2 or desk.errors)
    assert desk.results == ["hello", "again"] and not desk.errors


def test_an_engine_that_keeps_dying_is_not_started_in_a_loop(desk):
    for count in range(1, 6):
        desk.ask("die")
        desk.until(lambda count=count: len(desk.errors) == count)
    refused = [error for error in desk.errors if error.code == protocol.ENGINE_UNAVAILABLE]
    assert refused and "at the earliest" in refused[0].message
    assert "the roof is on fire" in refused[0].details


def test_an_engine_that_babbles_is_ended(desk):
    desk.ask("babble")
    desk.until(lambda: desk.errors)
    assert "not JSON" in desk.errors[0].message


def test_a_python_that_is_not_there_is_named(tmp_path):
    desk = Desk(lambda: EngineCommand([str(tmp_path / "python")], {}, tmp_path / "log"))
    desk.ask("hello")
    desk.until(lambda: desk.errors)
    assert desk.errors[0].code == protocol.ENGINE_UNAVAILABLE and str(tmp_path / "python") in desk.errors[0].message


def test_without_an_engine_the_reason_is_told():
    def command():
        raise EngineUnavailableError("Install the engine first.")

    desk = Desk(command)
    desk.ask("hello")
    desk.until(lambda: desk.errors)
    assert desk.errors[0].message == "Install the engine first."


def test_stop_ends_the_process(desk):
    desk.ask("hello")
    desk.until(lambda: desk.results)
    pid = desk.client.pid
    desk.client.stop()
    assert not alive(pid) and not desk.client.running


def test_the_real_engine_answers_whatever_its_folder_is_called(tmp_path):
    root = Path(protocol.__file__).resolve().parents[2]
    renamed = tmp_path / "user default"
    for part in ("__init__.py", "ml/__init__.py", "ml/version.py", "ml/take", "ml/serve", "addon/engine"):
        copy = shutil.copytree if (root / part).is_dir() else shutil.copy
        (renamed / part).parent.mkdir(parents=True, exist_ok=True)
        copy(root / part, renamed / part)
    command = engine_command(Path(sys.executable), tmp_path / "e.log", renamed / "addon/engine/launch.py")
    desk = Desk(lambda: command)
    desk.ask("hello")
    desk.until(lambda: desk.results or desk.errors)
    assert not desk.errors and desk.results[0]["protocol"] == protocol.PROTOCOL
    desk.client.stop()
