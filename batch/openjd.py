"""A job as an Open Job Description bundle: template, environment and asset references, as `deadline bundle submit` and
`openjd run` take them. They are JSON, which is YAML as well.

Specification: jobtemplate-2023-09. Steps depend on each other as a whole; their tasks are numbered by the frozen job.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .frozen import Frozen
from .shots import Shots

_LONGEST_LIST = 1024
"""Values that the specification allows in a list of integers."""
_NAME_LENGTH = 128
_MEMORY = {"capture": 4096, "apply": 4096, "render": 8192, "finish": 2048, "report": 1024}
"""MiB a host needs."""
_MEMORY |= {"generate": 4096, "train": 8192}
_STEP_NAMES = {
    "capture": "Capture",
    "apply": "Apply",
    "render": "Render",
    "finish": "Finish",
    "report": "Report",
    "generate": "Generate",
    "train": "Train",
}


def job_template(frozen: Frozen, plan_file: Path) -> dict[str, Any]:
    """The template; runs on this machine as it is, and elsewhere with its parameters changed."""
    job, found = frozen.job, frozen.shots
    paired = {shot.clip.index for shot in found.shots}
    finishes = len(found.shots) + sum(clip.index not in paired for clip in found.clips)
    steps = [step_of("capture", None, [("Clip", all_of(len(found.clips)))])]
    if found.shots:
        steps.append(step_of("apply", "capture", [("Shot", all_of(len(found.shots)))]))
    if job.render is not None and found.shots:
        steps.append(_render_step(frozen))
    before = "render" if job.render is not None and found.shots else "apply" if found.shots else "capture"
    steps += [step_of("finish", before, [("Shot", all_of(finishes))]), step_of("report", "finish", [])]
    return {
        "specificationVersion": "jobtemplate-2023-09",
        "name": f"Understudy {job.name}"[:_NAME_LENGTH],
        "description": f"{len(found.clips)} clips, {len(found.shots)} shots",
        "parameterDefinitions": plan_parameters(plan_file),
        "jobEnvironments": [_job_environment()],
        "steps": steps,
    }


def plan_parameters(plan_file: Path) -> list[dict[str, Any]]:
    return [
        {
            "name": "Plan", "type": "PATH", "objectType": "FILE", "dataFlow": "IN",
            "description": "The frozen job, made by understudy batch --openjd.", "default": plan_file.name,
        },
        {
            "name": "Understudy", "type": "STRING",
            "description": "The command on the hosts: its name on PATH, or its whole path.",
            "default": understudy_command(),
        },
    ]  # fmt: skip


def understudy_command() -> str:
    """The command as this machine has it."""
    beside = Path(sys.executable).with_name("understudy.exe" if os.name == "nt" else "understudy")
    return str(beside) if beside.exists() else shutil.which("understudy") or "understudy"


def _job_environment() -> dict[str, Any]:
    """Refuses hosts without the right version before any task is tried there."""
    return {
        "name": "Understudy",
        "description": "The program is there, in the version that made the plan.",
        "script": {
            "actions": {
                "onEnter": {"command": "{{Param.Understudy}}", "args": ["batch", "{{Param.Plan}}", "--host-check"]}
            }
        },
        "variables": {"GLOG_minloglevel": "2", "PYTHONUNBUFFERED": "1"},
    }


def _render_step(frozen: Frozen) -> dict[str, Any]:
    pairs = [(shot.index, chunk) for shot in frozen.shots.shots for chunk in range(len(frozen.chunks[shot.index]))]
    render = frozen.job.render
    gpu = render is not None and render.engine == "eevee"
    if len(pairs) <= _LONGEST_LIST:
        shots: Any = [shot for shot, _ in pairs]
        chunks: Any = [chunk for _, chunk in pairs]
        return step_of("render", "apply", [("Shot", shots), ("Chunk", chunks)], "(Shot, Chunk)", gpu)
    # Too many for a list: every shot has as many tasks as the longest, and those past a shot's end do nothing.
    most = max(len(chunks) for chunks in frozen.chunks)
    return step_of("render", "apply", [("Shot", all_of(len(frozen.shots.shots))), ("Chunk", all_of(most))], None, gpu)


def all_of(count: int) -> str:
    return f"0-{count - 1}" if count > 1 else "0"


def step_of(
    stage: str, needs: str | None, parameters: Sequence[tuple[str, Any]], combination: str | None = None,
    gpu: bool = False,
) -> dict[str, Any]:  # fmt: skip
    index = "{{Task.Param." + parameters[0][0] + "}}" if parameters else "0"
    arguments = ["batch", "{{Param.Plan}}", "--task", stage, index]
    if len(parameters) > 1:
        arguments += ["--chunk", "{{Task.Param.Chunk}}"]
    arguments += ["--path-mapping", "{{Session.PathMappingRulesFile}}"]
    amounts = [{"name": "amount.worker.vcpu", "min": 2}, {"name": "amount.worker.memory", "min": _MEMORY[stage]}]
    step: dict[str, Any] = {
        "name": _STEP_NAMES[stage],
        "hostRequirements": {"amounts": amounts + ([{"name": "amount.worker.gpu", "min": 1}] if gpu else [])},
        "script": {"actions": {"onRun": {"command": "{{Param.Understudy}}", "args": arguments}}},
    }
    if needs is not None:
        step["dependencies"] = [{"dependsOn": _STEP_NAMES[needs]}]
    if parameters:
        space: dict[str, Any] = {
            "taskParameterDefinitions": [{"name": name, "type": "INT", "range": values} for name, values in parameters]
        }
        if combination:
            space["combination"] = combination
        step["parameterSpace"] = space
    return step


def _blender() -> str:
    return shutil.which(os.environ.get("BLENDER", "")) or "blender"


def host_environment() -> dict[str, Any]:
    """An environment for a queue whose hosts have Blender as a program instead of the bpy module."""
    return {
        "specificationVersion": "environment-2023-09",
        "parameterDefinitions": [
            {
                "name": "Blender", "type": "STRING", "default": _blender(),
                "description": "Blender's program on the hosts; not used where bpy is installed beside Understudy.",
            }
        ],
        "environment": {"name": "UnderstudyBlender", "variables": {"BLENDER": "{{Param.Blender}}"}},
    }  # fmt: skip


def asset_references(found: Shots, checks: Any, output: Path) -> dict[str, Any]:
    """What Deadline Cloud uploads for the job and where its results lie."""
    files = {clip.file for clip in found.clips} | {shot.source for shot in found.shots}
    files |= {shot.profile for shot in found.shots if shot.profile}
    files |= {Path(name) for facts in checks.values() for name in facts.get("files", []) if Path(name).is_file()}
    return {
        "assetReferences": {
            "inputs": {"filenames": sorted(str(path) for path in files), "directories": []},
            "outputs": {"directories": [str(output)]},
            "referencedPaths": [],
        }
    }
