"""Matching by the words in bone names, for rigs of no known convention."""

from __future__ import annotations

from itertools import pairwise

from ..retarget.rig import RigRest
from .conventions.convention import FINGER_JOINTS
from .names import (
    AMBIGUOUS_WORDS,
    FINGER_JOINT_WORDS,
    FINGER_WORDS,
    HEAD_WORDS,
    HIPS_WORDS,
    JAW_WORDS,
    METACARPAL_WORDS,
    NECK_WORDS,
    PART_WORDS,
    BoneName,
    read_name,
)
from .trunk import common_ancestor, spread_spine

Words = dict[int, BoneName]


def match_by_words(rest: RigRest) -> dict[str, str]:
    """{humanoid: bone} as far as words and hierarchy say; what is doubtful is left out."""
    words = {
        i: read for i, name in enumerate(rest.names) if not (read := read_name(name)).helper and not rest.constrained[i]
    }
    found: dict[str, int] = {}
    for side in ("left", "right"):
        found |= _limbs(rest, words, side)
        found |= _fingers(rest, words, side, found)
    found |= _centre(rest, words, found)
    named = {humanoid: rest.names[bone] for humanoid, bone in found.items()}
    if "hips" in named:
        named |= spread_spine(rest, named)
    return named


def _uppermost(rest: RigRest, bones: list[int]) -> int | None:
    """The one nearest the root, the first of the rig when several are as near."""
    return min(bones, key=lambda i: (len(rest.ancestors(i)), i), default=None)


def _limbs(rest: RigRest, words: Words, side: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part, meanings in PART_WORDS.items():
        bone = _uppermost(rest, [i for i, w in words.items() if w.side == side and w.word in meanings])
        if bone is not None:
            found[side + part] = bone
    for word, readings in AMBIGUOUS_WORDS.items():
        bone = _uppermost(rest, [i for i, w in words.items() if w.side == side and w.word == word])
        for part, other in readings:
            if bone is not None and side + part not in found and side + other in found:
                found[side + part] = bone
                break
    return found


def _fingers(rest: RigRest, words: Words, side: str, found: dict[str, int]) -> dict[str, int]:
    """Each finger's first three bones down its chain, metacarpals of the four long fingers left out."""
    hand = found.get(f"{side}Hand")
    fingers: dict[str, int] = {}
    if hand is None:
        return fingers
    below = [i for i, w in words.items() if w.side == side and hand in rest.ancestors(i)]
    for finger, joints in FINGER_JOINTS.items():
        chain = [i for i in below if _is_finger(words[i].word, finger)]
        chain.sort(key=lambda i: len(rest.ancestors(i)))
        linked = all(upper in rest.ancestors(lower) for upper, lower in pairwise(chain))
        if linked and len(chain) >= 2:
            fingers |= {f"{side}{finger}{joint}": bone for joint, bone in zip(joints, chain, strict=False)}
    return fingers


def _is_finger(word: str, finger: str) -> bool:
    if finger != "Thumb" and any(meta in word for meta in METACARPAL_WORDS):
        return False
    for ending in (*METACARPAL_WORDS, *FINGER_JOINT_WORDS):
        if len(word) > len(ending) + 2 and word.endswith(ending):
            word = word.removesuffix(ending)
    return word in FINGER_WORDS[finger]


def _centre(rest: RigRest, words: Words, found: dict[str, int]) -> dict[str, int]:
    def first(meanings: tuple[str, ...]) -> int | None:
        return _uppermost(rest, [i for i, w in words.items() if not w.side and w.word in meanings])

    centre = {"head": first(HEAD_WORDS), "neck": first(NECK_WORDS), "jaw": first(JAW_WORDS)}
    legs = [found[name] for name in ("leftUpperLeg", "rightUpperLeg") if name in found]
    above = [bone for bone in (centre["neck"], centre["head"]) if bone is not None][:1]
    if len(legs) == 2 and above:
        # The hips are what carries both legs and the trunk, whatever the name: Daz' hip, Unreal's pelvis.
        centre["hips"] = common_ancestor(rest, [*legs, *above])
    else:
        centre["hips"] = first(HIPS_WORDS)
    return {name: bone for name, bone in centre.items() if bone is not None}
