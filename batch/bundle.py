"""The files of a frozen job: for Open Job Description, Deadline Cloud and Flamenco. JSON, which is YAML as well."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .checks import Checks
from .fingerprint import ROOT
from .flamenco_job import flamenco_job
from .frozen import Frozen
from .openjd import asset_references, host_environment, job_template, understudy_command
from .shots import output_folder

FILES = {
    "template": "the job template (openjd run, deadline bundle submit)",
    "environment": "an environment for queues whose hosts have Blender as a program",
    "asset_references": "the files Deadline Cloud uploads",
    "flamenco": "the job for Flamenco's Manager (batch/flamenco/understudy-batch.js)",
    "plan": "the frozen job, read by every task",
}
"""Name -> what it is for."""


def bundle_files(target: Path) -> dict[str, Path]:
    """Where the files go for `--openjd TARGET`: a folder, or the template's own name."""
    if target.suffix.lower() not in (".yaml", ".yml", ".json"):
        return {name: target / f"{name}.json" for name in FILES}
    files = {name: target.with_name(f"{target.stem}.{name}.json") for name in FILES}
    # Deadline Cloud looks for this name alone.
    return files | {"template": target, "asset_references": target.with_name("asset_references.json")}


def write_bundle(target: Path, frozen: Frozen, plan_text: str, checks: Checks) -> dict[str, Path]:
    """Write all files of the bundle; returns their paths by name."""
    files = bundle_files(target.resolve())
    texts = {
        "plan": plan_text,
        "template": text_of(job_template(frozen, files["plan"])),
        "environment": text_of(host_environment()),
        "asset_references": text_of(asset_references(frozen.shots, checks, output_folder(frozen.job, ROOT))),
        "flamenco": text_of(flamenco_job(frozen, files["plan"], understudy_command())),
    }
    write_texts(files, texts)
    return files


def write_texts(files: Mapping[str, Path], texts: Mapping[str, str]) -> None:
    """Each beside its final name, then moved into place."""
    files["plan"].parent.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        partial = files[name].with_name(f".{files[name].name}.partial")
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, files[name])


def text_of(values: Mapping[str, Any]) -> str:
    """As JSON that people can read."""
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"
