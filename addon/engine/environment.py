"""Which Python the engine runs in, kept in a folder outside Blender. Standard library only, no bpy.

FOLDER/engine.json     the environment in use; an installation counts only once this names it
FOLDER/env-1/ ...      environments made here, each with a marker file, so that nothing else is ever removed
FOLDER/*.log           what the engine and the installation printed

Panels read the state at every drawing; what only installing and removing need is imported there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

MARKER = ".understudy-engine"
_STATE = "engine.json"


@dataclass(frozen=True)
class Environment:
    """An environment that passed its self-test."""

    python: Path
    made_here: bool
    """False for a Python the user pointed to, which is never changed or removed."""
    requirements: str = ""
    """Hash of the requirements it was made from."""
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def present(self) -> bool:
        return self.python.exists()


def read_environment(folder: Path) -> Environment | None:
    """The environment in use, or None when none was installed."""
    try:
        values = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        return Environment(
            python=Path(values["python"]),
            made_here=bool(values["made_here"]),
            requirements=str(values.get("requirements", "")),
            versions={str(name): str(version) for name, version in values.get("versions", {}).items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # missing or damaged: installing writes it anew


def write_environment(folder: Path, environment: Environment) -> None:
    """Put an environment into use, in one step."""
    import tempfile

    from .platform import replace_patiently

    values = {**asdict(environment), "python": str(environment.python)}
    handle, partial = tempfile.mkstemp(prefix=".engine.", suffix=".partial", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(values, file, indent=1)
        replace_patiently(Path(partial), folder / _STATE)
    finally:
        Path(partial).unlink(missing_ok=True)


def requirements_hash(requirements: Path) -> str:
    """Changes whenever an installed engine has to be brought up to date."""
    return hashlib.sha256(requirements.read_bytes()).hexdigest()


def new_environment_folder(folder: Path) -> Path:
    """An empty, marked folder for an environment; its short name spares Windows' path limit."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while (folder / f"env-{number}").exists():
        number += 1
    made = folder / f"env-{number}"
    made.mkdir()
    (made / MARKER).write_text("Made by Understudy; removed with the engine.\n", encoding="utf-8")
    return made


def remove_environments(folder: Path, keep: Path | None = None) -> None:
    """Remove the environments made here, except the one whose Python is `keep`. Folders without our marker stay."""
    for path in sorted(folder.glob("env-*")) if folder.is_dir() else ():
        if path.is_symlink() or not (path / MARKER).is_file():
            continue
        if keep is None or path not in keep.parents:
            # Without its marker a folder removed by half would stay for ever, so the marker goes last.
            for inner in path.iterdir():
                if inner.name != MARKER:
                    _remove(inner)
            _remove(path)


def remove_engine(folder: Path) -> None:
    """Take the engine out of use and remove what was installed; a Python the user pointed to stays as it is."""
    (folder / _STATE).unlink(missing_ok=True)
    remove_environments(folder)


def _remove(path: Path) -> None:
    import shutil

    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)  # what Windows still holds goes with the next installation
    else:
        with contextlib.suppress(OSError):
            path.unlink()
