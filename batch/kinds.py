"""How the worker processes are started: the engine's Python, and Blender as a module or as a program."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys

from .fingerprint import ROOT
from .job_file import JobError
from .plan import BLENDER, ENGINE
from .worker import WorkerKind

_ENGINE_GB, _BLENDER_GB = 1.2, 1.2
"""What one is expected to need: MediaPipe's graphs and torch; a character of film quality."""
_QUIET = {"GLOG_minloglevel": "2", "TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONUNBUFFERED": "1"}


def worker_kinds(threads: int, blender: str | None = None, only: str | None = None) -> tuple[WorkerKind, ...]:
    """threads: for each worker, so that all together use the cores and no more. only: one kind alone."""
    environment = _QUIET | {
        name: str(threads)
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM",
                     "UNDERSTUDY_THREADS")
    }  # fmt: skip
    launcher = str(ROOT / "addon" / "engine" / "launch.py")
    kinds = []
    if only in (None, ENGINE):
        kinds.append(WorkerKind(ENGINE, (sys.executable, launcher, "batch-worker"), _ENGINE_GB, environment))
    if only in (None, BLENDER):
        kinds.append(WorkerKind(BLENDER, blender_command(blender), _BLENDER_GB, environment))
    return tuple(kinds)


def blender_command(blender: str | None = None) -> tuple[str, ...]:
    """The `bpy` module where importable, else the Blender given or named by $BLENDER."""
    script = str(ROOT / "addon" / "batch" / "run_worker.py")
    if blender is None and importlib.util.find_spec("bpy") is not None:
        return sys.executable, script
    program = shutil.which(blender or os.environ.get("BLENDER", ""))
    if program is None:
        asked = f"{blender} is not a program that can be started" if blender else "A batch needs Blender"
        raise JobError(f"{asked}: give --blender PATH, set BLENDER to its path, or pip install bpy.")
    return program, "--background", "--factory-startup", "--python-exit-code", "1", "--python", script
