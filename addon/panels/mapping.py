"""The map of bones and face shapes as lists to search and edit, and the profiles it is kept in."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from typing import Any

import bpy
from bpy.types import Context, Panel, UILayout, UIList

from ..operators.character import character_of
from ..rig_map import rig_map
from .sidebar import Sidebar


class _RowFilter:
    """Search in both columns, and (with the arrow beside the search) only what is missing."""

    field = ""

    def filter_items(self, context: Context, data: Any, property: str) -> tuple[list[int], list[int]]:
        rows = getattr(data, property)
        wanted = self.filter_name.lower()  # type: ignore[attr-defined]
        shown = self.bitflag_filter_item  # type: ignore[attr-defined]
        flags = [
            shown if wanted in row.name.lower() or wanted in getattr(row, self.field).lower() else 0 for row in rows
        ]
        return flags, []


class UNDERSTUDY_UL_bones(_RowFilter, UIList):
    field = "bone"

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
        armature = data.id_data
        gone = bool(item.bone) and item.bone not in armature.data.bones
        split = layout.split(factor=0.5)
        split.label(text=item.name, icon="ERROR" if gone else ("BONE_DATA" if item.bone else "BLANK1"))
        split.alert = gone
        split.prop_search(item, "bone", armature.data, "bones", text="", icon="NONE")


class UNDERSTUDY_UL_face_shapes(_RowFilter, UIList):
    field = "key"

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
        keys = _keys_holding(data.id_data, item.key)
        split = layout.split(factor=0.5)
        split.label(text=item.name, icon="SHAPEKEY_DATA" if item.key else "BLANK1")
        split.alert = bool(item.key) and keys is None
        shown = keys or _keys_holding(data.id_data, "")
        if shown is not None:
            split.prop_search(item, "key", shown, "key_blocks", text="", icon="NONE")
        else:
            split.prop(item, "key", text="")


def _keys_holding(armature: Any, key: str) -> Any:
    """The shape keys that have this one; for none, those of the mesh with the most."""
    best = None
    for thing in armature.children_recursive:
        keys = thing.data.shape_keys if thing.type == "MESH" else None
        if keys is None:
            continue
        if key and key in keys.key_blocks:
            return keys
        if best is None or len(keys.key_blocks) > len(best.key_blocks):
            best = keys
    return None if key else best


class _MapPanel(Sidebar):
    bl_parent_id = "UNDERSTUDY_PT_character"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        armature = character_of(context)
        return armature is not None and rig_map(armature).filled


class UNDERSTUDY_PT_bones(_MapPanel, Panel):
    bl_idname = "UNDERSTUDY_PT_bones"
    bl_label = "Bones"

    def draw(self, context: Context) -> None:
        values = rig_map(character_of(context))
        self.layout.template_list(
            "UNDERSTUDY_UL_bones", "", values, "bones", values, "active_bone", rows=8, sort_lock=True
        )
        self.layout.operator("understudy.mirror_map", text="Mirror", icon="MOD_MIRROR").part = "BONES"


class UNDERSTUDY_PT_face_shapes(_MapPanel, Panel):
    bl_idname = "UNDERSTUDY_PT_face_shapes"
    bl_label = "Face Shapes"

    def draw(self, context: Context) -> None:
        values = rig_map(character_of(context))
        row = self.layout.row()
        row.template_list("UNDERSTUDY_UL_face_shapes", "", values, "keys", values, "active_key", rows=8, sort_lock=True)
        column = row.column(align=True)
        column.operator("understudy.add_face_share", text="", icon="ADD")
        column.operator("understudy.remove_face_share", text="", icon="REMOVE")
        if 0 <= values.active_key < len(values.keys):
            self.layout.prop(values.keys[values.active_key], "factor", slider=True)
        self.layout.operator("understudy.mirror_map", text="Mirror", icon="MOD_MIRROR").part = "KEYS"


class UNDERSTUDY_PT_profile(_MapPanel, Panel):
    bl_idname = "UNDERSTUDY_PT_profile"
    bl_label = "Profile"

    def draw(self, context: Context) -> None:
        column = self.layout.column(align=True)
        row = column.row(align=True)
        row.operator("understudy.save_profile", icon="ASSET_MANAGER")
        row.operator_menu_enum("understudy.load_profile", "saved", text="Load", icon="PRESET")
        row = column.row(align=True)
        row.operator("understudy.import_profile", text="Import", icon="IMPORT")
        row.operator("understudy.export_profile", text="Export", icon="EXPORT")


CLASSES: tuple[type[bpy.types.bpy_struct], ...] = (
    UNDERSTUDY_UL_bones,
    UNDERSTUDY_UL_face_shapes,
    UNDERSTUDY_PT_bones,
    UNDERSTUDY_PT_face_shapes,
    UNDERSTUDY_PT_profile,
)
