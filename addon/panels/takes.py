"""The list of takes with their length and how well the performer was seen."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from typing import Any

from bpy.types import Context, Panel, UILayout, UIList

from ..properties import active_take, settings
from .sidebar import Sidebar
from .texts import clock, draw_outcome, draw_text, quality_word


class UNDERSTUDY_UL_takes(UIList):
    def draw_item(
        self,
        context: Context,
        layout: UILayout,
        data: Any,
        item: Any,
        icon: int | None,
        active_data: Any,
        active_property: str | None,
        index: int | None = 0,
        flt_flag: int | None = 0,
    ) -> None:
        word, color = quality_word(item.quality)
        split = layout.split(factor=0.56)
        split.label(text=item.name, icon=color)
        row = split.row()
        row.alignment = "RIGHT"
        row.label(text=f"{clock(item.duration)}  {word}")


class UNDERSTUDY_PT_takes(Sidebar, Panel):
    bl_idname = "UNDERSTUDY_PT_takes"
    bl_label = "Takes"
    bl_order = 3

    def draw(self, context: Context) -> None:
        layout = self.layout
        values = settings(context.scene)
        row = layout.row()
        row.template_list(
            "UNDERSTUDY_UL_takes", "", values, "takes", values, "active_take", rows=3 if values.takes else 1
        )
        column = row.column(align=True)
        column.operator("understudy.add_take", text="", icon="ADD")
        column.operator("understudy.remove_take", text="", icon="REMOVE")
        take = active_take(context.scene)
        if take is None:
            draw_text(layout, context, "No takes yet. Capture a video, or add takes from files.")
        else:
            frames = f"{take.frames} frames at {take.fps:.4g} fps"
            draw_text(layout, context, f"{frames}; seen: {take.parts or 'nobody'}")
            for warning in take.warnings.splitlines():
                draw_text(layout, context, warning, "INFO")
        draw_outcome(layout, context, "takes")


CLASSES = (UNDERSTUDY_UL_takes, UNDERSTUDY_PT_takes)
