"""From bone names to humanoid bones: by the convention that fits best, else by the words in the names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

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
_NEARLY_ALL = 0.8
_HEAD = re.compile(r"[^ _.:|-]+[ _.:|-]+")
GENERIC = Convention(kind="generic", label="Skeleton", bones={})


def match_bones(rest: RigRest) -> tuple[Convention, dict[str, str]]:
    """The convention (GENERIC if none fits) and {humanoid: bone} before any check of structure."""
    prefix = common_prefix(rest.names)
    shorter = replace(rest, names=tuple(name.removeprefix(prefix) for name in rest.names))
    if prefix and len(set(shorter.names)) == len(rest.names):
        convention, bones = _best_match(shorter)
        original = dict(zip(shorter.names, rest.names, strict=True))
        found = {humanoid: original[bone] for humanoid, bone in bones.items()}
    else:
        convention, found = GENERIC, {}
    plain = _best_match(rest)
    # The rig's own names count as they are, unless a character's name before all of them hides what they mean.
    return plain if len(plain[1]) >= len(found) else (convention, found)


def _best_match(rest: RigRest) -> tuple[Convention, dict[str, str]]:
    best, bones = GENERIC, {}
    for convention in CONVENTIONS:
        found = bones_by_convention(rest, convention)
        known = sum(name in found for name in REQUIRED)
        if known >= ENOUGH and len(found) > len(bones):
            best, bones = convention, found
    if best is GENERIC:
        return best, match_by_words(rest)
    return best, bones


def common_prefix(names: Sequence[str]) -> str:
    """What stands before (nearly) all bone names, up to a separator: "Bob_" or "Hero:rig_"; "" if nothing does."""
    found = ""
    while True:
        heads = Counter(
            match.group() for name in names if name.startswith(found) and (match := _HEAD.match(name, len(found)))
        )
        head, count = heads.most_common(1)[0] if heads else ("", 0)
        if count < _NEARLY_ALL * len(names):
            return found
        found += head


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
