"""How fast capture is beside MediaPipe Holistic, and how much memory it takes for a minute and for ten.

    python benchmarks/capture_speed.py speed VIDEO [--seconds 10]
    python benchmarks/capture_speed.py memory VIDEO [--fps 5] [--minutes 1 10]

`speed` runs Holistic, face only, and face + body + hands one after the other on the same decoded frames, each in a
process of its own; loading the models is in none of the figures. `memory` captures the clip, looped to the length asked
for and looked at `fps` times a second, and reports the process's peak memory (not on Windows).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import av

from understudy.ml.footage import Frame, open_footage

WAYS = ("holistic", "face", "all")
_WARM_UP = 5
"""Frames before the clock starts: the models load with the first ones."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speed", "memory", "measure-speed", "measure-memory"))
    parser.add_argument("video")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--fps", type=float, default=5.0)
    parser.add_argument("--minutes", type=float, nargs="+", default=[1.0, 10.0])
    parser.add_argument("--way", choices=WAYS, default="all")
    options = parser.parse_args(arguments)
    if options.what == "measure-speed":
        print(json.dumps(measure_speed(options.video, options.way, options.seconds)))
    elif options.what == "measure-memory":
        print(json.dumps(measure_memory(options.video, options.fps)))
    elif options.what == "speed":
        report_speed(options.video, options.seconds)
    else:
        report_memory(options.video, options.minutes, options.fps)
    return 0


def report_speed(video: str, seconds: float) -> None:
    figures = {way: _in_own_process("measure-speed", video, "--way", way, "--seconds", str(seconds)) for way in WAYS}
    for way, (speed, work) in figures.items():
        ratio = speed / figures["holistic"][0]
        print(f"{way:<9} {speed:6.1f} frames/s  {ratio:5.2f} x Holistic  {1000 * work:5.1f} ms of processor a frame")


def report_memory(video: str, minutes: Sequence[float], fps: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for length in minutes:
            path = Path(folder) / f"{length:g}.mp4"
            write_looped(video, path, 60 * length)
            peak, frames = _in_own_process("measure-memory", str(path), "--fps", str(fps))
            print(f"{length:5.1f} min  {frames:6.0f} frames  peak {peak:7.1f} MiB")


def _in_own_process(*arguments: str) -> Any:
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure_speed(video: str, way: str, seconds: float) -> tuple[float, float]:
    """Frames per second of one way, from the end of the warm-up to the last result, and processor seconds a frame.

    The second figure says on a busy machine what the first would be on an idle one.
    """
    frames = list(looped_frames(video, seconds))
    ticks: list[tuple[float, float]] = []

    def tick() -> None:
        ticks.append((time.perf_counter(), time.process_time()))

    if way == "holistic":
        from mediapipe.python.solutions.holistic import Holistic

        with Holistic(model_complexity=1, refine_face_landmarks=True) as holistic:
            for frame in frames:
                holistic.process(frame.image)
                tick()
    else:
        from understudy.ml.features.detect import detect_features

        parts = ("face",) if way == "face" else ("face", "body", "hands")
        size = (frames[0].image.shape[1], frames[0].image.shape[0])
        detect_features(frames, size, parts, progress=lambda _count, _time: tick())
        # Frames are handed on before they are looked at; the last result counts.
        ticks.pop()
        tick()
    (begun, worked), (ended, work) = ticks[_WARM_UP - 1], ticks[-1]
    count = len(ticks) - _WARM_UP
    return count / (ended - begun), (work - worked) / count


def looped_frames(video: str, seconds: float) -> Iterator[Frame]:
    """The clip's frames over and over for `seconds`."""
    index = 0
    with open_footage(video) as footage:
        while True:
            for frame in footage.frames(max_side=1920):
                moment = index / footage.info.fps
                if moment >= seconds:
                    return
                yield replace(frame, index=index, time=moment, shown_at=moment)
                index += 1


def write_looped(video: str, path: Path, seconds: float) -> None:
    """The clip's packets over and over for `seconds`, copied without decoding."""
    shift = 0.0
    with av.open(str(path), "w") as target:
        stream = None
        while shift < seconds:
            with av.open(video) as source:
                if stream is None:
                    stream = target.add_stream_from_template(source.streams.video[0])
                longest = 0.0
                for packet in source.demux(video=0):
                    if packet.dts is None or packet.pts is None:
                        continue
                    base = float(packet.time_base)
                    longest = max(longest, (packet.pts + (packet.duration or 1)) * base)
                    packet.dts += round(shift / base)
                    packet.pts += round(shift / base)
                    packet.stream = stream
                    target.mux(packet)
                shift += longest


def measure_memory(video: str, fps: float) -> tuple[float, int]:
    """Peak memory in MiB of capturing a file whole, and the take's frames."""
    import resource

    from understudy.ml.capture import CaptureOptions, capture

    take = capture(video, CaptureOptions(fps=fps))
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, take.frame_count


if __name__ == "__main__":
    sys.exit(main())
