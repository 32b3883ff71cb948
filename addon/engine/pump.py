"""Runs functions that other threads post on Blender's main thread, by one timer that sleeps when nothing is awaited.

In background mode Blender runs no timers; `wait` pumps from the calling code instead.
"""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

import queue
import time
from collections.abc import Callable

import bpy

_INTERVAL = 0.05
_BUDGET = 0.02
"""Seconds of work per tick: the rest waits for the next, so that the window keeps drawing."""

_REDRAW_INTERVAL = 0.25

_drawn = 0.0
_posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
_awaited: list[Callable[[], bool]] = []


def post(function: Callable[[], None]) -> None:
    """Run a function on the main thread soon. Callable from any thread."""
    _posted.put(function)


def await_while(active: Callable[[], bool]) -> None:
    """Keep the timer going as long as `active()`; main thread only."""
    if active not in _awaited:
        _awaited.append(active)
    if not bpy.app.background and not bpy.app.timers.is_registered(_tick):
        bpy.app.timers.register(_tick, first_interval=0.0, persistent=True)


def wait(done: Callable[[], bool], on_tick: Callable[[], None] | None = None, timeout: float | None = None) -> bool:
    """Pump here until `done()`; False when the time is up. For operators that run to their end before they return."""
    end = None if timeout is None else time.monotonic() + timeout
    while not done():
        drain()
        if on_tick is not None:
            on_tick()
        if end is not None and time.monotonic() > end:
            return done()
        time.sleep(0.01)
    return True


def drain(budget: float | None = None) -> int:
    """Run what was posted, for `budget` seconds at most; returns how many functions ran."""
    started, count = time.monotonic(), 0
    while not _posted.empty():
        _posted.get()()
        count += 1
        if budget is not None and time.monotonic() - started > budget:
            break
    return count


def redraw() -> None:
    """Draw the panels again: 3D views' sidebars and Preferences, not the scene."""
    manager = getattr(bpy.context, "window_manager", None)
    for window in manager.windows if manager is not None else ():
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()
            elif area.type == "PREFERENCES":
                area.tag_redraw()


def stop() -> None:
    """Forget everything; called when the add-on is disabled."""
    _awaited.clear()
    while not _posted.empty():
        _posted.get()
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)


def _tick() -> float | None:
    global _drawn
    now = time.monotonic()
    # Threads that install post nothing while they go on, so panels are drawn now and then all the same.
    if drain(_BUDGET) or now - _drawn > _REDRAW_INTERVAL:
        redraw()
        _drawn = now
    _awaited[:] = [active for active in _awaited if active()]
    return _INTERVAL if _awaited or not _posted.empty() else None
