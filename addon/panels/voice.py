"""Voice and emotion: takes made from sound, and takes played differently."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from bpy.types import Context, Panel, UILayout

from .. import paths, session
from ..emotion_track import emotion_track
from ..properties import active_take, settings
from .sidebar import Sidebar
from .texts import draw_job, draw_outcome, draw_text

_PARTS = 20
# Blender 4.4 and later call the sequencer's strips strips, its icons too.
_ICONS = UILayout.bl_rna.functions["prop"].parameters["icon"].enum_items.keys()
_STRIP = "STRIP_COLOR" if "STRIP_COLOR_01" in _ICONS else "SEQUENCE_COLOR"
_COLOURS = {
    "neutral": f"{_STRIP}_09", "happiness": f"{_STRIP}_03", "sadness": f"{_STRIP}_05", "anger": f"{_STRIP}_01",
    "fear": f"{_STRIP}_06", "disgust": f"{_STRIP}_04", "surprise": f"{_STRIP}_02",
}  # fmt: skip


class UNDERSTUDY_PT_voice(Sidebar, Panel):
    bl_idname = "UNDERSTUDY_PT_voice"
    bl_label = "Voice"
    bl_order = 3
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Context) -> None:
        layout = self.layout
        values = settings(context.scene)
        column = layout.column()
        column.enabled = session.state.capture is None
        row = column.row(align=True)
        row.prop(values, "voice_path", text="")
        row.operator("understudy.open_voice", text="", icon="FILE_SOUND")
        row.operator("understudy.voice_from_strip", text="", icon="SEQUENCE")
        column.prop(values, "voice_text", placeholder="What is said, if written")
        row = column.row()
        row.scale_y = 1.3
        row.enabled = bool(values.voice_path)
        row.operator("understudy.speak", icon="OUTLINER_OB_SPEAKER")
        if session.state.capture is not None and session.state.capture.title == "Speak":
            draw_job(layout, session.state.capture, "understudy.cancel_capture")
        if not values.voice_path:
            draw_text(layout, context, "Choose a recording of a voice; the face speaks it without any video.")
        draw_outcome(layout, context, "voice")


class UNDERSTUDY_PT_emotion(Sidebar, Panel):
    bl_idname = "UNDERSTUDY_PT_emotion"
    bl_label = "Emotion"
    bl_order = 3
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        values = settings(context.scene)
        column = layout.column()
        column.enabled = session.state.capture is None
        column.prop(values, "emotion")
        column.prop(values, "emotion_strength", slider=True)
        column.prop(values, "emotion_preview", toggle=True, icon="HIDE_OFF" if values.emotion_preview else "HIDE_ON")
        column.prop(values, "emotion_exaggerate", slider=True)
        row = column.row()
        row.scale_y = 1.3
        row.operator("understudy.feel", icon="LIGHT_HEMI")
        take = active_take(context.scene)
        if take is None:
            draw_text(layout, context, "Choose a take first; a new one is made that plays it with this emotion.")
        else:
            _draw_track(layout, context, paths.absolute(take.filepath))
        draw_outcome(layout, context, "emotion")


def _draw_track(layout: UILayout, context: Context, path: str) -> None:
    """What the take shows over time, as a strip of colours, and at the current frame in words."""
    track = emotion_track(path)
    if track is None:
        return
    scene = context.scene
    strip = layout.row(align=True)
    strip.scale_x = 0.5
    for emotion in track.strip(_PARTS):
        strip.label(text="", icon=_COLOURS[emotion])
    rate = scene.render.fps / scene.render.fps_base
    now = track.at((scene.frame_current - settings(scene).apply_start_frame) / rate)
    row = layout.row()
    if now is None:
        row.label(text="The current frame is outside the take")
    else:
        row.label(text=f"Now: {now[0]} {now[1]:.0%}", icon=_COLOURS[now[0]])
    row.operator("understudy.mark_emotions", text="", icon="MARKER_HLT")


CLASSES = (UNDERSTUDY_PT_voice, UNDERSTUDY_PT_emotion)
