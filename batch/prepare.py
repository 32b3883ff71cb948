"""Everything that comes before the work: shots found, rigs looked into, the plan made, what cannot work refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .checks import Checks, check_sources, refuse_unfit
from .fingerprint import FileHashes
from .job import Job
from .job_file import JobError
from .plan import Plan, make_plan
from .records import take_in
from .scan import Scan, claims_of, refuse_edited, refuse_foreign, scan
from .shots import Shots, find_shots, output_folder
from .state import State
from .worker import WorkerKind


@dataclass(frozen=True)
class Prepared:
    """A job that can begin. claims: the names it takes for itself."""

    found: Shots
    checks: Checks
    hashes: FileHashes
    plan: Plan
    scanned: Scan
    claims: set[str]


def open_state(job: Job, base: Path) -> State:
    """The job's memory in its output folder."""
    output = output_folder(job, base)
    require_writable(output)
    return State(output)


def require_writable(folder: Path) -> None:
    """Say before hours of work, not after, that nothing can be kept."""
    probe = folder / ".understudy-writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise JobError(f"The output folder {folder} cannot be written to: {error.strerror}; choose another.") from error


def prepare(
    job: Job, base: Path, kinds: tuple[WorkerKind, ...], state: State, overwrite: bool,
    say: Callable[[str], None] | None = None,
) -> Prepared:  # fmt: skip
    """Plan the job; JobError for all that would go wrong for certain."""
    found = find_shots(job, base)
    hashes = FileHashes(state.known_hashes(), state.remember_hash)
    checks = check_sources(job, found.shots, kinds, state, hashes, say or _on_terminals)
    refuse_unfit(job, found.shots, checks)
    plan = make_plan(job, found, state.folder, hashes, checks)
    take_in(state.folder, state)
    done = state.all_done()
    scanned = scan(plan, done)
    claims = claims_of(plan, (shot.render for shot in found.shots if shot.render and "#" in shot.render.name))
    if not overwrite:
        refuse_foreign(claims, state.claimed())
        refuse_edited(plan, scanned.to_do, done)
    return Prepared(found, checks, hashes, plan, scanned, claims)


def _on_terminals(text: str) -> None:
    if sys.stdout.isatty():
        print(text, flush=True)
