"""Where the add-on keeps things: the engine's folder, takes, recordings."""

from __future__ import annotations

import os
import time
from pathlib import Path

import bpy

PACKAGE = __name__.removesuffix(".addon.paths")
"""The extension's name in Blender, such as bl_ext.user_default.understudy."""
ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements" / "engine.txt"

_FOLDER_VARIABLE = "UNDERSTUDY_ENGINE_FOLDER"
_PROFILES_VARIABLE = "UNDERSTUDY_PROFILES_FOLDER"


def engine_folder() -> Path:
    """Outside the extension, which is emptied by updates; $UNDERSTUDY_ENGINE_FOLDER where a studio shares one."""
    chosen = os.environ.get(_FOLDER_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    if PACKAGE.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(PACKAGE, path="engine", create=True))
    return Path(bpy.utils.user_resource("DATAFILES", path="understudy/engine", create=True))


def profiles_folder() -> Path:
    """Saved maps of characters: outside the extension too. $UNDERSTUDY_PROFILES_FOLDER where a studio shares one."""
    chosen = os.environ.get(_PROFILES_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    if PACKAGE.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(PACKAGE, path="profiles", create=True))
    return Path(bpy.utils.user_resource("DATAFILES", path="understudy/profiles", create=True))


def engine_log() -> Path:
    """One log for each Blender that runs."""
    return engine_folder() / "logs" / f"engine-{os.getpid()}.log"


def absolute(path: str) -> str:
    """A path as the file system knows it: `//` means the .blend's folder; test: and camera: sources stay."""
    if path.startswith(("test:", "camera:")):
        return path
    return os.path.abspath(bpy.path.abspath(path)) if path else ""  # noqa: PTH100 - links are kept as chosen


def new_take_path(video: str, takes_folder: str) -> Path:
    """A name for the take of a video that no file bears yet: beside it, or in the folder for takes."""
    source = Path(video)
    if video.startswith("test:"):
        source = Path(bpy.app.tempdir) / "test"
    folder = Path(absolute(takes_folder)) if takes_folder else source.parent
    return _free(folder, source.stem, ".take.npz")


def new_recording_path(takes_folder: str) -> Path:
    """A name for a recording: in the folder for takes, beside the .blend, or among the user's videos."""
    return _free(_home(takes_folder, "recordings"), time.strftime("performance-%Y%m%d-%H%M%S"), ".mp4")


def new_made_path(name: str, takes_folder: str) -> Path:
    """A name for a take made from nothing: in the folder for takes, beside the .blend, or among the user's videos."""
    return _free(_home(takes_folder, "takes"), name, ".take.npz")


def why_no_folder(folder: Path) -> str:
    """Make the folder of takes where it is not there yet; one sentence why that cannot be, else empty."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"The folder {folder} cannot be made ({error.strerror}); choose another folder for takes."
    return ""


def _home(takes_folder: str, beside_blend: str) -> Path:
    if takes_folder:
        return Path(absolute(takes_folder))
    if bpy.data.filepath:
        return Path(bpy.data.filepath).parent / beside_blend
    videos = Path.home() / "Videos"
    return (videos if videos.is_dir() else Path.home()) / "Understudy"


def _free(folder: Path, stem: str, suffix: str) -> Path:
    number, path = 2, folder / f"{stem}{suffix}"
    while path.exists():
        path = folder / f"{stem}-{number}{suffix}"
        number += 1
    return path
