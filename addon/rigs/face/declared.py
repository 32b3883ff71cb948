"""Face shapes that a VRM file declares itself: expressions and the keys they are bound to. No bpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ..profile import KeyShare
from .names import EXACT, NAMED, SHARED, SYSTEM, Meaning, meanings
from .systems import OPEN, PUCKERED, ROUND, SMILING, WIDE, Shares, both

Expressions = Mapping[str, Sequence[KeyShare]]
"""Expression -> the shape keys that it moves, each with its share of the expression's weight."""

_SURER = 0.5
"""Ranks before what names alone say: the file's word goes first among meanings of its kind."""


def _look(way: str) -> Shares:
    if way in ("Up", "Down"):
        return both(f"eyeLook{way}")
    other = "Right" if way == "Left" else "Left"
    return ((f"eyeLookOut{way}", 0.5), (f"eyeLookIn{other}", 0.5))


PRESETS: Final[dict[str, tuple[Shares, float]]] = {
    "blinkleft": ((("eyeBlinkLeft", 1.0),), NAMED), "blinkright": ((("eyeBlinkRight", 1.0),), NAMED),
    "blink": (both("eyeBlink"), SHARED),
    "lookup": (_look("Up"), SHARED), "lookdown": (_look("Down"), SHARED),
    "lookleft": (_look("Left"), SHARED), "lookright": (_look("Right"), SHARED),
    "aa": (OPEN, SYSTEM), "ih": (WIDE, SYSTEM), "ou": (PUCKERED, SYSTEM), "oh": (ROUND, SYSTEM),
    "relaxed": (SMILING, SYSTEM),
}  # fmt: skip
"""VRM 1.0's presets in lower case -> what drives them, and how sure that is. ee and the moods are no single shape."""


def declared_meanings(expressions: Expressions) -> dict[str, tuple[Meaning, ...]]:
    """{shape key: meanings} by the file's expressions: its presets, and ones that bear ARKit's names (Perfect Sync)."""
    named = meanings(list(expressions))
    found: dict[str, list[Meaning]] = {}
    for expression, binds in expressions.items():
        shares, rank = PRESETS.get(expression.lower(), ((), 0.0))
        means = [Meaning(arkit, factor, rank - _SURER) for arkit, factor in shares] or [
            Meaning(meaning.arkit, meaning.factor, EXACT - _SURER, meaning.piece)
            for meaning in named.get(expression, ())
            if meaning.rank < NAMED
        ]
        for meaning in means:
            for key, weight in binds:
                piece = f"{meaning.piece} {key}" if len(binds) > 1 else meaning.piece
                found.setdefault(key, []).append(Meaning(meaning.arkit, meaning.factor * weight, meaning.rank, piece))
    return {key: tuple(means) for key, means in found.items()}
