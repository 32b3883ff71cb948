"""Eyelids that are bones: each turns about its eye's centre, from where it rests to where the lids meet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...ml.take import FACE_NAMES, Take, rotation
from .chains import Heads, followed_turn, posed_point
from .pose import Character, Turns
from .rig import Floats

_MEET = 0.8
"""Of the way from the upper to the lower lid: there they meet."""
_UPPER, _LOWER = np.radians(32.0), np.radians(8.0)
"""How far lids turn to shut the eye where their places do not say it: bones of unknown ends in the eye's centre."""
_FOLD = 1.3
_MOST = np.radians(60.0)
_WIDE = np.radians(8.0)
_SQUINT = 0.5
"""Of the lower lid's way to where lids meet."""
_WITH_GAZE = 0.5
"""How far upper lids go along with the eye's pitch."""
_CENTRED = 0.35
"""Of a lid bone's distance to its tail: a bone that begins this near to the eye's centre turns in place."""


def lid_turns(
    take: Take, who: Character, turns: Turns, heads: Heads, lids: Mapping[str, tuple[str, ...]], eyes: Mapping[str, str]
) -> tuple[Turns, Heads]:
    """Turns and heads of eyelid bones by blinks, squints, wide eyes and the gaze's pitch.

    lids: "leftUpper", "leftLower" ... -> bones; eyes: "left", "right" -> the bone at whose head the eye turns.
    """
    found: Turns = {}
    placed: Heads = {}
    index = who.rest.index
    if take.face_weights is None:
        return found, placed
    for number, side in enumerate(("left", "right")):
        upper, lower = ([index[b] for b in lids.get(f"{side}{part}", ()) if b in index] for part in ("Upper", "Lower"))
        centre = _centre(who, [*upper, *lower], index.get(eyes.get(side, ""), -1))
        if centre is None:
            continue
        blink, squint, wide = (_weight(take, f"eye{word}{side.capitalize()}") for word in ("Blink", "Squint", "Wide"))
        pitch = np.radians(take.gaze[:, number, 1]) if take.gaze is not None else np.zeros(take.frame_count)
        ways = _ways(who, centre, upper, lower)
        for bone in (*upper, *lower):
            way = ways[bone]
            if bone in upper:
                follow = -_WITH_GAZE * pitch * (1 - blink)
                angle = way * blink + (follow - _WIDE * wide * (1 - blink)) * min(1.0, abs(way) / _WIDE)
            else:
                angle = way * np.maximum(blink, _SQUINT * squint)
            carrier = int(who.rest.parents[bone])
            carried = followed_turn(who, turns, carrier)
            turn = rotation.from_rotvec(np.stack([angle, np.zeros_like(angle), np.zeros_like(angle)], axis=-1))
            found[bone] = rotation.multiply(carried, turn)
            arm = who.heads[bone] - centre
            if np.linalg.norm(arm) > 1e-9 and not _in_place(who, bone, centre) and carrier >= 0:
                middle = posed_point(who, turns, heads, carrier, centre)
                placed[bone] = middle + rotation.rotate(found[bone], arm)
    return found, placed


def _weight(take: Take, name: str) -> Floats:
    assert take.face_weights is not None
    return np.clip(np.asarray(take.face_weights[:, FACE_NAMES.index(name)], dtype=np.float64), 0.0, 1.0)


def _centre(who: Character, bones: list[int], eye: int) -> Floats | None:
    """The eye's centre at rest [3]: where the eye's bone begins, or where all lids begin, if in one place."""
    if not bones:
        return None
    if eye >= 0:
        return who.heads[eye]
    starts = who.heads[bones]
    middle = starts.mean(axis=0)
    lengths = np.linalg.norm(who.tails[bones] - starts, axis=1)
    together = len(bones) > 1 and np.linalg.norm(starts - middle, axis=1).max() < _CENTRED * lengths.min()
    return middle if together else None


def _in_place(who: Character, bone: int, centre: Floats) -> bool:
    return bool(np.linalg.norm(who.heads[bone] - centre) < _CENTRED * np.linalg.norm(who.tails[bone] - centre))


def _ways(who: Character, centre: Floats, upper: list[int], lower: list[int]) -> dict[int, float]:
    """Radians by which each lid bone turns down to where the lids meet; corners of the eye, which lie there, hardly."""
    heights = {bone: _height(who, bone, centre) for bone in (*upper, *lower)}
    known = {bone: height for bone, height in heights.items() if height is not None}
    tops, bottoms = ([known[b] for b in part if b in known] for part in (upper, lower))
    if not tops or (bottoms and np.mean(tops) <= np.mean(bottoms)):
        return {bone: _UPPER if bone in upper else -_LOWER for bone in heights}
    top = float(np.median(tops))
    bottom = float(np.median(bottoms)) if bottoms else top - _UPPER / _MEET
    meeting = top + _MEET * (bottom - top)
    # Rows of bones beyond the lids' edges (the fold above the eye) go hardly further than those.
    down, up = (min(_MOST, _FOLD * abs(edge - meeting)) for edge in (top, bottom))
    ways = {bone: float(np.clip(known.get(bone, top) - meeting, -up, down)) for bone in upper}
    return ways | {bone: float(np.clip(known.get(bone, bottom) - meeting, -up, down)) for bone in lower}


def _height(who: Character, bone: int, centre: Floats) -> float | None:
    """Radians above the eye's level at which the lid lies; None where its bone does not say."""
    point = who.tails[bone] if _in_place(who, bone, centre) else who.heads[bone]
    way = point - centre
    ahead = float(-way[1])
    return float(np.arctan2(way[2], ahead)) if ahead > 0.2 * float(np.linalg.norm(way)) else None
