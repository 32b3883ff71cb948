"""Recording a performance: camera and microphone to a video, with a picture to look at on the way.

| method | parameters | result |
|---|---|---|
| list_devices | - | [{kind, name, source}] |
| record_start | source, microphone, out, countdown | when it ends: video, seconds, frames, warnings |
| record_preview | - | state, seconds, picture of the one that runs; null when none does |
| record_stop | - | found; record_start then answers |
`record_start` without `out` only shows the camera. Its progress tells state (preview, countdown, recording) and
seconds; cancelling it throws the recording away.
"""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .partials import partial_file
from .rpc import BUSY, CANCELLED, INPUT_ERROR, Call, Method, RpcError

_PREVIEW_SIDE = 320
_END_PATIENCE = 1.5
"""Seconds an ending engine gives a recording to be closed properly: the performance may not come again."""


class _Live:
    """One preview or recording while it runs."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.stop = threading.Event()
        self.done = threading.Event()
        self.state = "preview"
        self.seconds = 0.0
        self.picture: NDArray[np.uint8] | None = None

    def show(self, picture: NDArray[np.uint8], state: str, seconds: float) -> None:
        """Called for every picture; raises when the call was cancelled, which discards what was written."""
        self.call.stop_if_cancelled()
        self.picture, self.state, self.seconds = picture, state, seconds
        self.call.progress(0.0, state, state=state, seconds=seconds)


class Recordings:
    """At most one camera is open at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live: _Live | None = None

    def methods(self) -> dict[str, Method]:
        return {
            "list_devices": self.list_devices,
            "record_start": self.record_start,
            "record_preview": self.record_preview,
            "record_stop": self.record_stop,
        }

    def close(self) -> None:
        """End what runs, keeping what was recorded."""
        live = self._live
        if live is not None:
            live.stop.set()
            live.done.wait(_END_PATIENCE)

    def list_devices(self, _call: Call) -> list[dict[str, str]]:
        from ..footage.devices import list_devices

        return [dataclasses.asdict(device) for device in list_devices()]

    def record_start(self, call: Call) -> dict[str, Any] | None:
        source = str(call.params.get("source") or "camera:0")
        out = call.params.get("out")
        live = _Live(call)
        with self._lock:
            if self._live is not None:
                raise RpcError(BUSY, "The camera is in use already; stop the preview or the recording first.")
            self._live = live
        try:
            if not out:
                _show_camera(live, source, None)
                return None
            countdown = float(call.params.get("countdown") or 0.0)
            if countdown > 0:
                _show_camera(live, source, countdown)
            return _record(live, source, call.params.get("microphone"), Path(out))
        finally:
            self._live = None
            live.done.set()

    def record_preview(self, _call: Call) -> dict[str, Any] | None:
        from .pictures import encode_picture

        live = self._live
        if live is None:
            return None
        picture = encode_picture(live.picture, _PREVIEW_SIDE) if live.picture is not None else None
        return {"state": live.state, "seconds": live.seconds, "picture": picture}

    def record_stop(self, _call: Call) -> dict[str, bool]:
        live = self._live
        if live is not None:
            live.stop.set()
        return {"found": live is not None}


def _show_camera(live: _Live, source: str, countdown: float | None) -> None:
    """Show the camera until told to stop, or for the length of the countdown."""
    from ..footage.sources import open_live

    with open_live(source, None) as footage:
        begun = time.monotonic()
        for frame in footage.frames():
            waited = time.monotonic() - begun
            if live.stop.is_set() or (countdown is not None and waited >= countdown):
                return
            if countdown is None:
                live.show(frame.image, "preview", waited)
            else:
                live.show(frame.image, "countdown", countdown - waited)


def _record(live: _Live, source: str, microphone: str | None, out: Path) -> dict[str, Any]:
    from ..footage.record import record

    if live.stop.is_set():
        raise RpcError(CANCELLED, "Stopped before the recording began.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"The folder {out.parent} for the recording cannot be made ({error.strerror})"
        raise RpcError(INPUT_ERROR, f"{reason}; choose another folder for takes.") from error
    with partial_file(out) as partial:
        made = record(
            source,
            partial,
            microphone=microphone or None,
            preview=lambda picture, seconds: live.show(picture, "recording", seconds),
            stop=live.stop,
        )
        live.call.commit(lambda: os.replace(partial, out))
    facts = {**dataclasses.asdict(made), "warnings": list(made.warnings)}
    del facts["path"]
    return {"video": str(out), **facts}
