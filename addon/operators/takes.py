"""The list of takes: adding files that are there, taking entries out. The files themselves are never removed."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
import bpy
from bpy.props import CollectionProperty, StringProperty
from bpy.types import Context, Event, Operator, OperatorFileListElement, Scene

from .. import paths, session
from ..properties import UNDERSTUDY_PG_take, active_take, settings
from .results import CANCELLED, FINISHED, OperatorResult


class UNDERSTUDY_OT_add_take(Operator):
    """Add takes that were captured before, here or on the command line"""

    bl_idname = "understudy.add_take"
    bl_label = "Add Take"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="Take", subtype="FILE_PATH")
    directory: StringProperty(subtype="DIR_PATH", options={"HIDDEN", "SKIP_SAVE"})
    files: CollectionProperty(type=OperatorFileListElement, options={"HIDDEN", "SKIP_SAVE"})
    filter_glob: StringProperty(default="*.npz", options={"HIDDEN"})

    def invoke(self, context: Context, event: Event) -> OperatorResult:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Context) -> OperatorResult:
        from ...ml.take import TakeError, load_take
        from ...ml.take.summary import summarize

        names = [f"{self.directory}/{file.name}" for file in self.files if file.name] or [self.filepath]
        for name in names:
            path = paths.absolute(name)
            try:
                summary = summarize(load_take(path))
            except TakeError as error:
                session.state.problems["takes"] = str(error)
                self.report({"ERROR"}, str(error))
                return CANCELLED
            list_take(
                context.scene,
                path,
                {
                    "duration": summary.duration,
                    "frames": summary.frames,
                    "fps": summary.fps,
                    "quality": summary.quality,
                    "seen": summary.seen,
                    "warnings": summary.warnings,
                },
            )
        session.state.problems.pop("takes", None)
        return FINISHED


class UNDERSTUDY_OT_remove_take(Operator):
    """Take the chosen take out of the list; its file stays"""

    bl_idname = "understudy.remove_take"
    bl_label = "Remove Take from List"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        if active_take(context.scene) is None:
            cls.poll_message_set("There is no take in the list")
            return False
        return True

    def execute(self, context: Context) -> OperatorResult:
        values = settings(context.scene)
        values.takes.remove(values.active_take)
        values.active_take = max(0, min(values.active_take, len(values.takes) - 1))
        return FINISHED


def list_take(scene: Scene, path: str, facts: dict) -> UNDERSTUDY_PG_take:
    """Put a take into the list, or bring its entry up to date, and choose it."""
    values = settings(scene)
    index = next((i for i, take in enumerate(values.takes) if take.filepath == path), -1)
    take = values.takes[index] if index >= 0 else values.takes.add()
    take.filepath = path
    take.name = bpy.path.basename(path).removesuffix(".take.npz").removesuffix(".npz")
    take.duration, take.frames, take.fps = facts["duration"], facts["frames"], facts["fps"]
    take.quality = facts["quality"]
    take.parts = ", ".join(part.replace("_", " ") for part, seen in facts["seen"].items() if seen > 0.05)
    take.warnings = "\n".join(facts["warnings"])
    values.active_take = index if index >= 0 else len(values.takes) - 1
    return take


CLASSES = (UNDERSTUDY_OT_add_take, UNDERSTUDY_OT_remove_take)
