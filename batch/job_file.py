"""Reading a job file; whatever is wrong with it is said in one sentence with the line it stands in."""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from .job import Job

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class JobError(ValueError):
    """A job that cannot be run as it is; the message is one sentence for the user."""


def load_job(path: Path) -> Job:
    """Read and check a job file (.toml, or .json as it is frozen for a farm)."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise JobError(f"There is no job file {path}.") from error
    except IsADirectoryError as error:
        raise JobError(f"{path} is a folder; give the job file in it.") from error
    except UnicodeDecodeError as error:
        raise JobError(f"The job file {path} is not text in UTF-8.") from error
    except OSError as error:
        raise JobError(f"The job file {path} cannot be read: {error.strerror}.") from error
    try:
        values = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise JobError(f"The job file {path} is not valid {path.suffix[1:].upper() or 'TOML'}: {error}.") from error
    try:
        job = Job.model_validate(values, strict=path.suffix.lower() != ".json")
    except ValidationError as error:
        raise JobError("\n".join(_sentences(error, text, path))) from error
    return job.model_copy(update={"name": job.name or path.stem})


def _sentences(error: ValidationError, text: str, path: Path) -> list[str]:
    found = []
    for one in error.errors(include_url=False):
        where = tuple(part for part in one["loc"] if not (isinstance(part, str) and "[" in part))
        line = line_of(text, where)
        found.append(
            f"{path.name}, line {line}: {_sentence(one, where)}." if line else f"{path.name}: {_sentence(one, where)}."
        )
    return found


def _sentence(one: Any, where: tuple[str | int, ...]) -> str:
    name = _spelled(where)
    if one["type"] == "extra_forbidden":
        known = _known_keys(where[:-1])
        close = difflib.get_close_matches(str(where[-1]), known, n=1)
        meant = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
        return f"{name} is not a known key; {meant}"
    if one["type"] == "missing":
        return f"{name} is missing"
    message = str(one["msg"]).removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    return f"{name}: {message}" if where else message


def _spelled(where: tuple[str | int, ...]) -> str:
    """("rig", 1, "file") -> "rig 2's file"; ("outputs", "take") -> "outputs.take"."""
    text = ""
    for part in where:
        if isinstance(part, int):
            text += f" {part + 1}"
        else:
            text += ("'s " if text and text[-1].isdigit() else "." if text else "") + part
    return text


def _known_keys(where: Sequence[str | int]) -> list[str]:
    """The keys of the table at this place."""
    model: Any = Job
    for part in where:
        if isinstance(part, str):
            model = _table_in(model.model_fields[part].annotation)
    return list(model.model_fields)


def _table_in(annotation: Any) -> Any:
    """The model in `list[Rig]`, `Render | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _table_in(inner)
        if found is not None:
            return found
    return None


_HEADER = re.compile(r"\s*\[{1,2}\s*([A-Za-z0-9_.\- ]+?)\s*\]{1,2}\s*(?:#.*)?$")


def line_of(text: str, where: Sequence[str | int]) -> int | None:
    """The line (from 1) on which the value at `where` stands in a TOML text, or its table's; None where unknown.

    TOML readers give no lines, so headers and keys are looked for, which is right for files as people write them.
    """
    names = [part for part in where if isinstance(part, str)]
    repetition = {
        ".".join(part for part in where[:place] if isinstance(part, str)): number
        for place, number in enumerate(where)
        if isinstance(number, int)
    }
    for depth in range(len(names), 0, -1):
        for split in range(depth, -1, -1):
            line = _find(text, ".".join(names[:split]), ".".join(names[split:depth]), repetition)
            if line is not None:
                return line
    return None


def _find(text: str, table: str, key: str, repetition: dict[str, int]) -> int | None:
    """The line of `key` in `table` ("" = outside of any), or of the table's header where there is no key."""
    current, seen = "", -1 if table else 0
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            current = header[1].replace(" ", "")
            seen += current == table
        if current != table or seen != repetition.get(table, seen):
            continue
        if header and not key:
            return number
        if key and not header and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return number
    return None
