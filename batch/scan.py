"""What of a plan is done already, what has to be done, and what stands in the way."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .fingerprint import Stamp, stamp_of
from .job_file import JobError
from .plan import Plan, Task
from .state import Done


@dataclass(frozen=True)
class Scan:
    """to_do: places in the plan, in its order. edited: files of tasks that are done which somebody changed since."""

    to_do: tuple[int, ...]
    edited: tuple[Path, ...]


def scan(plan: Plan, done: Mapping[str, Done]) -> Scan:
    """Compare the plan with what is recorded and with the files that are there."""
    edited: list[Path] = []
    current = [_is_current(task, done.get(task.id), edited) for task in plan.tasks]
    wanted = [False] * len(plan.tasks)
    # From the end: what only serves later tasks is made only if one of those runs.
    for place in range(len(plan.tasks) - 1, -1, -1):
        task = plan.tasks[place]
        wanted[place] = not current[place] and (wanted[place] or task.lasting)
        if wanted[place]:
            for before in task.needs:
                wanted[before] = True
    return Scan(tuple(place for place, wants in enumerate(wanted) if wants), tuple(edited))


def _is_current(task: Task, record: Done | None, edited: list[Path]) -> bool:
    if record is None or record.key != task.key or not {str(path) for path in task.outputs} <= set(record.outputs):
        return False
    stamps = {path: stamp_of(Path(path)) for path in record.outputs}
    if None in stamps.values():
        return False
    if task.lasting:
        edited += [Path(path) for path, stamp in record.outputs.items() if stamps[path] != stamp]
    return True


def stamps(paths: Iterable[Path]) -> dict[str, Stamp]:
    """Size and time of files that should be there; the missing are left out."""
    found = {str(path): stamp_of(path) for path in paths}
    return {path: stamp for path, stamp in found.items() if stamp is not None}


def claims_of(plan: Plan, pictures: Iterable[Path]) -> set[str]:
    """The names a plan takes for itself; picture sequences by their pattern."""
    return {str(path) for path in plan.outputs} | {str(path) for path in pictures}


def refuse_foreign(claims: set[str], claimed: set[str]) -> None:
    """Files that were there before this job are never overwritten."""
    foreign = sorted(path for path in claims - claimed if _is_there(path))
    if foreign:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise JobError(
            f"{foreign[0]}{more} is there already and was not made by this job; move it away, "
            "choose another output, or give --overwrite."
        )


def refuse_edited(plan: Plan, to_do: Iterable[int], done: Mapping[str, Done]) -> None:
    """A result somebody worked on since is not replaced because its inputs changed."""
    for place in to_do:
        task = plan.tasks[place]
        record = done.get(task.id)
        for path in task.outputs if record is not None and task.lasting else ():
            stamp = stamp_of(path)
            if record is not None and stamp is not None and record.outputs.get(str(path), stamp) != stamp:
                raise JobError(
                    f"{path} was changed by somebody since this job wrote it and would be made anew; "
                    "move it away, or give --overwrite."
                )


def _is_there(path: str) -> bool:
    if "#" in Path(path).name:
        name = re.sub(r"#+", lambda found: "[0-9]" * len(found[0]), glob.escape(Path(path).name))
        return any(Path(path).parent.glob(name)) if Path(path).parent.is_dir() else False
    return Path(path).exists()
