"""`understudy batch JOB.toml`: footage x rigs -> takes, scenes, renders and a report; resumable.

Exit codes: 0 done; 2 the input is wrong (one line says what) or clips failed by their own fault; 1 a defect;
130 stopped.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from .job import Job, Train
from .job_file import JobError

DONE, DEFECT, INPUT_WRONG, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str]) -> int:
    """Run one batch command; its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return _run(arguments)
    except JobError as error:
        print(error, file=sys.stderr)
        return INPUT_WRONG
    except OSError as error:
        print(f"{error.filename or 'A file'}: {error.strerror or error}.", file=sys.stderr)
        return INPUT_WRONG


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="understudy batch", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "job", type=Path, metavar="JOB.toml", help="which footage goes on which rig, and what comes out"
    )
    parser.add_argument("--workers", type=_count, metavar="N", help="tasks at once [as many as cores and memory allow]")
    parser.add_argument("--blender", metavar="PATH", help="the Blender to use [the bpy module, or $BLENDER]")
    parser.add_argument("--overwrite", action="store_true", help="replace files that this job did not write")
    parser.add_argument("--check", action="store_true", help="look at everything, say what would be done, do nothing")
    parser.add_argument("--report", action="store_true", help="only write the report of what is done so far")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    farm = parser.add_argument_group("on a farm")
    farm.add_argument("--openjd", type=Path, metavar="FOLDER", help="write the job as an Open Job Description bundle")
    farm.add_argument("--task", nargs=2, metavar=("STAGE", "INDEX"), help="do one task of a frozen job (JOB.plan.json)")
    farm.add_argument("--chunk", type=int, metavar="N", help="with --task render: only these of the shot's pictures")
    farm.add_argument("--path-mapping", type=Path, metavar="FILE", help="Open Job Description's path mapping rules")
    farm.add_argument("--host-check", action="store_true", help="whether this host has what a frozen job needs")
    return parser


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256")
    return int(text)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.task or arguments.host_check:
        return _run_on_farm(arguments)
    from .job_file import load_job

    job = load_job(arguments.job)
    if job.train is not None:
        return _train(job, job.train, arguments)
    if arguments.openjd:
        from .export import export_job

        print(export_job(job, arguments.job.resolve().parent, arguments.openjd, arguments.blender, arguments.overwrite))
        return DONE
    return _run_here(job, arguments)


def _train(job: Job, train: Train, arguments: argparse.Namespace) -> int:
    from .machine import cores
    from .training import run_training
    from .training_farm import export_training

    base = arguments.job.resolve().parent
    if arguments.openjd:
        print(export_training(job, train, base, arguments.openjd))
        return DONE
    return run_training(train, base, arguments.workers or job.limits.workers or cores(), _on_signals().is_set)


def _on_signals() -> threading.Event:
    """Set by Ctrl-C and by a polite kill."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _run_on_farm(arguments: argparse.Namespace) -> int:
    from .farm_task import check_host, report_frozen, run_task
    from .frozen import read_rules, thaw
    from .training_farm import TASKS, run_training_task

    if arguments.task and arguments.task[0] in TASKS:
        return run_training_task(arguments.job, read_rules(arguments.path_mapping), *arguments.task)
    frozen = thaw(arguments.job, read_rules(arguments.path_mapping))
    if arguments.host_check:
        return check_host(arguments.blender)
    stage, index = arguments.task
    if not index.isdigit():
        raise JobError(f"--task takes a stage and a number, not {index!r}.")
    if stage == "report":
        return report_frozen(frozen, arguments.job, arguments.blender)
    return run_task(frozen, stage, int(index), arguments.chunk, arguments.blender)


def _run_here(job: Job, arguments: argparse.Namespace) -> int:
    from .run import RunOptions, run_job

    stop = _on_signals()
    options = RunOptions(
        workers=arguments.workers, blender=arguments.blender, overwrite=arguments.overwrite,
        check_only=arguments.check, report_only=arguments.report, as_json=arguments.json,
    )  # fmt: skip
    summary = run_job(job, arguments.job.resolve().parent, options, stop.is_set)
    if arguments.json:
        print(json.dumps({"event": "end", **summary.to_json()}, ensure_ascii=False), flush=True)
    else:
        print(summary.in_words())
    if stop.is_set():
        return INTERRUPTED
    if summary.stopped:
        return INPUT_WRONG
    return (DEFECT if summary.defects else INPUT_WRONG) if summary.failures else DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
