"""Finding a Python that the engine can use. Standard library only, no bpy."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .platform import (
    SUPPORTED_PYTHONS,
    THIS,
    System,
    engine_environment,
    popen_options,
    python_commands,
    python_hint,
    unsupported_machine,
    venv_hint,
)

_QUESTION = """
import importlib.util, json, platform, sys
print(json.dumps({"version": list(sys.version_info[:2]), "executable": sys.executable,
    "bits": sys.maxsize.bit_length() + 1, "machine": platform.machine(),
    "venv": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))}))
"""
_TIMEOUT = 20.0


@dataclass(frozen=True)
class FoundPython:
    """A Python that answered."""

    executable: Path
    version: tuple[int, int]
    bits: int
    machine: str
    can_make_environments: bool

    @property
    def supported(self) -> bool:
        return self.version in SUPPORTED_PYTHONS and self.bits == 64

    @property
    def label(self) -> str:
        return f"{self.version[0]}.{self.version[1]}"


class NoPythonError(Exception):
    """No suitable Python; the message is one sentence: what is missing and where to get it."""


def ask_python(command: Sequence[str]) -> FoundPython | None:
    """What kind of Python a command starts; None when it starts none."""
    try:
        answer = subprocess.run(
            [*command, "-I", "-c", _QUESTION],
            capture_output=True,
            timeout=_TIMEOUT,
            check=True,
            env=engine_environment(os.environ),
            stdin=subprocess.DEVNULL,
            **popen_options(),
        ).stdout
        values = json.loads(answer)
        major, minor = values["version"]
        return FoundPython(
            Path(values["executable"]), (major, minor), values["bits"], values["machine"], bool(values["venv"])
        )
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return None


def find_python(
    home: Path,
    environ: Mapping[str, str],
    ask: Callable[[Sequence[str]], FoundPython | None] = ask_python,
    system: System = THIS,
) -> FoundPython:
    """The best Python on this computer that can make the engine's environment."""
    refusal = ""
    for command in python_commands(home, environ, system):
        found = ask(command)
        if found is None:
            continue
        refusal = why_not(found, system)
        if not refusal:
            return found
    raise NoPythonError(refusal or f"There is no Python 3.10, 3.11 or 3.12 on this computer. {python_hint(system)}")


def check_python(path: Path, ask: Callable[[Sequence[str]], FoundPython | None] = ask_python) -> FoundPython:
    """The Python at a path the user gave."""
    found = ask([str(path)])
    if found is None:
        raise NoPythonError(f"{path} does not start as a Python; choose the program itself (python or python.exe).")
    return found


def why_not(found: FoundPython, system: System = THIS) -> str:
    """One sentence why a Python cannot carry the engine; empty when it can."""
    if found.version not in SUPPORTED_PYTHONS:
        return f"{found.executable} is Python {found.label}; the engine needs 3.10, 3.11 or 3.12. {python_hint(system)}"
    if found.bits != 64:
        return f"{found.executable} is a 32-bit Python; the engine needs a 64-bit one. {python_hint(system)}"
    unsupported = unsupported_machine(found.machine, system)
    if unsupported:
        return unsupported
    return "" if found.can_make_environments else venv_hint(system, found.label)
