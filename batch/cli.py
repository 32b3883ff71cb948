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
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    return parser


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256")
    return int(text)


def _run(arguments: argparse.Namespace) -> int:
    from .job_file import load_job
    from .run import RunOptions, run_job

    job = load_job(arguments.job)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    options = RunOptions(
        workers=arguments.workers, blender=arguments.blender, overwrite=arguments.overwrite,
        check_only=arguments.check, as_json=arguments.json,
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
