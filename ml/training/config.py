"""A training's settings: a dataclass of defaults, overridden by a TOML file."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Settings = TypeVar("Settings")


class TrainingError(ValueError):
    """A configuration or data that cannot be trained with; the message is one sentence for the user."""


def read_settings(path: Path | None, defaults: Settings) -> Settings:
    """The dataclass `defaults` with the values of a TOML file over it; unknown names and wrong kinds are refused."""
    if path is None:
        return defaults
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TrainingError(f"There is no configuration file {path}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrainingError(f"The configuration {path} is not valid TOML: {error}.") from error
    known = {f.name: getattr(defaults, f.name) for f in fields(defaults)}  # type: ignore[arg-type]
    for name, value in given.items():
        if name not in known:
            raise TrainingError(f"The configuration {path} sets {name!r}; known are {', '.join(sorted(known))}.")
        if not _fits(value, known[name]):
            kind = type(known[name]).__name__
            raise TrainingError(f"The configuration {path} sets {name} to {value!r}; it has to be of kind {kind}.")
    return replace(defaults, **given)  # type: ignore[type-var]


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))
