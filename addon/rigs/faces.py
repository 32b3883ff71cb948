"""Which shape key is which ARKit shape: any spelling of the 52 names, and the names other systems use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from ...ml.take import FACE_NAMES
from .face_aliases import ALIASES, PREFIXES
from .profile import KeyShare

Entry = TypeVar("Entry")
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\x00-\x7f]+")
_PREFIX = re.compile(rf"^(?:{'|'.join(PREFIXES)})\d*[ ._-]*(?=[A-Za-z])", re.IGNORECASE)
_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right", "lt": "left", "rt": "right"}


def spelling(name: str) -> str:
    """One form for all spellings: L_eyeBlink, eye_blink.L, EyeBlinkLeft -> eyeblinkleft."""
    tokens = [token.lower() for token in _WORDS.findall(re.sub(r"^.*[:|]", "", name))]
    places = [place for place, token in enumerate(tokens) if token in _SIDES]
    if not places or len(tokens) == 1:
        return _glued_side("".join(tokens))
    # The side is the last word (eyeBlink_L), or else the first one found (L_eyeBlink, Eye_L_Look_Down).
    place = places[-1] if places[-1] == len(tokens) - 1 else places[0]
    others = (*tokens[:place], *tokens[place + 1 :])
    return "".join(str(_SIDES.get(token, token)) for token in others) + _SIDES[tokens[place]]


def _glued_side(word: str) -> str:
    """lefteyeblink -> eyeblinkleft."""
    for side in ("left", "right"):
        if word.startswith(side) and len(word) > len(side):
            return word.removeprefix(side) + side
    return word


_ARKIT = {name.lower(): name for name in FACE_NAMES}
_ALIASES = {spelling(key): shares for key, shares in ALIASES.items()}
_MOST = len(FACE_NAMES) // 2


def match_face(keys: Iterable[str]) -> dict[str, tuple[KeyShare, ...]]:
    """{ARKit name: ((shape key, factor), ...)} for one mesh's shape keys (the basis left out).

    ARKit spellings go first. Another system's names serve only where a mesh has few of them, and only for shapes that
    have none: a VRM character that carries both sets is not moved twice.
    """
    keys = list(keys)
    direct: dict[str, tuple[KeyShare, ...]] = {}
    for key in keys:
        name = _first(_ARKIT, key)
        if name is not None and name not in direct:
            direct[name] = ((key, 1.0),)
    if len(direct) < _MOST:
        used = {key for shares in direct.values() for key, _ in shares}
        direct = {**_by_alias(key for key in keys if key not in used), **direct}
    return {name: direct[name] for name in FACE_NAMES if name in direct}


def _by_alias(keys: Iterable[str]) -> dict[str, tuple[KeyShare, ...]]:
    found: dict[str, list[KeyShare]] = {}
    for key in keys:
        for name, factor in _first(_ALIASES, key) or ():
            found.setdefault(name, []).append((key, factor))
    return {name: tuple(shares) for name, shares in found.items()}


def _first(table: Mapping[str, Entry], key: str) -> Entry | None:
    """The entry for a key's spelling, or for what is left without what programs put before it."""
    return next((table[word] for word in map(spelling, _shortened(key)) if word in table), None)


def _shortened(key: str) -> Iterator[str]:
    """blendShape1.eyeBlink_L, then eyeBlink_L; ARKit_eyeBlink_L, then eyeBlink_L; Face.M_F00_000_Fcl_MTH_A, then ..."""
    yield key
    _, dot, behind = key.rpartition(".")
    if dot and len(behind) > len("right"):
        yield behind
    bare = _PREFIX.sub("", key)
    if bare != key:
        yield bare
    start = key.find("Fcl_")
    if start > 0:
        yield key[start:]
