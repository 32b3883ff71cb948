"""A shape key's name taken apart: its words in one form for all spellings, and the sides it speaks of. No bpy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from .phrases import NOISE, STEMS, VOCABULARY

_TOKENS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\x00-\x7f]+")
_SIDES: Final = {
    "l": ("left",), "left": ("left",), "lft": ("left",), "lt": ("left",),
    "r": ("right",), "right": ("right",), "rgt": ("right",), "rt": ("right",),
    "ul": ("upper", "left"), "ur": ("upper", "right"), "dl": ("lower", "left"), "dr": ("lower", "right"),
}  # fmt: skip
"""MetaHuman's UL ... DR are the quarters of the lips."""


@dataclass(frozen=True)
class KeyName:
    """words: stems in order, sides and noise left out; sides: "left"/"right" in order; look_side: the direction of a
    look ("Eye_L_Look_R": right); extra: how much had to be dropped to get there (less is surer)."""

    words: tuple[str, ...]
    sides: tuple[str, ...]
    look_side: str = ""
    extra: int = 0

    @property
    def bag(self) -> frozenset[str]:
        return frozenset(self.words)


def tokens_of(name: str) -> list[str]:
    """Lower-case tokens of a name, behind its namespace: Head:eyeBlink_L -> [eye, blink, l]."""
    plain = unicodedata.normalize("NFKC", name)
    plain = re.sub(r"^.*[:|](?=.)", "", plain)
    return [token.lower() for token in _TOKENS.findall(plain)]


def shared_prefix(names: Sequence[str]) -> tuple[str, ...]:
    """Tokens with which nearly all names begin: what a program put before each."""
    split = [tokens_of(name) for name in names]
    if len(split) < 4:
        return ()
    prefix: list[str] = []
    for place in range(max(map(len, split))):
        there = [tokens[place] for tokens in split if len(tokens) > place + 1]
        commonest = max(set(there), key=there.count) if there else ""
        if there.count(commonest) < 0.8 * len(split):
            break
        prefix.append(commonest)
        split = [tokens for tokens in split if tokens[: place + 1] == prefix]
    return tuple(prefix)


def read_key(name: str, prefix: Sequence[str] = ()) -> KeyName:
    """Take a name apart; prefix: what stands before every key of its mesh."""
    tokens = tokens_of(name)
    if prefix and tokens[: len(prefix)] == list(prefix) and len(tokens) > len(prefix):
        tokens = tokens[len(prefix) :]
    tokens = [part for token in tokens for part in _glued(token)]
    words, extra = _without_noise(tokens)
    sides = tuple(word for word in words if word in ("left", "right"))
    look = words.index("look") if "look" in words else None
    look_side = ""
    if look is not None:
        look_side = next((word for word in words[look:] if word in ("left", "right")), "")
    return KeyName(tuple(word for word in words if word not in ("left", "right")), sides, look_side, extra)


def _glued(token: str) -> Iterable[str]:
    """eyeblinkleft, lefteyeblink, browdown: words written together, cut where the vocabulary allows."""
    if token in _SIDES:
        return _SIDES[token]
    if token in STEMS or token in VOCABULARY or token in NOISE or not token.isascii() or len(token) < 5:
        return (STEMS.get(token, token),)
    return _cut(token) or (token,)


def _cut(token: str) -> tuple[str, ...]:
    if not token:
        return ()
    for length in range(len(token), 1, -1):
        head, rest = token[:length], token[length:]
        # Two letters and one-letter sides only at the end: "smilel" is smile left, "label" is no side.
        known = head in VOCABULARY or head in STEMS or head in ("left", "right") or head in NOISE
        if not known or len(head) < 2:
            continue
        if not rest:
            return (STEMS.get(head, head),)
        if rest in _SIDES:
            return (STEMS.get(head, head), *_SIDES[rest])
        behind = _cut(rest)
        if behind:
            return (STEMS.get(head, head), *behind)
    return ()


def _without_noise(tokens: Sequence[str]) -> tuple[list[str], int]:
    """Drop noise everywhere, unknown words before the first known one, and numbers at the end."""
    known = [token in VOCABULARY or not token.isascii() for token in tokens]
    first = next((place for place, there in enumerate(known) if there), len(tokens))
    kept: list[str] = []
    extra = 0
    for place, token in enumerate(tokens):
        side = token in ("left", "right")
        if token in NOISE or (place < first and not side):
            extra += token not in NOISE
        else:
            kept.append(token)
    while kept and kept[-1].isdigit() and kept[-2:-1] != ["au"]:
        kept.pop()
        extra += 1
    if not kept and len(tokens) == 1:
        return list(tokens), 0  # a vowel, perhaps
    return kept, extra
