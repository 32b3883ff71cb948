"""Behaviour: takes from a seed, and behaviour laid onto takes."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from bpy.types import Context, Panel

from .. import session
from ..properties import active_take, settings
from .sidebar import Sidebar
from .texts import draw_job, draw_outcome, draw_text

_TITLES = ("Generate", "Lay onto Take")


class UNDERSTUDY_PT_behaviour(Sidebar, Panel):
    bl_idname = "UNDERSTUDY_PT_behaviour"
    bl_label = "Behaviour"
    bl_order = 3
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        values = settings(context.scene)
        column = layout.column()
        column.enabled = session.state.capture is None
        column.prop(values, "behaviour")
        if values.behaviour == "talk":
            column.prop(values, "behaviour_voice")
        if values.behaviour == "walk":
            column.prop(values, "behaviour_travel")
        if values.behaviour != "talk" or not values.behaviour_voice:
            column.prop(values, "behaviour_seconds")
        column.prop(values, "emotion")
        if values.emotion != "neutral":
            column.prop(values, "emotion_strength", slider=True)
        column.prop(values, "behaviour_seed")
        row = column.row(align=True)
        row.scale_y = 1.3
        row.operator("understudy.generate", icon="ARMATURE_DATA")
        row.operator("understudy.generate", text="", icon="FILE_REFRESH").another = True
        job = session.state.capture
        if job is not None and job.title in _TITLES:
            draw_job(layout, job, "understudy.cancel_capture")
        column = layout.column()
        column.enabled = session.state.capture is None
        if active_take(context.scene) is None:
            draw_text(layout, context, "With a take in the list, behaviour can also fill what was not filmed of it.")
        else:
            column.prop(values, "behaviour_amount", slider=True)
            column.operator("understudy.complete", icon="NLA_PUSHDOWN")
        draw_outcome(layout, context, "behaviour")


CLASSES = (UNDERSTUDY_PT_behaviour,)
