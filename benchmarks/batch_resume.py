"""24 short clips x 2 rigs -> 48 scenes and videos by one command: undisturbed, and killed five times and resumed.

    .venv/bin/python benchmarks/batch_resume.py FOLDER [--clips 24] [--kills 5] [--workers 2]

Says whether the outputs are equal (takes by their arrays, scenes by their keyframes, videos by their frames), and how
often each task was begun and done. FOLDER may hold the results of an interrupted run of this program.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import av
import numpy as np

from understudy.ml.footage import open_footage
from understudy.ml.footage.writer import VideoWriter
from understudy.ml.take import load_take
from understudy.ml.take.contract import ARRAY_SHAPES

ROOT = Path(__file__).resolve().parents[1]
_RATE = 16000
_FRAMES = 8
JOB = """\
output = "{out}"
[[footage]]
files = "clips/*.mp4"
[[rig]]
name = "mira"
file = "{rigs}/mira.blend"
[[rig]]
name = "rigo"
file = "{rigs}/rigo.blend"
[render]
engine = "cycles"
size = "64x80"
samples = 2
step = 4
[limits]
retries = 1
"""


def cut_clips(folder: Path, count: int) -> None:
    """Pieces of the bundled clip, every second one with sound."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_footage(ROOT / "demo" / "clip.mp4") as footage:
        sound = footage.sound(_RATE)
        images = [frame.image for frame in footage.frames(max_side=360)]
    every = (len(images) - _FRAMES) / max(1, count - 1)
    for number in range(count):
        first = round(number * every)
        size = (images[first].shape[1], images[first].shape[0])
        samples = sound[round(first / 30 * _RATE) : round((first + _FRAMES) / 30 * _RATE)]
        path = folder / f"c{number:02d}.mp4"
        with VideoWriter(path, 30, size, sound=samples if number % 2 == 0 else None, rate=_RATE) as writer:
            for image in images[first : first + _FRAMES]:
                writer.write(image)


def command(job: Path, workers: int) -> list[str]:
    # The launcher runs the checkout this file lies in, wherever another one is installed.
    launcher = ROOT / "addon" / "engine" / "launch.py"
    return [sys.executable, str(launcher), "batch", str(job), "--workers", str(workers)]


def run(job: Path, workers: int) -> float:
    begun = time.monotonic()
    subprocess.run(command(job, workers), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def run_killed(job: Path, workers: int, kills: int, seconds: float, chance: random.Random) -> list[float]:
    """Kill -9 the runner at random moments of what an undisturbed run takes; then let it end. The moments."""
    moments = []
    for _ in range(kills):
        process = subprocess.Popen(command(job, workers), stdout=subprocess.DEVNULL)
        moment = (0.04 + 0.14 * chance.random()) * seconds
        try:
            process.wait(moment)
            print("ended before it was killed")
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            moments.append(round(moment, 1))
            time.sleep(1.0)
    run(job, workers)
    return moments


def frames_of(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def sound_of(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return np.zeros(0)
        return np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)])


def keyframes_of(path: Path) -> dict[str, np.ndarray]:
    """Every curve of the scene's actions by action, path and index: its keys [K, 2]."""
    import bpy

    from understudy.addon.scene_files import open_rig

    open_rig(path)
    curves = {}
    for action in bpy.data.actions:
        for curve in action.fcurves:
            points = np.empty(2 * len(curve.keyframe_points))
            curve.keyframe_points.foreach_get("co", points)
            curves[f"{action.name} {curve.data_path} {curve.array_index}"] = points.reshape(-1, 2)
    return curves


def same_arrays(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[key], other[key]) for key in one)


def take_arrays(path: Path) -> dict[str, np.ndarray]:
    take = load_take(path)
    return {name: np.asarray(value) for name in ARRAY_SHAPES if (value := getattr(take, name)) is not None}


def compare(one: Path, other: Path) -> dict[str, tuple[int, int]]:
    """Kind of output -> (how many are equal, how many there are)."""
    counts = {}
    for kind, pattern, same in (
        ("take files, byte by byte", "takes/*.npz", lambda a, b: a.read_bytes() == b.read_bytes()),
        ("takes, array by array", "takes/*.npz", lambda a, b: same_arrays(take_arrays(a), take_arrays(b))),
        ("scenes, key by key", "scenes/*.blend", lambda a, b: same_arrays(keyframes_of(a), keyframes_of(b))),
        ("videos, frame by frame", "renders/*.mp4", lambda a, b: same_frames(a, b)),
        ("videos, byte by byte", "renders/*.mp4", lambda a, b: a.read_bytes() == b.read_bytes()),
    ):
        files = sorted(one.glob(pattern))
        counts[kind] = (sum((other / f.relative_to(one)).exists() and same(f, other / f.relative_to(one))
                            for f in files), len(files))  # fmt: skip
    return counts


def same_frames(one: Path, other: Path) -> bool:
    a, b = frames_of(one), frames_of(other)
    return len(a) == len(b) > 0 and all(map(np.array_equal, a, b)) and np.array_equal(sound_of(one), sound_of(other))


def events(out: Path) -> tuple[Counter, Counter]:
    """How often each task was begun, and done."""
    with sqlite3.connect(out / ".understudy" / "state.sqlite") as state:
        rows = state.execute("SELECT event, task FROM events").fetchall()
    return Counter(t for e, t in rows if e == "begun"), Counter(t for e, t in rows if e == "done")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    cut_clips(folder / "clips", arguments.clips)
    jobs = {}
    for name in ("undisturbed", "killed"):
        jobs[name] = folder / f"{name}.toml"
        jobs[name].write_text(JOB.format(out=name, rigs=(ROOT / "sample_rigs").as_posix()))
    seconds = run(jobs["undisturbed"], arguments.workers)
    print(f"undisturbed: {seconds:.0f} s with {arguments.workers} workers", flush=True)
    chance = random.Random(5)  # noqa: S311 - moments to kill at, not secrets
    moments = run_killed(jobs["killed"], arguments.workers, arguments.kills, seconds, chance)
    print(f"killed after {', '.join(map(str, moments))} s of a run", flush=True)
    for name in jobs:
        begun, done = events(folder / name)
        twice = {task: count for task, count in done.items() if count > 1}
        print(
            f"{name}: {len(done)} tasks done, {sum(begun.values())} begun, done twice: {len(twice)} {list(twice)[:3]}"
        )
    for kind, (same, count) in compare(folder / "undisturbed", folder / "killed").items():
        print(f"{kind}: {same} of {count} equal")


if __name__ == "__main__":
    main()
