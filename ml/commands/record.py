"""`understudy record` and `understudy devices`."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from ..footage.devices import list_devices
from ..footage.record import record
from .capture import require_writable
from .status import progress_bar


def run_list(as_json: bool) -> None:
    """List cameras and microphones."""
    devices = list_devices()
    if as_json:
        print(json.dumps([asdict(device) for device in devices], ensure_ascii=False))
        return
    if not devices:
        print("No camera or microphone was found.")
    for device in devices:
        print(f"{device.kind:<10}  {device.source}  {device.name}")


def run_record(source: str, microphone: str | None, out: Path, seconds: float | None, as_json: bool) -> None:
    """Record until `seconds` are over or Ctrl+C is pressed; what was recorded is kept."""
    require_writable(out)
    with stop_on_interrupt() as stop, progress_bar(enabled=not as_json) as progress:

        def preview(_image: object, time: float) -> None:
            progress(time / seconds if seconds else 0.0, f"Recording {time:.1f} s (Ctrl+C stops)")

        result = record(source, out, microphone=microphone, seconds=seconds, preview=preview, stop=stop)
    if as_json:
        print(json.dumps({**asdict(result), "path": str(result.path)}, ensure_ascii=False))
    else:
        sound = ", with sound" if result.has_sound else ""
        print(f"{result.path}: {result.frames} frames, {result.seconds:.1f} s{sound}.")


@contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """An event that Ctrl+C sets, instead of ending the program in mid-file."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
