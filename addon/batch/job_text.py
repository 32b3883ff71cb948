"""The job file of the open .blend, as text that people can go on editing: its takes on its characters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Character:
    """An armature of the file and, if it was saved, which of its bones and keys is which."""

    name: str
    profile: Path | None


def job_text(
    blend: Path,
    takes: Sequence[Path],
    characters: Sequence[Character],
    apply: Mapping[str, bool | float],
    engine: str | None,
    camera: str,
) -> str:
    """TOML that `understudy batch` reads. engine: None renders nothing; camera: "scene" or "place"."""
    lines = [
        "# Made by Understudy's Batch panel; `understudy batch` with this file does the same.",
        'output = "."',
        "",
        "[[footage]]",
        f"files = [{', '.join(quoted(take.as_posix()) for take in takes)}]",
    ]
    for character in characters:
        lines += ["", "[[rig]]", f"name = {quoted(file_name(character.name))}", f"file = {quoted(blend.as_posix())}"]
        lines += [f"object = {quoted(character.name)}", "incomplete = true"]
        if character.profile is not None:
            lines.append(f"profile = {quoted(character.profile.as_posix())}")
    lines += ["", "[apply]", *(f"{name} = {_value(value)}" for name, value in apply.items())]
    if engine is not None:
        lines += ["", "[render]", f"engine = {quoted(engine)}", f"camera = {quoted(camera)}"]
    return "\n".join(lines) + "\n"


def file_name(name: str) -> str:
    """A name that can stand in a file's name on every system."""
    return "".join("_" if letter in '\\/:*?"<>|{}' or ord(letter) < 32 else letter for letter in name) or "_"


def quoted(text: str) -> str:
    """A TOML string: JSON's escapes are TOML's as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: bool | float) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else repr(float(value))
