"""The report of a batch: one HTML page that needs nothing but itself, and the same as JSON beside it."""

from __future__ import annotations

import base64
import html
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..ml.version import program_version
from .job import Job
from .plan import Plan, Task
from .runner import Outcome
from .shots import Clip, Shot, Shots
from .show import clock
from .state import State

_PAGE = Path(__file__).resolve().parent / "report_page.html"
_EMBEDDED_BYTES = 48 * 1024 * 1024
"""Pictures up to so much lie inside the page; of larger jobs they stay in the job's own folder beside it."""


@dataclass
class Entry:
    """One shot, or one clip that is on no rig. seconds: stage -> how long it took."""

    name: str
    clip: str
    rig: str = ""
    scene: str = ""
    status: str = "done"
    """done, failed, or open (the run stopped before it)."""
    reason: str = ""
    described: str = ""
    quality: float | None = None
    seen: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    frames: int = 0
    duration: float = 0.0
    sound: bool | None = None
    files: list[str] = field(default_factory=list)
    video: str = ""
    look: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {**self.__dict__, "seconds": {stage: round(value, 2) for stage, value in self.seconds.items()}}


def write_report(
    job: Job, found: Shots, plan: Plan, state: State, outcome: Outcome, reasons: Mapping[str, str],
    notes: tuple[str, ...],
) -> Path:  # fmt: skip
    """Write report.html and report.json into the output folder; returns the page's path. reasons: task -> failure."""
    output = state.output
    entries = [_shot_entry(shot, plan, state, reasons, output) for shot in found.shots]
    clips = {clip.index: clip for clip in found.clips}
    entries += [_clip_entry(clips[at], plan, state, reasons, output) for at in plan.look_of]
    data: dict[str, Any] = {
        "job": job.name,
        "written": time.strftime("%Y-%m-%d %H:%M:%S"),
        "version": program_version(),
        "stopped": outcome.stopped,
        "notes": list(notes),
        "took": clock(outcome.seconds),
        "seconds": round(outcome.seconds, 2),
        "counts": _counts(entries),
        "entries": [entry.to_json() for entry in entries],
    }
    _write(output / "report.json", json.dumps(data, indent=1, ensure_ascii=False))
    page = output / "report.html"
    _write(page, _page(job, data, output))
    return page


def _shot_entry(shot: Shot, plan: Plan, state: State, reasons: Mapping[str, str], output: Path) -> Entry:
    entry = Entry(shot.name, shot.clip.name, shot.rig, shot.scene)
    places = [plan.capture_of[shot.clip.index]] if shot.clip.index in plan.capture_of else []
    places.append(plan.apply_of[shot.index])
    places += [plan.render_of[shot.index]] if shot.index in plan.render_of else []
    _fill(entry, [plan.tasks[place] for place in (*places, plan.finish_of[shot.index])], state, reasons, output)
    return entry


def _clip_entry(clip: Clip, plan: Plan, state: State, reasons: Mapping[str, str], output: Path) -> Entry:
    entry = Entry(clip.name, clip.name)
    places = [at[clip.index] for at in (plan.capture_of, plan.look_of) if clip.index in at]
    _fill(entry, [plan.tasks[place] for place in places], state, reasons, output)
    return entry


def _fill(entry: Entry, tasks: list[Task], state: State, reasons: Mapping[str, str], output: Path) -> None:
    for task in tasks:
        if task.id in reasons and entry.status != "failed":
            entry.status, entry.reason = "failed", f"{task.stage}: {reasons[task.id]}"
        record = state.facts(task.id)
        if task.id in reasons or record is None or record[0] != task.key:
            if entry.status == "done" and (task.lasting or task is tasks[-1]):
                entry.status = "open"
            continue
        _, facts, seconds = record
        entry.seconds[task.stage] = seconds
        entry.warnings += facts.get("warnings", [])
        if task.lasting:
            entry.files += [_relative(path, output) for path in task.outputs if path.suffix != ".jpg"]
        if task.stage == "capture":
            entry.quality, entry.seen = facts.get("quality"), facts.get("seen", {})
            entry.frames, entry.duration = facts.get("frames", 0), facts.get("duration", 0.0)
        elif task.stage == "apply":
            entry.described = facts.get("described", "")
        elif task.stage == "finish":
            entry.look, entry.sound = dict(facts["look"]), facts.get("sound")
            entry.look["file"] = _relative(Path(entry.look["file"]), output)
            entry.video = next((_relative(path, output) for path in task.outputs if path.suffix == ".mp4"), "")


def _counts(entries: list[Entry]) -> dict[str, int]:
    counts = {status: sum(entry.status == status for entry in entries) for status in ("done", "failed", "open")}
    counts["warned"] = sum(bool(entry.warnings) for entry in entries)
    return counts


def _relative(path: Path, output: Path) -> str:
    try:
        return Path(os.path.relpath(path, output)).as_posix()
    except ValueError:
        return path.as_uri()  # another drive of Windows


def _page(job: Job, data: dict[str, Any], output: Path) -> str:
    looks = [output / entry["look"]["file"] for entry in data["entries"] if entry["look"]]
    embed = sum(path.stat().st_size for path in looks if path.is_file()) <= _EMBEDDED_BYTES
    entries = [{**entry, "look": _shown(entry["look"], output, embed)} for entry in data["entries"]]
    text = json.dumps({**data, "entries": entries}, ensure_ascii=False)
    # "</script>" in a clip's name must not end the script that holds the data.
    safe = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return _PAGE.read_text(encoding="utf-8").replace("%TITLE%", html.escape(job.name)).replace("%DATA%", safe)


def _shown(look: Mapping[str, Any], output: Path, embed: bool) -> dict[str, Any]:
    if not look:
        return {}
    path = output / look["file"]
    if not embed or not path.is_file():
        return dict(look)
    return {**look, "file": "data:image/jpeg;base64," + base64.b64encode(path.read_bytes()).decode()}


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
