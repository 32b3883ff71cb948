"""The one thing to do next, in words. No bpy."""

from __future__ import annotations

from dataclasses import dataclass

from ..session import EngineState


@dataclass(frozen=True)
class Progress:
    """How far a user has come."""

    engine: EngineState
    has_source: bool
    recording: bool
    capturing: bool
    has_take: bool
    has_character: bool
    applied: bool


def next_step(progress: Progress) -> str:
    """What to do next; empty while something runs or all is done."""
    if progress.engine == "missing":
        return "First, install the engine that watches your videos."
    if progress.engine == "broken":
        return "The engine's Python is gone: install the engine again."
    if progress.engine == "installing" or progress.capturing:
        return ""
    if progress.recording:
        return "Perform, then press Stop."
    if not progress.has_take:
        return "Press Capture." if progress.has_source else "Choose a video, or record yourself."
    if not progress.has_character:
        return "Choose your character, or add a sample one."
    return "" if progress.applied else "Press Apply, and see your character move."
