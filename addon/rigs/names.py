"""Bone names taken apart: side, words and numbers, whatever the spelling (lThigh, thigh_l, Left Thigh, 左足)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from .lexicon import CONTROLS, ENDS, GLUED, MECHANISM, NOISE, SIDES, WORDS
from .parts import HEAD, HIPS, LIMBS, NECK, is_finger

_TOKENS = re.compile(
    r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[\u0400-\u04ff]+|[\u3040-\u30ff\u3400-\u9fff々ー]+|[\uac00-\ud7af]+"
)
_NAMESPACE = re.compile(r"^.*[:|]")
_LETTERS = {"l": "left", "r": "right"}
_PARTS = frozenset((*LIMBS, *HEAD, *NECK, *HIPS))
_ACRONYM = re.compile(r"(?<![A-Za-z])([LRlr])([UFLufl])(?=(?:Arm|Leg|arm|leg|ARM|LEG)(?![a-z]))")
_LONG = {"u": "Upper", "f": "Fore", "l": "Lower"}
_OFTEN = 8
"""So many parts of the body that can be read only without a word: it is the character's name, or the rig's."""


@dataclass(frozen=True)
class BoneName:
    """side: "left", "right" or ""; words: what is left, each by the word that stands for it; numbers in their order."""

    side: str
    words: frozenset[str]
    numbers: tuple[int, ...]
    end: bool
    """The end of a chain."""
    mechanism: bool
    """A twist bone, a target, a helper: beside the body."""
    control: bool
    forward: bool
    """Says of itself that it is a control of forward kinematics."""


def read_names(names: Sequence[str]) -> list[BoneName]:
    """Each bone's name; words before which the same parts stand again and again (the character's name) are dropped."""
    pieces = [_pieces(name) for name in names]
    company = [_strangers(found) for found in pieces]
    count = Counter(
        strange
        for strange, found in zip(company, pieces, strict=True)
        if strange and _is_part(_understood(found, strange).words)
    )
    shared = frozenset(piece for strange, often in count.items() if often >= _OFTEN for piece in strange)
    there = set(names)
    return [
        replace(_understood(found, shared), mechanism=True) if _offset(name, there) else _understood(found, shared)
        for name, found in zip(names, pieces, strict=True)
    ]


def _offset(name: str, there: Collection[str]) -> bool:
    """Whether the bone only leads to another of the same name (BVH files from MakeHuman: __jaw, jaw)."""
    return "__" in name and name.replace("__", "", 1) in there


def _is_part(words: frozenset[str]) -> bool:
    return words in _PARTS or is_finger(words)


def _strangers(pieces: Sequence[str]) -> frozenset[str]:
    """The words without a known meaning."""
    return frozenset(p for p in pieces if not (p.isdigit() or _known(p) or p in CONTROLS or p in _LETTERS))


def read_name(name: str) -> BoneName:
    """One name by itself."""
    return _understood(_pieces(name), ())


def _understood(pieces: Sequence[str], shared: Collection[str]) -> BoneName:
    side = ""
    words: list[str] = []
    numbers: list[int] = []
    flags = {"end": False, "mechanism": False, "control": False, "fk": False}
    for piece in pieces:
        if not side and (piece in SIDES or piece in _LETTERS):
            side = SIDES.get(piece) or _LETTERS[piece]
        elif piece.isdigit():
            numbers.append(int(piece[:9]))
        elif piece in shared:
            continue
        elif piece == "fk":
            flags["fk"] = True
        elif piece in ENDS:
            flags["end"] = True
        elif piece in MECHANISM:
            flags["mechanism"] = True
        elif piece in CONTROLS:
            flags["control"] = True
        elif piece in WORDS:
            words += WORDS[piece]
        elif piece not in NOISE:
            words.append(piece)
    return BoneName(
        side, frozenset(words), tuple(numbers), flags["end"], flags["mechanism"], flags["control"], flags["fk"]
    )


@lru_cache(maxsize=4096)
def _pieces(name: str) -> tuple[str, ...]:
    """Lower-case words and numbers in their order, words written together taken apart."""
    plain = _folded(_NAMESPACE.sub("", name) or name)
    plain = _ACRONYM.sub(lambda found: f"{found[1]} {_LONG[found[2].lower()]}", plain)
    pieces: list[str] = []
    for token in _TOKENS.findall(plain):
        pieces += _apart(token.lower())
    return tuple(pieces)


def _folded(name: str) -> str:
    """Full-width letters made plain and Latin accents dropped; kana keep their marks."""
    folded = []
    for char in unicodedata.normalize("NFKC", name):
        base = unicodedata.normalize("NFD", char)[0]
        folded.append(base if base.isascii() else char)
    return "".join(folded)


def _apart(token: str) -> tuple[str, ...]:
    if token.isdigit() or _known(token):
        return (token,)
    if token[0] in _LETTERS and len(token) > 3:
        if token[1:] in WORDS:
            return token[0], token[1:]
        if rest := _split(token[1:]):
            return token[0], *rest
    return _split(token) or (token,)


def _known(token: str) -> bool:
    return token in WORDS or token in SIDES or token in NOISE or token in MECHANISM or token in ENDS


@lru_cache(maxsize=8192)
def _split(token: str) -> tuple[str, ...]:
    """The token as a row of known words (lefthandthumb, 左足首), the longest first; () if it is none."""
    if not token:
        return ()
    for word in GLUED:
        if token.startswith(word):
            if len(word) == len(token):
                return (word,)
            if rest := _split(token[len(word) :]):
                return (word, *rest)
    if not token[0].isascii() and token[0] in MECHANISM:
        return (token[0], *_split(token[1:]))
    return ()
