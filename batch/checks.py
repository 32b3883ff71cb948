"""Rig and scene files looked into by Blender before anything starts; what cannot work is refused then."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .fingerprint import FileHashes, code_hash, digest
from .job import Job
from .job_file import JobError
from .plan import BLENDER
from .shots import Shot
from .state import State
from .worker import INPUT_ERROR, Worker, WorkerKind, Workers

_PATIENCE = 600.0
_AUTO_PATIENCE = 120.0
Checks = dict[tuple[str, str], dict[str, Any]]


def check_sources(
    job: Job, shots: Iterable[Shot], kinds: tuple[WorkerKind, ...], state: State, hashes: FileHashes,
    say: Callable[[str], None],
) -> Checks:  # fmt: skip
    """(source file, object) -> what is in it. Files already looked into and unchanged are not opened again."""
    found: Checks = {}
    workers = Workers(kinds, 1e9, state.folder / "logs")
    try:
        for shot in shots:
            place = (str(shot.source), shot.object or "")
            if place in found:
                continue
            profile = str(shot.profile) if shot.profile else None
            key = digest("check", code_hash("addon/rigs", "addon/batch"), hashes(shot.source), shot.object,
                         hashes(shot.profile) if shot.profile else None)  # fmt: skip
            facts = state.check(key)
            if facts is None:
                say(f"Looking into {shot.source.name}")
                params = {"source": str(shot.source), "object": shot.object, "profile": profile}
                facts = _ask(workers, "check", params, f"Rig {shot.rig!r}")
                state.remember_check(key, facts)
            found[place] = facts
        if job.render is not None and job.render.engine == "auto" and found:
            engine = _auto_engine(kinds, state, say)
            found = {place: {**facts, "auto_engine": engine} for place, facts in found.items()}
    finally:
        workers.stop_all()
    return found


def refuse_unfit(job: Job, shots: Iterable[Shot], checks: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
    """A scene without a camera or a rig without the bones a body needs would only fail hours later."""
    accepted = {rig.name for rig in job.rig if rig.incomplete}
    for shot in shots:
        facts = checks[(str(shot.source), shot.object or "")]
        lacking = facts["lacking"] if job.apply.body and shot.clip.capture.body else []
        if lacking and shot.rig not in accepted:
            raise JobError(
                f"Rig {shot.rig!r} ({shot.source.name}) has no bone for {', '.join(lacking)}: "
                "name them in a profile, or set incomplete = true for this rig."
            )
        camera = job.render.camera if job.render is not None else "place"
        if camera == "scene" and facts["camera"] is None:
            raise JobError(
                f"{shot.source} has no camera to render {shot.name} through: add one to the scene, "
                'or set camera = "place" in [render].'
            )
        if camera not in ("scene", "place") and camera not in facts["cameras"]:
            there = ", ".join(facts["cameras"]) or "none"
            raise JobError(f"{shot.source} has no camera {camera!r}; there is {there}.")


def _ask(workers: Workers, method: str, params: Mapping[str, Any], what: str) -> dict[str, Any]:
    worker = workers.take(BLENDER)
    assert worker is not None
    worker.ask(1, method, params)
    while True:
        report = workers.reports.get(timeout=_PATIENCE)
        if report.worker is not worker or report.kind == "progress":
            continue
        worker.request = None
        if report.kind == "result":
            return report.value
        if report.kind == "error" and report.value.get("code") == INPUT_ERROR:
            raise JobError(f"{what}: {report.value['message']}")
        words = report.value["message"] if report.kind == "error" else worker.last_words()
        raise JobError(f"{what}: Blender could not look into its file ({words}).")


def _auto_engine(kinds: tuple[WorkerKind, ...], state: State, say: Callable[[str], None]) -> str:
    """Workbench where this machine can draw without a window, else Cycles. Tried in a process that may crash."""
    blender = next(kind for kind in kinds if kind.name == BLENDER)
    key = digest("auto engine", blender.command, platform.node(), code_hash("addon/batch"))
    facts = state.check(key)
    if facts is None:
        say("Trying whether this machine can render without a window")
        facts = {"engine": "workbench" if _draws(blender, state) else "cycles"}
        state.remember_check(key, facts)
    return facts["engine"]


def _draws(blender: WorkerKind, state: State) -> bool:
    workers = Workers((blender,), 1e9, state.folder / "logs")
    try:
        worker: Worker | None = workers.take(BLENDER)
        assert worker is not None
        worker.ask(1, "draws", {})
        report = workers.reports.get(timeout=_AUTO_PATIENCE)
        return report.kind == "result" and bool(report.value.get("draws"))
    except Exception:  # noqa: BLE001 - whatever goes wrong, Cycles works
        return False
    finally:
        workers.kill_all()
