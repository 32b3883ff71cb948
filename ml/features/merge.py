"""One picture's observations joined: which hand is whose, and whether face and body are of the same person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from .interface import FaceSeen, Floats, HandSeen, PoseSeen, Seen

Combined = dict[str, Floats | float]
"""Array name of Features -> its value in this frame; what was not seen is absent."""

# MediaPipe's 33 points: performer's left and right.
_LEFT_WRIST, _RIGHT_WRIST = 15, 16
_LEFT_ELBOW, _RIGHT_ELBOW = 13, 14
_LEFT_SHOULDER, _RIGHT_SHOULDER = 11, 12
_NOSE: Final = 0
_MESH_NOSE: Final = 4
_TRUSTED: Final = 0.3
"""Visibility below which a wrist says nothing about where a hand is."""
_REACH: Final = 0.6
"""How far a hand's wrist may lie from the body's, in body sizes in the picture (see `_body_size`)."""
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
    if pose is not None:
        combined["pose_image"] = pose.image * scale
        combined["pose_world"] = pose.world
        combined["pose_visibility"] = pose.visibility
        combined["pose_confidence"] = pose.confidence
    left, right = assign_hands(hands, pose)
    for side, hand in (("left", left), ("right", right)):
        if hand is not None:
            combined[f"{side}_hand"] = hand.points * scale
            combined[f"{side}_hand_world"] = hand.world
            combined[f"{side}_hand_confidence"] = float(np.clip(hand.confidence, 0, 1))
    return combined


def same_person(face: FaceSeen, pose: PoseSeen) -> bool:
    """Whether the face lies where the body's head is; a second person's face must not drive the first one's."""
    if pose.visibility[_NOSE] < _TRUSTED:
        return True
    height = float(np.ptp(face.points[:, 1]))
    apart = float(np.linalg.norm(face.points[_MESH_NOSE, :2] - pose.image[_NOSE, :2]))
    return apart <= _OTHER_PERSON * max(height, 1.0)


def assign_hands(hands: Sequence[HandSeen], pose: PoseSeen | None) -> tuple[HandSeen | None, HandSeen | None]:
    """The performer's (left, right) hand: by nearness to the body's wrists, else by what the hand looks like."""
    if pose is None:
        return _by_looks(hands)
    wrists = {side: _wrist(pose, side) for side in ("left", "right")}
    if all(wrist is None for wrist in wrists.values()):
        return _by_looks(hands)
    reach = _REACH * _body_size(pose)
    # Cheapest pairs first; a hand whose looks contradict must be clearly nearer to count for that side.
    pairs = sorted(
        (float(np.linalg.norm(hand.points[0, :2] - wrist)) + (0.25 * reach if hand.is_left != (side == "left") else 0.0),
         side, number)
        for number, hand in enumerate(hands)
        for side, wrist in wrists.items()
        if wrist is not None
    )  # fmt: skip
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
    left, right = chosen.get("left"), chosen.get("right")
    return (None if left is None else hands[left], None if right is None else hands[right])


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
    index = _LEFT_WRIST if side == "left" else _RIGHT_WRIST
    return pose.image[index, :2] if pose.visibility[index] >= _TRUSTED else None


def _body_size(pose: PoseSeen) -> float:
    """The longest of shoulder width, upper arms and forearms in the picture, in pixels: foreshortening spares one."""
    points = pose.image[:, :2]
    pairs = (
        (_LEFT_SHOULDER, _RIGHT_SHOULDER), (_LEFT_SHOULDER, _LEFT_ELBOW), (_RIGHT_SHOULDER, _RIGHT_ELBOW),
        (_LEFT_ELBOW, _LEFT_WRIST), (_RIGHT_ELBOW, _RIGHT_WRIST),
    )  # fmt: skip
    return max(float(np.linalg.norm(points[a] - points[b])) for a, b in pairs)
