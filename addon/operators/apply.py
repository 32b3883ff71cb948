"""Keying the chosen take onto the character, as one step to undo."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty
from bpy.types import Context, Event, Operator

from .. import paths, session
from ..properties import active_take, settings
from .character import character_of
from .mapping import map_of
from .results import CANCELLED, FINISHED, OperatorResult

_SHARED = (
    "start_frame", "face", "head", "body", "hands", "only_seen", "root", "in_place", "limbs", "touch",
)  # fmt: skip


class UNDERSTUDY_OT_apply(Operator):
    """Key the take onto the character, into new actions; those you made stay as they are"""

    bl_idname = "understudy.apply"
    bl_label = "Apply"
    bl_options = {"REGISTER", "UNDO"}

    take_path: StringProperty(
        name="Take", description="Empty: the one chosen in the list", subtype="FILE_PATH", options={"SKIP_SAVE"}
    )
    start_frame: IntProperty(name="Start Frame", default=1)
    face: BoolProperty(name="Face", default=True)
    head: BoolProperty(name="Head", default=True)
    body: BoolProperty(name="Body", default=True)
    hands: BoolProperty(name="Hands", default=True)
    only_seen: BoolProperty(name="Only What Was Seen", default=True)
    root: EnumProperty(
        name="Way",
        description="What goes over the floor",
        items=(
            ("hips", "Hips", "The hips walk"),
            ("root", "Root Bone", "The rig's root bone walks, the hips sway above it"),
            ("object", "Object", "The armature object walks, the hips sway in it"),
        ),
        default="hips",
    )
    in_place: BoolProperty(name="In Place", description="Leave the way over the floor out", default=False)
    limbs: EnumProperty(
        name="Limbs",
        description="What moves a control rig's arms and legs; both kinds of controls get keys",
        items=(
            ("fk", "FK", "Forward kinematics: exactly the take's directions"),
            ("ik", "IK", "Inverse kinematics: hands and feet to move on by hand"),
            ("ik legs", "IK Legs", "Inverse kinematics of the legs, forward of the arms"),
        ),
        default="fk",
    )

    touch: BoolProperty(
        name="Hands in Touch", description="Hands touch the body where the performer's do", default=False
    )

    @classmethod
    def poll(cls, context: Context) -> bool:
        if character_of(context) is None:
            cls.poll_message_set("Choose a character first, or add a sample character")
            return False
        return True

    def invoke(self, context: Context, event: Event) -> OperatorResult:
        values = settings(context.scene)
        for name in _SHARED:
            setattr(self, name, getattr(values, f"apply_{name}"))
        return self.execute(context)

    def execute(self, context: Context) -> OperatorResult:
        from ...ml.take import TakeError, load_take
        from ..apply import ApplyOptions, apply_take

        session.state.notes.pop("apply", None)
        take = active_take(context.scene)
        path = paths.absolute(self.take_path) or (paths.absolute(take.filepath) if take is not None else "")
        armature = character_of(context)
        if not path:
            return self._refuse("There is no take yet; capture a video or add a take first.")
        if armature is None:
            return self._refuse("Choose a character first, or add a sample character.")
        options = ApplyOptions(**{name: getattr(self, name) for name in _SHARED})
        try:
            result = apply_take(load_take(path), armature, map_of(armature), options)
        except (TakeError, ValueError) as error:
            return self._refuse(str(error))
        session.state.problems.pop("apply", None)
        parts = [f"{result.bones} bones"] * bool(result.bones) + [f"{result.keys} shape keys"] * bool(result.keys)
        said = f"Keyed {' and '.join(parts)} from frame {result.frames[0]:.0f} to {result.frames[1]:.0f}"
        session.state.notes["apply"] = "\n".join([f"{said}.", *result.warnings])
        self.report({"INFO"}, f"{said} of {armature.name}.")
        return FINISHED

    def _refuse(self, reason: str) -> OperatorResult:
        session.state.problems["apply"] = reason
        self.report({"ERROR"}, reason)
        return CANCELLED


CLASSES = (UNDERSTUDY_OT_apply,)
