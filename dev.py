#!/usr/bin/env python3
"""Everything a developer or a newcomer runs: python3 dev.py setup | demo | test | lint | build.

Standard library only. Each command first makes `.venv` with the locked requirements if it is not there.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "understudy-requirements.sha256"
REQUIREMENTS = (ROOT / "requirements" / "engine.txt", ROOT / "requirements" / "dev.txt")
WANTED = (3, 11)  # bpy 4.5 has wheels for 3.11 alone, MediaPipe 0.10.21 for 3.12 and older


class RefusalError(Exception):
    """Something the user has to put right; the message says what and how."""


def load_by_path(name: str, path: Path) -> ModuleType:
    """Import one standard-library-only file of the add-on without importing the package."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RefusalError(f"{path} is missing from this checkout: clone it again.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


platform_facts = load_by_path("understudy_platform", ROOT / "addon" / "engine" / "platform.py")
requirement_steps = load_by_path("understudy_requirement_steps", ROOT / "addon" / "engine" / "requirement_steps.py")
# Modules that load libraries of the system, and what to call them.
LEANING_MODULES = {"cv2": "OpenCV", "mediapipe": "MediaPipe", "torch": "PyTorch", "bpy": "Blender as a module"}


def say(text: str) -> None:
    print(text, flush=True)


def venv_python() -> Path:
    return platform_facts.venv_python(VENV)


def python_version(program: str | Path, *options: str) -> tuple[int, int] | None:
    """(major, minor) of a Python program, None where it does not run."""
    try:
        asked = [str(program), *options, "-c", "import sys; print(*sys.version_info[:2])"]
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True).stdout.split()
        return int(answer[0]), int(answer[1])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return None


def find_python() -> list[str]:
    """A Python 3.11: the one running this script, else one on the PATH."""
    if sys.version_info[:2] == WANTED:
        return [sys.executable]
    for command in platform_facts.python_commands(Path.home(), os.environ):
        program = shutil.which(command[0])
        if program and python_version(program, *command[1:]) == WANTED:
            return [program, *command[1:]]
    raise RefusalError(
        f"This is Python {sys.version_info[0]}.{sys.version_info[1]}; Understudy's development needs Python 3.11 "
        f"(Blender's bpy 4.5 comes for no other). {platform_facts.python_hint()}"
    )


def requirements_hash() -> str:
    digest = hashlib.sha256()
    for path in (*REQUIREMENTS, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def setup(force: bool = False) -> None:
    """Make .venv with the locked requirements, unless it is there and up to date."""
    if not force and STAMP.exists() and STAMP.read_text() == requirements_hash() and venv_python().exists():
        return
    python = find_python()
    if python_version(venv_python()) != WANTED:
        say(f"Making the environment {VENV.name} with {' '.join(python)} ...")
        make_venv(python)
    install_torch_for_the_cpu()
    steps = requirement_steps.install_steps(venv_python(), REQUIREMENTS)
    for number, step in enumerate(steps, start=1):
        say(f"[{number}/{len(steps) + 1}] {step.label} ...")
        install(step.command, step.packages)
    say(f"[{len(steps) + 1}/{len(steps) + 1}] Understudy itself ...")
    pip = [str(venv_python()), "-m", "pip", "install", "--no-deps", "--quiet", "--disable-pip-version-check"]
    install([*pip, "--editable", str(ROOT)])
    check_libraries()
    STAMP.write_text(requirements_hash())
    say("The environment is ready.")


def install_torch_for_the_cpu() -> None:
    """On Linux take torch's CPU build from its own index; where that cannot be reached, the lock's torch serves."""
    step = (
        requirement_steps.torch_cpu_step(venv_python(), REQUIREMENTS)
        if platform_facts.torch_needs_own_index()
        else None
    )
    if step is not None:
        say(f"{step.label} ...")
        if subprocess.run(step.command, capture_output=True, check=False).returncode != 0:
            say("PyTorch's own index cannot be reached; taking the build that pip finds elsewhere.")


def make_venv(python: list[str]) -> None:
    made = subprocess.run([*python, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        hint = platform_facts.venv_hint()
        raise RefusalError(f"{' '.join(python)} cannot make an environment. {hint}\n{made.stdout}{made.stderr}")


def install(command: list[str], packages: int = 1) -> None:
    """Run one pip call, counting the packages as they come; what pip said is shown only when it fails."""
    lines: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        count = 0
        for line in pip.stdout:
            lines.append(line)
            if line.startswith(("Collecting ", "Processing ", "Requirement already satisfied: ")):
                count += 1
                name = line.split(": ")[-1].split(" (from")[0].removeprefix("Collecting ").strip()
                say(f"  {min(count, packages):3}/{packages} {Path(name).name}")
            elif line.startswith("Installing collected packages"):
                say("  unpacking; the large ones take a minute ...")
    if pip.returncode != 0:
        print("".join(lines[-15:]), file=sys.stderr)
        raise RefusalError(
            "The installation stopped (see above). Without a network, put the wheels into a folder and set "
            "PIP_FIND_LINKS to it and PIP_NO_INDEX to 1; otherwise check the connection and run this again."
        )


def check_libraries() -> None:
    """Import what leans on system libraries; a missing one becomes one sentence with the command that installs it."""
    for module, purpose in LEANING_MODULES.items():
        tried = subprocess.run(
            [str(venv_python()), "-c", f"import {module}"], capture_output=True, text=True, check=False
        )
        if tried.returncode != 0:
            last = (tried.stderr.strip().splitlines() or [f"exit code {tried.returncode}"])[-1]
            raise RefusalError(f"{purpose} does not start: {last}. {platform_facts.library_hint(last)}")


def run(*arguments: str) -> int:
    """Run the environment's Python in the checkout; its exit code."""
    return subprocess.run([str(venv_python()), *arguments], cwd=ROOT, check=False).returncode


def demo(rest: list[str]) -> int:
    return run("-m", "understudy.cli", "demo", *rest)


def test(rest: list[str]) -> int:
    return run("-m", "pytest", *rest)


def lint(_rest: list[str]) -> int:
    results = [run("-m", "ruff", "check", "."), run("-m", "ruff", "format", "--check", "."), run("-m", "pyright")]
    return max(results)


def build(rest: list[str]) -> int:
    """Make dist/understudy-VERSION.zip with Blender's own extension builder, and validate it."""
    parser = argparse.ArgumentParser(prog="dev.py build")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    out = parser.parse_args(rest).out
    out.mkdir(parents=True, exist_ok=True)
    builder = next(VENV.glob("**/bl_pkg/cli/blender_ext.py"))
    code = run(str(builder), "build", "--source-dir", str(ROOT), "--output-dir", str(out))
    for path in sorted(out.glob("understudy-*.zip")) if code == 0 else ():
        code = code or run(str(builder), "validate", str(path))
        say(f"{path} ({path.stat().st_size / 1e6:.1f} MB): drag it into Blender's window to install it.")
    return code


def main() -> int:
    commands = {"demo": demo, "test": test, "lint": lint, "build": build}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["setup", *commands])
    parser.add_argument("--force", action="store_true", help="make the environment anew (setup)")
    arguments, rest = parser.parse_known_args()
    # Threads of several libraries side by side only fight over the cores of a laptop.
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) // 2)))
    try:
        setup(force=arguments.force)
        return 0 if arguments.command == "setup" else commands[arguments.command](rest)
    except RefusalError as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
