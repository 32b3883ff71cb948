"""From bone names to humanoid bones: by the convention that fits best, else by the words in the names."""

from __future__ import annotations

import re

from ..retarget.rig import RigRest
from .conventions import CONVENTIONS
from .conventions.convention import Convention
from .trunk import spread_spine
from .vocabulary import match_by_words

REQUIRED = (
    "hips", "head",
    *(side + part for side in ("left", "right")
      for part in ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")),
)  # fmt: skip
ENOUGH = 12
"""Of the 14 required bones: a convention with fewer is not the rig's."""
GENERIC = Convention(kind="generic", label="Skeleton", bones={})


def match_bones(rest: RigRest) -> tuple[Convention, dict[str, str]]:
    """The convention (GENERIC if none fits) and {humanoid: bone} before any check of structure."""
    best, bones = GENERIC, {}
    for convention in CONVENTIONS:
        found = bones_by_convention(rest, convention)
        known = sum(name in found for name in REQUIRED)
        if known >= ENOUGH and len(found) > len(bones):
            best, bones = convention, found
    if best is GENERIC:
        return best, match_by_words(rest)
    return best, bones


def bones_by_convention(rest: RigRest, convention: Convention) -> dict[str, str]:
    """Humanoid bones that are there under the convention's names."""
    prefix = re.compile(f"^(?:{convention.prefix})", re.IGNORECASE) if convention.prefix else None
    there: dict[str, str] = {}
    for name in rest.names:
        plain = _plain(prefix.sub("", name) if prefix else name)
        # A rig can hold the name with and without prefix (DEF-hand.L and hand.L): with prefix is meant then.
        if plain not in there or (prefix and prefix.match(name)):
            there[plain] = name
    found = {humanoid: there[plain] for humanoid, name in convention.bones.items() if (plain := _plain(name)) in there}
    if convention.spine_by_structure and "hips" in found:
        found |= spread_spine(rest, found)
    return found


def _plain(name: str) -> str:
    """Without case and with one kind of separator; dots stay, so that spine.001 is not spine001."""
    return re.sub(r"[ _]+", "_", name.strip().casefold())
