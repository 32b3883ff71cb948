"""Finding, editing, keeping and lending the map of a character's bones and face shapes."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
from typing import Any

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy.types import Context, Event, Object, Operator

from .. import paths, session
from ..rig_map import add_key_row, fill_map, read_map, rig_map, up_to_date
from ..session import Job
from .character import character_of
from .results import CANCELLED, FINISHED, OperatorResult


def map_of(armature: Object) -> Any:
    """The character's profile (rigs.RigProfile): as mapped, or else looked at now and mapped."""
    if not up_to_date(armature):
        look_at(armature)
    return read_map(armature)


def look_at(armature: Object, library: bool = True) -> None:
    """Fill the map: by the newest saved profile for this skeleton, or else by what is found."""
    from ..rigs import detect_rig

    if not (library and _from_library(armature)):
        fill_map(armature, detect_rig(armature))


def _from_library(armature: Object) -> bool:
    from ..rigs.library import matching_profile
    from ..rigs.profile import ProfileError, load_profile
    from ..rigs.signature import skeleton_signature

    saved = matching_profile(paths.profiles_folder(), skeleton_signature(armature))
    if saved is None:
        return False
    try:
        fill_map(armature, load_profile(saved.path), f"saved profile {saved.name}")
    except ProfileError:
        return False
    return True


_looking: set[int] = set()


def look_soon(armature: Object) -> None:
    """From a drawing panel or a property: look as soon as Blender has time; the face is compared on a thread."""
    identity = armature.session_uid
    if identity in _looking or bpy.app.background:
        return
    _looking.add(identity)
    bpy.app.timers.register(lambda: _look_without_waiting(identity), first_interval=0.01)


def _look_without_waiting(identity: int) -> None:
    from ..rigs.detect import examine, with_face
    from ..rigs.faces import answer

    armature = _by_identity(identity)
    if armature is None or (rig_map(armature).filled and rig_map(armature).edited):
        _looking.discard(identity)
        return
    try:
        if _from_library(armature):
            _looking.discard(identity)
            return
        profile, question = examine(armature)
        fill_map(armature, with_face(profile, answer(question, by_names_alone=True)))
    except ValueError as error:
        session.state.problems["character"] = str(error)
        _looking.discard(identity)
        return

    def done(job: Job) -> None:
        _looking.discard(identity)
        now = _by_identity(identity)
        if now is not None and not job.error and not rig_map(now).edited:
            fill_map(now, with_face(profile, job.result))
        _redraw()

    session.run_in_thread(Job("Comparing the face"), lambda _job: answer(question), done)
    _redraw()


def _by_identity(identity: int) -> Object | None:
    return next((thing for thing in bpy.data.objects if thing.session_uid == identity), None)


def _redraw() -> None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


class _MapOperator(Operator):
    """Works on the character chosen in the panel."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        if character_of(context) is None:
            cls.poll_message_set("Choose a character first, or add a sample character")
            return False
        return True

    def _refuse(self, reason: str) -> OperatorResult:
        session.state.problems["character"] = reason
        self.report({"ERROR"}, reason)
        return CANCELLED

    def _done(self, armature: Object, said: str) -> OperatorResult:
        session.state.problems.pop("character", None)
        self.report({"INFO"}, said)
        return FINISHED


class UNDERSTUDY_OT_detect_character(_MapOperator):
    """Look at the character's bones and shape keys again; what was edited by hand is replaced by what is found"""

    bl_idname = "understudy.detect_character"
    bl_label = "Detect Again"

    def execute(self, context: Context) -> OperatorResult:
        armature = character_of(context)
        try:
            look_at(armature, library=False)
        except ValueError as error:
            return self._refuse(str(error))
        return self._done(armature, f"{armature.name}: {read_map(armature).describe()}.")


class UNDERSTUDY_OT_mirror_map(_MapOperator):
    """Fill what one side lacks from the other side, by the mirrored name of its bone or shape key"""

    bl_idname = "understudy.mirror_map"
    bl_label = "Mirror"

    part: EnumProperty(
        name="Part",
        items=[("BONES", "Bones", "The humanoid bones"), ("KEYS", "Face Shapes", "The shape keys")],
    )

    def execute(self, context: Context) -> OperatorResult:
        armature = character_of(context)
        map_of(armature)
        rows = rig_map(armature).bones if self.part == "BONES" else rig_map(armature).keys
        field = "bone" if self.part == "BONES" else "key"
        there = set(armature.data.bones.keys()) if self.part == "BONES" else set(key_names(armature))
        filled = _mirror(rows, field, there)
        return self._done(armature, f"{filled} filled from the other side.")


def _mirror(rows: Any, field: str, there: set[str]) -> int:
    from ..rigs.mirror import mirrored_name

    by_name: dict[str, Any] = {}
    for row in rows:
        by_name.setdefault(row.name, row)
    filled = 0
    for name, row in by_name.items():
        other = by_name.get(_other_side(name))
        if other is None or getattr(row, field) or not getattr(other, field):
            continue
        found = mirrored_name(getattr(other, field), there)
        if found:
            setattr(row, field, found)
            if field == "key":
                row.factor = other.factor
            filled += 1
    return filled


def _other_side(name: str) -> str:
    for one, other in (("left", "right"), ("right", "left")):
        if name.startswith(one):
            return other + name.removeprefix(one)
    for one, other in (("Left", "Right"), ("Right", "Left")):
        if name.endswith(one):
            return name.removesuffix(one) + other
    return ""


def key_names(armature: Object) -> list[str]:
    """Every shape key of the character's meshes once, the basis left out."""
    from ..datablocks import shape_keys_of
    from ..rigs import meshes_of

    found: dict[str, None] = {}
    for mesh in meshes_of(armature):
        keys = shape_keys_of(mesh)
        if keys is not None:
            found.update(dict.fromkeys(block.name for block in keys.key_blocks if block != keys.reference_key))
    return list(found)


class UNDERSTUDY_OT_add_face_share(_MapOperator):
    """Let one more shape key move for the chosen face shape"""

    bl_idname = "understudy.add_face_share"
    bl_label = "Add Shape Key"

    def execute(self, context: Context) -> OperatorResult:
        armature = character_of(context)
        map_of(armature)
        values = rig_map(armature)
        if not 0 <= values.active_key < len(values.keys):
            return self._refuse("Choose a face shape in the list first.")
        name, place = values.keys[values.active_key].name, values.active_key + 1
        add_key_row(armature, name, "", 1.0)
        values.keys.move(len(values.keys) - 1, place)
        values.active_key, values.edited = place, True
        values.revision += 1
        return FINISHED


class UNDERSTUDY_OT_remove_face_share(_MapOperator):
    """Take the chosen shape key out of the map; the key itself stays"""

    bl_idname = "understudy.remove_face_share"
    bl_label = "Remove Shape Key"

    def execute(self, context: Context) -> OperatorResult:
        armature = character_of(context)
        values = rig_map(armature)
        if not 0 <= values.active_key < len(values.keys):
            return self._refuse("Choose a face shape in the list first.")
        row = values.keys[values.active_key]
        if sum(other.name == row.name for other in values.keys) > 1:
            values.keys.remove(values.active_key)
            values.active_key = max(0, values.active_key - 1)
        else:
            row.key = ""
        values.edited = True
        values.revision += 1
        return FINISHED


class UNDERSTUDY_OT_import_profile(_MapOperator):
    """Read a map from a profile file, as Export or the command inspect wrote it"""

    bl_idname = "understudy.import_profile"
    bl_label = "Import Profile"

    filepath: StringProperty(name="Profile", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def invoke(self, context: Context, event: Event) -> OperatorResult:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Context) -> OperatorResult:
        from ..rigs.profile import ProfileError, load_profile

        armature = character_of(context)
        try:
            profile = load_profile(paths.absolute(self.filepath))
        except ProfileError as error:
            return self._refuse(str(error))
        return self._done(armature, use_profile(armature, profile, self.filepath)) if fits(armature, profile) else (
            self._refuse(f"Nothing in this profile is there in {armature.name}: it belongs to another character.")
        )  # fmt: skip


def fits(armature: Object, profile: Any) -> bool:
    """Whether at least something that the profile names is there."""
    keys = set(key_names(armature))
    named = {key for face in profile.faces for shares in face.shape_keys.values() for key, _ in shares}
    return bool(set(profile.bones.values()) & set(armature.data.bones.keys()) or named & keys)


def use_profile(armature: Object, profile: Any, source: str) -> str:
    """Map a profile of this character or one like it: what it does not have is left out. Returns what to say."""
    from dataclasses import replace
    from pathlib import Path

    from ..rigs.profile import FaceMap

    bones = {name: bone for name, bone in profile.bones.items() if bone in armature.data.bones}
    keys = set(key_names(armature))
    faces = tuple(
        FaceMap(face.object, {name: tuple(share for share in shares if share[0] in keys)
                              for name, shares in face.shape_keys.items()})
        for face in profile.faces
    )  # fmt: skip
    fill_map(armature, replace(profile, bones=bones, faces=faces), Path(source).name)
    lost = len(profile.bones) - len(bones)
    return f"{armature.name}: {read_map(armature).describe()}" + (f"; {lost} bones are not there." if lost else ".")


class UNDERSTUDY_OT_export_profile(_MapOperator):
    """Write the map to a file, for another scene or for --profile on the command line"""

    bl_idname = "understudy.export_profile"
    bl_label = "Export Profile"
    bl_options = {"REGISTER"}

    filepath: StringProperty(name="Profile", subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})
    check_existing: bpy.props.BoolProperty(default=True, options={"HIDDEN"})

    def invoke(self, context: Context, event: Event) -> OperatorResult:
        armature = character_of(context)
        self.filepath = f"{bpy.path.clean_name(armature.name)}.profile.json"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Context) -> OperatorResult:
        from ..rigs.profile import ProfileError, save_profile

        armature = character_of(context)
        path = bpy.path.ensure_ext(paths.absolute(self.filepath), ".json")
        try:
            save_profile(path, map_of(armature))
        except ProfileError as error:
            return self._refuse(str(error))
        return self._done(armature, f"Wrote {path}.")


class UNDERSTUDY_OT_save_profile(_MapOperator):
    """Keep the map in Understudy's library: characters with this skeleton get it by themselves from now on"""

    bl_idname = "understudy.save_profile"
    bl_label = "Save to Library"
    bl_options = {"REGISTER"}

    name: StringProperty(name="Name", description="Empty: the character's name; a name that is taken gets a number")

    def invoke(self, context: Context, event: Event) -> OperatorResult:
        self.name = character_of(context).name
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: Context) -> OperatorResult:
        from ..rigs.library import save_to_library
        from ..rigs.profile import ProfileError
        from ..rigs.signature import skeleton_signature

        armature = character_of(context)
        try:
            path = save_to_library(
                paths.profiles_folder(), self.name or armature.name, map_of(armature), skeleton_signature(armature)
            )
        except ProfileError as error:
            return self._refuse(str(error))
        return self._done(armature, f"Saved as {path.name}.")


_items: list[tuple[str, str, str]] = []
"""Kept here because Blender does not keep the texts of a dynamic list."""


def _saved_items(_operator: Operator, _context: Context | None) -> list[tuple[str, str, str]]:
    from ..rigs.library import saved_profiles

    _items[:] = [(saved.path.name, saved.name, str(saved.path)) for saved in saved_profiles(paths.profiles_folder())]
    return _items or [("none", "Nothing saved yet", "Save the map of a character first")]


class UNDERSTUDY_OT_load_profile(_MapOperator):
    """Use a map from Understudy's library"""

    bl_idname = "understudy.load_profile"
    bl_label = "Load from Library"

    saved: EnumProperty(name="Profile", items=_saved_items)

    def execute(self, context: Context) -> OperatorResult:
        from ..rigs.profile import ProfileError, load_profile

        armature = character_of(context)
        path = paths.profiles_folder() / self.saved
        if not path.is_file():
            return self._refuse("Nothing is saved in the library yet.")
        try:
            profile = load_profile(path)
        except ProfileError as error:
            return self._refuse(str(error))
        if not fits(armature, profile):
            return self._refuse(f"Nothing in {path.name} is there in {armature.name}.")
        return self._done(armature, use_profile(armature, profile, path.name))


CLASSES = (
    UNDERSTUDY_OT_detect_character,
    UNDERSTUDY_OT_mirror_map,
    UNDERSTUDY_OT_add_face_share,
    UNDERSTUDY_OT_remove_face_share,
    UNDERSTUDY_OT_import_profile,
    UNDERSTUDY_OT_export_profile,
    UNDERSTUDY_OT_save_profile,
    UNDERSTUDY_OT_load_profile,
)
