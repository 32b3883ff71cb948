"""[train] of a job: data generated in shards, then torchrun over the machines; both go on where they were stopped.

Everything lies in one folder that all machines share: config.toml, data/, run/ with the checkpoints, shards/ with a
file for each shard that is whole.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .fingerprint import ROOT, digest
from .job import Train
from .job_file import JobError
from .shots import absolute

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LAUNCHER = ROOT / "addon" / "engine" / "launch.py"
_RESTARTS = 20
"""How often torchrun starts anew after a worker was lost, from the last checkpoint; the first try may be in vain."""
_MEETING_PATIENCE = 900.0
_MEETING = "meeting.json"
_MOMENT = 0.2


@dataclass(frozen=True)
class Training:
    """A [train] table with its paths made whole."""

    wishes: Train
    folder: Path
    config: Path

    @property
    def shard_name(self) -> str:
        """Changes with the settings, so that shards of other settings do not count."""
        return digest(self.config.read_text(encoding="utf-8"), self.wishes.shards)[:12]


def prepare_training(wishes: Train, base: Path) -> Training:
    """Write the settings that all machines read: the user's, with data and run in the shared folder."""
    folder = absolute(base, wishes.folder)
    values = _read(absolute(base, wishes.config)) if wishes.config else {}
    values |= {"data": str(folder / "data"), "run": str(folder / "run")}
    training = Training(wishes, folder, folder / "config.toml")
    try:
        (folder / "shards").mkdir(parents=True, exist_ok=True)
        _write(training.config, "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()))
    except OSError as error:
        raise JobError(f"The training's folder {folder} cannot be written to: {error.strerror}.") from error
    return training


def _read(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise JobError(f"The training's config {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise JobError(f"The training's config {path} is not valid TOML: {error}.") from error
    nested = [name for name, value in values.items() if isinstance(value, dict | list)]
    if nested:
        raise JobError(f"The training's config {path} has a table or list {nested[0]!r}; it holds plain settings only.")
    return values


def run_training(wishes: Train, base: Path, workers: int, cancelled: Callable[[], bool]) -> int:
    """All of it on this machine; the exit code."""
    if wishes.machines > 1:
        raise JobError(f"machines = {wishes.machines} needs a farm: write the job with --openjd, or set machines = 1.")
    training = prepare_training(wishes, base)
    with ThreadPoolExecutor(min(workers, wishes.shards)) as pool:
        codes = list(pool.map(lambda index: make_shard(training, index, cancelled), range(wishes.shards)))
    if any(codes):
        return next(code for code in codes if code)
    return train_here(training, 0, cancelled)


def make_shard(training: Training, index: int, cancelled: Callable[[], bool] = lambda: False) -> int:
    """One shard of the data, unless it is whole already; the exit code."""
    marker = training.folder / "shards" / f"{training.shard_name}-{index}.done"
    if training.wishes.shards == 1 or marker.exists():
        # A single shard is made by the training itself.
        return 0
    wishes = training.wishes
    code = _run([*_data_command(training), str(index), str(wishes.shards)], cancelled)
    if code == 0:
        marker.touch()
        print(f"Shard {index + 1} of {wishes.shards} is there.", flush=True)
    return code


def _data_command(training: Training) -> list[str]:
    """Checks the settings; with a shard's number and their count behind it makes that shard (ml/shards.py)."""
    return [sys.executable, str(_LAUNCHER), "train-data", training.wishes.model, str(training.config)]


def train_here(training: Training, machine: int, cancelled: Callable[[], bool] = lambda: False) -> int:
    """This machine's part of the training; the exit code."""
    wishes = training.wishes
    wrong = _run(_data_command(training), cancelled)
    if wrong:
        return wrong
    command = [sys.executable, "-m", "torch.distributed.run", f"--nproc-per-node={wishes.processes}",
               f"--max-restarts={_RESTARTS}"]  # fmt: skip
    if wishes.machines == 1:
        command.append("--standalone")
    else:
        command += [f"--nnodes=1:{wishes.machines}", "--rdzv-backend=c10d", f"--rdzv-id={training.shard_name}",
                    f"--rdzv-endpoint={_meet(training, machine)}"]  # fmt: skip
    # --resume starts from the beginning where there is no checkpoint yet.
    return _run(
        [*command, str(_LAUNCHER), "train", wishes.model, "--config", str(training.config), "--resume"], cancelled
    )


def _meet(training: Training, machine: int) -> str:
    """HOST:PORT of the first machine, which writes it into the shared folder; the others wait for it."""
    path = training.folder / _MEETING
    if machine == 0:
        with socket.socket() as probe:
            probe.bind(("", 0))
            port = probe.getsockname()[1]
        _write(path, json.dumps({"endpoint": f"{socket.gethostname()}:{port}", "run": training.shard_name}))
    until = time.monotonic() + _MEETING_PATIENCE
    while time.monotonic() < until:
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if values["run"] == training.shard_name:
                return values["endpoint"]
        except (OSError, ValueError, KeyError):
            pass  # not there yet
        time.sleep(1.0)
    raise JobError(f"The training's first machine did not write {path}; is the folder shared by all machines?")


def _run(command: Sequence[str], cancelled: Callable[[], bool]) -> int:
    process = subprocess.Popen(command, start_new_session=os.name == "posix")
    try:
        while True:
            try:
                return process.wait(_MOMENT)
            except subprocess.TimeoutExpired:
                if cancelled():
                    return 130
    finally:
        if process.poll() is None:
            # torchrun passes this on to its workers; the checkpoints are whole at any moment.
            process.terminate()
            process.wait()


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
