"""The command `understudy`: what needs no Blender (ml/cli.py) joined with what does (addon/cli.py)."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

# Understood by addon/cli.py, which needs bpy: the wheel in this environment, or the Blender named by the user.
BLENDER_COMMANDS = ("apply", "inspect", "preview")
_ROOT = Path(__file__).resolve().parent


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 2 the input is wrong, 1 a defect."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and arguments[0] in BLENDER_COMMANDS:
        return run_with_blender(arguments)
    if arguments and arguments[0] == "demo":
        from .demo.run import main as demo

        return demo(arguments[1:])
    if arguments and arguments[0] == "batch":
        from .batch.cli import main as batch

        return batch(arguments[1:])
    if not arguments or arguments[0] in ("-h", "--help"):
        print("With a rig: understudy apply | inspect | preview | batch | demo (each has --help). Without Blender:\n")
    from .ml.cli import main as ml_main

    return ml_main(arguments)


def run_with_blender(arguments: list[str]) -> int:
    """Run an addon/cli.py command with the bpy wheel where importable, else with --blender or $BLENDER."""
    blender, arguments = _take_blender_option(arguments)
    if blender is None and importlib.util.find_spec("bpy") is not None:
        from .addon.cli import main as blender_main

        return blender_main(arguments)
    program = shutil.which(blender or os.environ.get("BLENDER", ""))
    if program is None:
        asked = f"{blender} is not a program that can be started" if blender else "this command needs Blender"
        print(f"{asked}: give --blender PATH, set BLENDER to its path, or pip install bpy.", file=sys.stderr)
        return 2
    script = _ROOT / "addon" / "run_in_blender.py"
    command = [program, "--background", "--factory-startup", "--python-exit-code", "1", "--python", str(script), "--"]
    return subprocess.run([*command, *arguments], check=False).returncode


def _take_blender_option(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Split `--blender PATH` or `--blender=PATH` from the rest."""
    rest: list[str] = []
    blender = None
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--blender":
            blender = next(waiting, "")
        elif argument.startswith("--blender="):
            blender = argument.partition("=")[2]
        else:
            rest.append(argument)
    return blender, rest


def start() -> NoReturn:
    """The console's `understudy`.

    Where Blender was a module of this process, Python is not let tidy up: bpy 4.5 destroys a condition that its sound
    thread still waits for, and then the command would hang for ever after its work was done.
    """
    code = main()
    if "bpy" in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    start()
