"""Takes without a camera: a face that speaks a recording, and a take played with another emotion."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
import re
from pathlib import Path
from typing import Any

import bpy
from bpy.props import StringProperty
from bpy.types import Context, Event, Operator, Scene

from .. import paths, session
from ..emotion_track import emotion_track
from ..engine import pump
from ..properties import active_take, settings
from ..session import Job, Topic
from .capture import start_making, why_not_capture
from .results import CANCELLED, FINISHED, OperatorResult

_MARK = re.compile(r"(happiness|sadness|anger|fear|disgust|surprise) \d+%")
"""Names of the markers made here."""


class Making:
    """From a button the engine works while you go on; from a script the operator returns when the take is there."""

    topic: Topic = "voice"

    @classmethod
    def poll(cls, context: Context) -> bool:
        reason = why_not_capture() or cls.why_not(context.scene)
        if reason:
            cls.poll_message_set(reason)  # type: ignore[attr-defined]
        return not reason

    @classmethod
    def why_not(cls, scene: Scene) -> str:
        """What else is missing; empty when nothing."""
        return ""

    def invoke(self, context: Context, event: Event) -> OperatorResult:
        return CANCELLED if self.begin(context.scene) is None else FINISHED

    def execute(self, context: Context) -> OperatorResult:
        job = self.begin(context.scene)
        if job is None:
            return CANCELLED
        manager = context.window_manager
        manager.progress_begin(0.0, 1.0)
        pump.wait(lambda: job.finished, lambda: manager.progress_update(job.fraction))
        manager.progress_end()
        if job.error:
            self.report({"ERROR"}, job.error)  # type: ignore[attr-defined]
            return CANCELLED
        self.report({"INFO"}, f"Made {job.result['take']}.")  # type: ignore[attr-defined]
        return FINISHED

    def begin(self, scene: Scene) -> Job | None:
        """Start the engine's work; None after `refuse`."""
        raise NotImplementedError

    def refuse(self, reason: str) -> None:
        """Say why not, in the panel and to the script."""
        session.state.problems[self.topic] = reason
        self.report({"ERROR"}, reason)  # type: ignore[attr-defined]

    def folder_ready(self, out: Path) -> bool:
        """Make the folder of takes where it is not there yet; what stands against that is said."""
        reason = paths.why_no_folder(out.parent)
        if reason:
            self.refuse(reason)
        return not reason


class MakingOfTake(Making):
    """Another take of the one chosen in the list, which stays as it is."""

    @classmethod
    def why_not(cls, scene: Scene) -> str:
        return "" if active_take(scene) is not None else "There is no take in the list"

    def source_and_out(self, scene: Scene, suffix: str) -> tuple[Path, Path] | None:
        """The chosen take's file and a new one beside it, named with `suffix`; None where no take is chosen."""
        values, take = settings(scene), active_take(scene)
        if take is None:
            self.refuse("There is no take in the list; capture a video or speak a recording first.")
            return None
        source = Path(paths.absolute(take.filepath))
        named = source.with_name(f"{source.name.removesuffix('.npz').removesuffix('.take')}.{suffix}.x")
        return source, paths.new_take_path(str(named), values.takes_folder)


class UNDERSTUDY_OT_speak(Making, Operator):
    """Make a take of a face that speaks the recording: mouth, brows, blinks, nods and glances"""

    bl_idname = "understudy.speak"
    bl_label = "Speak"

    filepath: StringProperty(
        name="Recording", description="Empty: the one chosen in the panel", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )

    def begin(self, scene: Scene) -> Job | None:
        values = settings(scene)
        audio = paths.absolute(self.filepath or values.voice_path)
        if not audio or not Path(audio).is_file():
            self.refuse(f"There is no recording {audio}; choose one." if audio else "No recording is chosen.")
            return None
        options: dict[str, Any] = {
            "text": values.voice_text or None,
            "emotion": values.emotion,
            "strength": values.emotion_strength,
            "fps": float(scene.render.fps) / scene.render.fps_base,
        }
        out = paths.new_take_path(audio, values.takes_folder)
        if not self.folder_ready(out):
            return None
        params = {"audio": audio, "out": str(out), "options": options}
        return start_making(scene, "Speak", "Spoke", "speak", params, self.topic)


class UNDERSTUDY_OT_feel(MakingOfTake, Operator):
    """Make a new take that plays the chosen one with the emotion; the chosen one stays as it is"""

    bl_idname = "understudy.feel"
    bl_label = "Play with Emotion"
    topic = "emotion"

    def begin(self, scene: Scene) -> Job | None:
        values, files = settings(scene), self.source_and_out(scene, settings(scene).emotion)
        if files is None:
            return None
        source, out = files
        if not self.folder_ready(out):
            return None
        params = {
            "take": str(source), "out": str(out), "emotion": values.emotion, "strength": values.emotion_strength,
            "exaggerate": values.emotion_exaggerate,
        }  # fmt: skip
        return start_making(scene, "Play with Emotion", "Played", "feel", params, self.topic)


class UNDERSTUDY_OT_mark_emotions(Operator):
    """Put a marker on the timeline where each emotion of the chosen take begins"""

    bl_idname = "understudy.mark_emotions"
    bl_label = "Mark on Timeline"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        take = active_take(context.scene)
        if take is None or emotion_track(paths.absolute(take.filepath)) is None:
            cls.poll_message_set("The chosen take knows no emotions; capture a face first")
            return False
        return True

    def execute(self, context: Context) -> OperatorResult:
        scene = context.scene
        track = emotion_track(paths.absolute(active_take(scene).filepath))
        assert track is not None
        markers = scene.timeline_markers
        for marker in [m for m in markers if _MARK.fullmatch(m.name)]:  # of the take shown before
            markers.remove(marker)
        rate = scene.render.fps / scene.render.fps_base
        feelings = track.feelings()
        for feeling in feelings:
            frame = round(settings(scene).apply_start_frame + feeling.start * rate)
            markers.new(f"{feeling.emotion} {feeling.strength:.0%}", frame=frame)
        self.report({"INFO"}, f"{len(feelings)} emotional moments." if feelings else "This take stays neutral.")
        return FINISHED


class UNDERSTUDY_OT_open_voice(Operator):
    """Choose a recording of a voice"""

    bl_idname = "understudy.open_voice"
    bl_label = "Open Recording"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(name="Recording", subtype="FILE_PATH")
    filter_sound: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    filter_movie: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})

    def invoke(self, context: Context, event: Event) -> OperatorResult:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Context) -> OperatorResult:
        settings(context.scene).voice_path = self.filepath
        session.state.problems.pop("voice", None)
        return FINISHED


class UNDERSTUDY_OT_voice_from_strip(Operator):
    """Use the sound of the video sequencer's chosen strip"""

    bl_idname = "understudy.voice_from_strip"
    bl_label = "From Sequencer"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        if not _strip_path(context.scene):
            cls.poll_message_set("The video sequencer has no sound strip chosen")
            return False
        return True

    def execute(self, context: Context) -> OperatorResult:
        settings(context.scene).voice_path = _strip_path(context.scene)
        session.state.problems.pop("voice", None)
        return FINISHED


def _strip_path(scene: Scene) -> str:
    """The file of the active sound strip, else of the first one; empty without any."""
    editor = scene.sequence_editor
    if editor is None:
        return ""
    strips = getattr(editor, "strips", None)  # Blender 4.4 renamed sequences to strips
    strips = editor.sequences if strips is None else strips
    active = getattr(editor, "active_strip", None)
    for strip in (active, *strips):
        if strip is not None and strip.type == "SOUND" and strip.sound is not None:
            return bpy.path.abspath(strip.sound.filepath)
    return ""


CLASSES = (
    UNDERSTUDY_OT_speak,
    UNDERSTUDY_OT_feel,
    UNDERSTUDY_OT_mark_emotions,
    UNDERSTUDY_OT_open_voice,
    UNDERSTUDY_OT_voice_from_strip,
)
