"""The engine: whether it is there, and its installation (in the sidebar and in Preferences)."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.types import Context, Panel, UILayout

from .. import session
from ..properties import settings
from ..record.camera import camera
from .next_step import Progress, next_step
from .sidebar import Sidebar
from .texts import draw_job, draw_outcome, draw_text

if TYPE_CHECKING:
    from ..preferences import UNDERSTUDY_AP_preferences


class UNDERSTUDY_PT_main(Sidebar, Panel):
    """Says what to do next, and installs the engine where there is none."""

    bl_idname = "UNDERSTUDY_PT_main"
    bl_label = "Understudy"
    bl_order = 0

    def draw_header_preset(self, context: Context) -> None:
        self.layout.operator("understudy.open_preferences", text="", icon="PREFERENCES", emboss=False)

    def draw(self, context: Context) -> None:
        layout = self.layout
        state = session.engine_state()
        step = next_step(_progress(context))
        if step:
            draw_text(layout, context, step, "INFO")
        if state == "installing" and session.state.install is not None:
            draw_job(layout, session.state.install, "understudy.cancel_install")
        elif state in {"missing", "broken"}:
            _draw_install_button(layout, context)
        elif state == "outdated":
            draw_text(layout, context, "The engine is older than the add-on.", "INFO")
            layout.operator("understudy.install_engine", text="Update Engine", icon="FILE_REFRESH")
        if session.state.problems.get("engine"):
            draw_outcome(layout, context, "engine")
        elif state == "ready" and not step:
            busy = session.state.capture is not None
            layout.label(text="Capturing" if busy else "Ready", icon="SORTTIME" if busy else "CHECKMARK")


def draw_installation(layout: UILayout, context: Context, preferences: UNDERSTUDY_AP_preferences) -> None:
    """All about the engine, for Preferences."""
    box = layout.box()
    state = session.engine_state()
    found = session.environment()
    if state == "installing" and session.state.install is not None:
        box.label(text=session.state.install.title, icon="IMPORT")
        draw_job(box, session.state.install, "understudy.cancel_install")
        return
    if found is not None and state in {"ready", "outdated"}:
        row = box.row()
        row.label(
            text="The engine is installed" if found.made_here else "An environment of yours is used", icon="CHECKMARK"
        )
        row.operator("understudy.check_engine", text="Check", icon="VIEWZOOM")
        row.operator("understudy.show_logs", text="Logs", icon="TEXT")
        box.label(text=str(found.python), icon="BLANK1")
    else:
        draw_text(
            box, context, "The engine watches your videos. It is a program of its own beside Blender, about 2 GB."
        )
    draw_outcome(box, context, "engine")
    row = box.row()
    row.scale_y = 1.3
    text = {"missing": "Install Engine", "broken": "Install Engine", "outdated": "Update Engine"}.get(state, "Repair")
    row.operator("understudy.install_engine", text=text, icon="IMPORT")
    if found is not None:
        row.operator("understudy.remove_engine", text="Remove", icon="TRASH")
    if not bpy.app.online_access and not preferences.wheels_folder:
        _draw_offline(box, context)
    column = box.column()
    column.use_property_split = True
    column.prop(preferences, "wheels_folder", placeholder="Download")
    column.prop(preferences, "base_python", placeholder="Find one")
    row = column.row(align=True)
    row.prop(preferences, "own_python", placeholder="None")
    row.operator("understudy.use_python", text="Use")


def _draw_install_button(layout: UILayout, context: Context) -> None:
    row = layout.row()
    row.scale_y = 1.5
    row.operator("understudy.install_engine", icon="IMPORT")
    if not bpy.app.online_access:
        _draw_offline(layout, context)
    layout.operator("understudy.open_preferences", text="More Ways to Install", icon="PREFERENCES")


def _draw_offline(layout: UILayout, context: Context) -> None:
    way = "Turn it on in Preferences > System > Network, or install from a folder of wheels."
    text = f"Blender's online access is off. {way}"
    draw_text(layout, context, text, "INTERNET_OFFLINE")


def _progress(context: Context) -> Progress:
    values = settings(context.scene)
    return Progress(
        engine=session.engine_state(),
        has_source=bool(values.source_path),
        recording=camera.state in {"countdown", "recording"},
        capturing=session.state.capture is not None,
        has_take=bool(values.takes),
        has_character=values.character is not None,
        applied="apply" in session.state.notes,
    )


CLASSES = (UNDERSTUDY_PT_main,)
