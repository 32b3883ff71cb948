"""Registers everything the add-on adds to Blender, in one explicit, ordered list, and removes it in mirrored order.

Only what draws and declares is imported here; numpy, rigs and keyframes load with the operator that needs them, so that
enabling the add-on takes a blink.
"""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import bpy

from . import emotion_preview, operators, panels, preferences, properties, rig_map, session
from .engine import pump

_classes: Sequence[type] = (
    *properties.CLASSES,
    *rig_map.CLASSES,
    *preferences.CLASSES,
    *operators.CLASSES,
    *panels.CLASSES,
)
_command_handles: list[object] = []


def register() -> None:
    """Add everything; undone by `unregister` even when it failed halfway."""
    for kind in _classes:
        bpy.utils.register_class(kind)
    properties.attach()
    rig_map.attach()
    _command_handles.append(bpy.utils.register_cli_command("understudy", _run_command))
    bpy.app.handlers.load_post.append(_forget_file)
    bpy.app.handlers.save_pre.append(emotion_preview.before_saving)


def unregister() -> None:
    """Remove everything `register` added, in mirrored order, and end the engine."""
    session.close()
    pump.stop()
    emotion_preview.restore()
    if emotion_preview.before_saving in bpy.app.handlers.save_pre:
        bpy.app.handlers.save_pre.remove(emotion_preview.before_saving)
    if _forget_file in bpy.app.handlers.load_post:
        bpy.app.handlers.load_post.remove(_forget_file)
    while _command_handles:
        bpy.utils.unregister_cli_command(_command_handles.pop())
    rig_map.detach()
    properties.detach()
    for kind in reversed(_classes):
        with contextlib.suppress(RuntimeError):  # not registered: register() stopped before it
            bpy.utils.unregister_class(kind)


def _run_command(arguments: list[str]) -> int:
    """`blender --command understudy ...`"""
    from .cli import main

    return main(arguments)


@bpy.app.handlers.persistent
def _forget_file(_path: str) -> None:
    """Another .blend was opened: what was said about the last one no longer holds."""
    emotion_preview.forget()
    session.forget_file()
