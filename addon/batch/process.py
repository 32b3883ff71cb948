"""`understudy batch` as a process beside Blender: its JSON lines become progress, its end an outcome. Knows no bpy."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class BatchProcess:
    """What the panel needs to know. Changed by the reading thread alone, in single assignments."""

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    fraction: float = 0.0
    message: str = "Looking into the files"
    summary: dict[str, Any] | None = None
    error: str = ""
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self, ended: Callable[[], None]) -> None:
        """Begin; `ended` is called on the reading thread when all is over."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=dict(self.environment),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        threading.Thread(target=self._read, args=(ended,), name="understudy batch", daemon=True).start()

    def stop(self) -> None:
        """Let it end; what is done stays done. The workers end with it, whatever they are doing."""
        if self._process is not None and self._process.poll() is None:
            self.message = "Stopping"
            self._process.send_signal(signal.SIGTERM)

    def _read(self, ended: Callable[[], None]) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._hear(line)
        code = self._process.wait()
        if self.summary is None:
            self.error = self._last_line() or f"The batch ended unexpectedly (exit code {code}); see {self.log}."
        ended()

    def _hear(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            return
        event = said.get("event")
        if event == "end":
            self.summary = said
        elif event == "done":
            self.fraction = said["done"] / max(1, said["total"])
            self.message = f"{said['done']} of {said['total']} tasks{_left(said.get('seconds_left'))}"
        elif event in ("begun", "progress") and self.fraction == 0.0:
            self.message = f"{said['stage'].capitalize()} {said['task']}"

    def _last_line(self) -> str:
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f", {round(seconds / 60)} min left" if seconds >= 90 else f", {round(seconds)} s left"
