"""What was found out about a character: which bone and which shape key is which. Saved as JSON for --profile."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...ml.take import BONE_NAMES, FACE_NAMES
from .extras import Extras

KeyShare = tuple[str, float]
"""A shape key and how much of an ARKit weight it takes."""


class ProfileError(ValueError):
    """A profile that cannot be used; the message is one sentence for the user."""


@dataclass(frozen=True)
class FaceMap:
    """One mesh's shape keys: for each ARKit name the keys it moves."""

    object: str
    shape_keys: Mapping[str, tuple[KeyShare, ...]]


@dataclass(frozen=True)
class RigProfile:
    """bones: VRM 1.0 humanoid name -> bone (or control) of this rig; faces: the meshes with known shape keys."""

    armature: str
    kind: str
    bones: Mapping[str, str]
    faces: tuple[FaceMap, ...] = ()
    label: str = ""
    doubts: tuple[str, ...] = field(default=(), compare=False)
    """What looked like a part of the body but did not fit, one sentence each."""
    extras: Extras = field(default=Extras(), compare=False)
    """Twist bones, spine bones between the humanoid ones, the root bone: follows from the rest pose and `bones`
    (extras.find_extras), so a profile read from a file comes without."""
    confidence: float = field(default=1.0, compare=False)
    """0..1: how sure the map is; 1 = a known convention whole, or made by the user."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Humanoid bones for which this rig has none."""
        return tuple(name for name in BONE_NAMES if name not in self.bones)

    @property
    def face_names(self) -> frozenset[str]:
        """ARKit shapes that at least one mesh has."""
        return frozenset(name for face in self.faces for name, keys in face.shape_keys.items() if keys)

    def describe(self) -> str:
        """In words, for the panel: "Mixamo skeleton, 52 of 52 face shapes"."""
        return f"{self._skeleton_in_words()}, {self._face_in_words()}"

    def _skeleton_in_words(self) -> str:
        if not self.bones:
            return "No known bones"
        lacking = [word for word, names in _PARTS if not any(name in self.bones for name in names)]
        return (self.label or self.kind.capitalize()) + (f" without {_listed(lacking)}" if lacking else "")

    def _face_in_words(self) -> str:
        count = len(self.face_names)
        return f"{count} of {len(FACE_NAMES)} face shapes" if count else "no face shapes"

    def to_json(self) -> dict[str, Any]:
        """The form which `inspect --json` prints and `--profile` reads."""
        return {
            "armature": self.armature,
            "kind": self.kind,
            "bones": dict(self.bones),
            "faces": [
                {
                    "object": face.object,
                    "shape_keys": {
                        name: [[key, factor] for key, factor in keys] for name, keys in face.shape_keys.items()
                    },
                }
                for face in self.faces
            ],
        }


_MOST_FACTOR = 100.0
_MOST_BYTES = 20_000_000
_PARTS = (
    ("head", ("head",)),
    ("arms", ("leftUpperArm", "rightUpperArm")),
    ("legs", ("leftUpperLeg", "rightUpperLeg")),
    ("fingers", ("leftIndexProximal", "rightIndexProximal")),
)


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def profile_from_json(data: object) -> RigProfile:
    """Check and read the JSON form; ProfileError says what is wrong."""
    if not isinstance(data, dict):
        raise ProfileError("the profile is not a JSON object.")
    bones = data.get("bones")
    if not isinstance(bones, dict) or not all(isinstance(bone, str) and bone for bone in bones.values()):
        raise ProfileError("the profile's bones are not an object of humanoid name: bone name.")
    unknown = [name for name in bones if name not in BONE_NAMES]
    if unknown:
        raise ProfileError(f"the profile's bone {unknown[0]!r} is not a VRM 1.0 humanoid bone.")
    faces = data.get("faces", [])
    if not isinstance(faces, list):
        raise ProfileError("the profile's faces are not a list.")
    kind, armature = data.get("kind", "custom"), data.get("armature", "")
    if not isinstance(kind, str) or not isinstance(armature, str):
        raise ProfileError("the profile's kind or armature is not a text.")
    return RigProfile(
        armature=armature,
        kind=kind,
        bones=dict(bones),
        faces=tuple(_face_from_json(face) for face in faces),
        label=f"{kind.replace('_', ' ').capitalize()} skeleton (by profile)",
    )


def _face_from_json(data: object) -> FaceMap:
    if not isinstance(data, dict) or not isinstance(data.get("object"), str):
        raise ProfileError("a face of the profile does not name its object.")
    keys = data.get("shape_keys")
    if not isinstance(keys, dict):
        raise ProfileError(f"the profile's face {data['object']!r} has no shape_keys.")
    return FaceMap(data["object"], {name: _shares_from_json(name, shares) for name, shares in keys.items()})


def _shares_from_json(name: str, shares: Any) -> tuple[KeyShare, ...]:
    if name not in FACE_NAMES:
        raise ProfileError(f"the profile's face shape {name!r} is not an ARKit name.")
    good = isinstance(shares, list) and all(
        isinstance(share, list)
        and len(share) == 2
        and isinstance(share[0], str)
        and isinstance(share[1], (int, float))
        and not isinstance(share[1], bool)
        and abs(share[1]) <= _MOST_FACTOR  # neither infinite nor no number at all
        for share in shares
    )
    if not good:
        raise ProfileError(
            f"the profile's face shape {name!r} is not a list of [shape key, factor], factors up to {_MOST_FACTOR:g}."
        )
    return tuple((key, float(factor)) for key, factor in shares)


def load_profile(path: str | os.PathLike[str]) -> RigProfile:
    """Read a profile file; ProfileError in one sentence for whatever is wrong with it."""
    path = Path(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ProfileError("the file is far too large for a profile.")
        return profile_from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ProfileError(f"There is no profile at {path}.") from error
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, ProfileError):
            raise ProfileError(f"{path}: {error}") from error
        raise ProfileError(
            f"{path} is not a readable profile ({error}); write one with: inspect RIG --json."
        ) from error


def save_profile(path: str | os.PathLike[str], profile: RigProfile) -> None:
    """Write a profile beside its final name, then move it into place."""
    path = Path(path)
    text = json.dumps(profile.to_json(), indent=1, ensure_ascii=False)
    try:
        handle, partial = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".partial", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.replace(partial, path)
    except OSError as error:
        raise ProfileError(f"The profile cannot be written to {path}: {error.strerror}.") from error
