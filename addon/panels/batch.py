"""All takes at once: into .blend files, or rendered as well, in the background."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

import bpy
from bpy.types import Context, Panel

from .. import session
from ..properties import settings
from .sidebar import Sidebar
from .texts import draw_job, draw_outcome, draw_text


class UNDERSTUDY_PT_batch(Sidebar, Panel):
    bl_idname = "UNDERSTUDY_PT_batch"
    bl_label = "Batch"
    bl_order = 7
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: Context) -> None:
        layout = self.layout
        values = settings(context.scene)
        job = session.state.batch
        count = len(values.takes)
        if job is None:
            if not bpy.data.filepath:
                draw_text(layout, context, "Save the file first: the batch works from the file on disk.", "INFO")
            layout.prop(values, "batch_all_characters")
            layout.prop(values, "batch_engine")
            column = layout.column(align=True)
            column.scale_y = 1.2
            takes = f"{count} Take{'s' if count != 1 else ''}"
            column.operator("understudy.batch", text=f"Apply {takes}", icon="ARMATURE_DATA").render = False
            column.operator("understudy.batch", text=f"Apply and Render {takes}", icon="RENDER_ANIMATION").render = True
        else:
            draw_job(layout, job, "understudy.cancel_batch")
        layout.operator("understudy.open_batch_report", icon="URL")
        draw_outcome(layout, context, "batch")


CLASSES = (UNDERSTUDY_PT_batch,)
