"""Recording a performance with camera and microphone."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
from typing import Any

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy.types import Context, Menu, Operator

from .. import paths, session
from ..engine import pump
from ..preferences import preferences
from ..properties import settings
from ..record import camera as live
from .results import FINISHED, OperatorResult


class _CameraOperator(Operator):
    @classmethod
    def poll(cls, context: Context) -> bool:
        if session.engine_state() != "ready":
            cls.poll_message_set("Install the engine first: Preferences > Add-ons > Understudy")
            return False
        if live.camera.state not in cls.wanted_states():
            cls.poll_message_set("Not while the camera is in this state; stop it first")
            return False
        return True

    @classmethod
    def wanted_states(cls) -> set[str]:
        return {"closed"}


class UNDERSTUDY_OT_list_devices(_CameraOperator):
    """Look for cameras and microphones again"""

    bl_idname = "understudy.list_devices"
    bl_label = "Find Devices"

    def execute(self, context: Context) -> OperatorResult:
        live.list_devices()
        return FINISHED


class UNDERSTUDY_OT_choose_device(Operator):
    """Record with this device"""

    bl_idname = "understudy.choose_device"
    bl_label = "Choose Device"
    bl_options = {"INTERNAL", "UNDO"}

    kind: EnumProperty(items=[("camera", "Camera", ""), ("microphone", "Microphone", "")])
    device: StringProperty()

    def execute(self, context: Context) -> OperatorResult:
        setattr(settings(context.scene), self.kind, self.device)
        return FINISHED


class UNDERSTUDY_OT_preview_camera(_CameraOperator):
    """Show the camera's picture without recording"""

    bl_idname = "understudy.preview_camera"
    bl_label = "Preview"

    def execute(self, context: Context) -> OperatorResult:
        live.open_camera({"source": _camera_source(context)}, _mirrored(context), lambda _result: None)
        return FINISHED


class UNDERSTUDY_OT_record(_CameraOperator):
    """Record yourself; after the countdown, act until you press Stop"""

    bl_idname = "understudy.record"
    bl_label = "Record"

    def execute(self, context: Context) -> OperatorResult:
        values = settings(context.scene)
        params = {
            "source": _camera_source(context),
            "microphone": _microphone(context),
            "out": str(paths.new_recording_path(values.takes_folder)),
            "countdown": values.countdown,
        }
        scene = context.scene.name

        def ended(recording: dict[str, Any] | None) -> None:
            found = bpy.data.scenes.get(scene)
            if recording is None or found is None:
                return
            for warning in recording.get("warnings", []):
                session.state.notes["source"] = warning
            settings(found).source_kind = "FILE"
            settings(found).source_path = recording["video"]

        live.open_camera(params, _mirrored(context), ended)
        return FINISHED


class _OpenCameraOperator(_CameraOperator):
    @classmethod
    def wanted_states(cls) -> set[str]:
        return {"opening", "preview", "countdown", "recording"}


class UNDERSTUDY_OT_stop_camera(_OpenCameraOperator):
    """Stop; a recording is kept and becomes the video to capture"""

    bl_idname = "understudy.stop_camera"
    bl_label = "Stop"

    def execute(self, context: Context) -> OperatorResult:
        live.stop_camera()
        if bpy.app.background:
            pump.wait(lambda: live.camera.state == "closed", timeout=10.0)
        return FINISHED


class UNDERSTUDY_OT_discard_recording(_OpenCameraOperator):
    """Stop and throw the recording away"""

    bl_idname = "understudy.discard_recording"
    bl_label = "Discard"

    def execute(self, context: Context) -> OperatorResult:
        live.discard_recording()
        if bpy.app.background:
            pump.wait(lambda: live.camera.state == "closed", timeout=10.0)
        return FINISHED


class _DeviceMenu(Menu):
    kind = ""
    first = ""

    def draw(self, context: Context) -> None:
        self._choice("", self.first)
        for device in live.camera.devices:
            if device["kind"] == self.kind:
                self._choice(device["source"] if self.kind == "camera" else device["name"], device["name"])
        if self.kind == "microphone":
            self._choice("none", "No Sound")

    def _choice(self, device: str, text: str) -> None:
        choice = self.layout.operator(UNDERSTUDY_OT_choose_device.bl_idname, text=text)
        choice.kind, choice.device = self.kind, device


class UNDERSTUDY_MT_cameras(_DeviceMenu):
    bl_label = "Camera"
    kind, first = "camera", "First Camera"


class UNDERSTUDY_MT_microphones(_DeviceMenu):
    bl_label = "Microphone"
    kind, first = "microphone", "Default Microphone"


def _camera_source(context: Context) -> str:
    return settings(context.scene).camera or "camera:0"


def _microphone(context: Context) -> str | None:
    chosen = settings(context.scene).microphone or "default"
    return None if chosen == "none" else chosen


def _mirrored(context: Context) -> bool:
    found = preferences(context)
    return found.mirror_preview if found is not None else True


CLASSES = (
    UNDERSTUDY_OT_list_devices,
    UNDERSTUDY_OT_choose_device,
    UNDERSTUDY_OT_preview_camera,
    UNDERSTUDY_OT_record,
    UNDERSTUDY_OT_stop_camera,
    UNDERSTUDY_OT_discard_recording,
    UNDERSTUDY_MT_cameras,
    UNDERSTUDY_MT_microphones,
)
