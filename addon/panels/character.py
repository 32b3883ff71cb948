"""The character and, in words, what was found in it."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from bpy.types import Context, Panel

from ..operators.character import character_of, character_report
from ..properties import settings
from .sidebar import Sidebar
from .texts import draw_outcome, draw_text

_MOST_NAMES = 6


class UNDERSTUDY_PT_character(Sidebar, Panel):
    bl_idname = "UNDERSTUDY_PT_character"
    bl_label = "Character"
    bl_order = 4

    def draw(self, context: Context) -> None:
        layout = self.layout
        row = layout.row(align=True)
        row.prop(settings(context.scene), "character", text="", icon="ARMATURE_DATA")
        row.operator("understudy.use_selected", text="", icon="RESTRICT_SELECT_OFF")
        armature = character_of(context)
        if armature is None:
            if settings(context.scene).character is not None:
                draw_text(layout, context, "This character is in another scene; choose one of this scene.", "ERROR")
            layout.operator_menu_enum(
                "understudy.add_sample_character", "character", text="Add Sample Character", icon="OUTLINER_OB_ARMATURE"
            )
        else:
            report = character_report(armature)
            if report.problem:
                draw_text(layout.box(), context, report.problem, "ERROR", alert=True)
            else:
                draw_text(layout, context, report.text, "CHECKMARK")
                if report.missing:
                    draw_text(layout, context, f"Missing: {_named(report.missing)}", "INFO")
        draw_outcome(layout, context, "character")


def _named(names: tuple[str, ...]) -> str:
    listed = ", ".join(names[:_MOST_NAMES])
    return listed if len(names) <= _MOST_NAMES else f"{listed} and {len(names) - _MOST_NAMES} more"


CLASSES = (UNDERSTUDY_PT_character,)
