"""Which shape key is which ARKit shape, by names alone. No bpy."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ....ml.take import FACE_NAMES
from ..profile import KeyShare
from .phrases import CORRECTIVES, EVERY_BROW, HALVES, MOVES, PARTS, SIDED, TWO_WAYS, WEAK, WHOLE
from .spelling import KeyName, read_key, shared_prefix, tokens_of
from .systems import MIKU_MIKU_DANCE, MMD_ENGLISH, MMD_WINKS, VISEMES, VOWELS, VRM, VROID, Shares, both

EXACT, NAMED, PIECE, SHARED, SYSTEM = 0.0, 1.0, 2.0, 3.0, 4.0
"""How a name is known, the surest first: ARKit's own; another name of the same; one piece of it; a key for both sides;
a key that is something else but comes near (vowels)."""


@dataclass(frozen=True)
class Meaning:
    """One thing that a key does. rank: the lower the surer; piece: "" for all of the shape, else which piece of it."""

    arkit: str
    factor: float
    rank: float
    piece: str = ""


def _phrases(text: str) -> Iterator[tuple[int, frozenset[str]]]:
    for place, phrase in enumerate(text.split("|")):
        yield place, frozenset(phrase.split())


def _by_bag(table: Mapping[str, str]) -> dict[frozenset[str], tuple[str, int]]:
    """{words: (ARKit name, place among its phrases)}; of several the first."""
    found: dict[frozenset[str], tuple[str, int]] = {}
    for name, text in table.items():
        for place, bag in _phrases(text):
            found.setdefault(bag, (name, place))
    return found


_SIDED: Final = _by_bag(SIDED)
_WHOLE: Final = _by_bag(WHOLE)
_MOVES: Final = _by_bag(MOVES)
_HALVES: Final = _by_bag(HALVES)
_EVERY_BROW: Final = {bag for _, bag in _phrases(EVERY_BROW)}
_TWO_WAYS: Final = {frozenset(text.split()): ways for text, ways in TWO_WAYS.items()}
_EYES: Final = {bag for _, bag in _phrases("eye look|look|eye|pupil|iris|eye pupil|eye iris")}
_QUARTERED: Final = frozenset({"mouthFunnel", "mouthPucker", "mouthClose", "mouthPress"})


def match_face(keys: Iterable[str]) -> dict[str, tuple[KeyShare, ...]]:
    """{ARKit name: ((shape key, factor), ...)} for one mesh's shape keys (the basis left out).

    The surest meaning of each shape wins alone, so that a character with several sets of keys is not moved twice.
    """
    return choose(meanings(list(keys)))


def choose(meant: Mapping[str, Sequence[Meaning]]) -> dict[str, tuple[KeyShare, ...]]:
    """For each ARKit shape the keys of the lowest rank, one for each of its pieces."""
    found: dict[str, list[tuple[str, Meaning]]] = {}
    for key, all_meant in meant.items():
        for meaning in all_meant:
            found.setdefault(meaning.arkit, []).append((key, meaning))
    return {name: _surest(found[name]) for name in FACE_NAMES if name in found}


def _surest(found: Sequence[tuple[str, Meaning]]) -> tuple[KeyShare, ...]:
    rank = min(meaning.rank for _, meaning in found)
    pieces: dict[str, KeyShare] = {}
    for key, meaning in found:
        if meaning.rank == rank:
            pieces.setdefault(meaning.piece, (key, meaning.factor))
    return tuple(pieces.values())


def meanings(keys: Sequence[str]) -> dict[str, tuple[Meaning, ...]]:
    """What each key does by its name; keys whose names say nothing are left out."""
    prefix = shared_prefix(keys)
    vowels = _has_vowels(keys, prefix)
    read = {key: read_key(key) for key in keys}
    one_wink = _sides_of(read, "wink") == {"right"}
    found: dict[str, tuple[Meaning, ...]] = {}
    for key in keys:
        if CORRECTIVES & set(tokens_of(key)):
            continue
        means = _wink(key) or _of_name(read[key], vowels) or _japanese(key)
        if one_wink and read[key].bag == {"wink"} and not read[key].sides and not _wink(key):
            means = (Meaning("eyeBlinkLeft", 1.0, NAMED + 0.5),)
        if not means and prefix:
            means = _later(_of_name(read_key(key, prefix), vowels), 0.3)
        if not means:
            means = _without_part(key, vowels)
        if means:
            found[key] = means
    return found


def _has_vowels(keys: Sequence[str], prefix: Sequence[str]) -> bool:
    alone = set()
    for key in keys:
        tokens = tokens_of(key)
        tokens = tokens[len(prefix) :] if tokens[: len(prefix)] == list(prefix) else tokens
        if len(tokens) == 1:
            alone.add(tokens[0])
    return len(alone & set("aiueo")) >= 4


def _sides_of(read: Mapping[str, KeyName], word: str) -> set[str]:
    return {side for name in read.values() if name.bag == {word} for side in name.sides}


def _without_part(key: str, vowels: bool) -> tuple[Meaning, ...]:
    """tongue_jawOpen: the mesh's name before the shape's own."""
    tokens = tokens_of(key)
    if not tokens or not PARTS & set(read_key(tokens[0]).words):
        return ()
    means = _of_name(read_key(key, tokens[:1]), vowels)
    return _later(means, 0.4) if all(meaning.rank < NAMED for meaning in means) else ()


def _later(means: tuple[Meaning, ...], by: float) -> tuple[Meaning, ...]:
    return tuple(Meaning(m.arkit, m.factor, m.rank + by, m.piece) for m in means)


def _of_name(name: KeyName, vowels: bool) -> tuple[Meaning, ...]:
    if not name.words or (name.extra and name.bag <= WEAK):
        return ()
    means = (
        _gaze(name) or _side_move(name) or _sided(name) or _whole(name) or _brows(name) or _two_ways(name)
        or _quarter(name) or _system(name, vowels)
    )  # fmt: skip
    return _later(means, min(name.extra, 4) * 0.05)


def _gaze(name: KeyName) -> tuple[Meaning, ...]:
    """Looks to a side: of one eye (Eye_L_Look_R, Eye_Left_Right) or of both (lookLeft)."""
    if name.bag not in _EYES or not name.sides:
        return ()
    if len(name.sides) == 1:
        if "look" not in name.bag or not name.look_side:
            return ()
        way = name.look_side.capitalize()
        other = "Right" if way == "Left" else "Left"
        return (Meaning(f"eyeLookOut{way}", 0.5, SHARED), Meaning(f"eyeLookIn{other}", 0.5, SHARED))
    sides = list(name.sides[:2])
    way = name.look_side or sides[1]
    sides.remove(way)
    turned = "Out" if sides[0] == way else "In"
    return (Meaning(f"eyeLook{turned}{sides[0].capitalize()}", 1.0, NAMED),)


def _side_move(name: KeyName) -> tuple[Meaning, ...]:
    if len(name.sides) not in (1, 2):
        return ()
    way = name.sides[0].capitalize()
    piece = name.sides[1] if len(name.sides) == 2 else ""
    if name.bag in _MOVES:
        base, place = _MOVES[name.bag]
        return (Meaning(base + way, 1.0, (EXACT if place == 0 else NAMED) if not piece else PIECE, piece),)
    if name.bag in _HALVES:
        half = _HALVES[name.bag][0]
        return (Meaning("mouth" + way, 1.0, PIECE, half + piece),)
    return ()


def _sided(name: KeyName) -> tuple[Meaning, ...]:
    if name.bag not in _SIDED or len(name.sides) > 1:
        return ()
    base, place = _SIDED[name.bag]
    rank = EXACT if place == 0 else NAMED + place * 0.001
    if name.sides:
        return (Meaning(base + name.sides[0].capitalize(), 1.0, rank),)
    return tuple(Meaning(arkit, factor, SHARED + place * 0.001) for arkit, factor in both(base))


def _whole(name: KeyName) -> tuple[Meaning, ...]:
    if name.bag not in _WHOLE or len(name.sides) > 1:
        return ()
    arkit, place = _WHOLE[name.bag]
    if name.sides and arkit == "tongueOut":
        return ()  # the tongue to a side
    rank = EXACT if place == 0 else NAMED + place * 0.001
    if name.sides:
        return (Meaning(arkit, 1.0, PIECE + place * 0.001, name.sides[0]),)
    return (Meaning(arkit, 1.0, rank),)


def _brows(name: KeyName) -> tuple[Meaning, ...]:
    """A key that raises the whole brow, or one whole brow."""
    if name.bag not in _EVERY_BROW or len(name.sides) > 1:
        return ()
    if name.sides:
        side = name.sides[0]
        return (
            Meaning("browOuterUp" + side.capitalize(), 1.0, NAMED + 0.2),
            Meaning("browInnerUp", 0.4, SHARED + 0.2, side),
        )
    return (
        Meaning("browInnerUp", 0.4, SHARED + 0.2),
        *(Meaning(arkit, factor, SHARED + 0.2) for arkit, factor in both("browOuterUp", 0.3)),
    )


def _two_ways(name: KeyName) -> tuple[Meaning, ...]:
    if name.bag not in _TWO_WAYS or len(name.sides) > 1:
        return ()
    found: list[Meaning] = []
    for base, sign in zip(_TWO_WAYS[name.bag], (1.0, -1.0), strict=True):
        for arkit, factor in _of_base(base, name.sides):
            found.append(Meaning(arkit, sign * factor, NAMED + 0.3, "".join(name.sides) if arkit in WHOLE else ""))
    return tuple(found)


def _of_base(base: str, sides: Sequence[str]) -> Shares:
    if not base:
        return ()
    if base == "browUp":
        return (("browInnerUp", 0.5), *_of_base("browOuterUp", sides))
    if base in WHOLE:
        return ((base, 1.0),)
    return ((base + sides[0].capitalize(), 1.0),) if sides else both(base)


def _quarter(name: KeyName) -> tuple[Meaning, ...]:
    """The upper or lower lip's part of a funnel, pucker, press or closed mouth."""
    for words in (("upper",), ("lower",), ("up",), ("down",), ("upper", "up"), ("lower", "down")):
        if not set(words) <= name.bag:
            continue
        bag = name.bag - set(words)
        arkit, place = _WHOLE.get(bag, ("", 0))
        if arkit in _QUARTERED and len(name.sides) <= 1:
            return (Meaning(arkit, 1.0, PIECE + place * 0.001, words[0] + "".join(name.sides)),)
        base, place = _SIDED.get(bag, ("", 0))
        if base in _QUARTERED and len(name.sides) == 1:
            return (Meaning(base + name.sides[0].capitalize(), 1.0, PIECE + place * 0.001, words[0]),)
    return ()


def _system(name: KeyName, vowels: bool) -> tuple[Meaning, ...]:
    if name.sides:
        return ()
    said = " ".join(name.words)
    if said in VROID:
        return _shares(VROID[said], SYSTEM)
    first, _, rest = said.partition(" ")
    if first in ("viseme", "v", "vowel", "phoneme") and rest in VISEMES:
        return _shares(VISEMES[rest], SYSTEM + 0.1)
    if name.extra <= 1 and said in VRM:
        return _shares(VRM[said], SYSTEM + 0.2)
    if vowels and said in VOWELS:
        return _shares(VOWELS[said], SYSTEM + 0.3)
    if vowels and said in MMD_ENGLISH:
        return _shares(MMD_ENGLISH[said], SYSTEM + 0.4 + 0.001 * list(MMD_ENGLISH).index(said))
    return ()


def _shares(shares: Shares, rank: float) -> tuple[Meaning, ...]:
    return tuple(Meaning(arkit, factor, rank) for arkit, factor in shares)


def _plain(key: str) -> str:
    """Half-width letters made whole, and nothing between letters: ｳｨﾝｸ２_右 -> ウィンク2右."""
    return "".join(unicodedata.normalize("NFKC", key).split()).translate(str.maketrans("", "", "_.-()[]"))


def _wink(key: str) -> tuple[Meaning, ...]:
    wink = MMD_WINKS.get(_plain(key).lower())
    return (Meaning("eyeBlink" + wink[0], 1.0, NAMED + 0.0005 + 0.1 * wink[1]),) if wink is not None else ()


def _japanese(key: str) -> tuple[Meaning, ...]:
    plain = _plain(key)
    if plain in MIKU_MIKU_DANCE:
        return _shares(MIKU_MIKU_DANCE[plain], SYSTEM + 0.01 * _place(plain))
    for mark, side in (("左", "Left"), ("右", "Right"), ("L", "Left"), ("R", "Right")):
        for bare in (plain.removesuffix(mark), plain.removeprefix(mark)):
            if bare != plain and bare in MIKU_MIKU_DANCE:
                return tuple(
                    Meaning(arkit, min(2 * factor, 1.0), PIECE + 0.001 * _place(bare))
                    if arkit.endswith(side)
                    else Meaning(arkit, factor, PIECE + 0.001 * _place(bare), side)
                    for arkit, factor in MIKU_MIKU_DANCE[bare]
                    if arkit.endswith(side) or not arkit.endswith(("Left", "Right"))
                )
    return ()


_PLACES: Final = {name: place for place, name in enumerate(MIKU_MIKU_DANCE)}


def _place(name: str) -> int:
    """Of several words for one thing the table's first goes before."""
    return _PLACES[name]
