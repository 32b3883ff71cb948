"""Installing, trying and removing the engine. The work is done on a thread; nothing here holds up Blender's window.

The installer itself is imported by the button that needs it, not when the add-on is enabled.
"""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
from bpy.props import StringProperty
from bpy.types import Context, Event, Operator

from .. import paths, session
from ..engine import pump
from ..engine.environment import remove_engine
from ..session import Job
from .results import CANCELLED, FINISHED, OperatorResult


def _busy_with_installation(kind: type[Operator]) -> bool:
    if session.state.install is not None:
        kind.poll_message_set("The engine is being installed")
        return True
    if session.state.capture is not None:
        kind.poll_message_set("A capture is running; cancel it first")
        return True
    return False


class _InstallationOperator(Operator):
    """Runs a job that changes the engine: at once from a script, on a thread from a button."""

    @classmethod
    def poll(cls, context: Context) -> bool:
        return not _busy_with_installation(cls)

    def invoke(self, context: Context, event: Event) -> OperatorResult:
        start_installation(self.bl_label, self.work(context))
        return FINISHED

    def execute(self, context: Context) -> OperatorResult:
        job = start_installation(self.bl_label, self.work(context))
        pump.wait(lambda: job.finished)
        if job.error:
            self.report({"ERROR"}, job.error)
            return CANCELLED
        self.report({"INFO"}, session.state.notes["engine"])
        return FINISHED

    def work(self, context: Context) -> Callable[[Job], Any]:
        raise NotImplementedError


class UNDERSTUDY_OT_install_engine(_InstallationOperator):
    """Make an environment for the engine outside Blender and install what it needs (about 2 GB)"""

    bl_idname = "understudy.install_engine"
    bl_label = "Install Engine"

    python: StringProperty(
        name="Python", description="Python 3.10 to 3.12; empty: as in Preferences", subtype="FILE_PATH"
    )
    wheels: StringProperty(
        name="Folder of Wheels", description="Empty: as in Preferences, or download", subtype="DIR_PATH"
    )

    def work(self, context: Context) -> Callable[[Job], Any]:
        from ..engine.install import InstallOptions, install_engine

        options = InstallOptions(
            folder=paths.engine_folder(),
            requirements=paths.REQUIREMENTS,
            python=_path(self.python or _preference(context, "base_python")),
            wheels=_path(self.wheels or _preference(context, "wheels_folder")),
            online=bpy.app.online_access,
        )
        return lambda job: install_engine(options, job.progress, job.cancelled.is_set)


class UNDERSTUDY_OT_use_python(_InstallationOperator):
    """Run the engine in an environment that already has what it needs, instead of installing one"""

    bl_idname = "understudy.use_python"
    bl_label = "Use This Python"

    python: StringProperty(name="Python", description="Empty: as in Preferences", subtype="FILE_PATH")

    def work(self, context: Context) -> Callable[[Job], Any]:
        from ..engine.install import use_python

        python = _path(self.python or _preference(context, "own_python"))
        if python is None:
            return lambda job: _refuse("Choose the Python of an environment first.")
        return lambda job: use_python(python, paths.engine_folder(), job.progress, job.cancelled.is_set)


class UNDERSTUDY_OT_check_engine(_InstallationOperator):
    """Let the engine try itself: every library loads and the tracker runs"""

    bl_idname = "understudy.check_engine"
    bl_label = "Check Engine"

    def work(self, context: Context) -> Callable[[Job], Any]:
        from ..engine.install import verify_python

        found = session.environment()
        if found is None:
            return lambda job: _refuse("The engine is not installed; press Install Engine.")
        folder = paths.engine_folder()
        return lambda job: verify_python(found.python, folder, job.progress, job.cancelled.is_set)


class UNDERSTUDY_OT_remove_engine(_InstallationOperator):
    """Remove the engine that was installed. A Python you pointed to stays as it is"""

    bl_idname = "understudy.remove_engine"
    bl_label = "Remove Engine"

    def invoke(self, context: Context, event: Event) -> OperatorResult:
        return context.window_manager.invoke_confirm(self, event)  # pyright: ignore[reportReturnType]

    def execute(self, context: Context) -> OperatorResult:
        folder = paths.engine_folder()
        job = start_installation(self.bl_label, lambda job: remove_engine(folder))
        if bpy.app.background:
            pump.wait(lambda: job.finished)
        return FINISHED


class UNDERSTUDY_OT_cancel_install(Operator):
    """Stop the installation; an engine that worked before stays"""

    bl_idname = "understudy.cancel_install"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, context: Context) -> bool:
        return session.state.install is not None

    def execute(self, context: Context) -> OperatorResult:
        if session.state.install is not None:
            session.state.install.cancelled.set()
        return FINISHED


class UNDERSTUDY_OT_show_logs(Operator):
    """Open the folder with the engine's logs"""

    bl_idname = "understudy.show_logs"
    bl_label = "Show Logs"

    def execute(self, context: Context) -> OperatorResult:
        import subprocess

        from ..engine import platform

        folder = paths.engine_folder()
        try:
            subprocess.Popen(platform.open_folder_command(folder), **platform.popen_options())
        except OSError:
            self.report({"WARNING"}, f"No file manager can be opened; the logs are in {folder}.")
        return FINISHED


class UNDERSTUDY_OT_open_preferences(Operator):
    """Open Understudy's preferences, where the engine is installed"""

    bl_idname = "understudy.open_preferences"
    bl_label = "Engine Settings"

    def execute(self, context: Context) -> OperatorResult:
        bpy.ops.screen.userpref_show()
        context.preferences.active_section = "ADDONS"
        context.window_manager.addon_search = "Understudy"
        bpy.ops.preferences.addon_show(module=paths.PACKAGE)
        return FINISHED


def start_installation(title: str, work: Callable[[Job], Any]) -> Job:
    """Run a job that changes the engine. The engine that runs is ended first, since its files may go."""
    session.stop_engine()
    job = session.state.install = Job(title)
    session.state.problems.pop("engine", None)
    session.state.notes.pop("engine", None)
    session.run_in_thread(job, work, _installation_ended)
    return job


def _installation_ended(job: Job) -> None:
    session.state.install = None
    session.state.environment_stamp = None
    if job.error:
        session.state.problems["engine"] = job.error
    else:
        done = {"Remove Engine": "The engine was removed.", "Check Engine": "The engine works."}
        session.state.notes["engine"] = done.get(job.title, "The engine is ready.")
    pump.redraw()


def _preference(context: Context, name: str) -> str:
    from ..preferences import preferences

    found = preferences(context)
    return getattr(found, name) if found is not None else ""


def _path(text: str) -> Path | None:
    return Path(paths.absolute(text)).expanduser() if text else None


def _refuse(reason: str) -> None:
    from ..engine.install import InstallError

    raise InstallError(reason)


CLASSES = (
    UNDERSTUDY_OT_install_engine,
    UNDERSTUDY_OT_use_python,
    UNDERSTUDY_OT_check_engine,
    UNDERSTUDY_OT_remove_engine,
    UNDERSTUDY_OT_cancel_install,
    UNDERSTUDY_OT_show_logs,
    UNDERSTUDY_OT_open_preferences,
)
