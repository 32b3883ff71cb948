"""The camera while it is open: preview, countdown, recording. Nothing of it is saved."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import bpy

from .. import session
from ..engine import pump
from ..engine.protocol import EngineError
from .pictures import show_picture

_PICTURE_INTERVAL = 0.08

State = Literal["closed", "opening", "preview", "countdown", "recording", "saving"]


@dataclass
class _Camera:
    state: State = "closed"
    seconds: float = 0.0
    request: int = 0
    asking: bool = False
    mirrored: bool = True
    devices: list[dict[str, str]] = field(default_factory=list)
    listed: bool = False


camera = _Camera()


def list_devices() -> None:
    """Ask the engine what is plugged in."""

    def known(devices: list[dict[str, str]]) -> None:
        camera.devices, camera.listed = devices, True
        pump.redraw()

    session.ask("list_devices", {}, known, _told)


def open_camera(params: dict[str, Any], mirrored: bool, ended: Callable[[dict[str, Any] | None], None]) -> None:
    """Start a preview (no `out` in params) or a recording; `ended` gets what was recorded, None for a preview."""
    camera.state, camera.seconds, camera.mirrored = "opening", 0.0, mirrored
    session.state.problems.pop("source", None)

    def on_progress(_fraction: float, _message: str, more: dict[str, Any]) -> None:
        if camera.state != "saving":
            camera.state = more.get("state", camera.state)
        camera.seconds = float(more.get("seconds", 0.0))

    def on_result(result: dict[str, Any] | None) -> None:
        camera.state = "closed"
        ended(result)
        pump.redraw()

    def on_error(error: EngineError) -> None:
        camera.state = "closed"
        _told(error)

    camera.request = session.ask("record_start", params, on_result, on_error, on_progress)
    if not bpy.app.background and not bpy.app.timers.is_registered(_fetch_picture):
        bpy.app.timers.register(_fetch_picture, first_interval=_PICTURE_INTERVAL)


def stop_camera() -> None:
    """End the preview, or end the recording and keep it."""
    if camera.state == "recording":
        camera.state = "saving"
    session.ask("record_stop", {}, lambda _result: None, _told)


def discard_recording() -> None:
    """End it and keep nothing."""
    session.engine().cancel(camera.request)


def forget_camera() -> None:
    """Called when the add-on is disabled."""
    camera.state, camera.devices, camera.listed = "closed", [], False
    if bpy.app.timers.is_registered(_fetch_picture):
        bpy.app.timers.unregister(_fetch_picture)


def _fetch_picture() -> float | None:
    if camera.state == "closed":
        return None
    if not camera.asking:
        camera.asking = True
        session.ask("record_preview", {}, _show, _not_shown)
    return _PICTURE_INTERVAL


def _show(shown: dict[str, Any] | None) -> None:
    camera.asking = False
    if shown is not None and shown.get("picture") is not None:
        show_picture("camera", shown["picture"], "live", camera.mirrored)
        pump.redraw()


def _not_shown(_error: EngineError) -> None:
    camera.asking = False  # the recording's own request tells why


def _told(error: EngineError) -> None:
    if not error.cancelled:
        session.state.problems["source"] = error.message
    pump.redraw()
