"""What the running add-on knows beyond the .blend: the engine, jobs in progress, what went wrong last.

Nothing here is saved. Everything runs on the main thread; worker threads change nothing but a Job's progress.
The engine's client and its installer are imported when they are first needed: enabling the add-on is to take a blink.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from . import paths
from .engine import pump
from .engine.environment import Environment, read_environment, requirements_hash

if TYPE_CHECKING:
    from .engine.client import EngineClient, EngineCommand
    from .engine.protocol import EngineError

EngineState = Literal["missing", "installing", "broken", "outdated", "ready"]
Topic = Literal["engine", "source", "capture", "takes", "character", "apply", "batch", "voice", "emotion", "behaviour"]


@dataclass
class Job:
    """Something that takes a while, as panels show it."""

    title: str
    fraction: float = 0.0
    message: str = ""
    request: int | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    started: float = field(default_factory=time.monotonic)
    finished: bool = False
    result: Any = None
    error: str = ""

    def progress(self, fraction: float, message: str, _more: dict[str, Any] | None = None) -> None:
        self.fraction, self.message = fraction, message


@dataclass
class _Session:
    client: EngineClient | None = None
    install: Job | None = None
    capture: Job | None = None
    batch: Job | None = None
    problems: dict[Topic, str] = field(default_factory=dict)
    """Topic -> one sentence that its panel shows until the next try."""
    notes: dict[Topic, str] = field(default_factory=dict)
    """Topic -> what went well last."""
    source_facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Video -> what `probe` said about it."""
    environment: Environment | None = None
    environment_stamp: tuple[str, int] | None = None


state = _Session()


def environment() -> Environment | None:
    """The engine's environment; read again only when its file changed, since panels ask at every drawing."""
    folder = paths.engine_folder()
    try:
        stamp = (str(folder), (folder / "engine.json").stat().st_mtime_ns)
    except OSError:
        state.environment_stamp = None
        return None
    if stamp != state.environment_stamp:
        state.environment, state.environment_stamp = read_environment(folder), stamp
    return state.environment


def engine_state() -> EngineState:
    """Whether there is an engine, in one word."""
    if state.install is not None:
        return "installing"
    found = environment()
    if found is None:
        return "missing"
    if not found.present:
        return "broken"
    if found.made_here and found.requirements != _wanted_requirements():
        return "outdated"
    return "ready"


_wanted: list[str] = []


def _wanted_requirements() -> str:
    if not _wanted:
        _wanted.append(requirements_hash(paths.REQUIREMENTS))
    return _wanted[0]


def engine() -> EngineClient:
    """The client; the process starts with the first request."""
    from .engine.client import EngineClient

    if state.client is None:
        state.client = EngineClient(_command, pump.post)
    return state.client


def _command() -> EngineCommand:
    from .engine.client import EngineUnavailableError
    from .engine.install import engine_command

    found = environment()
    if found is None:
        raise EngineUnavailableError("The engine is not installed; press Install Engine in Understudy's preferences.")
    if not found.present:
        raise EngineUnavailableError(f"The engine's Python {found.python} is gone; install the engine again.")
    return engine_command(found.python, paths.engine_log())


def ask(
    method: str,
    params: dict[str, Any],
    on_result: Callable[[Any], None],
    on_error: Callable[[EngineError], None],
    on_progress: Callable[[float, str, dict[str, Any]], None] | None = None,
) -> int:
    """Request something of the engine and keep the timer going until the answer is there."""
    client = engine()
    identifier = client.request(method, params, on_result, on_error, on_progress)
    pump.await_while(_engine_busy)
    return identifier


def _engine_busy() -> bool:
    return state.client is not None and state.client.busy


def run_in_thread(job: Job, work: Callable[[Job], Any], done: Callable[[Job], None]) -> None:
    """Run work that knows no bpy on a thread; `done(job)` follows on the main thread, with result or error set."""
    from .engine.install import InstallCancelledError, InstallError

    def run() -> None:
        try:
            job.result = work(job)
        except InstallCancelledError:
            job.error = "Cancelled."
        except InstallError as error:
            job.error = str(error)
        except OSError as error:
            job.error = f"{error.strerror or error}: {error.filename or paths.engine_folder()}."
        except Exception as error:  # noqa: BLE001 - a defect must not leave the panel waiting for ever
            job.error = f"The installation has a defect ({type(error).__name__}: {error}); please report it."
        pump.post(finish)

    def finish() -> None:
        job.finished = True
        done(job)

    threading.Thread(target=run, name=f"understudy {job.title}", daemon=True).start()
    pump.await_while(lambda: not job.finished)


def stop_engine() -> None:
    """End the engine's process; the next request starts it again."""
    if state.client is not None:
        state.client.stop()


def forget_file() -> None:
    """Another .blend is open."""
    for topic in ("source", "takes", "character", "apply", "batch", "voice", "emotion", "behaviour"):
        state.problems.pop(topic, None)
        state.notes.pop(topic, None)


def close() -> None:
    """End everything; called when the add-on is disabled."""
    global state
    if state.install is not None:
        state.install.cancelled.set()
    if state.batch is not None:
        state.batch.result.stop()
    stop_engine()
    state = _Session()


def logs_folder() -> Path:
    return paths.engine_folder()
