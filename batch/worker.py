"""A worker process: JSON-RPC 2.0, one message a line, over its stdin and stdout; what it prints goes to a log."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

INPUT_ERROR = -32000
"""The request's own fault; the message is a sentence for the user (see ml/serve/rpc.py)."""
_LOG_TAIL = 3
_STOP_PATIENCE = 2.0


@dataclass(frozen=True)
class WorkerKind:
    """How a kind of worker is started. gigabytes: what one is expected to need at most."""

    name: str
    command: tuple[str, ...]
    gigabytes: float
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Report:
    """Something a worker said, or that it ended."""

    worker: Worker
    kind: Literal["result", "error", "progress", "ended"]
    request: int = -1
    value: Any = None


class Worker:
    """One process and the one request it is busy with."""

    def __init__(self, kind: WorkerKind, number: int, log: Path, reports: queue.SimpleQueue[Report]) -> None:
        self.kind = kind
        self.number = number
        self.log = log
        self.request: int | None = None
        self.last_sign = time.monotonic()
        self.served = 0
        self.gigabytes = kind.gigabytes
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as log_file:
            self._process = subprocess.Popen(
                kind.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log_file,
                env={**os.environ, **(kind.environment or {})},
                # Ctrl-C in the terminal is for the runner, which then ends its workers.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        threading.Thread(target=self._read, args=(reports,), daemon=True).start()

    @property
    def idle(self) -> bool:
        return self.request is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, request: int, method: str, params: Mapping[str, Any]) -> None:
        """Begin a request; reports about it come to the queue. A worker that died reports that itself."""
        self.request, self.last_sign = request, time.monotonic()
        message = {"jsonrpc": "2.0", "id": request, "method": method, "params": params}
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Let it end by itself; its stdin closes."""
        try:
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.wait(_STOP_PATIENCE)
        except (OSError, subprocess.TimeoutExpired):
            self.kill()

    def last_words(self) -> str:
        """The end of its log, in one line."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - 4000))
                lines = file.read().decode("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return " / ".join([line.strip() for line in lines if line.strip()][-_LOG_TAIL:])

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def _read(self, reports: queue.SimpleQueue[Report]) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            report = self._understood(line)
            if report is not None:
                reports.put(report)
        self._process.wait()
        reports.put(Report(self, "ended"))

    def _understood(self, line: bytes) -> Report | None:
        try:
            message = json.loads(line)
        except ValueError:
            return None
        if not isinstance(message, dict):
            return None
        if message.get("method") == "progress":
            params = message.get("params", {})
            return Report(self, "progress", params.get("id", -1), params)
        if "result" in message:
            return Report(self, "result", message.get("id", -1), message["result"])
        if "error" in message:
            return Report(self, "error", message.get("id", -1), message["error"])
        return None


class Workers:
    """The processes of a job: at most so many, and at most so much memory."""

    def __init__(self, kinds: Sequence[WorkerKind], gigabytes: float, logs: Path) -> None:
        self.reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._kinds = {kind.name: kind for kind in kinds}
        self._budget = gigabytes
        self._logs = logs
        self._count = 0
        self.all: list[Worker] = []

    def take(self, kind: str) -> Worker | None:
        """An idle worker of this kind, started if memory allows; None if it does not."""
        for worker in self.all:
            if worker.idle and worker.kind.name == kind and worker.exit_code is None:
                return worker
        needed = self._kinds[kind].gigabytes
        while self.all and sum(worker.gigabytes for worker in self.all) + needed > self._budget:
            spare = next((worker for worker in self.all if worker.idle), None)
            if spare is None:
                return None
            self.retire(spare)
        self._count += 1
        log = self._logs / f"{kind}-{self._count}.log"
        worker = Worker(self._kinds[kind], self._count, log, self.reports)
        self.all.append(worker)
        return worker

    def retire(self, worker: Worker) -> None:
        """Let an idle one go."""
        self.all.remove(worker)
        worker.stop()

    def lost(self, worker: Worker) -> None:
        if worker in self.all:
            self.all.remove(worker)

    def kill_all(self) -> None:
        for worker in self.all:
            worker.kill()
        self.all.clear()

    def stop_all(self) -> None:
        for worker in self.all:
            worker.stop()
        self.all.clear()
