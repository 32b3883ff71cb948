"""Voice and emotion: takes made from sound, and takes played differently."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from bpy.types import Context, Panel

from .. import session
from ..properties import active_take, settings
from .sidebar import Sidebar
from .texts import draw_job, draw_outcome, draw_text


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
        column.prop(values, "emotion_exaggerate", slider=True)
        row = column.row()
        row.scale_y = 1.3
        row.operator("understudy.feel", icon="LIGHT_HEMI")
        if active_take(context.scene) is None:
            draw_text(layout, context, "Choose a take first; a new one is made that plays it with this emotion.")
        draw_outcome(layout, context, "emotion")


CLASSES = (UNDERSTUDY_PT_voice, UNDERSTUDY_PT_emotion)
