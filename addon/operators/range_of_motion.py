"""Wiggling the map: a test animation to look at, put aside again without a trace."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
from typing import Any

import bpy
from bpy.types import Context, Object, Operator

from .. import session
from ..rig_map import rig_map
from .character import character_of
from .mapping import map_of
from .results import CANCELLED, FINISHED, OperatorResult


class UNDERSTUDY_OT_test_map(Operator):
    """Move every mapped bone and face shape once, in a temporary action, to see that the map is right"""

    bl_idname = "understudy.test_map"
    bl_label = "Test Range of Motion"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        if character_of(context) is None:
            cls.poll_message_set("Choose a character first, or add a sample character")
            return False
        return True

    def execute(self, context: Context) -> OperatorResult:
        from ..apply import ApplyOptions, apply_take
        from ..range_of_motion import range_of_motion_take

        armature = character_of(context)
        end_test(armature)
        profile = map_of(armature)
        owners: list[Any] = [armature]
        for face in profile.faces:
            mesh = bpy.data.objects.get(face.object)
            if mesh is not None and mesh.data.shape_keys is not None:
                owners.append(mesh.data.shape_keys)
        before = [(owner, *_current(owner)) for owner in owners]
        scene = context.scene
        end = scene.frame_end
        try:
            result = apply_take(
                range_of_motion_take(), armature, profile, ApplyOptions(start_frame=scene.frame_start, plant_feet=False)
            )
        except ValueError as error:
            session.state.problems["character"] = str(error)
            self.report({"ERROR"}, str(error))
            return CANCELLED
        values = rig_map(armature)
        values.frame_end = end
        for owner, action, slot in before:
            data = owner.animation_data
            if data is None or data.action is None or data.action.name not in result.actions:
                continue
            row = values.tested.add()
            row.name = owner.name if owner is armature else _object_of(owner, profile)
            row.is_keys = owner is not armature
            row.test, row.before, row.slot = data.action, action, slot
            row.test.name = f"Understudy test {row.name}"
        scene.frame_set(scene.frame_start)
        session.state.problems.pop("character", None)
        self.report({"INFO"}, f"Testing {result.bones} bones and {result.keys} shape keys: play the animation.")
        return FINISHED


class UNDERSTUDY_OT_end_test(Operator):
    """Remove the test animation and put back what was there before"""

    bl_idname = "understudy.end_test"
    bl_label = "End Test"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        armature = character_of(context)
        if armature is None or not rig_map(armature).tested:
            cls.poll_message_set("No test is running")
            return False
        return True

    def execute(self, context: Context) -> OperatorResult:
        armature = character_of(context)
        end_test(armature)
        context.scene.frame_set(context.scene.frame_current)
        return FINISHED


def end_test(armature: Object) -> None:
    """Take the test's actions away, give back the ones before, and let go of what was moved."""
    values = rig_map(armature)
    if not values.tested:
        return
    for row in values.tested:
        owner = _owner(row)
        test = row.test
        if owner is not None and owner.animation_data is not None and owner.animation_data.action == test:
            owner.animation_data.action = row.before
            if row.before is not None and row.slot and hasattr(owner.animation_data, "action_slot"):
                slot = next((slot for slot in row.before.slots if slot.identifier == row.slot), None)
                owner.animation_data.action_slot = slot
        if owner is not None and row.before is None:
            _at_rest(owner)
        if test is not None:
            row.test = None
            if test.users - test.use_fake_user <= 0:
                bpy.data.actions.remove(test)
    bpy.context.scene.frame_end = values.frame_end or bpy.context.scene.frame_end
    values.tested.clear()


def _current(owner: Any) -> tuple[Any, str]:
    data = owner.animation_data
    if data is None or data.action is None:
        return None, ""
    slot = getattr(data, "action_slot", None)
    return data.action, slot.identifier if slot is not None else ""


def _owner(row: Any) -> Any:
    thing = bpy.data.objects.get(row.name)
    if thing is None or not row.is_keys:
        return thing
    return getattr(thing.data, "shape_keys", None)


def _object_of(keys: Any, profile: Any) -> str:
    for face in profile.faces:
        mesh = bpy.data.objects.get(face.object)
        if mesh is not None and mesh.data.shape_keys == keys:
            return face.object
    return ""


def _at_rest(owner: Any) -> None:
    """Without an action what was last shown would stay."""
    if isinstance(owner, bpy.types.Key):
        for block in owner.key_blocks:
            if block != owner.reference_key:
                block.value = max(0.0, block.slider_min)
        return
    for bone in owner.pose.bones:
        bone.location, bone.scale = (0, 0, 0), (1, 1, 1)
        bone.rotation_quaternion, bone.rotation_euler = (1, 0, 0, 0), (0, 0, 0)


CLASSES = (UNDERSTUDY_OT_test_map, UNDERSTUDY_OT_end_test)
