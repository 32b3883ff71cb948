"""What a job has done so far: one SQLite file in its output folder, safe against kill -9 at any moment.

claims   the files that are this job's own, noted before the first is written
done     each finished task: the key of its inputs, its outputs with size and time, what it reported
events   when tasks began, ended and failed, one line each
files    content hashes by size and time, so that footage is read once
checks   what was found in rig and scene files
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .fingerprint import Stamp
from .job_file import JobError

FOLDER = ".understudy"
"""Inside the output folder."""
_TABLES = """
CREATE TABLE IF NOT EXISTS claims (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done (
    task TEXT PRIMARY KEY, key TEXT, outputs TEXT, facts TEXT, seconds REAL, finished REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (time REAL, event TEXT, task TEXT, detail TEXT);
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, size INTEGER, changed INTEGER, hash TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS checks (key TEXT PRIMARY KEY, facts TEXT) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Done:
    """A finished task. outputs: path -> (size, time of change)."""

    key: str
    outputs: dict[str, Stamp]


class State:
    """The job's memory; one process at a time has it."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.folder = output / FOLDER
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.folder / "state.sqlite", timeout=0.5, isolation_level=None)
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("BEGIN IMMEDIATE")
            for statement in _TABLES.split(";"):
                self._db.execute(statement)
            self._db.execute("COMMIT")
        except OSError as error:
            raise JobError(f"The output folder {output} cannot be written to: {error.strerror}.") from error
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise JobError(
                    f"Another batch is at work in {output}; wait for it or choose another output."
                ) from error
            raise JobError(f"The output folder {output} cannot be written to: {error}.") from error
        except sqlite3.DatabaseError as error:
            raise JobError(
                f"The job's memory {self.folder / 'state.sqlite'} is damaged ({error}); remove it."
            ) from error

    def close(self) -> None:
        self.save()
        self._db.close()

    def save(self) -> None:
        """Make what was noted last; called once for many notes."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def _write(self, statement: str, values: Iterable[Any]) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(statement, tuple(values))

    def claimed(self) -> set[str]:
        return {self._full(row[0]) for row in self._db.execute("SELECT path FROM claims")}

    def claim(self, paths: Iterable[str]) -> None:
        """These files are ours from now on; noted so that a power cut cannot undo it."""
        self.save()
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("INSERT OR IGNORE INTO claims VALUES (?)", ((self._short(path),) for path in paths))
        self._db.execute("COMMIT")
        self._db.execute("PRAGMA synchronous = NORMAL")

    def _short(self, path: str) -> str:
        """Below the output folder files are known by their place in it, so that the folder can be moved."""
        return os.path.relpath(path, self.output).replace(os.sep, "/") if self._is_inside(path) else path

    def _is_inside(self, path: str) -> bool:
        return path.startswith(str(self.output) + os.sep)

    def _full(self, path: str) -> str:
        return os.path.join(self.output, path) if not os.path.isabs(path) else path  # noqa: PTH117, PTH118

    def all_done(self) -> dict[str, Done]:
        """Task -> its record."""
        rows = self._db.execute("SELECT task, key, outputs FROM done")
        return {
            task: Done(key, {self._full(path): (size, changed) for path, size, changed in json.loads(outputs)})
            for task, key, outputs in rows
        }

    def finish(self, task: str, key: str, outputs: dict[str, Stamp], facts: dict[str, Any], seconds: float) -> None:
        listed = json.dumps([[self._short(path), *stamp] for path, stamp in outputs.items()])
        values = (task, key, listed, json.dumps(facts, ensure_ascii=False), seconds, time.time())
        self._write("INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?, ?, ?)", values)

    def facts(self, task: str) -> tuple[str, dict[str, Any], float] | None:
        """A finished task's key, what it reported, and how many seconds it took."""
        row = self._db.execute("SELECT key, facts, seconds FROM done WHERE task = ?", (task,)).fetchone()
        return None if row is None else (row[0], json.loads(row[1]), row[2])

    def event(self, event: str, task: str, detail: str = "") -> None:
        self._write("INSERT INTO events VALUES (?, ?, ?, ?)", (time.time(), event, task, detail))

    def events(self) -> list[tuple[float, str, str, str]]:
        return self._db.execute("SELECT time, event, task, detail FROM events ORDER BY rowid").fetchall()

    def known_hashes(self) -> dict[str, tuple[Stamp, str]]:
        rows = self._db.execute("SELECT path, size, changed, hash FROM files")
        return {path: ((size, changed), value) for path, size, changed, value in rows}

    def remember_hash(self, path: str, stamp: Stamp, value: str) -> None:
        self._write("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", (path, *stamp, value))

    def check(self, key: str) -> dict[str, Any] | None:
        row = self._db.execute("SELECT facts FROM checks WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def remember_check(self, key: str, facts: dict[str, Any]) -> None:
        self._write("INSERT OR REPLACE INTO checks VALUES (?, ?)", (key, json.dumps(facts, ensure_ascii=False)))
