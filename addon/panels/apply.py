"""Applying the chosen take to the character."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from bpy.types import Context, Panel

from ..operators.character import character_of
from ..properties import active_take, settings
from ..rig_map import rig_map
from ..rigs.conventions import is_control_rig
from .sidebar import Sidebar
from .texts import draw_outcome


class UNDERSTUDY_PT_apply(Sidebar, Panel):
    bl_idname = "UNDERSTUDY_PT_apply"
    bl_label = "Apply"
    bl_order = 5

    def draw(self, context: Context) -> None:
        layout = self.layout
        values = settings(context.scene)
        grid = layout.grid_flow(row_major=True, columns=4, even_columns=True, align=True)
        for part in ("apply_face", "apply_head", "apply_body", "apply_hands"):
            grid.prop(values, part, toggle=True)
        layout.prop(values, "apply_start_frame")
        layout.prop(values, "apply_only_seen")
        layout.prop(values, "apply_touch")
        layout.prop(values, "apply_in_place")
        if not values.apply_in_place:
            layout.prop(values, "apply_root")
        character = character_of(context)
        if character is not None and is_control_rig(rig_map(character).kind):
            layout.prop(values, "apply_limbs", expand=True)
        row = layout.row()
        row.scale_y = 1.5
        row.enabled = active_take(context.scene) is not None
        row.operator("understudy.apply", icon="ARMATURE_DATA")
        draw_outcome(layout, context, "apply")


CLASSES = (UNDERSTUDY_PT_apply,)
