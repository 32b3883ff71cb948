"""What Blender can ask of the engine. Heavy libraries are imported by the method that needs them.

| method | parameters | result |
|---|---|---|
| hello | - | version, protocol, pid, python |
| self_test | - | versions, problems |
| probe | video | name, width, height, fps, duration, has_sound, warnings, thumbnail |
| capture | video, out, options | take, frames, fps, duration, seen, quality, warnings |
| take_info | take | the same without `take` |
| cancel | id | found |
| shutdown | - | nothing; the process ends |
Recording's methods are in recording.py.
"""

from __future__ import annotations

import dataclasses
import os
import platform
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..version import program_version
from .partials import partial_file, remove_partials
from .rpc import BUSY, INPUT_ERROR, INVALID_PARAMS, Call, Method, RpcError

PROTOCOL = 1
"""Equal to addon/engine/protocol.py's; a test holds them together."""

_capture_running = threading.Lock()


def engine_methods(capture: Callable[..., Any] | None = None) -> dict[str, Method]:
    """Name -> method. `capture` stands in for ml.capture.capture in tests."""
    return {
        "hello": hello,
        "self_test": self_test,
        "probe": probe,
        "capture": lambda call: capture_video(call, capture),
        "take_info": take_info,
        "shutdown": shutdown,
    }


def hello(_call: Call) -> dict[str, Any]:
    return {
        "version": program_version(),
        "protocol": PROTOCOL,
        "pid": os.getpid(),
        "python": platform.python_version(),
    }


def self_test(call: Call) -> dict[str, Any]:
    from .self_test import run_self_test

    return run_self_test(call.progress, call.stop_if_cancelled)


def probe(call: Call) -> dict[str, Any]:
    """Facts about a video, and its first picture that is likely to show something."""
    from ..footage import open_footage
    from .pictures import encode_picture

    with open_footage(text_parameter(call, "video")) as footage:
        info = footage.info
        start = min(1.0, (info.duration or 0.0) * 0.1)
        first = next(iter(footage.frames(start=start, max_side=256)), None)
        facts = dataclasses.asdict(info)
        facts["warnings"] = list(footage.warnings)
    facts["thumbnail"] = encode_picture(first.image, 256) if first is not None else None
    return facts


def capture_video(call: Call, capture: Callable[..., Any] | None = None) -> dict[str, Any]:
    """Capture a video to a take, written beside its name and moved there when it is whole."""
    video, out = text_parameter(call, "video"), Path(text_parameter(call, "out"))
    require_writable_folder(out.parent)
    while not _capture_running.acquire(timeout=0.1):
        # The capture before this one may have been cancelled and be on its way out; an active one is left alone.
        call.stop_if_cancelled()
        if not _last_capture_cancelled():
            raise RpcError(BUSY, "Another capture is running; wait for it or cancel it.")
        call.progress(0.0, "Waiting for the cancelled capture to stop")
    try:
        _running.append(call)
        return _capture_to_file(call, video, out, capture)
    finally:
        _running.clear()
        _capture_running.release()


_running: list[Call] = []


def _last_capture_cancelled() -> bool:
    return all(call.cancelled() for call in _running)


def _capture_to_file(call: Call, video: str, out: Path, capture: Callable[..., Any] | None) -> dict[str, Any]:
    from ..take import save_take

    options: Any = call.params.get("options", {})
    if capture is None:
        call.progress(0.0, "Loading the models")
        from ..capture import capture as run_capture

        options = _capture_options(options)
    else:
        run_capture = capture
    call.stop_if_cancelled()
    take = run_capture(video, options, call.progress, call.cancelled)
    call.stop_if_cancelled()
    with partial_file(out) as partial:
        save_take(partial, take)
        call.commit(lambda: os.replace(partial, out))
    return {"take": str(out), **summary(take)}


def _capture_options(values: Any) -> Any:
    """CaptureOptions from named values; unknown names are refused, so that a typing error is not silently ignored."""
    from ..capture import CaptureOptions

    if not isinstance(values, dict):
        raise RpcError(INVALID_PARAMS, "capture takes its options as named values.")
    known = {field.name for field in dataclasses.fields(CaptureOptions)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise RpcError(INVALID_PARAMS, f"capture has no option {unknown[0]}; it has {', '.join(sorted(known))}.")
    return CaptureOptions(**values)


def take_info(call: Call) -> dict[str, Any]:
    from ..take import load_take

    return summary(load_take(text_parameter(call, "take")))


def shutdown(_call: Call) -> None:
    """End the process as soon as the answer is written."""

    def end() -> None:
        remove_partials()
        os._exit(0)

    threading.Timer(0.05, end).start()


def text_parameter(call: Call, name: str) -> str:
    """A parameter that has to be a text which is not empty."""
    value = call.params.get(name)
    if not isinstance(value, str) or not value:
        raise RpcError(INVALID_PARAMS, f"The parameter {name} is missing or is not a text.")
    return value


def summary(take: Any) -> dict[str, Any]:
    """What panels list of a take."""
    from ..take.summary import summarize

    found = summarize(take)
    return {**dataclasses.asdict(found), "quality": found.quality}


def require_writable_folder(folder: Path) -> None:
    """Say before minutes of work, not after, that the result could not be kept."""
    if not folder.is_dir():
        raise RpcError(INPUT_ERROR, f"There is no folder {folder} for the take; choose another folder for takes.")
    try:
        probe_file = folder / f".understudy-{os.getpid()}-{threading.get_ident()}.writable"
        probe_file.touch()
        probe_file.unlink()
    except OSError as error:
        reason = f"The folder {folder} cannot be written to ({error.strerror})"
        raise RpcError(INPUT_ERROR, f"{reason}; choose another folder for takes.") from error
