"""Where the performance comes from: a video file, or camera and microphone."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from pathlib import Path

from bpy.types import Context, Panel, UILayout

from .. import paths, session
from ..properties import UNDERSTUDY_PG_settings, settings
from ..record.camera import camera
from ..record.pictures import picture_icon
from .sidebar import Sidebar
from .texts import clock, draw_outcome, draw_text


class UNDERSTUDY_PT_source(Sidebar, Panel):
    bl_idname = "UNDERSTUDY_PT_source"
    bl_label = "Source"
    bl_order = 1

    def draw(self, context: Context) -> None:
        layout = self.layout
        values = settings(context.scene)
        layout.row().prop(values, "source_kind", expand=True)
        if values.source_kind == "FILE":
            _draw_file(layout, context, values)
        else:
            _draw_camera(layout, context, values)
        draw_outcome(layout, context, "source")


def _draw_file(layout: UILayout, context: Context, values: UNDERSTUDY_PG_settings) -> None:
    layout.prop(values, "source_path", text="", placeholder="Choose a video")
    video = paths.absolute(values.source_path)
    if not video:
        return
    icon = picture_icon("source", video)
    if icon:
        layout.template_icon(icon_value=icon, scale=6.0)
    facts = session.state.source_facts.get(video)
    if facts is None:
        if "source" not in session.state.problems and not video.startswith("test:") and not Path(video).is_file():
            draw_text(layout, context, f"There is no video {video}; choose another one.", "ERROR", alert=True)
        return
    length = clock(facts["duration"]) if facts["duration"] else "unknown length"
    sound = "sound" if facts["has_sound"] else "no sound"
    size = f"{facts['width']} x {facts['height']}"
    draw_text(layout, context, f"{size}, {facts['fps']:.4g} fps, {length}, {sound}", "FILE_MOVIE")
    for warning in facts.get("warnings", []):
        draw_text(layout, context, warning, "INFO")


def _draw_camera(layout: UILayout, context: Context, values: UNDERSTUDY_PG_settings) -> None:
    if session.engine_state() != "ready":
        draw_text(layout, context, "Install the engine to use the camera.", "INFO")
        return
    if camera.state != "closed":
        _draw_live(layout)
        return
    column = layout.column(align=True)
    row = column.row(align=True)
    row.menu("UNDERSTUDY_MT_cameras", text=_device_name("camera", values.camera, "First Camera"), icon="CAMERA_DATA")
    row.operator("understudy.list_devices", text="", icon="FILE_REFRESH")
    row = column.row(align=True)
    microphone = "No Sound" if values.microphone == "none" else values.microphone or "Default Microphone"
    row.menu("UNDERSTUDY_MT_microphones", text=microphone, icon="SPEAKER")
    row.operator("understudy.list_devices", text="", icon="FILE_REFRESH")
    if camera.listed and not any(device["kind"] == "camera" for device in camera.devices):
        draw_text(layout, context, "No camera was found; plug one in and press the arrows.", "INFO")
    layout.prop(values, "countdown")
    row = layout.row(align=True)
    row.scale_y = 1.3
    row.operator("understudy.preview_camera", icon="HIDE_OFF")
    row.operator("understudy.record", icon="REC")


def _draw_live(layout: UILayout) -> None:
    icon = picture_icon("camera", "live")
    if icon:
        layout.template_icon(icon_value=icon, scale=9.0)
    row = layout.row()
    row.alignment = "CENTER"
    row.alert = camera.state == "recording"
    said = {
        "opening": "Opening the camera",
        "preview": "Preview",
        "countdown": f"Recording begins in {camera.seconds:.0f}",
        "recording": f"Recording  {clock(camera.seconds)}",
        "saving": "Saving the recording",
    }[camera.state]
    row.label(text=said, icon="REC" if camera.state == "recording" else "CAMERA_DATA")
    row = layout.row(align=True)
    row.scale_y = 1.3
    row.operator("understudy.stop_camera", icon="SNAP_FACE")
    if camera.state in {"countdown", "recording"}:
        row.operator("understudy.discard_recording", icon="TRASH")


def _device_name(kind: str, source: str, otherwise: str) -> str:
    named = (device["name"] for device in camera.devices if device["kind"] == kind and device["source"] == source)
    return next(named, source or otherwise)


CLASSES = (UNDERSTUDY_PT_source,)
