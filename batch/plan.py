"""The tasks of a job: capture -> apply -> render -> finish, each with the key of everything it is made from.

A key hashes the task's options, the contents of its input files, the program's code and models, and the keys of the
tasks before it. So what has to be made anew is known before anything runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .fingerprint import FileHashes, code_hash, digest, models_hash
from .job import Job, Render, frame_range
from .shots import Clip, Shot, Shots

STAGES = ("capture", "apply", "render", "finish")
ENGINE, BLENDER = "engine", "blender"
"""Kinds of worker processes."""
QUICK_SAMPLES = 8
_APPLY_CODE = (
    "ml/take", "addon/rigs", "addon/retarget", "addon/keyframes", "addon/batch", "addon/apply.py",
    "addon/character_file.py", "addon/scene_files.py",
)  # fmt: skip
_RENDER_CODE = ("addon/batch", "addon/preview.py")
_FINISH_CODE = ("batch/finish.py", "batch/looks.py", "ml/footage")


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work for one worker."""

    id: str
    stage: str
    kind: str
    label: str
    params: dict[str, Any]
    key: str
    needs: tuple[int, ...] = ()
    """Places in the plan of the tasks that must be done before."""
    outputs: tuple[Path, ...] = ()
    lasting: bool = True
    """False for what only later tasks need (pictures of a video): made again only if they run."""
    weight: float = 1.0
    """About how much work it is; the heaviest of a stage go first, so that the workers end together."""
    scrap: tuple[Path, ...] = ()
    """Folders of the scratch that nothing needs any more once this task is noted as done."""


@dataclass(frozen=True)
class Plan:
    """tasks in an order in which each comes after those it needs."""

    tasks: tuple[Task, ...]
    scratch: Path
    """Folder for what is not the user's: pictures of videos, looks for the report."""
    apply_of: Mapping[int, int] = field(default_factory=dict)
    """Shot -> place of its apply task; finish_of and the others likewise."""
    capture_of: Mapping[int, int] = field(default_factory=dict)
    render_of: Mapping[int, int] = field(default_factory=dict)
    finish_of: Mapping[int, int] = field(default_factory=dict)
    look_of: Mapping[int, int] = field(default_factory=dict)
    """Clip without a rig -> its finish task."""

    @property
    def outputs(self) -> list[Path]:
        """Every file of the user's that the plan writes."""
        return [path for task in self.tasks for path in task.outputs if self.scratch not in path.parents]


def make_plan(
    job: Job, found: Shots, scratch: Path, hashes: FileHashes, checks: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Plan:
    """checks: (source file, object) -> what was found in it: engine, and the files it links to."""
    tasks: list[Task] = []
    captures: dict[int, int] = {}
    applies: dict[int, int] = {}
    renders: dict[int, int] = {}
    finishes: dict[int, int] = {}
    looks: dict[int, int] = {}
    for clip in found.clips:
        if not clip.ready:
            captures[clip.index] = _add(tasks, capture_task(clip, scratch, hashes))
    for shot in found.shots:
        check = checks.get((str(shot.source), shot.object or ""), {})
        apply = apply_task(job, shot, scratch, _made(shot.clip, captures, tasks, hashes), hashes, check)
        applies[shot.index] = last = _add(tasks, apply)
        if job.render is not None:
            render = render_task(job.render, shot, scratch, apply, last, check)
            renders[shot.index] = last = _add(tasks, render)
        finish = finish_task(job, shot.clip, shot, scratch, Before.of(tasks[last], last))
        finishes[shot.index] = _add(tasks, finish)
    paired = {shot.clip.index for shot in found.shots}
    for clip in found.clips:
        if clip.index not in paired:
            made = _made(clip, captures, tasks, hashes)
            looks[clip.index] = _add(tasks, finish_task(job, clip, None, scratch, made))
    return Plan(tuple(tasks), scratch, applies, captures, renders, finishes, looks)


@dataclass(frozen=True)
class Before:
    """What a task is made from: a task before it, or a file that is there. folder: of rendered pictures."""

    key: str
    weight: float
    needs: tuple[int, ...] = ()
    folder: str | None = None

    @staticmethod
    def of(task: Task, at: int) -> Before:
        return Before(task.key, task.weight, (at,), task.params.get("folder"))


def _made(clip: Clip, captures: Mapping[int, int], tasks: Sequence[Task], hashes: FileHashes) -> Before:
    """The clip's take: captured by a task, or there already."""
    if clip.ready:
        return Before(digest("take", hashes(clip.take)), float(clip.take.stat().st_size))
    return Before.of(tasks[captures[clip.index]], captures[clip.index])


def short(path: Path, scratch: Path) -> str:
    """A path as it is named in keys and records: below the output folder, so that the folder can be moved."""
    output = scratch.parent
    return path.relative_to(output).as_posix() if output in path.parents else path.as_posix()


def _add(tasks: list[Task], task: Task) -> int:
    tasks.append(task)
    return len(tasks) - 1


def capture_task(clip: Clip, scratch: Path, hashes: FileHashes) -> Task:
    options = clip.capture.model_dump()
    return Task(
        id=f"capture {short(clip.take, scratch)}",
        stage="capture",
        kind=ENGINE,
        label=clip.name,
        params={"video": str(clip.file), "out": str(clip.take), "options": options},
        key=digest("capture", code_hash("ml"), models_hash(), hashes(clip.file), options),
        outputs=(clip.take,),
        weight=float(clip.file.stat().st_size),
    )


def scene_of(shot: Shot, scratch: Path, key: str) -> Path:
    """The .blend a shot is rendered from: its first one, else one that is not kept for the user."""
    return next((file for file in shot.files if file.suffix.lower() == ".blend"), scratch / "scenes" / f"{key}.blend")


def apply_task(job: Job, shot: Shot, scratch: Path, made: Before, hashes: FileHashes, check: Mapping[str, Any]) -> Task:
    options = job.apply.model_dump()
    linked = sorted([Path(path).name, hashes(Path(path))] for path in check.get("files", []))
    profile = hashes(shot.profile) if shot.profile else None
    inputs = (hashes(shot.source), shot.object, profile, linked, options, [file.suffix.lower() for file in shot.files])
    key = digest("apply", code_hash(*_APPLY_CODE), made.key, *inputs)
    files = list(shot.files)
    if job.render is not None and scene_of(shot, scratch, key) not in files:
        files.append(scene_of(shot, scratch, key))
    return Task(
        id=f"apply {short(shot.clip.take, scratch)} | {shot.rig} | {shot.scene}",
        stage="apply",
        kind=BLENDER,
        label=shot.name,
        params={
            "take": str(shot.clip.take),
            "source": str(shot.source),
            "object": shot.object,
            "profile": str(shot.profile) if shot.profile else None,
            "options": options,
            "files": [str(file) for file in files],
        },
        key=key,
        needs=made.needs,
        outputs=tuple(files),
        lasting=bool(shot.files),
        weight=made.weight,
    )


def render_settings(render: Render, check: Mapping[str, Any]) -> dict[str, Any]:
    """What the pictures depend on; "auto" has become an engine."""
    engine = check.get("auto_engine", "cycles") if render.engine == "auto" else render.engine
    samples = render.samples or (QUICK_SAMPLES if render.engine == "auto" else None)
    return {
        "engine": engine,
        "size": render.size,
        "samples": samples,
        "step": render.step,
        "camera": render.camera,
        "frames": frame_range(render.frames) if render.frames else None,
    }


def render_task(render: Render, shot: Shot, scratch: Path, apply: Task, at: int, check: Mapping[str, Any]) -> Task:
    settings = render_settings(render, check)
    key = digest("render", code_hash(*_RENDER_CODE), apply.key, settings)
    return Task(
        id=f"render {short(shot.clip.take, scratch)} | {shot.rig} | {shot.scene}",
        stage="render",
        kind=BLENDER,
        label=shot.name,
        params={
            "scene": str(scene_of(shot, scratch, apply.key)),
            "object": check.get("armature") or shot.object,
            "folder": str(scratch / "frames" / key),
            "settings": settings,
        },
        key=key,
        needs=(at,),
        lasting=False,
        weight=apply.weight,
    )


def finish_task(job: Job, clip: Clip, shot: Shot | None, scratch: Path, before: Before) -> Task:
    """The video or the named pictures, and what the report shows."""
    render = job.render if shot is not None else None
    sound = render is not None and render.sound and not clip.ready
    video = shot.render if render is not None and shot is not None and render.video else None
    pictures = shot.render if render is not None and shot is not None and not render.video else None
    key = digest(
        "finish",
        code_hash(*_FINISH_CODE),
        before.key,
        sound,
        bool(video),
        short(pictures, scratch) if pictures else None,
    )
    look = scratch / "looks" / f"{key}.jpg"
    return Task(
        id=f"finish {short(clip.take, scratch)} | {shot.rig if shot else ''} | {shot.scene if shot else ''}",
        stage="finish",
        kind=ENGINE,
        label=shot.name if shot is not None else clip.name,
        params={
            "clip": None if clip.ready else str(clip.file),
            "take": str(clip.take),
            "frames": before.folder,
            "start": job.apply.start,
            "video": str(video) if video else None,
            "pictures": str(pictures) if pictures else None,
            "sound": sound,
            "look": str(look),
        },
        key=key,
        needs=before.needs,
        outputs=(look, video) if video else (look,),
        weight=before.weight,
        scrap=(Path(before.folder),) if before.folder else (),
    )
