"""From a rig at rest to humanoid bones: by a known convention, by words, by structure; each checked, the best taken."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ...ml.take import BONE_NAMES
from ...ml.take.names import mirrored
from ..retarget.rig import Floats, RigRest
from .box_people import match_box_people
from .check import FOUR_LEGS, NO_SIDES, consistent
from .conventions import CONVENTIONS
from .conventions.convention import Convention
from .fingers import finger_chains, five_fingers
from .names import BoneName, read_names
from .parts import FINGER_COMPANY, HEAD, LIMBS
from .structure import match_by_structure
from .tree import Tree
from .trunk import spread_spine
from .vocabulary import match_by_words

REQUIRED = (
    "hips", "head",
    *(side + part for side in ("left", "right")
      for part in ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")),
)  # fmt: skip
ENOUGH = 12
"""Of the 14 required bones: a convention with fewer is not the rig's."""
_FEW = 6
_MECHANICAL = 0.2
_BUST = 0.5
"""Head and neck alone are a bust when they are at least so much of the rig, and not a fish."""
SPINE = ("spine", "chest", "upperChest")
_NEARLY_ALL = 0.8
_ENOUGH_PAIRS, _CHANCE = 6, 0.2
_SAYS_NOTHING = BoneName("", frozenset(), (), False, False, False, False)
_COUNTER = re.compile(r"(.*[^_])_(\d+)")
_HEAD = re.compile(r"[^ _.:|-]+[ _.:|-]+")
GENERIC = Convention(kind="generic", label="Skeleton", bones={})
UNNAMED = Convention(kind="generic", label="Skeleton known by its shape", bones={})
DECLARED = Convention(kind="vrm", label="VRM skeleton", bones={})


@dataclass(frozen=True)
class Match:
    """bones: humanoid -> bone, checked; doubts: a sentence for each thing left out; confidence: 0..1."""

    convention: Convention
    bones: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    confidence: float = 0.0
    swapped: bool = False
    """Whether the names' left turned out to be the character's right."""


def match_rig(rest: RigRest, declared: Mapping[str, str] | None = None, points: Floats | None = None) -> Match:
    """Which bone is which. declared: {humanoid: bone} as the character's file says itself; points [M, 3]: vertices."""
    tree = Tree(rest)
    names = read_names(without_counters(rest.names))
    stated = {name: bone for name, bone in (declared or {}).items() if bone in rest.index}
    if sum(name in stated for name in REQUIRED) >= ENOUGH:
        return _checked(rest, DECLARED, stated, points)
    match = max(
        (_checked(rest, convention, bones, points) for convention, bones in _by_names(tree, names)),
        key=lambda m: (len(m.bones), -len(m.convention.bones)),
        default=Match(GENERIC),
    )
    worded = _named(rest, match_by_words(tree, names))
    spoken = _checked(rest, GENERIC, worded, points)
    animal = FOUR_LEGS in spoken.doubts and known(match) < ENOUGH
    if animal or _better(spoken, match):
        match = spoken
    senseless = known(match) < ENOUGH and _senseless(tree, names, points)
    if senseless:
        names, worded, match = [_SAYS_NOTHING] * tree.count, {}, Match(GENERIC)
    if senseless or (known(match) < ENOUGH and FOUR_LEGS not in match.doubts + spoken.doubts):
        shape = _shaped(tree, names, points)
        if (known(shape) >= ENOUGH and known(shape) > known(match)) or (NO_SIDES in shape.doubts and not match.bones):
            match = shape
    if not match.bones or known(match) < _FEW:
        box = _checked(rest, GENERIC, _named(rest, match_box_people(tree, names)), points)
        match = box if len(box.bones) >= _FEW else match
    if not match.convention.beside:
        said = {mirrored(name): bone for name, bone in worded.items()} if match.swapped else worded
        match = _filled(match, said, rest, points)
        match = _filled(match, _unnamed_fingers(tree, names, match), rest, points)
    return _human(tree, match)


def _human(tree: Tree, match: Match) -> Match:
    """Emptied, with a sentence why, where what was found makes no human: legs without arms are an animal's."""

    arms = any({f"{side}UpperArm", f"{side}LowerArm"} <= match.bones.keys() for side in ("left", "right")) or {
        "head", *(side + part for side in ("left", "right") for part in ("UpperArm", "UpperLeg"))
    } <= match.bones.keys()  # fmt: skip
    trunk = any(name in match.bones for name in ("spine", "neck", "head"))
    features = any(name in match.bones for name in ("leftEye", "rightEye", "jaw"))
    bust = "neck" in match.bones and len(match.bones) >= _BUST * tree.count
    face = "head" in match.bones and (features or bust)
    legs = any("Leg" in name for name in match.bones)
    if (arms and trunk) or (face and not legs):
        return match
    if legs:
        why = "Legs were found, but no arms that go with them: no humanoid."
    elif FOUR_LEGS in match.doubts:
        return match
    elif NO_SIDES in match.doubts:
        why = NO_SIDES
    else:
        why = "Neither names nor shape of its bones are those of a human body: no humanoid."
    return Match(GENERIC, {}, (why,), 0.0)


def _shaped(tree: Tree, names: Sequence[BoneName], points: Floats | None) -> Match:
    """By structure; where at least some names have sides, those say which is left."""
    found = match_by_structure(tree, names, points)
    if _denied(tree, names, found):
        return Match(UNNAMED)
    agree = sum(
        (1 if humanoid.startswith(names[bone].side) else -1)
        for humanoid, bone in found.items()
        if names[bone].side and humanoid != mirrored(humanoid)
    )
    if agree < 0:
        found = {mirrored(name): bone for name, bone in found.items()}
    return _checked(tree.rest, UNNAMED, _named(tree.rest, found), points, believed=abs(agree) > 2)


def _senseless(tree: Tree, names: Sequence[BoneName], points: Floats | None) -> bool:
    """Whether names say nothing, though they are words: like limbs of the two sides are not called alike."""
    if not any(name.side for name in names):
        return False
    found = match_by_structure(tree, [_SAYS_NOTHING] * tree.count, points)
    pairs = [
        (names[bone], names[found[mirrored(humanoid)]])
        for humanoid, bone in found.items()
        if humanoid.startswith("left") and mirrored(humanoid) in found
    ]
    alike = sum(left.words == right.words and left.side != right.side for left, right in pairs)
    return len(pairs) >= _ENOUGH_PAIRS and alike <= _CHANCE * len(pairs)


def _animal_words(names: Sequence[BoneName]) -> bool:
    """Front and back legs: so nobody calls arms. (Back alone is the spine's word.)"""
    both = ({"front", "fore"}, {"spine", "hind", "rear"})
    return all(sum(bool(name.words & words) and "leg" in name.words for name in names) >= 2 for words in both)


def _denied(tree: Tree, names: Sequence[BoneName], found: Mapping[str, int]) -> bool:
    """Whether the rig is made of controls, whose hierarchy is no body's, or names say otherwise than the shape."""
    if sum(tree.rest.constrained) > _MECHANICAL * tree.count or any(tree.rest.constrained[b] for b in found.values()):
        return True
    if _animal_words(names):
        return True
    wrong = 0
    for humanoid, bone in found.items():
        part = humanoid.removeprefix("left").removeprefix("right")
        meant = LIMBS.get(names[bone].words) or ({"head": 1.0} if names[bone].words in HEAD else {})
        wrong += bool(meant) and part not in meant
    return wrong > 1


def known(match: Match) -> int:
    """How many of the bones without which there is no body."""
    return sum(name in match.bones for name in REQUIRED)


def _better(spoken: Match, convention: Match) -> bool:
    """A convention knows better which of two bones is meant, unless it leaves out much that words explain."""
    return known(spoken) > known(convention) or (
        known(spoken) == known(convention) and len(spoken.bones) > len(convention.bones) + 8
    )


def _checked(
    rest: RigRest, convention: Convention, bones: Mapping[str, str], points: Floats | None, believed: bool = True
) -> Match:
    kept, doubts, swapped = consistent(rest, bones, convention.beside, points, believed)
    sure = 0.7 if convention is UNNAMED else 0.9 if convention is GENERIC else 1.0
    share = sum(name in kept for name in REQUIRED) / len(REQUIRED)
    return Match(convention, kept, doubts, round(sure * share, 3), swapped and believed)


def _filled(match: Match, more: Mapping[str, str], rest: RigRest, points: Floats | None) -> Match:
    """With bones that the match lacks, as far as none of its own is called into question by them."""
    taken = set(match.bones.values())
    new = {name: bone for name, bone in more.items() if name not in match.bones and bone not in taken}
    if not new or not match.bones:
        return match
    kept, *_ = consistent(rest, {**match.bones, **new}, match.convention.beside, points)
    if any(kept.get(name) != bone for name, bone in match.bones.items()):
        return match
    return replace(match, bones=kept)


def _unnamed_fingers(tree: Tree, names: Sequence[BoneName], match: Match) -> dict[str, str]:
    """Five chains on a hand none of whose fingers has a name that says which."""
    shape = match.convention is UNNAMED
    usable = [not (read.mechanism or read.end) and (shape or read.words <= FINGER_COMPANY) for read in names]
    found: dict[str, int] = {}
    for side in ("left", "right"):
        hand = match.bones.get(f"{side}Hand")
        if hand is None or any(name.startswith(side) and "Proximal" in name for name in match.bones):
            continue
        bone = tree.rest.index[hand]
        fingers = five_fingers(tree, bone, finger_chains(tree, bone, usable), names)
        found |= {side + joint: finger for joint, finger in fingers.items()}
    return _named(tree.rest, found)


def _named(rest: RigRest, bones: Mapping[str, int]) -> dict[str, str]:
    return {humanoid: rest.names[bones[humanoid]] for humanoid in BONE_NAMES if humanoid in bones}


def _by_names(tree: Tree, names: Sequence[BoneName]) -> list[tuple[Convention, dict[str, str]]]:
    """Every convention of which enough bones are there, with and without what stands before all names."""
    rest = tree.rest
    full = without_counters(rest.names)
    prefix = common_prefix(full)
    found: list[tuple[Convention, dict[str, str]]] = []
    for cut in dict.fromkeys(("", prefix)):
        shorter = [name.removeprefix(cut) for name in full]
        if cut and len(set(shorter)) < len(shorter):
            continue
        for convention in CONVENTIONS:
            bones = bones_by_convention(tree, names, shorter, convention)
            if sum(name in bones for name in REQUIRED) >= ENOUGH:
                found.append((convention, bones))
    return found


def without_counters(names: Sequence[str]) -> list[str]:
    """Without the running number that some exporters (Sketchfab's) put behind every name: Hips_01, LeftUpLeg_055."""
    parts = [_COUNTER.fullmatch(name) for name in names]
    counted = [part for part in parts if part]
    numbers = {part.group(2) for part in counted}
    plain = [part.group(1) if part else name for part, name in zip(parts, names, strict=True)]
    every = len(counted) >= _NEARLY_ALL * len(names) and len(numbers) == len(counted)
    return plain if every and len(set(plain)) == len(plain) else list(names)


def common_prefix(names: Sequence[str]) -> str:
    """What stands before (nearly) all bone names, up to a separator: "Bob_" or "Hero:rig_"; "" if nothing does."""
    found = ""
    while True:
        heads = Counter(
            match.group() for name in names if name.startswith(found) and (match := _HEAD.match(name, len(found)))
        )
        head, count = heads.most_common(1)[0] if heads else ("", 0)
        if not head or count < _NEARLY_ALL * len(names):
            return found
        found += head


def bones_by_convention(
    tree: Tree, names: Sequence[BoneName], shorter: Sequence[str], convention: Convention
) -> dict[str, str]:
    """Humanoid bones that are there under the convention's names. shorter: the names without a common prefix."""
    prefix = re.compile(f"^(?:{convention.prefix})", re.IGNORECASE) if convention.prefix else None
    there: dict[str, int] = {}
    for bone, name in enumerate(shorter):
        plain = _plain(prefix.sub("", name) if prefix else name)
        # A rig can hold the name with and without prefix (DEF-hand.L and hand.L): with prefix is meant then.
        if plain not in there or (prefix and prefix.match(name)):
            there[plain] = bone
    found = {
        humanoid: there[plain]
        for humanoid, written in convention.bones.items()
        for name in reversed(written.split("|"))
        if (plain := _plain(name)) in there
    }
    if convention.spine_by_structure and "hips" in found:
        spine = spread_spine(tree, names, found)
        if spine:
            found = {name: bone for name, bone in found.items() if name not in SPINE} | spine
    return _named(tree.rest, found)


@lru_cache(maxsize=16384)
def _plain(name: str) -> str:
    """Without case and with one kind of separator; dots stay, so that spine.001 is not spine001."""
    return re.sub(r"[ _]+", "_", name.strip().casefold())
