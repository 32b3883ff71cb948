"""Blender's end of the engine: starts the process, sends requests, hands results to the main thread. No bpy.

Threading rules: `request`, `cancel`, `stop` and the callbacks belong to the main thread. One thread per process starts
it, reads its lines and posts what they mean; a second writes. Neither touches anything but queues, so no call here
waits for the engine. `post` is given functions to run on the main thread (see pump.py).
"""

from __future__ import annotations

import queue
import re
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .platform import popen_options, stop_process
from .protocol import (
    ENGINE_DIED,
    ENGINE_UNAVAILABLE,
    EngineError,
    Notification,
    ProtocolError,
    Reply,
    decode_message,
    encode_request,
)

OnProgress = Callable[[float, str, dict[str, Any]], None]
OnResult = Callable[[Any], None]
OnError = Callable[[EngineError], None]
Post = Callable[[Callable[[], None]], None]

_LOG_END = 2000
"""Characters from the end of the log told with a death."""
_CHATTER = re.compile(r"^([IW]\d{4} |INFO|WARNING|.{23} (INFO|WARNING) )")
"""Lines that native libraries and the engine write while all is well."""
_QUICK_DEATH = 10.0
"""Seconds: an engine that lived shorter counts towards the waiting time before the next start."""
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0
_STOP_PATIENCE = 2.0


@dataclass(frozen=True)
class EngineCommand:
    """How to start the engine."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path


@dataclass
class _Pending:
    method: str
    on_result: OnResult
    on_error: OnError
    on_progress: OnProgress | None


class _Process:
    """One run of the engine, from start to end."""

    def __init__(self, command: EngineCommand, arrived: Callable[[_Process, Any], None]) -> None:
        self.command = command
        self.started = time.monotonic()
        self._arrived = arrived
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._popen: subprocess.Popen[Any] | None = None
        self._lock = threading.Lock()
        self._stopping = False
        self.end: EngineError | None = None
        """Why it ended, as soon as it has."""
        self._thread = threading.Thread(target=self._run, name="understudy engine", daemon=True)
        self._thread.start()

    def send(self, line: bytes) -> None:
        self._outbox.put(line)

    def stop(self) -> None:
        """Close the engine's stdin, which ends it; kill it when it does not. Waits two seconds at most."""
        self._outbox.put(None)
        with self._lock:
            self._stopping = True
            popen = self._popen
        if popen is not None:
            stop_process(popen, _STOP_PATIENCE)

    @property
    def pid(self) -> int | None:
        return self._popen.pid if self._popen is not None else None

    def death(self) -> EngineError | None:
        """Why it ended; asked of the system as well, since the reader may not have come to the end yet."""
        if self.end is None and self._popen is not None and (code := self._popen.poll()) is not None:
            return _death(code, log_end(self.command.log))
        return self.end

    def _run(self) -> None:
        try:
            with self._lock:
                if self._stopping:
                    return
                self.command.log.parent.mkdir(parents=True, exist_ok=True)
                self._popen = popen = subprocess.Popen(
                    list(self.command.arguments),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=dict(self.command.environment),
                    **popen_options(),
                )
        except OSError as error:
            program = self.command.arguments[0]
            reason = f"The engine's Python {program} does not start ({error.strerror}); repair it in Preferences."
            self._ended(EngineError(ENGINE_UNAVAILABLE, reason))
            return
        threading.Thread(target=self._write, args=(popen,), name="understudy engine writer", daemon=True).start()
        self._read(popen)

    def _write(self, popen: subprocess.Popen[Any]) -> None:
        stdin = popen.stdin
        if stdin is None:
            return
        try:
            while (line := self._outbox.get()) is not None:
                stdin.write(line)
                stdin.flush()
            stdin.close()
        except OSError:
            pass  # the engine ended; the reader reports it

    def _read(self, popen: subprocess.Popen[Any]) -> None:
        if popen.stdout is None:
            return
        for line in popen.stdout:
            try:
                self._arrived(self, decode_message(line))
            except ProtocolError as error:
                popen.kill()  # an engine that cannot be understood is of no use
                self._ended(EngineError(ENGINE_DIED, f"The engine was ended: {error}."))
        code = popen.wait()
        self._outbox.put(None)
        popen.stdout.close()
        self._ended(_death(code, log_end(self.command.log)))

    def _ended(self, error: EngineError) -> None:
        self.end = self.end or error
        self._arrived(self, self.end)


class EngineClient:
    """Sends requests to the engine, starting it when it is not running."""

    def __init__(
        self,
        command: Callable[[], EngineCommand],
        post: Post,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = command
        self._post = post
        self._clock = clock
        self._process: _Process | None = None
        self._pending: dict[int, _Pending] = {}
        self._next_id = 1
        self._quick_deaths = 0
        self._start_allowed_at = 0.0
        self._last_death: EngineError | None = None

    @property
    def running(self) -> bool:
        return self._process is not None

    @property
    def busy(self) -> bool:
        """Whether any request waits for its answer."""
        return bool(self._pending)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def request(
        self,
        method: str,
        params: dict[str, Any],
        on_result: OnResult,
        on_error: OnError,
        on_progress: OnProgress | None = None,
    ) -> int:
        """Ask the engine; on_result or on_error is called later on the main thread. Returns a number to cancel by."""
        if self._process is not None and (death := self._process.death()) is not None:
            self._died(self._process, death)  # while nobody waited for it
        identifier = self._next_id
        self._next_id += 1
        self._pending[identifier] = _Pending(method, on_result, on_error, on_progress)
        process = self._process or self._start(identifier)
        if process is not None:
            process.send(encode_request(identifier, method, params))
        return identifier

    def cancel(self, identifier: int) -> None:
        """Ask the engine to stop a request, which then fails as cancelled within a second."""
        if identifier in self._pending and self._process is not None:
            self.request("cancel", {"id": identifier}, lambda _result: None, lambda _error: None)

    def stop(self) -> None:
        """End the engine; requests that wait are forgotten. Waits two seconds at most."""
        process, self._process = self._process, None
        self._pending.clear()
        if process is not None:
            process.stop()

    def _start(self, identifier: int) -> _Process | None:
        wait = self._start_allowed_at - self._clock()
        if wait > 0:
            death = self._last_death
            reason = death.message if death is not None else "The engine stopped."
            error = EngineError(
                ENGINE_UNAVAILABLE,
                f"{reason} It is started again in {wait:.0f} s at the earliest; try then, or repair it in Preferences.",
                death.details if death is not None else "",
            )
            self._post(lambda: self._fail(identifier, error))
            return None
        try:
            command = self._command()
        except EngineUnavailableError as unavailable:
            error = EngineError(ENGINE_UNAVAILABLE, str(unavailable))
            self._post(lambda: self._fail(identifier, error))
            return None
        self._process = _Process(command, lambda process, event: self._post(lambda: self._arrived(process, event)))
        return self._process

    def _arrived(self, process: _Process, event: Reply | Notification | EngineError) -> None:
        if process is not self._process:
            return  # of a process that was stopped or died before
        if isinstance(event, EngineError):
            self._died(process, event)
        elif isinstance(event, Reply):
            self._answered(event)
        elif event.method == "progress":
            pending = self._pending.get(event.params.get("id", 0))
            if pending is not None and pending.on_progress is not None:
                params = event.params
                pending.on_progress(float(params.get("fraction", 0.0)), str(params.get("message", "")), params)

    def _answered(self, reply: Reply) -> None:
        pending = self._pending.pop(reply.id, None)
        if pending is None:
            return
        if reply.error is not None:
            pending.on_error(reply.error)
        else:
            self._quick_deaths = 0
            pending.on_result(reply.result)

    def _fail(self, identifier: int, error: EngineError) -> None:
        pending = self._pending.pop(identifier, None)
        if pending is not None:
            pending.on_error(error)

    def _died(self, process: _Process, error: EngineError) -> None:
        self._process = None
        self._last_death = error
        lived = self._clock() - process.started
        self._quick_deaths = self._quick_deaths + 1 if lived < _QUICK_DEATH else 0
        if self._quick_deaths > 1:  # a first death may be bad luck
            wait = min(_FIRST_WAIT * 2 ** (self._quick_deaths - 2), _LONGEST_WAIT)
            self._start_allowed_at = self._clock() + wait
        waiting, self._pending = self._pending, {}
        for pending in waiting.values():
            pending.on_error(error)


class EngineUnavailableError(Exception):
    """There is no engine to start; the message is one sentence: why, and what to do."""


def _death(code: int, log: str) -> EngineError:
    """What to say of an engine that ended, with the last line of its log that is no chatter."""
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    if code == -9:
        how += ", as when memory runs out"
    lines = [line.strip() for line in log.splitlines() if line.strip() and not _CHATTER.match(line)]
    last = f": {lines[-1]}" if lines else ""
    return EngineError(ENGINE_DIED, f"The engine stopped ({how}){last}. Try again; its log says more.", log)


def log_end(path: Path) -> str:
    """The last lines of a log, for a message."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _LOG_END))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
