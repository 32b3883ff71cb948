"""One picture's observations joined: which hand is whose, and whether face and body are of the same person."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final

import numpy as np

from .interface import FaceSeen, Floats, HandSeen, PoseSeen, Seen
from .skeleton import NOSE, SIDES, WRISTS, body_size, point

Combined = dict[str, Floats | float | Future[Floats]]
"""Array name of Features -> its value in this frame, or where it will be told; what was not seen is absent."""

_MESH_NOSE: Final = 4
_TRUSTED: Final = 0.3
"""Visibility below which a wrist says nothing about where a hand is."""
_REACH: Final = 0.6
"""How far a hand's wrist may lie from the body's, in body sizes in the picture (see `body_size`)."""
_CONTRADICTION: Final = 0.25
"""What a hand that looks like the other side costs, in reaches."""
_MIDDLE_KNUCKLE: Final = 9
_SAME_HAND: Final = 0.5
"""Mean distance of two hands' points, in palms, below which they are one hand seen twice."""
_OTHER_PERSON: Final = 1.5
"""How far the face's nose may lie from the body's, in face heights."""


def combine(seen: Sequence[Seen], scale: float) -> Combined:
    """Join the observations of one picture; `scale` turns its pixels into source pixels."""
    face = next((s.face for s in seen if s.face is not None), None)
    pose = next((s.pose for s in seen if s.pose is not None), None)
    hands = [hand for s in seen for hand in s.hands]
    combined: Combined = {}
    if face is not None and (pose is None or same_person(face, pose)):
        combined["face"] = face.points * scale
        combined["face_confidence"] = face.confidence
        if face.look is not None:
            combined["face_look"] = face.look
    if pose is not None:
        combined["pose_image"] = pose.image * scale
        combined["pose_world"] = pose.world
        combined["pose_visibility"] = pose.visibility
        combined["pose_confidence"] = pose.confidence
        if pose.look is not None and pose.region is not None:
            combined["pose_look"] = pose.look
            combined["pose_region"] = pose.region * np.array((scale, scale, scale, 1.0), dtype=np.float32)
    left, right = assign_hands(hands, pose)
    for side, hand in (("left", left), ("right", right)):
        if hand is not None:
            combined[f"{side}_hand"] = hand.points * scale
            combined[f"{side}_hand_world"] = hand.world
            combined[f"{side}_hand_confidence"] = float(np.clip(hand.confidence, 0, 1))
    return combined


def same_person(face: FaceSeen, pose: PoseSeen) -> bool:
    """Whether the face lies where the body's head is; a second person's face must not drive the first one's."""
    if pose.visibility[NOSE] < _TRUSTED:
        return True
    height = float(np.ptp(face.points[:, 1]))
    apart = float(np.linalg.norm(face.points[_MESH_NOSE, :2] - point(pose, NOSE)))
    return apart <= _OTHER_PERSON * max(height, 1.0)


def assign_hands(hands: Sequence[HandSeen], pose: PoseSeen | None) -> tuple[HandSeen | None, HandSeen | None]:
    """The performer's (left, right) hand: by nearness to the body's wrists, else by what the hand looks like."""
    if pose is None:
        return _by_looks(hands)
    wrists = {side: _wrist(pose, side) for side in SIDES}
    if all(wrist is None for wrist in wrists.values()):
        return _by_looks(hands)
    reach = _REACH * body_size(pose)
    # Cheapest pairs first; a hand whose looks contradict must be clearly nearer to count for that side.
    pairs = sorted(
        (_distance(hand, wrist) + (_CONTRADICTION * reach if hand.is_left != (side == "left") else 0.0), side, number)
        for number, hand in enumerate(hands)
        for side, wrist in wrists.items()
        if wrist is not None
    )
    chosen: dict[str, int] = {}
    for cost, side, number in pairs:
        if cost <= reach and side not in chosen and number not in chosen.values():
            chosen[side] = number
    # A side without a trusted wrist may take a hand that looks like it and is left over.
    for side, wrist in wrists.items():
        if wrist is None and side not in chosen:
            rest = [n for n, hand in enumerate(hands) if n not in chosen.values() and hand.is_left == (side == "left")]
            if rest:
                chosen[side] = max(rest, key=lambda n: hands[n].confidence)
    left, right = (hands[chosen[side]] if side in chosen else None for side in SIDES)
    if left is not None and right is not None and same_hand(left, right):
        nearest_side = pairs[0][1]
        return (left, None) if nearest_side == "left" else (None, right)
    return left, right


def closer_side(points: Floats, is_left: bool, pose: PoseSeen) -> str:
    """Whose hand [21, 3] px this is, when it can only be one arm's."""
    reach = _REACH * body_size(pose)
    costs = {
        side: float(np.linalg.norm(points[0, :2] - point(pose, WRISTS[side])))
        + (_CONTRADICTION * reach if is_left != (side == "left") else 0.0)
        for side in SIDES
    }
    return min(costs, key=lambda side: costs[side])


def same_hand(first: HandSeen, second: HandSeen) -> bool:
    """Whether two observations, each from its own square, lie on one and the same hand."""
    palm = max(float(np.linalg.norm(hand.points[_MIDDLE_KNUCKLE, :2] - hand.points[0, :2])) for hand in (first, second))
    apart = np.linalg.norm(first.points[:, :2] - second.points[:, :2], axis=-1)
    return float(apart.mean()) < _SAME_HAND * palm


def _distance(hand: HandSeen, wrist: Floats) -> float:
    return float(np.linalg.norm(hand.points[0, :2] - wrist))


def _by_looks(hands: Sequence[HandSeen]) -> tuple[HandSeen | None, HandSeen | None]:
    best: dict[bool, HandSeen] = {}
    for hand in sorted(hands, key=lambda h: h.confidence):
        best[hand.is_left] = hand
    if len(hands) == 2 and len(best) == 1:
        # Both look like the same side: the one further left in the picture is the right hand of a facing performer.
        first, second = sorted(hands, key=lambda h: float(h.points[0, 0]))
        return second, first
    return best.get(True), best.get(False)


def _wrist(pose: PoseSeen, side: str) -> Floats | None:
    index = WRISTS[side]
    return point(pose, index) if pose.visibility[index] >= _TRUSTED else None
