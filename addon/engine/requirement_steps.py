"""The pip calls that bring the locked requirements into an environment, in the order that serves users best.

Standard library only: used by Blender's installer and by dev.py alike. Everything is locked with all that it needs, so
every call has --no-deps: nothing is resolved anew on a user's machine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# On Linux the registry's torch brings gigabytes of CUDA; this index has the CPU build. Elsewhere they are the same.
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
_TORCH_LINE = re.compile(r"^torch==([\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One pip call: what to tell the user, the command (no shell), and how many packages it installs."""

    label: str
    command: list[str]
    packages: int


def torch_version(requirements: Sequence[Path]) -> str | None:
    """The version of torch that the requirement files lock, if they do."""
    for path in requirements:
        found = _TORCH_LINE.search(path.read_text(encoding="utf-8"))
        if found:
            return found.group(1)
    return None


def count_packages(path: Path) -> int:
    """How many packages a locked requirement file names, each once whatever its markers."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return len({line.split("==")[0].strip().lower() for line in lines if "==" in line and not line.startswith("#")})


def install_steps(python: Path, requirements: Sequence[Path], wheels: Path | None = None) -> list[Step]:
    """pip calls for the files in `requirements`, from the folder `wheels` alone when it is given (offline)."""
    pip = [str(python), "-m", "pip", "install", "--no-deps", "--disable-pip-version-check", "--no-input"]
    pip += ["--progress-bar", "off"]
    if wheels is not None:
        pip += ["--no-index", "--find-links", str(wheels)]
    return [
        Step(f"{path.stem} packages ({count_packages(path)})", [*pip, "-r", str(path)], count_packages(path))
        for path in requirements
    ]


def torch_cpu_step(python: Path, requirements: Sequence[Path]) -> Step | None:
    """Torch's CPU build from its own index (Linux); when that cannot be reached, install_steps still brings torch."""
    version = torch_version(requirements)
    if version is None:
        return None
    pip = [str(python), "-m", "pip", "install", "--no-deps", "--disable-pip-version-check", "--no-input"]
    quick = ["--progress-bar", "off", "--retries", "0", "--timeout", "8"]
    return Step("PyTorch for the CPU", [*pip, *quick, "--index-url", TORCH_CPU_INDEX, f"torch=={version}"], 1)
