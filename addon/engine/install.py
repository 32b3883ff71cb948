"""Installing the engine: make an environment, install the locked requirements, try it, and only then put it to use.

Plain blocking functions for a thread to run; they report progress 0..1 and stop within a second when told to. An
installation that fails or is cancelled leaves the environment in use before as it was. No bpy.
"""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import requirement_steps
from .client import EngineClient, EngineCommand
from .environment import (
    Environment,
    new_environment_folder,
    remove_environments,
    requirements_hash,
    write_environment,
)
from .platform import engine_environment, kill_tree, library_hint, popen_options, torch_needs_own_index, venv_python
from .protocol import PROTOCOL, EngineError
from .pythons import FoundPython, NoPythonError, check_python, find_python, why_not

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool]

LAUNCHER = Path(__file__).resolve().parent / "launch.py"
_NEEDED_BYTES = 3 * 1024**3
_SELF_TEST_SECONDS = 180.0
_STEP_SECONDS = 3600.0


class InstallError(Exception):
    """The installation cannot go on; the message is one sentence or two: what is wrong and what to do."""


class InstallCancelledError(Exception):
    """Told to stop."""


@dataclass(frozen=True)
class InstallOptions:
    """What to install, from where and to where."""

    folder: Path
    """The engine's folder, outside Blender."""
    requirements: Path
    """The locked requirement file."""
    python: Path | None = None
    """Make the environment with this Python; None = find one."""
    wheels: Path | None = None
    """Install from this folder alone, asking no network."""
    online: bool = True
    """Whether Blender allows online access."""
    launcher: Path = LAUNCHER
    needed_bytes: int = _NEEDED_BYTES


def install_engine(options: InstallOptions, progress: Progress, cancelled: Cancelled) -> Environment:
    """Make, fill, try and put to use a new environment. Removes the ones before it."""
    _check_options(options)
    progress(0.0, "Looking for a Python")
    python = _suitable_python(options.python)
    target = new_environment_folder(options.folder)
    log = options.folder / "install.log"
    log.unlink(missing_ok=True)
    try:
        runner = _Runner(log, cancelled)
        progress(0.02, "Making the environment")
        runner.run([str(python), "-m", "venv", str(target)], "The environment could not be made")
        inner = venv_python(target)
        _install_packages(options, inner, runner, progress)
        environment = verify_python(
            inner, options.folder, lambda share, text: progress(0.88 + 0.12 * share, text), cancelled, options.launcher
        )
        environment = Environment(inner, True, requirements_hash(options.requirements), environment.versions)
        if cancelled():
            raise InstallCancelledError
        write_environment(options.folder, environment)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    remove_environments(options.folder, keep=inner)
    progress(1.0, "The engine is ready")
    return environment


def use_python(
    python: Path, folder: Path, progress: Progress, cancelled: Cancelled, launcher: Path = LAUNCHER
) -> Environment:
    """Put an environment the user made to use, once it passes the self-test. It is never changed or removed."""
    found = _checked(lambda: check_python(python))
    folder.mkdir(parents=True, exist_ok=True)
    # Not found.executable: inside a virtual environment the path as given is what makes it that environment.
    environment = verify_python(python.absolute(), folder, progress, cancelled, launcher)
    environment = Environment(python.absolute(), False, "", {"python": found.label, **environment.versions})
    write_environment(folder, environment)
    return environment


def verify_python(
    python: Path, folder: Path, progress: Progress, cancelled: Cancelled, launcher: Path = LAUNCHER
) -> Environment:
    """Start the engine with a Python and let it try itself; InstallError says what is missing."""
    posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    outcome: list[dict | EngineError] = []
    command = engine_command(python, folder / "self-test.log", launcher)
    client = EngineClient(lambda: command, posted.put)
    try:
        client.request("hello", {}, outcome.append, outcome.append)
        client.request(
            "self_test", {}, outcome.append, outcome.append, lambda share, text, _more: progress(share, text)
        )
        waited = 0.0
        while len(outcome) < 2:
            if cancelled():
                raise InstallCancelledError
            try:
                posted.get(timeout=0.1)()
            except queue.Empty:
                waited += 0.1
            if waited > _SELF_TEST_SECONDS:
                raise InstallError(f"The engine did not answer in {_SELF_TEST_SECONDS:.0f} s; see {command.log}.")
    finally:
        client.stop()
    return Environment(python, True, "", _versions_or_error(python, outcome))


def engine_command(python: Path, log: Path, launcher: Path = LAUNCHER) -> EngineCommand:
    """How the engine is started with a Python."""
    arguments = [str(python), str(launcher), "serve", "--log", str(log)]
    return EngineCommand(arguments, engine_environment(os.environ), log)


def _versions_or_error(python: Path, outcome: Sequence[dict | EngineError]) -> dict[str, str]:
    versions: dict[str, str] = {}
    for answer in outcome:
        if isinstance(answer, EngineError):
            hint = library_hint(answer.message + answer.details)
            raise InstallError(f"{python} cannot run the engine. {answer.message} {hint}".strip())
        if "protocol" in answer and answer["protocol"] != PROTOCOL:
            raise InstallError("The engine is of another version than the add-on; install the extension again.")
        for problem in answer.get("problems", []):
            hint = library_hint(problem["error"]) or "Repair the engine, or choose a Python that has it."
            raise InstallError(f"{problem['part']} does not work in {python} ({problem['error']}). {hint}")
        versions.update(answer.get("versions", {}))
    return versions


def _check_options(options: InstallOptions) -> None:
    if options.wheels is not None and not any(options.wheels.glob("*.whl")):
        raise InstallError(f"The folder {options.wheels} holds no wheels (.whl files); choose the one they are in.")
    if options.wheels is None and not options.online:
        raise InstallError(
            "Blender's online access is off: turn on Preferences > System > Network > Allow Online Access, "
            "or choose a folder of wheels below."
        )
    options.folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(options.folder).free
    if free < options.needed_bytes:
        gigabytes = 1024**3
        raise InstallError(
            f"The engine needs {options.needed_bytes / gigabytes:.0f} GB in {options.folder}, where "
            f"{free / gigabytes:.1f} GB are free; make room and try again."
        )


def _suitable_python(chosen: Path | None) -> Path:
    if chosen is None:
        return _checked(lambda: find_python(Path.home(), os.environ)).executable
    found = _checked(lambda: check_python(chosen))
    refusal = why_not(found)
    if refusal:
        raise InstallError(refusal)
    return chosen.absolute()


def _checked(find: Callable[[], FoundPython]) -> FoundPython:
    try:
        return find()
    except NoPythonError as error:
        raise InstallError(str(error)) from error


def _install_packages(options: InstallOptions, python: Path, runner: _Runner, progress: Progress) -> None:
    steps = requirement_steps.install_steps(python, [options.requirements], options.wheels)
    total = requirement_steps.count_packages(options.requirements)
    watch = _PackageWatch(total, python, lambda share, text: progress(0.06 + 0.8 * share, text))
    torch = requirement_steps.torch_cpu_step(python, [options.requirements])
    if torch is not None and options.wheels is None and torch_needs_own_index():
        progress(0.06, torch.label)
        runner.run(torch.command, "", watch, may_fail=True)
    for step in steps:
        where = f"the folder {options.wheels}" if options.wheels else "the network"
        runner.run(step.command, f"The packages could not be installed from {where}", watch)


class _PackageWatch:
    """Progress of pip: packages fetched count half, packages laid down in the environment the other half."""

    def __init__(self, total: int, python: Path, progress: Progress) -> None:
        self._total = max(total, 1)
        self._root = python.parents[1]
        self._progress = progress
        self._fetched: set[str] = set()
        self._text = "Installing packages"

    def line(self, line: str) -> None:
        words = line.split()
        if len(words) >= 2 and words[0] == "Collecting":
            self._fetched.add(words[1].split("==")[0].lower())
            self._text = f"Fetching {words[1].replace('==', ' ')}"
        elif line.startswith("Installing collected packages"):
            self._text = "Unpacking packages"

    def tick(self) -> None:
        laid = sum(1 for _ in self._root.glob("lib/python3*/site-packages/*.dist-info")) or sum(
            1 for _ in self._root.glob("Lib/site-packages/*.dist-info")
        )
        # pip itself is one of them from the beginning
        share = (min(len(self._fetched), self._total) + min(max(laid - 1, 0), self._total)) / (2 * self._total)
        self._progress(share, self._text)


class _Runner:
    """Runs programs one after the other, keeping what they print; ends them when the installation is cancelled."""

    def __init__(self, log: Path, cancelled: Cancelled) -> None:
        self._log = log
        self._cancelled = cancelled

    def run(
        self, command: Sequence[str], failure: str, watch: _PackageWatch | None = None, may_fail: bool = False
    ) -> None:
        """Run to the end; InstallError begins with `failure` and tells the last line that was printed."""
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**engine_environment(os.environ), "PIP_NO_COLOR": "1"},
            **popen_options(),
        )
        last: deque[str] = deque(maxlen=12)
        reader = threading.Thread(target=self._read, args=(process, last, watch), daemon=True)
        reader.start()
        waited = 0.0
        while reader.is_alive():
            if self._cancelled():
                kill_tree(process)
                raise InstallCancelledError
            if waited > _STEP_SECONDS:
                kill_tree(process)
                raise InstallError(f"{failure}: nothing happened for too long; see {self._log}.")
            reader.join(0.25)
            waited += 0.25
            if watch is not None:
                watch.tick()
        if process.wait() != 0 and not may_fail:
            errors = [line for line in last if line.startswith("ERROR")] or list(last)
            raise InstallError(f"{failure}: {errors[-1] if errors else 'nothing was said'} See {self._log}.")

    def _read(self, process: subprocess.Popen[Any], last: deque[str], watch: _PackageWatch | None) -> None:
        if process.stdout is None:
            return
        with self._log.open("a", encoding="utf-8") as log:
            for raw in process.stdout:
                line = raw.decode("utf-8", "replace").strip()
                log.write(line + "\n")
                if line:
                    last.append(line)
                if watch is not None:
                    watch.line(line)
