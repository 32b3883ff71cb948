"""Choosing the video, and what the engine says about it."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
from typing import Any

import bpy
from bpy.props import StringProperty
from bpy.types import Context, Event, Operator, Scene

from .. import paths, session
from ..engine import pump
from ..engine.protocol import EngineError
from ..properties import settings
from .results import FINISHED, OperatorResult

_VIDEOS = "*.mp4;*.mov;*.m4v;*.mkv;*.webm;*.avi;*.mts;*.m2ts;*.mpg;*.mpeg;*.wmv;*.flv;*.3gp;*.ogv;*.gif"


class UNDERSTUDY_OT_open_video(Operator):
    """Choose the video to capture"""

    bl_idname = "understudy.open_video"
    bl_label = "Open Video"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="Video", subtype="FILE_PATH")
    filter_glob: StringProperty(default=_VIDEOS, options={"HIDDEN"})

    def invoke(self, context: Context, event: Event) -> OperatorResult:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Context) -> OperatorResult:
        values = settings(context.scene)
        values.source_kind = "FILE"
        values.source_path = self.filepath
        return FINISHED


def look_into_source(scene: Scene) -> None:
    """Ask the engine what the chosen video holds; the panel shows it when the answer is there."""
    session.state.problems.pop("source", None)
    session.state.problems.pop("capture", None)
    video = paths.absolute(settings(scene).source_path)
    # Scripts in the background have no panel to show it in.
    if not video or video in session.state.source_facts or bpy.app.background:
        return
    if session.engine_state() != "ready":
        return

    def known(facts: dict[str, Any]) -> None:
        from ..record.pictures import show_picture

        thumbnail = facts.pop("thumbnail", None)
        session.state.source_facts[video] = facts
        if thumbnail is not None:
            show_picture("source", thumbnail, video)
        pump.redraw()

    def failed(error: EngineError) -> None:
        session.state.problems["source"] = error.message
        pump.redraw()

    session.ask("probe", {"video": video}, known, failed)


CLASSES = (UNDERSTUDY_OT_open_video,)
