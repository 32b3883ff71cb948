"""All takes of the list on the characters of the file, one after the other, in the background. See addon/batch."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
import os
from pathlib import Path

import bpy
from bpy.props import BoolProperty
from bpy.types import Context, Event, Object, Operator

from .. import paths, session
from ..engine import pump
from ..properties import settings
from ..session import Job
from .character import character_of, character_report
from .results import CANCELLED, FINISHED, OperatorResult


class UNDERSTUDY_OT_batch(Operator):
    """Key every take of the list onto the character, each into a .blend of its own, while you go on working"""

    bl_idname = "understudy.batch"
    bl_label = "Apply All Takes"

    render: BoolProperty(name="Render", description="Render each of them as well", default=False, options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: Context) -> bool:
        reason = why_not_batch(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def invoke(self, context: Context, event: Event) -> OperatorResult:
        return CANCELLED if self._start(context) is None else FINISHED

    def execute(self, context: Context) -> OperatorResult:
        job = self._start(context)
        if job is None:
            return CANCELLED
        pump.wait(lambda: job.finished)
        if job.error:
            self.report({"ERROR"}, job.error)
            return CANCELLED
        self.report({"INFO"}, session.state.notes.get("batch", "Done."))
        return FINISHED

    def _start(self, context: Context) -> Job | None:
        session.state.problems.pop("batch", None)
        session.state.notes.pop("batch", None)
        try:
            return start_batch(context, self.render)
        except (ValueError, OSError) as error:
            reason = str(error)
            session.state.problems["batch"] = reason
            self.report({"ERROR"}, reason)
            return None


class UNDERSTUDY_OT_cancel_batch(Operator):
    """Stop the batch; what is done stays, and the next start goes on from there"""

    bl_idname = "understudy.cancel_batch"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: Context) -> bool:
        if session.state.batch is None:
            cls.poll_message_set("No batch is running")
            return False
        return True

    def execute(self, context: Context) -> OperatorResult:
        if session.state.batch is not None:
            session.state.batch.result.stop()
        return FINISHED


class UNDERSTUDY_OT_open_batch_report(Operator):
    """Show the last batch's report in the web browser"""

    bl_idname = "understudy.open_batch_report"
    bl_label = "Open Report"

    @classmethod
    def poll(cls, context: Context) -> bool:
        if not report_path().is_file():
            cls.poll_message_set("There is no report yet")
            return False
        return True

    def execute(self, context: Context) -> OperatorResult:
        bpy.ops.wm.url_open(url=report_path().as_uri())
        return FINISHED


def batch_folder() -> Path:
    """Beside the .blend: its name with _batch."""
    blend = Path(bpy.data.filepath)
    return blend.with_name(f"{blend.stem}_batch")


def report_path() -> Path:
    return batch_folder() / "report.html"


def why_not_batch(context: Context) -> str:
    """What has to be done before a batch can start; empty when nothing."""
    if session.state.batch is not None:
        return "A batch is running; wait for it or cancel it"
    if not bpy.data.filepath:
        return "Save the file first: the batch works from the file on disk"
    if not settings(context.scene).takes:
        return "There are no takes in the list"
    if not _characters(context):
        return "Choose a character first"
    return {
        "missing": "Install the engine first: Preferences > Add-ons > Understudy",
        "installing": "The engine is being installed",
        "broken": "The engine's Python is gone; install the engine again in Preferences",
    }.get(session.engine_state(), "")


def _characters(context: Context) -> list[Object]:
    """The chosen character, or all that Understudy can use."""
    chosen = character_of(context)
    if not settings(context.scene).batch_all_characters:
        return [chosen] if chosen is not None else []
    return [thing for thing in context.scene.objects if thing.type == "ARMATURE"]


def start_batch(context: Context, render: bool) -> Job:
    """Write the job file and run it; ValueError with a sentence where it cannot be."""
    from ..batch.job_text import Character, file_name, job_text
    from ..batch.process import BatchProcess
    from ..rigs import save_profile

    if bpy.data.is_dirty and not bpy.app.background:
        raise ValueError("Save the file first: the batch works from the file on disk, which lacks your last changes.")
    values, scene = settings(context.scene), context.scene
    folder = batch_folder()
    (folder / "profiles").mkdir(parents=True, exist_ok=True)
    characters = []
    for armature in _characters(context):
        report = character_report(armature)
        if report.profile is None or not (report.profile.bones or report.profile.faces):
            continue
        profile = folder / "profiles" / f"{file_name(armature.name)}.json"
        save_profile(profile, report.profile)
        characters.append(Character(armature.name, profile))
    if not characters:
        raise ValueError("No character here has bones or face shapes that Understudy knows.")
    text = job_text(
        Path(bpy.data.filepath),
        [Path(paths.absolute(take.filepath)) for take in values.takes],
        characters,
        _apply_wishes(values),
        values.batch_engine.lower() if render else None,
        "scene" if scene.camera is not None else "place",
    )
    job_file = folder / "job.toml"
    job_file.write_text(text, encoding="utf-8")
    job = session.state.batch = Job("Batch", message="Starting")
    job.result = BatchProcess(*_command(job_file), folder / ".understudy" / "batch.log")
    job.result.start(lambda: pump.post(lambda: _ended(job, folder)))
    pump.await_while(lambda: _follow(job))
    return job


def _apply_wishes(values: object) -> dict[str, bool | float]:
    wishes: dict[str, bool | float] = {
        part: bool(getattr(values, f"apply_{part}")) for part in ("face", "head", "body", "hands")
    }
    wishes["unseen"] = not values.apply_only_seen
    wishes["start"] = float(values.apply_start_frame)
    return wishes


def _command(job_file: Path) -> tuple[list[str], dict[str, str]]:
    """The engine's Python runs the batch; this very Blender serves it, unless it is only the bpy module."""
    from ..engine.install import LAUNCHER
    from ..engine.platform import engine_environment

    environment = session.environment()
    if environment is None:
        raise ValueError("The engine is not installed; press Install Engine in Understudy's preferences.")
    command = [str(environment.python), str(LAUNCHER), "batch", str(job_file), "--json"]
    if bpy.app.binary_path:
        command += ["--blender", bpy.app.binary_path]
    return command, engine_environment(os.environ)


def _follow(job: Job) -> bool:
    """Bring the panel's numbers up to date; whether to go on."""
    job.progress(job.result.fraction, job.result.message)
    return not job.finished


def _ended(job: Job, folder: Path) -> None:
    job.finished = True
    summary = job.result.summary
    if summary is None:
        job.error = session.state.problems["batch"] = job.result.error
    else:
        failed = summary["failures"]
        counts = f"{summary['done'] + summary['done_before']} tasks done"
        if failed:
            first = failed[0]
            job.error = f"{len(failed)} failed, such as {first['stage']} {first['task']}: {first['reason']}"
            session.state.problems["batch"] = job.error
        else:
            session.state.notes["batch"] = summary["stopped"] or f"{counts}, in {folder.name}."
    if session.state.batch is job:
        session.state.batch = None
    pump.redraw()


CLASSES = (UNDERSTUDY_OT_batch, UNDERSTUDY_OT_cancel_batch, UNDERSTUDY_OT_open_batch_report)
