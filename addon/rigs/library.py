"""Saved profiles: a folder of JSON files, each with the signature of the skeleton it was made for. No bpy."""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .profile import ProfileError, RigProfile, load_profile

_SUFFIX = ".profile.json"


@dataclass(frozen=True)
class SavedProfile:
    """name: as the user called it; signature: see signature.py, "" for files from elsewhere."""

    name: str
    path: Path
    signature: str


def saved_profiles(folder: Path) -> tuple[SavedProfile, ...]:
    """What the folder holds, by name; files that are no profiles are passed over."""
    found = []
    for path in sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else ():
        try:
            load_profile(path)
            signature = json.loads(path.read_text(encoding="utf-8")).get("signature", "")
        except (ProfileError, OSError, ValueError):
            continue
        found.append(
            SavedProfile(path.name.removesuffix(_SUFFIX), path, signature if isinstance(signature, str) else "")
        )
    return tuple(found)


def matching_profile(folder: Path, signature: str) -> SavedProfile | None:
    """The newest saved profile for this skeleton."""
    fitting = [saved for saved in saved_profiles(folder) if saved.signature and saved.signature == signature]
    return max(fitting, key=lambda saved: saved.path.stat().st_mtime, default=None)


def save_to_library(folder: Path, name: str, profile: RigProfile, signature: str) -> Path:
    """Write a profile under a name that is still free; nothing is overwritten."""
    stem = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", name).strip(" .")[:80] or "Character"
    data = {**profile.to_json(), "signature": signature}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(prefix=".profile.", suffix=".partial", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(data, file, indent=1, ensure_ascii=False)
        number, path = 2, folder / f"{stem}{_SUFFIX}"
        while True:
            try:
                # A link fails where the name is taken, which a check beforehand could miss.
                os.link(partial, path)
                break
            except FileExistsError:
                number, path = number + 1, folder / f"{stem} {number}{_SUFFIX}"
            except OSError:  # a file system without links
                if path.exists():
                    number, path = number + 1, folder / f"{stem} {number}{_SUFFIX}"
                    continue
                os.replace(partial, path)
                return path
        Path(partial).unlink()
    except OSError as error:
        raise ProfileError(f"The profile cannot be saved in {folder}: {error.strerror or error}.") from error
    return path
