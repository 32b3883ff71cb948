"""What a written text looks like when spoken: letters to visemes, by rules.

Looks are far coarser than sounds, so that spelling says most of them in any Latin-script language: every b, p and m
shuts the lips. Vowels are looser; alignment (align.py) lets the sound decide how long, and whether, each is seen.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from .visemes import SILENCE, VISEMES

# Longest first; a rule's looks may be empty (silent letters).
_RULES: Final[tuple[tuple[str, str], ...]] = (
    ("tsch", "CH"), ("ough", "oh"), ("eigh", "E ih"), ("sch", "CH"), ("tch", "CH"), ("igh", "aa ih"), ("eau", "oh"),
    ("ph", "FF"), ("th", "TH"), ("sh", "CH"), ("ch", "CH"), ("ck", "kk"), ("ng", "kk"), ("wh", "ou"), ("qu", "kk ou"),
    ("kn", "nn"), ("wr", "RR"), ("mb ", "PP "), ("oo", "ou"), ("ou", "aa ou"), ("ow", "aa ou"), ("ew", "ou"),
    ("oa", "oh ou"), ("ee", "ih"), ("ea", "ih"), ("ie", "ih"), ("ei", "aa ih"), ("ai", "E ih"), ("ay", "E ih"),
    ("au", "oh"), ("aw", "oh"), ("oi", "oh ih"), ("oy", "oh ih"), ("ue", "ou"), ("er", "E RR"), ("ir", "E RR"),
    ("ur", "E RR"), ("or", "oh RR"), ("ar", "aa RR"),
    ("a", "aa"), ("b", "PP"), ("c", "kk"), ("d", "DD"), ("e", "E"), ("f", "FF"), ("g", "kk"), ("h", ""), ("i", "ih"),
    ("j", "CH"), ("k", "kk"), ("l", "nn"), ("m", "PP"), ("n", "nn"), ("o", "oh"), ("p", "PP"), ("q", "kk"),
    ("r", "RR"), ("s", "SS"), ("t", "DD"), ("u", "ou"), ("v", "FF"), ("w", "ou"), ("x", "kk SS"), ("y", "ih"),
    ("z", "SS"), ("ß", "SS"), ("æ", "E"), ("ø", "oh"), ("ł", "ou"), ("ı", "ih"),
)  # fmt: skip


def visemes_of_text(text: str) -> list[int]:
    """Looks of a text in order, SILENCE between words; empty where no letter is known (another script)."""
    plain = unicodedata.normalize("NFD", text.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    looks: list[int] = []
    for word in re.findall(r"\w+", plain):
        spoken = _word(word)
        if spoken:
            looks += [*spoken, SILENCE]
    return [SILENCE, *looks] if looks else []


def _word(word: str) -> list[int]:
    looks: list[int] = []
    place = 0
    while place < len(word):
        if word[place] == "e" and place == len(word) - 1 and len(word) > 3 and looks:
            break  # a final e is mostly silent, and where it is not it is short
        for letters, spoken in _RULES:
            if word.startswith(letters, place):
                looks += [VISEMES.index(look) for look in spoken.split()]
                place += len(letters)
                break
        else:
            place += 1
    return [look for i, look in enumerate(looks) if i == 0 or look != looks[i - 1]]
