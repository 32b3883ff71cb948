"""From a job to its clips and shots: globs expanded, clips paired with rigs and scenes, outputs named."""

from __future__ import annotations

import fnmatch
import glob
import os
import re
from dataclasses import dataclass
from pathlib import Path

from .job import Capture, Job, Rig, Scene
from .job_file import JobError

TAKE_SUFFIX = ".take.npz"


@dataclass(frozen=True, slots=True)
class Clip:
    """One video and its take; or a take that is there already (`ready`), which is its own file."""

    index: int
    name: str
    file: Path
    take: Path
    capture: Capture
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """One clip on one rig, in a scene or in the rig's own file."""

    index: int
    name: str
    clip: Clip
    rig: str
    scene: str
    """Empty: the rig's own file."""
    source: Path
    """The file that is opened."""
    object: str | None
    profile: Path | None
    files: tuple[Path, ...]
    render: Path | None
    """The video, or the pictures' name with #### for the frame."""


@dataclass(frozen=True)
class Shots:
    """clips and shots in order; notes: sentences for the user about what was left out."""

    clips: tuple[Clip, ...]
    shots: tuple[Shot, ...]
    notes: tuple[str, ...] = ()


def find_shots(job: Job, base: Path) -> Shots:
    """All clips and shots of a job; relative paths lie below `base`. JobError where something is missing or unclear."""
    out = output_folder(job, base)
    clips = tuple(_clips(job, base, out))
    _check_rigs(job, base)
    notes: list[str] = []
    shots = tuple(
        _shot(number, job, base, out, clip, rig, scene)
        for number, (clip, rig, scene) in enumerate(_pairs(job, clips, notes))
    )
    _refuse_shared_outputs(job, clips, shots)
    return Shots(clips, shots, tuple(notes))


def output_folder(job: Job, base: Path) -> Path:
    return absolute(base, job.output)


def absolute(base: Path, path: str) -> Path:
    """A path of the job file: relative ones lie below its folder."""
    return Path(os.path.normpath(base / Path(path).expanduser()))


def _clips(job: Job, base: Path, out: Path) -> list[Clip]:
    clips: list[Clip] = []
    for number, footage in enumerate(job.footage, start=1):
        seen: set[Path] = set()
        for pattern in footage.files:
            found = _matches(base, pattern, number)
            for file in found:
                if file in seen:
                    continue
                seen.add(file)
                if file.name.lower().endswith(TAKE_SUFFIX):
                    clips.append(Clip(len(clips), file.name[: -len(TAKE_SUFFIX)], file, file, job.capture, ready=True))
                    continue
                take = _filled(job.outputs.take, out, clip=file.stem, folder=file.parent.name, job=job.name)
                clips.append(Clip(len(clips), file.stem, file, take, footage.capture or job.capture))
    return clips


def _matches(base: Path, pattern: str, number: int) -> list[Path]:
    path = absolute(base, pattern)
    if path.is_file():
        # A name with brackets in it is a name before it is a pattern.
        return [path]
    # Path.glob cannot start from an absolute pattern.
    found = [Path(name) for name in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
    files = [file for file in found if file.is_file()]
    if not files:
        what = "names only folders" if found else "matches nothing" if glob.has_magic(pattern) else "is not there"
        raise JobError(f"footage {number}: {pattern!r} {what} (looked for {path}).")
    return files


def _check_rigs(job: Job, base: Path) -> None:
    names = [rig.name for rig in job.rig]
    for kind, all_names in (("rig", names), ("scene", [scene.name for scene in job.scene])):
        twice = {name for name in all_names if all_names.count(name) > 1}
        if twice:
            raise JobError(f"Two entries of [[{kind}]] have the name {sorted(twice)[0]!r}; names must differ.")
    for rig in job.rig:
        in_scene = [scene for scene in job.scene if rig.name in scene.objects]
        if rig.file is None and not in_scene:
            raise JobError(f"Rig {rig.name!r} has no file and stands in no scene; give it a file.")
        if rig.file is not None and not absolute(base, rig.file).is_file():
            raise JobError(f"Rig {rig.name!r}: there is no file {absolute(base, rig.file)}.")
        if rig.profile is not None and not absolute(base, rig.profile).is_file():
            raise JobError(f"Rig {rig.name!r}: there is no profile {absolute(base, rig.profile)}.")
    for scene in job.scene:
        path = absolute(base, scene.file)
        if path.suffix.lower() != ".blend":
            raise JobError(f"Scene {scene.name!r}: {path} is no .blend file.")
        if not path.is_file():
            raise JobError(f"Scene {scene.name!r}: there is no file {path}.")
        strange = sorted(set(scene.objects) - set(names))
        if strange:
            raise JobError(
                f"Scene {scene.name!r} names the rig {strange[0]!r} in its objects, but no [[rig]] has that name."
            )


def _pairs(job: Job, clips: tuple[Clip, ...], notes: list[str]) -> list[tuple[Clip, Rig, Scene | None]]:
    places = [(rig, scene) for rig in job.rig for scene in _scenes_of(job, rig)]
    if job.pairs.by == "each":
        return [(clip, rig, scene) for clip in clips for rig, scene in places]
    chosen: list[tuple[Clip, Rig, Scene | None]] = []
    if job.pairs.by == "name":
        pattern = job.pairs.pattern or ""
        chosen = [(c, r, s) for c in clips for r, s in places if _named_for(c, r, s, pattern)]
    else:
        wanted: dict[tuple[int, str, str], tuple[Clip, Rig, Scene | None]] = {}
        for number, row in enumerate(job.pairs.rows, start=1):
            found = [
                (c, r, s)
                for c in clips
                for r, s in places
                if fnmatch.fnmatchcase(c.name, row.clip)
                and fnmatch.fnmatchcase(r.name, row.rig)
                and fnmatch.fnmatchcase(s.name if s else "", row.scene)
            ]
            if not found:
                raise JobError(
                    f"pairs.rows {number} (clip {row.clip!r}, rig {row.rig!r}, scene {row.scene!r}) matches nothing."
                )
            wanted |= {(c.index, r.name, s.name if s else ""): (c, r, s) for c, r, s in found}
        chosen = [wanted[key] for key in sorted(wanted)]
    used = {clip.index for clip, _, _ in chosen}
    left = [clip.name for clip in clips if clip.index not in used]
    if not chosen:
        raise JobError(
            f"No clip is called after a rig: pairs.pattern {job.pairs.pattern!r} matches none of {_some(left)}."
        )
    if left and places:
        notes.append(f"{len(left)} clips are on no rig and are only captured: {_some(left)}.")
    return chosen


def _scenes_of(job: Job, rig: Rig) -> list[Scene | None]:
    """The scenes a rig stands in; its own file where there are none."""
    found: list[Scene | None] = [scene for scene in job.scene if rig.name in scene.objects]
    return found or [None]


def _named_for(clip: Clip, rig: Rig, scene: Scene | None, pattern: str) -> bool:
    filled = pattern.replace("{rig}", glob.escape(rig.name)).replace(
        "{scene}", glob.escape(scene.name if scene else "")
    )
    return fnmatch.fnmatchcase(clip.name, filled)


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _shot(number: int, job: Job, base: Path, out: Path, clip: Clip, rig: Rig, scene: Scene | None) -> Shot:
    words = {
        "clip": clip.name,
        "folder": clip.file.parent.name,
        "rig": rig.name,
        "scene": scene.name if scene else rig.name,
        "job": job.name,
    }
    source = absolute(base, scene.file if scene else str(rig.file))
    return Shot(
        index=number,
        name=f"{clip.name} on {rig.name}" + (f" in {scene.name}" if scene else ""),
        clip=clip,
        rig=rig.name,
        scene=scene.name if scene else "",
        source=source,
        object=scene.objects[rig.name] if scene else rig.object,
        profile=absolute(base, rig.profile) if rig.profile else None,
        files=tuple(_filled(name, out, **words) for name in job.outputs.files),
        render=_filled(job.render.file, out, **words) if job.render else None,
    )


def _filled(template: str, out: Path, **words: str) -> Path:
    return absolute(out, re.sub(r"\{(\w+)\}", lambda found: words[found[1]], template))


def _refuse_shared_outputs(job: Job, clips: tuple[Clip, ...], shots: tuple[Shot, ...]) -> None:
    """Two results under one name, or a result over an input, would cost somebody work."""
    owners: dict[str, str] = {}
    inputs = {_same(clip.file): f"the clip {clip.name}" for clip in clips}
    inputs |= {_same(shot.source): f"the file of rig {shot.rig}" for shot in shots}
    named = [(clip.take, f"the take of {clip.file}") for clip in clips if not clip.ready]
    for shot in shots:
        named += [(file, f"{shot.name} ({file.suffix})") for file in shot.files]
        named += [(shot.render, f"the render of {shot.name}")] if shot.render else []
    for path, owner in named:
        key = _same(path)
        if key in inputs:
            raise JobError(f"{path} would be overwritten: it is {inputs[key]} and the output of {owner}.")
        if key in owners:
            raise JobError(
                f"Two outputs would be written to {path}: {owners[key]} and {owner}; "
                "tell them apart with {clip}, {folder}, {rig} or {scene} in the output's name."
            )
        owners[key] = owner


def _same(path: Path) -> str:
    """Equal for names that are one file on systems that do not tell upper from lower case."""
    return os.path.normcase(str(path)).casefold()
