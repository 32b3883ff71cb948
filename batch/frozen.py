"""A job frozen for a farm: globs expanded, paths absolute, files hashed, rigs looked into. One JSON file.

Every machine then numbers the same clips and shots, whatever has been added to the footage since.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from pydantic import ValidationError

from ..ml.version import program_version
from .checks import Checks
from .job import Job
from .job_file import JobError
from .shots import Shots, absolute, find_shots

Rule = tuple[PurePath, str]
"""A folder as the submitting machine names it, and as this one does."""


@dataclass(frozen=True)
class Frozen:
    """hashes: file -> content hash. chunks: for each shot, the places of its pictures as (first, end or None)."""

    job: Job
    shots: Shots
    checks: Checks
    hashes: Mapping[str, str]
    chunks: Sequence[Sequence[tuple[int, int | None]]]


def freeze(
    job: Job, found: Shots, base: Path, checks: Checks, hashes: Mapping[str, str],
    chunks: Sequence[Sequence[tuple[int, int | None]]],
) -> str:  # fmt: skip
    """The JSON text."""
    values = job.model_dump(mode="json")
    values["output"] = str(absolute(base, job.output))
    values["footage"] = [
        {"files": [str(clip.file)], "capture": clip.capture.model_dump(mode="json")} for clip in found.clips
    ]
    for table, keys in (("rig", ("file", "profile")), ("scene", ("file",))):
        for entry in values[table]:
            for key in keys:
                entry[key] = str(absolute(base, entry[key])) if entry[key] else entry[key]
    listed = [[source, name, facts] for (source, name), facts in checks.items()]
    frozen = {"version": program_version(), "job": values, "checks": listed, "hashes": dict(hashes), "chunks": chunks}
    return json.dumps(frozen, indent=1, ensure_ascii=False)


def thaw(path: Path, rules: Sequence[Rule] = ()) -> Frozen:
    """Read a frozen job; its paths as this machine names them."""
    try:
        values = mapped(json.loads(path.read_text(encoding="utf-8")), rules)
        if values["version"] != program_version():
            raise JobError(
                f"{path} was made by Understudy {values['version']} and this is {program_version()}; "
                "all machines of a job need the same version."
            )
        job = Job.model_validate(values["job"], strict=False)
    except FileNotFoundError as error:
        raise JobError(f"There is no frozen job {path}.") from error
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        if isinstance(error, JobError):
            raise
        raise JobError(f"{path} is not a job frozen by --openjd ({type(error).__name__}); make it again.") from error
    checks = {(source, name): facts for source, name, facts in values["checks"]}
    chunks = [[(first, end) for first, end in shot] for shot in values["chunks"]]
    return Frozen(job, find_shots(job, path.resolve().parent), checks, values["hashes"], chunks)


def read_rules(path: Path | None) -> list[Rule]:
    """Open Job Description's path mapping file (pathmapping-1.0); the longest folders first."""
    if path is None:
        return []
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        rules = [(_pure(rule), str(rule["destination_path"])) for rule in values.get("path_mapping_rules", [])]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise JobError(f"The path mapping rules {path} cannot be read ({type(error).__name__}).") from error
    return sorted(rules, key=lambda rule: -len(rule[0].parts))


def _pure(rule: Mapping[str, Any]) -> PurePath:
    kind = PureWindowsPath if str(rule.get("source_path_format", "")).upper() == "WINDOWS" else PurePosixPath
    return kind(rule["source_path"])


def mapped(value: Any, rules: Sequence[Rule]) -> Any:
    """The same JSON value with every path below a rule's folder renamed."""
    if isinstance(value, str):
        return _mapped_path(value, rules)
    if isinstance(value, list):
        return [mapped(entry, rules) for entry in value]
    if isinstance(value, dict):
        return {_mapped_path(key, rules): mapped(entry, rules) for key, entry in value.items()}
    return value


def _mapped_path(text: str, rules: Sequence[Rule]) -> str:
    for source, destination in rules:
        path = type(source)(text)
        if path.is_absolute() and path.is_relative_to(source):
            return os.path.join(destination, *path.relative_to(source).parts)  # noqa: PTH118
    return text
