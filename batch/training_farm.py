"""[train] on a farm: an Open Job Description template with a task for each shard and for each machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .bundle import bundle_files, text_of, write_texts
from .farm_task import say
from .frozen import Rule, mapped
from .job import Job, Train
from .job_file import JobError
from .openjd import all_of, host_environment, plan_parameters, step_of
from .shots import absolute
from .training import Training, make_shard, prepare_training, train_here

TASKS = ("generate", "train")


def training_template(job: Job, train: Train, plan_file: Path) -> dict[str, Any]:
    """Steps Generate (one task a shard) and Train (one a machine; torchrun starts with those that are there)."""
    steps = [step_of("generate", None, [("Shard", all_of(train.shards))])] if train.shards > 1 else []
    steps.append(step_of("train", "generate" if steps else None, [("Machine", all_of(train.machines))]))
    return {
        "specificationVersion": "jobtemplate-2023-09",
        "name": f"Understudy {job.name}"[:128],
        "parameterDefinitions": plan_parameters(plan_file),
        "steps": steps,
    }


def export_training(job: Job, train: Train, base: Path, target: Path) -> str:
    """Write the bundle; what to tell the user."""
    training = prepare_training(train, base)
    files = bundle_files(target.resolve())
    plan = {"train": train.model_dump(mode="json") | {"folder": str(training.folder), "config": None}}
    if train.config:
        plan["train"]["config"] = str(absolute(base, train.config))
    texts = {
        "plan": text_of(plan),
        "template": text_of(training_template(job, train, files["plan"])),
        "environment": text_of(host_environment()),
    }
    write_texts(files, texts)
    return f"{train.shards} shards, {train.machines} machines -> {files['template']}"


def run_training_task(plan_file: Path, rules: Sequence[Rule], stage: str, index: str) -> int:
    """One task on one host."""
    training = _training(plan_file, rules)
    limit = training.wishes.shards if stage == "generate" else training.wishes.machines
    if not index.isdigit() or int(index) >= limit:
        raise JobError(f"The training has {limit} tasks to {stage}; there is no {index}.")
    code = make_shard(training, int(index)) if stage == "generate" else train_here(training, int(index))
    if code:
        say("fail", f"{stage} {index} ended with exit code {code}")
    return code


def _training(plan_file: Path, rules: Sequence[Rule]) -> Training:
    try:
        values = mapped(json.loads(plan_file.read_text(encoding="utf-8")), rules)
        wishes = Train.model_validate(values["train"], strict=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise JobError(f"{plan_file} is not a training frozen by --openjd ({type(error).__name__}).") from error
    return prepare_training(wishes, plan_file.resolve().parent)
