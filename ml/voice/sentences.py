"""Things to say: made-up words that any Latin-script voice can pronounce, and plain English ones."""

from __future__ import annotations

from typing import Final

import numpy as np

_ONSETS: Final = (
    "b p m f v t d n l r s z k g h w sh ch j y th bl br pl pr fl fr tr dr cl cr gr gl st sp sm sn sl sk sw str spr"
).split()
_NUCLEI: Final = "a e i o u ee oo ou ai au ei oi ie ea ia ua".split()
_CODAS: Final = " b p m f t d n l r s z k g sh ch ng mp nt nd st rk lm rb ft ps".split(" ")
_ENGLISH: Final = (
    "the a and we you they people maybe before above remember morning evening paper window open summer water fire "
    "black blue white green yellow big small happy baby probably problem member number of five seven twelve from "
    "above believe improve move room boom moon spoon book look could would should please place bring brother father "
    "mother think thing that this those with without mouth south north very voice video office coffee enough rough "
    "follow fellow yes no maybe perhaps simple example impossible champion computer important moment camera picture "
    "happen open upper apple purple people paper public republic bubble pebble table able ability mobile mama papa "
    "story strange street strong stone sister asks wishes watches judges changes measure pleasure usually children "
    "cheese chair teacher nature future queen quick quiet question walk talk work world word wear where why while "
    "one wonderful winter window flower power hour our out about around house mouse without outside boys toys noise "
    "enjoy point join eight great late rain day may away today yesterday go home only over slow know show throw "
    "he she be me see three free tree need keep sleep meet read leave believe ship fish sit big listen minute women "
    "hat cat man hand stand back black happy apple car far park start heart arm calm palm father dog hot not stop "
    "got job body thought bought caught law saw call all fall up but come some love done much such young country"
).split()
_ENDS: Final = (". ", ". ", "? ", "! ", ", ", "; ")


def nonsense(rng: np.random.Generator, words: int) -> str:
    """Made-up words: every consonant beside every vowel, whatever a language makes of the spelling."""
    return "".join(_word(rng) + _between(rng) for _ in range(words))


def english(rng: np.random.Generator, words: int) -> str:
    """English words in no order."""
    return "".join(str(rng.choice(_ENGLISH)) + _between(rng) for _ in range(words))


def _word(rng: np.random.Generator) -> str:
    return "".join(
        str(rng.choice(_ONSETS)) + str(rng.choice(_NUCLEI)) + (str(rng.choice(_CODAS)) if rng.random() < 0.5 else "")
        for _ in range(int(rng.integers(1, 4)))
    )


def _between(rng: np.random.Generator) -> str:
    return str(rng.choice(_ENDS)) if rng.random() < 0.18 else " "
