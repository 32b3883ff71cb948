"""The character: what was found in it, and the sample ones that come with Understudy."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
from dataclasses import dataclass
from typing import Any

import bpy
from bpy.props import EnumProperty
from bpy.types import Context, Object, Operator

from .. import session
from ..properties import settings
from ..rig_map import read_map, rig_map, up_to_date
from .results import CANCELLED, FINISHED, OperatorResult


@dataclass(frozen=True)
class CharacterReport:
    """What the panel says about a character; profile: a rigs.RigProfile, None when it cannot be used."""

    text: str
    problem: str = ""
    missing: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    profile: Any = None


_reports: dict[tuple[str, int, int, str], CharacterReport] = {}


def character_report(armature: Object) -> CharacterReport:
    """The map in words, put together again only when it changed: a panel is drawn at every move of the mouse."""
    from .mapping import map_of

    try:
        if not up_to_date(armature):
            map_of(armature)
        key = (bpy.data.filepath, armature.session_uid, rig_map(armature).revision, rig_map(armature).looked_at)
        if key not in _reports:
            profile = read_map(armature)
            assert profile is not None
            _reports.clear()  # the panel shows one at a time
            _reports[key] = CharacterReport(profile.describe(), "", _missed(profile), profile.doubts, profile)
        return _reports[key]
    except ValueError as error:
        return CharacterReport("", str(error))


def _missed(profile: Any) -> tuple[str, ...]:
    """Bones worth a word: eyes and jaw without bones of their own are fine where shape keys move them."""
    by_shapes = frozenset({"leftEye", "rightEye", "jaw"}) if profile.face_names else frozenset()
    return tuple(name for name in profile.missing if name not in by_shapes)


def character_of(context: Context) -> Object | None:
    """The character chosen in the panel, as long as it is in the scene."""
    chosen = settings(context.scene).character
    return chosen if chosen is not None and chosen.name in context.scene.objects else None


class UNDERSTUDY_OT_use_selected(Operator):
    """Make the selected armature, or the one that moves the selected mesh, the character"""

    bl_idname = "understudy.use_selected"
    bl_label = "Use Selected"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        if _armature_of(context.active_object) is None:
            cls.poll_message_set("Select the character's armature or its body first")
            return False
        return True

    def execute(self, context: Context) -> OperatorResult:
        settings(context.scene).character = _armature_of(context.active_object)
        return FINISHED


def _armature_of(thing: Object | None) -> Object | None:
    if thing is None or thing.type == "ARMATURE":
        return thing
    found = thing.find_armature()
    return found if found is not None else _armature_of(thing.parent)


_items: list[tuple[str, str, str]] = []
"""Kept here because Blender does not keep the texts of a dynamic list."""


def _sample_items(_operator: Operator, _context: Context | None) -> list[tuple[str, str, str]]:
    from ...sample_rigs.library import sample_characters

    if not _items:
        _items.extend((sample.name, sample.label, f"Add {sample.label}") for sample in sample_characters())
    return _items or [("none", "None", "This build of Understudy holds no sample characters")]


class UNDERSTUDY_OT_add_sample_character(Operator):
    """Add a character that comes with Understudy, ready to perform"""

    bl_idname = "understudy.add_sample_character"
    bl_label = "Add Sample Character"
    bl_options = {"REGISTER", "UNDO"}
    bl_property = "character"

    character: EnumProperty(name="Character", items=_sample_items)

    @classmethod
    def poll(cls, context: Context) -> bool:
        if context.mode != "OBJECT":
            cls.poll_message_set("Switch to Object Mode first")
            return False
        return True

    def execute(self, context: Context) -> OperatorResult:
        from ...sample_rigs.library import sample_characters

        sample = next((found for found in sample_characters() if found.name == self.character), None)
        if sample is None:
            self.report({"ERROR"}, "This build of Understudy holds no sample characters; install the extension again.")
            return CANCELLED
        library: Any = bpy.data.libraries.load(str(sample.path), link=False)
        with library as (there, here):
            wanted = [name for name in there.collections if name == sample.name] or list(there.collections)[:1]
            here.collections = wanted
        armature = None
        for collection in here.collections:
            context.scene.collection.children.link(collection)
            found = (thing for thing in collection.all_objects if thing.type == "ARMATURE")
            armature = armature or next(found, None)
        if armature is None:
            self.report({"ERROR"}, f"{sample.path.name} holds no character; install the extension again.")
            return CANCELLED
        for thing in context.selected_objects:
            thing.select_set(False)
        context.view_layer.objects.active = armature
        if not armature.hide_get():
            armature.select_set(True)
        settings(context.scene).character = armature
        session.state.problems.pop("character", None)
        return FINISHED


CLASSES = (UNDERSTUDY_OT_use_selected, UNDERSTUDY_OT_add_sample_character)
