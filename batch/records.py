"""Results of single tasks as small files: how the machines of a farm, which share only a folder, note what is done.

`understudy batch` takes them into the job's state, so that a job may begin on a farm and end on one machine.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .fingerprint import Stamp, digest, stamp_of
from .plan import Task, short
from .scan import stamps
from .state import State

FOLDER = "records"
TAKEN = "taken"
"""Inside it: records that the state has; a farm still sees by them what is done."""


def write_record(scratch: Path, task: Task, outputs: Iterable[Path], facts: Mapping[str, Any], seconds: float) -> None:
    """Note a task as done, in one step."""
    listed = {short(Path(path), scratch): stamp for path, stamp in stamps(outputs).items()}
    _write(scratch, task, {"key": task.key, "outputs": listed, "facts": dict(facts), "seconds": seconds})
    _path(scratch, task, "failed").unlink(missing_ok=True)


def write_failure(scratch: Path, task: Task, reason: str) -> None:
    _write(scratch, task, {"key": task.key, "reason": reason}, "failed")


def is_done(scratch: Path, task: Task) -> bool:
    """Whether a record with the same key is there, and its outputs as well."""
    path = _path(scratch, task, "done")
    for place in (path, path.parent / TAKEN / path.name):
        record = _read(place)
        if record is not None and record.get("key") == task.key:
            return all(stamp_of(scratch.parent / name) is not None for name in record["outputs"])
    return False


def take_in(scratch: Path, state: State) -> None:
    """Copy all records into the state; each is put aside only after the state has it."""
    folder = scratch / FOLDER
    taken = []
    for path in sorted(folder.glob("*.done.json")) if folder.is_dir() else ():
        record = _read(path)
        if record is None:
            continue
        outputs: dict[str, Stamp] = {str(scratch.parent / name): tuple(at) for name, at in record["outputs"].items()}
        state.claim(outputs)
        state.finish(record["task"], record["key"], outputs, record["facts"], record["seconds"])
        taken.append(path)
    state.save()
    for path in taken:
        with contextlib.suppress(OSError):
            (folder / TAKEN).mkdir(exist_ok=True)
            path.replace(folder / TAKEN / path.name)


def failures(scratch: Path) -> dict[str, str]:
    """Task -> why it failed on the farm."""
    folder = scratch / FOLDER
    found = [_read(path) for path in sorted(folder.glob("*.failed.json"))] if folder.is_dir() else []
    return {record["task"]: record["reason"] for record in found if record is not None}


def _path(scratch: Path, task: Task, kind: str) -> Path:
    return scratch / FOLDER / f"{digest(task.id)}.{kind}.json"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write(scratch: Path, task: Task, values: Mapping[str, Any], kind: str = "done") -> None:
    path = _path(scratch, task, kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_text(json.dumps({"task": task.id, **values}, ensure_ascii=False), encoding="utf-8")
    os.replace(partial, path)
