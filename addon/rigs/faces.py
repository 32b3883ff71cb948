"""Which shape key is which ARKit shape: any spelling of the 52 names, and the names other systems use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from ...ml.take import FACE_NAMES
from .face_aliases import ALIASES, PREFIXES
from .profile import KeyShare

Entry = TypeVar("Entry")
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\x00-\x7f]+")
_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right", "lt": "left", "rt": "right"}


def spelling(name: str) -> str:
    """One form for all spellings: L_eyeBlink, eye_blink.L, EyeBlinkLeft -> eyeblinkleft."""
    tokens = [token.lower() for token in _WORDS.findall(re.sub(r"^.*[:|]", "", name))]
    places = [place for place, token in enumerate(tokens) if token in _SIDES]
    if not places or len(tokens) == 1:
        return _glued_side("".join(tokens))
    # The side is the last word (eyeBlink_L), or else the first one found (L_eyeBlink, Eye_L_Look_Down).
    place = places[-1] if places[-1] == len(tokens) - 1 else places[0]
    others = [_SIDES.get(token, token) for token in (*tokens[:place], *tokens[place + 1 :])]
    return "".join(others) + _SIDES[tokens[place]]


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
    """The entry for a key's spelling, or for what is left without words such as "blendshape" or "arkit" before it."""
    plain = spelling(key)
    shorter = (plain.removeprefix(prefix) for prefix in PREFIXES if plain.startswith(prefix))
    return next((table[word] for word in (plain, *shorter) if word in table), None)
