"""The map of a character as the user sees and edits it: kept with the armature, saved with the file, undone with it."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
# No `from __future__ import annotations` in files that declare properties: Blender reads the annotations themselves.

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, CollectionProperty, FloatProperty, IntProperty, PointerProperty, StringProperty
from bpy.types import Context, Object

from .datablocks import shape_keys_of

if TYPE_CHECKING:
    from .rigs import RigProfile


_filling: list[bool] = []


@contextlib.contextmanager
def _no_edit() -> Iterator[None]:
    """Rows that the add-on itself fills are no edits."""
    _filling.append(True)
    try:
        yield
    finally:
        _filling.pop()


def _edited(entry: bpy.types.PropertyGroup, _context: Context) -> None:
    owner = entry.id_data
    if isinstance(owner, Object) and not _filling:
        owner.understudy_map.edited = True
        owner.understudy_map.revision += 1


def _edited_key(entry: bpy.types.PropertyGroup, _context: Context) -> None:
    _edited(entry, _context)
    if entry.key and entry.factor == 0 and not _filling:
        entry.factor = 1.0


class UNDERSTUDY_PG_mapped_bone(bpy.types.PropertyGroup):
    """name: the humanoid bone; bone: this rig's, empty where there is none."""

    bone: StringProperty(name="Bone", description="The bone (or control) of this character", update=_edited)


class UNDERSTUDY_PG_mapped_key(bpy.types.PropertyGroup):
    """name: ARKit's shape; key: a shape key of one or several of the character's meshes, empty where there is none."""

    key: StringProperty(name="Shape Key", description="The shape key that moves for this shape", update=_edited_key)
    factor: FloatProperty(
        name="Share",
        description="How far the key goes when the shape is at its full strength; below zero it goes the other way",
        default=1.0,
        soft_min=0.0,
        soft_max=1.0,
        min=-100.0,
        max=100.0,
        update=_edited,
    )


class UNDERSTUDY_PG_tested(bpy.types.PropertyGroup):
    """What the range-of-motion test put aside: owner (an object's name), whether it is its shape keys, and actions."""

    is_keys: BoolProperty()
    test: PointerProperty(type=bpy.types.Action)
    before: PointerProperty(type=bpy.types.Action)
    slot: StringProperty()


class UNDERSTUDY_PG_rig_map(bpy.types.PropertyGroup):
    """A rigs.RigProfile as properties. filled: somebody has looked; origin: where it is from, in words."""

    filled: BoolProperty()
    looked_at: StringProperty()
    revision: IntProperty()
    edited: BoolProperty(name="Edited by Hand")
    origin: StringProperty()
    kind: StringProperty()
    label: StringProperty()
    doubts: StringProperty()
    bones: CollectionProperty(type=UNDERSTUDY_PG_mapped_bone)
    active_bone: IntProperty(name="Bone")
    keys: CollectionProperty(type=UNDERSTUDY_PG_mapped_key)
    active_key: IntProperty(name="Face Shape")
    tested: CollectionProperty(type=UNDERSTUDY_PG_tested)
    frame_end: IntProperty()


CLASSES = (UNDERSTUDY_PG_mapped_bone, UNDERSTUDY_PG_mapped_key, UNDERSTUDY_PG_tested, UNDERSTUDY_PG_rig_map)


def attach() -> None:
    bpy.types.Object.understudy_map = PointerProperty(type=UNDERSTUDY_PG_rig_map)


def detach() -> None:
    if hasattr(bpy.types.Object, "understudy_map"):
        del bpy.types.Object.understudy_map


def rig_map(armature: Object) -> UNDERSTUDY_PG_rig_map:
    """The armature's map, typed; nobody else reads the attribute."""
    return armature.understudy_map


def fill_map(armature: Object, profile: "RigProfile", origin: str = "") -> None:
    """Lay a profile out as rows: every humanoid bone and every face shape has one, also where nothing was found."""
    from ..ml.take import BONE_NAMES, FACE_NAMES

    values = rig_map(armature)
    values.bones.clear()
    for name in BONE_NAMES:
        row = values.bones.add()
        row.name = name
        with _no_edit():
            row.bone = profile.bones.get(name, "")
    values.keys.clear()
    for name in FACE_NAMES:
        shares: dict[str, float] = {}
        for face in profile.faces:
            for key, factor in face.shape_keys.get(name, ()):
                shares.setdefault(key, factor)
        for key, factor in shares.items() or [("", 1.0)]:
            add_key_row(armature, name, key, factor)
    values.kind, values.label, values.origin = profile.kind, profile.label, origin
    values.doubts = "\n".join(profile.doubts)
    values.edited, values.filled, values.looked_at = False, True, _extent(armature)
    values.revision += 1


def up_to_date(armature: Object) -> bool:
    """Whether somebody has looked, and the character has not gained or lost bones or shape keys since."""
    values = rig_map(armature)
    return values.filled and (values.edited or values.looked_at == _extent(armature))


def _extent(armature: Object) -> str:
    """Cheap enough for a panel that is drawn at every move of the mouse."""
    counts = []
    for thing in armature.children_recursive:
        keys = shape_keys_of(thing)
        if keys is not None:
            counts.append(len(keys.key_blocks))
    return f"{len(armature.data.bones)} {sorted(counts)}"


def add_key_row(armature: Object, name: str, key: str, factor: float) -> None:
    row = rig_map(armature).keys.add()
    row.name = name
    with _no_edit():
        row.key, row.factor = key, factor


def read_map(armature: Object) -> "RigProfile | None":
    """The profile that the rows say; None as long as nobody has looked."""
    from .rigs import FaceMap, RigProfile, meshes_of
    from .rigs.faces import driven_keys

    values = rig_map(armature)
    if not values.filled:
        return None
    rows = [(row.name, row.key, row.factor) for row in values.keys if row.key]
    faces = []
    seen = set()
    for mesh in meshes_of(armature):
        keys = shape_keys_of(mesh)
        if keys is None or keys in seen:
            continue
        seen.add(keys)
        there = set(keys.key_blocks.keys()) - driven_keys(keys)
        shapes: dict[str, tuple[tuple[str, float], ...]] = {}
        for name, key, factor in rows:
            if key in there:
                shapes[name] = (*shapes.get(name, ()), (key, factor))
        if shapes:
            faces.append(FaceMap(mesh.name, shapes))
    return RigProfile(
        armature=armature.name,
        kind=values.kind or "custom",
        bones={row.name: row.bone for row in values.bones if row.bone},
        faces=tuple(faces),
        label=values.label,
        doubts=tuple(values.doubts.splitlines()),
    )
