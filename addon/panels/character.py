"""The character and, in words, what was found in it."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from bpy.types import Context, Object, Panel, UILayout

from ..operators.character import character_of, character_report
from ..operators.mapping import look_soon
from ..properties import settings
from ..rig_map import rig_map, up_to_date
from .sidebar import Sidebar
from .texts import draw_outcome, draw_text

_MOST_NAMES = 6
_MOST_DOUBTS = 4


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
            _draw_found(layout, context, armature)
        draw_outcome(layout, context, "character")


def _draw_found(layout: UILayout, context: Context, armature: Object) -> None:
    values = rig_map(armature)
    if not up_to_date(armature):
        look_soon(armature)
        row = layout.row(align=True)
        row.label(text="Looking at bones and shape keys ...", icon="VIEWZOOM")
        row.operator("understudy.detect_character", text="", icon="FILE_REFRESH")
        return
    report = character_report(armature)
    if report.problem:
        draw_text(layout.box(), context, report.problem, "ERROR", alert=True)
        return
    origin = "edited by hand" if values.edited else values.origin
    row = layout.row()
    draw_text(row.column(), context, report.text + (f" ({origin})" if origin else ""), "CHECKMARK")
    row.operator("understudy.detect_character", text="", icon="FILE_REFRESH")
    if report.missing and report.profile.bones:
        draw_text(layout, context, f"Missing: {_named(report.missing)}", "INFO")
    for doubt in report.doubts[:_MOST_DOUBTS]:
        draw_text(layout, context, doubt, "ERROR")
    if values.tested:
        _draw_test(layout, context)
    else:
        layout.operator("understudy.test_map", icon="PLAY")


def _draw_test(layout: UILayout, context: Context) -> None:
    from ..range_of_motion import face_shape_at  # numpy: only once it is needed

    scene = context.scene
    box = layout.box()
    shape = face_shape_at(scene.frame_current, scene.frame_start, scene.render.fps / scene.render.fps_base)
    row = box.row(align=True)
    row.operator("screen.animation_play", text="", icon="PAUSE" if context.screen.is_animation_playing else "PLAY")
    row.label(text=shape or "Range of motion")
    box.operator("understudy.end_test", icon="X")


def _named(names: tuple[str, ...]) -> str:
    listed = ", ".join(names[:_MOST_NAMES])
    return listed if len(names) <= _MOST_NAMES else f"{listed} and {len(names) - _MOST_NAMES} more"


CLASSES = (UNDERSTUDY_PT_character,)
