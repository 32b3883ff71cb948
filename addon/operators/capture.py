"""Capturing the video to a take. The engine does the work; this asks for it and lists what came of it."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
from pathlib import Path
from typing import Any

import bpy
from bpy.props import StringProperty
from bpy.types import Context, Event, Operator, Scene

from .. import paths, session
from ..engine import pump
from ..engine.protocol import EngineError
from ..properties import settings
from ..session import Job, Topic
from .results import CANCELLED, FINISHED, OperatorResult
from .takes import list_take


class UNDERSTUDY_OT_capture(Operator):
    """Turn the video into a take: face, body and hands as data that any character can play"""

    # From a button the engine works while you go on: results come by timer, not by a modal operator, which would end
    # with its window and keep Blender from saving by itself. From a script it runs to its end before it returns.
    bl_idname = "understudy.capture"
    bl_label = "Capture"

    filepath: StringProperty(
        name="Video", description="Empty: the one chosen in the panel", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    take_path: StringProperty(
        name="Take", description="Where the take goes; empty: beside the video", subtype="FILE_PATH",
        options={"SKIP_SAVE"},
    )  # fmt: skip

    @classmethod
    def poll(cls, context: Context) -> bool:
        reason = why_not_capture()
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def invoke(self, context: Context, event: Event) -> OperatorResult:
        job = self._start(context)
        return CANCELLED if job is None else FINISHED

    def execute(self, context: Context) -> OperatorResult:
        job = self._start(context)
        if job is None:
            return CANCELLED
        manager = context.window_manager
        manager.progress_begin(0.0, 1.0)
        pump.wait(lambda: job.finished, lambda: manager.progress_update(job.fraction))
        manager.progress_end()
        if job.error:
            self.report({"ERROR"}, job.error)
            return CANCELLED
        self.report({"INFO"}, f"Captured {job.result['take']}.")
        return FINISHED

    def _start(self, context: Context) -> Job | None:
        values = settings(context.scene)
        video = paths.absolute(self.filepath or values.source_path)
        out = (
            Path(paths.absolute(self.take_path)) if self.take_path else paths.new_take_path(video, values.takes_folder)
        )
        reason = why_no_video(video) or paths.why_no_folder(out.parent)
        if reason:
            session.state.problems["capture"] = reason
            self.report({"ERROR"}, reason)
            return None
        return start_capture(context.scene, video, out)


class UNDERSTUDY_OT_cancel_capture(Operator):
    """Stop capturing; nothing is kept"""

    bl_idname = "understudy.cancel_capture"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: Context) -> bool:
        if session.state.capture is None:
            cls.poll_message_set("Nothing is being captured")
            return False
        return True

    def execute(self, context: Context) -> OperatorResult:
        job = session.state.capture
        if job is not None and job.request is not None:
            job.message = "Cancelling"
            session.engine().cancel(job.request)
        if bpy.app.background and job is not None:
            pump.wait(lambda: job.finished, timeout=5.0)
        return FINISHED


def why_not_capture() -> str:
    """What has to be done before anything can be captured; empty when nothing."""
    if session.state.capture is not None:
        return "A capture is running; wait for it or cancel it"
    return {
        "missing": "Install the engine first: Preferences > Add-ons > Understudy",
        "installing": "The engine is being installed",
        "broken": "The engine's Python is gone; install the engine again in Preferences",
    }.get(session.engine_state(), "")


def why_no_video(video: str) -> str:
    """One sentence why a video cannot be captured; empty when it is there."""
    if not video:
        return "No video is chosen; open one or record yourself first."
    if video.startswith("test:") or Path(video).is_file():
        return ""
    return f"There is no video {video}; choose another one."


def start_capture(scene: Scene, video: str, out: Path) -> Job:
    """Begin to capture; the take is listed in `scene` when it is there."""
    params = {"video": video, "out": str(out), "options": _options(scene)}
    return start_making(scene, "Capture", "Captured", "capture", params, "capture")


def start_making(scene: Scene, title: str, done: str, method: str, params: dict[str, Any], topic: Topic) -> Job:
    """Let the engine make a take by one of its methods; it is listed in `scene` when it is there.

    One take is made at a time, whatever from: they all use the same job of the session.
    """
    job = session.state.capture = Job(title, message="Starting the engine")
    session.state.problems.pop(topic, None)
    session.state.notes.pop(topic, None)
    scene_name = scene.name

    def on_result(facts: dict[str, Any]) -> None:
        _ended(job)
        job.result = facts
        found = bpy.data.scenes.get(scene_name)
        if found is not None:
            list_take(found, facts["take"], facts)
            _push_undo()
        session.state.notes[topic] = f"{done} {facts['frames']} frames to {Path(facts['take']).name}."

    def on_error(error: EngineError) -> None:
        _ended(job)
        job.error = error.message
        if error.cancelled:
            session.state.notes[topic] = "Cancelled; nothing was kept."
        else:
            session.state.problems[topic] = error.message

    job.request = session.ask(method, params, on_result, on_error, job.progress)
    return job


def _ended(job: Job) -> None:
    job.finished = True
    if session.state.capture is job:
        session.state.capture = None
    pump.redraw()


def _options(scene: Scene) -> dict[str, Any]:
    values = settings(scene)
    options: dict[str, Any] = {
        "face": values.capture_face,
        "body": values.capture_body,
        "hands": values.capture_hands and values.capture_body,
    }
    if values.use_range:
        options["start"] = values.capture_start
        options["end"] = values.capture_end or None
    return options


def _push_undo() -> None:
    """The list changed outside of any operator; without its own step the next undo would take the take out again."""
    if bpy.app.background:
        return
    window = bpy.context.window_manager.windows[0] if bpy.context.window_manager.windows else None
    if window is not None:
        with bpy.context.temp_override(window=window):
            if bpy.ops.ed.undo_push.poll():  # pyright: ignore[reportCallIssue]
                bpy.ops.ed.undo_push(message="Capture")


CLASSES = (UNDERSTUDY_OT_capture, UNDERSTUDY_OT_cancel_capture)
