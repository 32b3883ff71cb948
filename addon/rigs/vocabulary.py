"""Matching by the words in bone names, for rigs of no known convention.

Each limb is put together as a whole: of all chains of bones that could be shoulder, upper arm, forearm and hand by
their words, the one that explains most. So Mixamo's Leg is the shin because there is an UpLeg above it.
"""

from __future__ import annotations

from collections.abc import Sequence

from .check import is_loose_end
from .fingers import finger_chains, five_fingers, phalanges, straight_down
from .names import BoneName
from .parts import ARM, EYE, FINGER_COMPANY, FINGERS, HEAD, HIPS, JAW, LEG, LIMBS, NECK, SURE_HIPS, TRUNK_WORDS, WEIGHTS
from .tree import Tree
from .trunk import spread_spine

_IDLE = 0.8
_LEAST = 1.4
"""A limb whose parts fit worse than this in sum is none: one bone called leg is no leg."""
_BENT, _BESIDE = 1.03, 0.05
_FLAT = 0.02
"""Of the rig's size: joints nearer to each other cannot be the two ends of a limb bone."""


def match_by_words(tree: Tree, names: Sequence[BoneName]) -> dict[str, int]:
    """{humanoid: bone} as far as words and hierarchy say; what is doubtful is left out."""
    found: dict[str, int] = {}
    for side in ("left", "right"):
        for parts in (ARM, LEG):
            limb = _limb(tree, names, side, parts)
            limb |= _loose_end(tree, names, side, limb, parts)
            found |= {side + part: bone for part, bone in limb.items()}
        if f"{side}Hand" in found:
            found |= named_fingers(tree, names, side, found[f"{side}Hand"])
    found |= _centre(tree, names, found)
    if "hips" in found:
        found |= spread_spine(tree, names, found)
    return found


def _limb(tree: Tree, names: Sequence[BoneName], side: str, parts: Sequence[str]) -> dict[str, int]:
    fits = [
        (bone, LIMBS.get(read.words - {"bend"}, {}), _trust(tree, bone, read))
        for bone, read in enumerate(names)
        if read.side == side and not read.end and not read.mechanism
    ]
    least = _FLAT * size(tree)
    best: list[dict[int, tuple[float, int]]] = []
    for place, part in enumerate(parts):
        rows: dict[int, tuple[float, int]] = {}
        for bone, meanings, trust in fits:
            if part not in meanings:
                continue
            own = WEIGHTS.get(part, 1.0) * meanings[part] * trust - 1e-3 * tree.depth[bone]
            # Of a wrist and a hand beside each other the one that carries the fingers is meant.
            own -= 0.0 if tree.children[bone] else 0.05
            carried = [
                (score, at * tree.count + above)
                for at in range(place)
                for above, (score, _) in best[at].items()
                if tree.carries(above, bone) and tree.gap(above, bone) > least
            ]
            score, before = max(carried, default=(0.0, -1))
            rows[bone] = (own + score, before)
        best.append(rows)
    ends = [(score, place, bone) for place, rows in enumerate(best) for bone, (score, _) in rows.items()]
    score, place, bone = max(ends, default=(0.0, -1, -1))
    found: dict[str, int] = {}
    while score >= _LEAST and place >= 0:
        found[parts[place]] = bone
        before = best[place][bone][1]
        place, bone = divmod(before, tree.count) if before >= 0 else (-1, -1)
    if "Toes" in found and _one_of_several(tree, names, found["Toes"]):
        del found["Toes"]
    _past_the_bend(tree, names, found, parts)
    if "Foot" in found and "Toes" in found:
        # Ankle, foot, toe: what is called foot begins at the ball of the foot, where toes bend.
        between = tree.path(found["Foot"], found["Toes"])[1:-1]
        found["Toes"] = next((b for b in between if names[b].words == {"foot"}), found["Toes"])
    return found


def _one_of_several(tree: Tree, names: Sequence[BoneName], toe: int) -> bool:
    """Whether others of its name begin beside it: single toes, none of which bends the foot."""
    above = tree.parents[toe]
    beside = [bone for bone in tree.children[above] if names[bone].words == names[toe].words] if above >= 0 else []
    return len(beside) > 1


def _past_the_bend(tree: Tree, names: Sequence[BoneName], found: dict[str, int], parts: Sequence[str]) -> None:
    """Of two bones called hip in a row, the one from which the leg goes straight: CMU's LHipJoint only leads aside."""
    upper, lower = (parts[1], parts[2]) if parts is ARM else (parts[0], parts[1])
    if upper not in found or lower not in found:
        return
    first = found[upper]
    for bone in tree.path(first, found[lower])[1:-1]:
        whole = tree.gap(first, found[lower])
        bent = tree.gap(first, bone) + tree.gap(bone, found[lower]) > _BENT * whole
        aside = tree.lengths[first] < _BESIDE * whole < tree.gap(first, bone)
        if names[bone].words == names[first].words and not names[bone].mechanism and (bent or aside):
            found[upper] = bone


def _loose_end(
    tree: Tree, names: Sequence[BoneName], side: str, limb: dict[str, int], parts: Sequence[str]
) -> dict[str, int]:
    """A hand or foot that ends the limb but hangs elsewhere, as rigs with baked inverse kinematics have it."""
    upper, lower, end = ARM[1:] if parts is ARM else LEG[:3]
    if upper not in limb or lower not in limb or (end in limb and tree.carries(limb[lower], limb[end])):
        return {}
    root = tree.root(limb[upper])
    # In a file that holds two skeletons the limb's own comes first.
    for bone in sorted(range(tree.count), key=lambda b: tree.root(b) != root):
        read = names[bone]
        plain = not (read.end or read.mechanism or read.control)
        named = plain and read.side == side and LIMBS.get(read.words, {}).get(end, 0) >= 0.9
        if named and is_loose_end(tree, limb[upper], limb[lower], bone):
            toes = [b for b in tree.below(bone) if LIMBS.get(names[b].words, {}).get("Toes", 0) >= 0.9]
            return {end: bone} | ({"Toes": toes[0]} if parts is LEG and toes else {})
    return {}


def size(tree: Tree) -> float:
    """The longest edge of the box around all joints."""
    return float((tree.heads.max(axis=0) - tree.heads.min(axis=0)).max()) if tree.count else 0.0


def _trust(tree: Tree, bone: int, read: BoneName) -> float:
    """Less for bones that something else moves: keys belong on the controls, where there are both."""
    trust = 1.05 if read.forward else 0.6 if read.control else 1.0
    trust *= 0.7 if tree.rest.constrained[bone] else 1.0
    # An export keeps controls without what they controlled: the mesh follows other bones.
    return trust * (_IDLE if tree.idle[bone] else 1.0)


def named_fingers(tree: Tree, names: Sequence[BoneName], side: str, hand: int) -> dict[str, int]:
    """The hand's fingers by their names; by their places where they are all called finger."""
    below = [bone for bone in tree.below(hand) if names[bone].side in (side, "") and not names[bone].mechanism]
    chains = {
        finger: sorted((b for b in below if _is_finger(names[b], words)), key=lambda b: tree.depth[b])
        for finger, words in FINGERS.items()
    }
    # One bone alone can be a metacarpal or a tip as well.
    chains = {finger: chain for finger, chain in chains.items() if len(chain) > 1 and straight_down(tree, chain)}
    starts = [tree.gap(hand, chain[0]) for finger, chain in chains.items() if finger != "Thumb"]
    found: dict[str, int] = {}
    for finger, chain in chains.items():
        found |= phalanges(tree, hand, finger, chain, names, max(starts, default=None))
    if not any("Thumb" not in joint for joint in found):
        own = FINGER_COMPANY | {"thumb"}
        usable = [not read.end and bool(read.words) and read.words <= own for read in names]
        chains = [[b for b in chain if not names[b].mechanism] for chain in finger_chains(tree, hand, usable)]
        found = found | five_fingers(tree, hand, [chain for chain in chains if chain], names)
    return {side + joint: bone for joint, bone in found.items()}


def _is_finger(read: BoneName, words: Sequence[str]) -> bool:
    return any(word in read.words and read.words - {word} <= FINGER_COMPANY for word in words)


def _centre(tree: Tree, names: Sequence[BoneName], found: dict[str, int]) -> dict[str, int]:
    def first(meanings: Sequence[frozenset[str]], side: str = "", under: int | None = None) -> int | None:
        there = [
            (meanings.index(read.words), _distrust(tree, b, read), tree.depth[b], b)
            for b, read in enumerate(names)
            if read.side == side and read.words in meanings and not read.end and not read.mechanism
            and (under is None or tree.carries(under, b))
        ]  # fmt: skip
        return min(there)[-1] if there else None

    arms = [found[name] for name in ("leftUpperArm", "rightUpperArm") if name in found]
    chest = tree.common(arms) if len(arms) == 2 else None
    # A target called head may hang on the root; the head itself hangs where the arms do.
    head = first(HEAD, under=chest) if chest is not None else None
    head = first(HEAD) if head is None else head
    centre = {"head": head, "hips": first(HIPS)}
    if head is not None:
        centre["jaw"] = first(JAW, under=head)
        centre |= {f"{side}Eye": first(EYE, side, head) for side in ("left", "right")}
        centre["neck"] = _neck(tree, names, head, arms)
    legs = [found[name] for name in ("leftUpperLeg", "rightUpperLeg") if name in found]
    if len(legs) == 2 and head is not None:
        # The hips are what carries both legs and the trunk, whatever the name: Daz' hip, Unreal's pelvis.
        centre["hips"] = _hips(tree, names, tree.common([*legs, head]), legs[0])
    return {name: bone for name, bone in centre.items() if bone is not None}


def _hips(tree: Tree, names: Sequence[BoneName], carrier: int | None, leg: int) -> int | None:
    """The carrier, or the bone called pelvis right above it: Biped's legs hang on its lowest spine bone."""
    if carrier is None or names[carrier].words in HIPS:
        return carrier
    for bone in tree.above(carrier)[:2]:
        if names[bone].words in SURE_HIPS and tree.gap(bone, leg) < 1.5 * tree.gap(carrier, leg):
            return bone
    return carrier


def _distrust(tree: Tree, bone: int, read: BoneName) -> float:
    return -_trust(tree, bone, read)


def _neck(tree: Tree, names: Sequence[BoneName], head: int, arms: Sequence[int]) -> int | None:
    """The lowest bone above the head that is called neck; else what lies between the arms' bone and the head."""
    above = tree.above(head)[::-1]
    named = [bone for bone in above if names[bone].words in NECK and not names[bone].side]
    if named:
        return named[0]
    chest = tree.common(arms) if len(arms) == 2 else None
    between = tree.path(chest, head)[1:-1] if chest is not None else []
    return between[-1] if between and not names[between[-1]].words & TRUNK_WORDS else None
