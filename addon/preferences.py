"""Preferences: the engine's installation, and where its Python comes from."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
import bpy
from bpy.props import BoolProperty, StringProperty
from bpy.types import Context

from . import paths
from .panels.engine import draw_installation


class UNDERSTUDY_AP_preferences(bpy.types.AddonPreferences):
    """What belongs to this computer rather than to a scene."""

    bl_idname = paths.PACKAGE

    base_python: StringProperty(
        name="Python",
        description="Python 3.10, 3.11 or 3.12 to make the engine's environment with; empty: find one",
        subtype="FILE_PATH",
    )
    wheels_folder: StringProperty(
        name="Folder of Wheels",
        description="Install from the .whl files in this folder, without any network; empty: download",
        subtype="DIR_PATH",
    )
    own_python: StringProperty(
        name="Own Environment",
        description="The Python of an environment that already has what the engine needs; it is never changed",
        subtype="FILE_PATH",
    )
    mirror_preview: BoolProperty(
        name="Mirror the Camera Preview",
        description="Show yourself as in a mirror; the recording itself is not mirrored",
        default=True,
    )

    def draw(self, context: Context) -> None:
        draw_installation(self.layout, context, self)
        self.layout.prop(self, "mirror_preview")


def preferences(context: Context) -> UNDERSTUDY_AP_preferences | None:
    """This add-on's preferences; None where it was registered without being enabled (scripts, tests)."""
    known = context.preferences.addons.get(paths.PACKAGE) if context.preferences is not None else None
    return known.preferences if known is not None else None  # pyright: ignore[reportReturnType]


CLASSES = (UNDERSTUDY_AP_preferences,)
