"""`--openjd`: the job frozen and written as an Open Job Description bundle; nothing is captured or rendered here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from ..ml.footage import open_footage
from ..ml.take import load_take
from .bundle import FILES, write_bundle
from .checks import Checks
from .frozen import Frozen, freeze
from .job import Job, frame_range
from .job_file import JobError
from .kinds import worker_kinds
from .prepare import open_state, prepare
from .shots import Clip, Shot

Chunk = tuple[int, int | None]


def export_job(job: Job, base: Path, target: Path, blender: str | None, overwrite: bool) -> str:
    """Write the bundle; what to tell the user."""
    state = open_state(job, base)
    try:
        prepared = prepare(job, base, worker_kinds(1, blender), state, overwrite)
        chunks = [_chunks(job, shot, prepared.checks) for shot in prepared.found.shots]
        text = freeze(job, prepared.found, base, prepared.checks, prepared.hashes.used, chunks)
        absolute_job = job.model_copy(update={"output": str(state.output)})
        frozen = Frozen(absolute_job, prepared.found, prepared.checks, prepared.hashes.used, chunks)
        paths = write_bundle(target, frozen, text, prepared.checks)
        state.claim(prepared.claims)
    except OSError as error:
        raise JobError(f"{error.filename or target} cannot be written: {error.strerror}.") from error
    finally:
        state.close()
    engines = {facts["auto_engine"] for facts in prepared.checks.values() if "auto_engine" in facts}
    lines = [f"{paths[name].name}: {what}" for name, what in FILES.items()]
    lines += [
        f"Rendered with {engine}, as this machine would; name an engine in [render] to choose." for engine in engines
    ]
    return "\n".join(
        [f"{len(prepared.found.clips)} clips, {len(prepared.found.shots)} shots -> {paths['plan'].parent}", *lines]
    )


def _chunks(job: Job, shot: Shot, checks: Checks) -> Sequence[Chunk]:
    """Which of a shot's pictures each render task makes; the last one makes all that are left."""
    if job.render is None:
        return []
    facts = checks.get((str(shot.source), shot.object or ""), {})
    count = max(1, math.ceil(_frames(job, shot.clip, facts.get("fps")) / job.render.step))
    size = job.render.chunk
    pieces = math.ceil(count / size)
    return [(piece * size, (piece + 1) * size if piece + 1 < pieces else None) for piece in range(pieces)]


def _frames(job: Job, clip: Clip, scene_fps: float | None) -> int:
    """Frames of the scene that a clip's take will fill, as its file says; 1 for a clip that cannot be read."""
    if job.render is not None and job.render.frames:
        first, last = frame_range(job.render.frames)
        return last - first + 1
    try:
        if clip.ready:
            take = load_take(clip.take)
            return math.ceil(take.duration * (scene_fps or take.fps)) + 1
        with open_footage(clip.file) as footage:
            info = footage.info
    except ValueError:
        return 1
    wanted = clip.capture
    end = min(wanted.end or math.inf, info.duration or 0.0)
    seconds = max(0.0, end - (wanted.start or 0.0))
    return math.ceil(seconds * (scene_fps or wanted.fps or info.fps)) + 1
