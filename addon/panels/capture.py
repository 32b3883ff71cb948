"""Capturing: what to look for, the button, its progress."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from bpy.types import Context, Panel

from .. import session
from ..properties import settings
from .sidebar import Sidebar
from .texts import draw_job, draw_outcome


class UNDERSTUDY_PT_capture(Sidebar, Panel):
    bl_idname = "UNDERSTUDY_PT_capture"
    bl_label = "Capture"
    bl_order = 2

    def draw(self, context: Context) -> None:
        layout = self.layout
        values = settings(context.scene)
        job = session.state.capture
        column = layout.column()
        column.enabled = job is None
        row = column.row(align=True)
        row.prop(values, "capture_face", toggle=True)
        row.prop(values, "capture_body", toggle=True)
        hands = row.row(align=True)
        hands.enabled = values.capture_body
        hands.prop(values, "capture_hands", toggle=True)
        if job is not None:
            draw_job(layout, job, "understudy.cancel_capture")
        else:
            row = layout.row()
            row.scale_y = 1.5
            row.enabled = bool(values.source_path) and (values.capture_face or values.capture_body)
            row.operator("understudy.capture", icon="PLAY")
        draw_outcome(layout, context, "capture")


class UNDERSTUDY_PT_capture_options(Sidebar, Panel):
    bl_idname = "UNDERSTUDY_PT_capture_options"
    bl_parent_id = "UNDERSTUDY_PT_capture"
    bl_label = "Options"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        values = settings(context.scene)
        layout.prop(values, "use_range")
        column = layout.column(align=True)
        column.active = values.use_range
        column.prop(values, "capture_start")
        column.prop(values, "capture_end")
        layout.prop(values, "takes_folder", placeholder="Beside the video")


CLASSES = (UNDERSTUDY_PT_capture, UNDERSTUDY_PT_capture_options)
