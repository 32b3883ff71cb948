"""The hands by MediaPipe's Hands: 21 points each, in the image and in metres.

A hand that was seen is read where it was. One that was not is looked for at the end of its arm: the pose's points of
the hand give a square that a small network fits to the hand (as MediaPipe Holistic does), and where that fails the
palm detector searches about the wrist, less and less often while it finds nothing: it costs more than reading a hand.
"""

from __future__ import annotations

from typing import ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .crops import Crop, crop_about
from .hand_places import hand_crop, hand_from_arm, plausible, wrist_inside
from .interface import Floats, HandSeen, PoseSeen, Seen
from .mediapipe_graphs import model_hashes
from .mediapipe_regions import HandRead, HandReader, HandRefiner, PalmFinder
from .merge import closer_side, same_hand
from .regions import Region, hand_region
from .skeleton import SIDES, body_size
from .unchanged import Unchanged

Image = NDArray[np.uint8]

_SHARP_HAND: Final = 48.0
"""Pixels from wrist to middle knuckle from which the model sees all it can (it looks at 224 pixels a hand)."""
_MIDDLE_KNUCKLE: Final = 9
_SMALLEST_BODY: Final = 24.0
"""Pixels of a body (see `body_size`) below which fingers are no more than a pixel wide."""
_LONGEST_PAUSE: Final = 12
"""Pictures between two searches for a hand that is not found."""
_LOOKS: Final = ((5, 1), (30, 3), (10**9, 5))
"""(pictures for which a hand has been missing, pictures between two looks at the end of its arm)."""
_STILL: Final = 0.04
_PALM_SCORE: Final = 0.5
_SIZES: Final = (1.0, 0.7)
"""Of the fitted square that are tried: beside another hand it often comes out too large."""
_TOUCHING: Final = 0.5
_MUCH_INSIDE: Final = 0.4
"""Share of another hand's points within half a region's side of its middle from which the two touch."""
_EDGE: Final = 0.03
"""Half a finger's width, in regions: the points lie within the hand."""


class MediaPipeHands:
    """Both hands of one performer."""

    follows_body: ClassVar[bool] = True

    def __init__(self) -> None:
        self._reader, self._refiner, self._palms = HandReader(), HandRefiner(), PalmFinder()
        self._hands = {side: _Followed() for side in SIDES}

    def detect(self, image: Image, pose: PoseSeen | None = None) -> Seen:
        if pose is None:
            return Seen(hands=tuple(self._without_body(image).values()))
        if body_size(pose) < _SMALLEST_BODY:
            return Seen()
        seen = self._follow(image, pose)
        for side in SIDES:
            if side not in seen and wrist_inside(pose, side, image.shape[1], image.shape[0]):
                hand = self._look_for(side, image, pose, seen)
                if hand is not None:
                    seen[side] = hand
        return Seen(hands=tuple(seen.values()))

    def new_shot(self) -> None:
        self._hands = {side: _Followed() for side in SIDES}

    def models(self) -> dict[str, str]:
        return model_hashes(
            "palm_detection/palm_detection_full.tflite",
            "hand_landmark/hand_landmark_full.tflite",
            "hand_landmark/hand_landmark_lite.tflite",
            "holistic_landmark/hand_recrop.tflite",
        )

    def close(self) -> None:
        for graph in (self._reader, self._refiner, self._palms):
            graph.close()

    def _follow(self, image: Image, pose: PoseSeen) -> dict[str, HandSeen]:
        """The hands where they were in the last picture; both sides on one hand leave it to the nearer arm."""
        seen: dict[str, HandSeen] = {}
        for side, hand in self._hands.items():
            if hand.region is None:
                continue
            if hand.seen is not None and hand.unchanged.same(image, hand.region):
                seen[side] = hand.seen
                continue
            # A clear hand beside a hidden one draws the model to itself: the hand read first is not shown again.
            shown = without_hands(image, hand.region, list(seen.values()))
            read = self._reader.read(shown, hand.region)
            if read is not None and plausible(read.points, pose, side):
                seen[side] = hand_seen(read)
        if len(seen) == 2 and same_hand(*seen.values()):
            both = [seen[side] for side in SIDES]
            looks_left = both[0].is_left and both[1].is_left
            owner = closer_side((both[0].points + both[1].points) / 2, looks_left, pose)
            seen = {owner: seen[owner]}
        for side, hand in self._hands.items():
            if side in seen:
                hand.found(seen[side])
            else:
                hand.region = None
        return seen

    def _look_for(self, side: str, image: Image, pose: PoseSeen, seen: dict[str, HandSeen]) -> HandSeen | None:
        hand = self._hands[side]
        others = [one for name, one in seen.items() if name != side]
        square = hand_from_arm(pose, side)
        if square is not None and hand.look_is_due():
            image = without_hands(image, square, others)
            fitted = self._refiner.refine(image, square)
            for size in _SIZES if _beside(square, others) else _SIZES[:1]:
                region = None if fitted is None else fitted.scaled(size)
                found = self._read_new(image, region, pose, side, others)
                if found is not None:
                    return found
        if hand.search_is_due():
            crop = hand_crop(pose, side)
            for region in self._palms_in(image, crop)[:2]:
                found = self._read_new(image, region, pose, side, others)
                if found is not None:
                    return found
        hand.missed()
        return None

    def _read_new(
        self, image: Image, region: Region | None, pose: PoseSeen, side: str, others: list[HandSeen]
    ) -> HandSeen | None:
        if region is None or not region.usable(image.shape[1], image.shape[0]):
            return None
        read = self._reader.read(image, region)
        if read is None or not plausible(read.points, pose, side):
            return None
        seen = hand_seen(read)
        if any(same_hand(seen, other) for other in others):
            return None
        self._hands[side].found(seen)
        return seen

    def _palms_in(self, image: Image, crop: Crop) -> list[Region]:
        piece = crop.cut(image)
        scale = crop.side / piece.shape[0]
        return [
            Region(
                one.region.x * scale + crop.left, one.region.y * scale + crop.top,
                one.region.side * scale, one.region.turn,
            )
            for one in self._palms.find(piece)
            if one.score >= _PALM_SCORE
        ]  # fmt: skip

    def _without_body(self, image: Image) -> dict[str, HandSeen]:
        """Hands alone in the picture, told apart by what they look like."""
        seen: dict[str, HandSeen] = {}
        for side, hand in self._hands.items():
            read = None if hand.region is None else self._reader.read(image, hand.region)
            if read is None:
                hand.region = None
            elif not any(same_hand(hand_seen(read), other) for other in seen.values()):
                seen[side] = hand_seen(read)
                hand.found(seen[side])
        height, width = image.shape[:2]
        free = [side for side in SIDES if side not in seen]
        if free and self._hands[free[0]].search_is_due():
            whole = crop_about((width / 2, height / 2), max(width, height))
            for region in self._palms_in(image, whole):
                read = self._reader.read(image, region) if free else None
                if read is None or any(same_hand(hand_seen(read), other) for other in seen.values()):
                    continue
                looks = "left" if read.leftness >= 0.5 else "right"
                side = looks if looks in free else free[0]
                free.remove(side)
                seen[side] = hand_seen(read)
                self._hands[side].found(seen[side])
        for side in free:
            self._hands[side].missed()
        return seen


class _Followed:
    """What is remembered of one hand from picture to picture."""

    def __init__(self) -> None:
        self.region: Region | None = None
        self.seen: HandSeen | None = None
        self.unchanged = Unchanged()
        self._pause = 0
        self._waited = 0
        self._missed = 0
        """Pictures in a row without this hand."""

    def found(self, seen: HandSeen) -> None:
        new = hand_region(seen.points)
        self.seen = seen
        # A still square keeps the points inside it still.
        if self.region is None or _moved(new, self.region):
            self.region = new
        self._pause = self._waited = self._missed = 0

    def missed(self) -> None:
        self.region = self.seen = None
        self._waited += 1
        self._missed += 1

    def look_is_due(self) -> bool:
        """At the end of the arm: in every picture at first, less and less often while nothing is there."""
        return self._missed % next(pause for missing, pause in _LOOKS if self._missed < missing) == 0

    def search_is_due(self) -> bool:
        if self._waited < self._pause:
            return False
        self._pause = min(_LONGEST_PAUSE, 2 * self._pause + 1)
        self._waited = 0
        return True


def _moved(new: Region, before: Region) -> bool:
    moved = float(np.hypot(new.x - before.x, new.y - before.y)) / before.side
    turned = abs((new.turn - before.turn + np.pi) % (2 * np.pi) - np.pi)
    return moved > _STILL or abs(float(np.log(new.side / before.side))) > 2 * _STILL or turned > 2 * _STILL


def _beside(square: Region, others: list[HandSeen]) -> bool:
    """Whether another hand is near a square in which one is looked for."""
    return any(np.linalg.norm(other.points[:, :2].mean(axis=0) - square.centre) < square.side for other in others)


def without_hands(image: Image, region: Region, others: list[HandSeen]) -> Image:
    """The picture with other hands painted over where they reach well into the region that is read."""
    for other in others:
        points = other.points[:, :2]
        inside = np.linalg.norm(points - region.centre, axis=1) < _TOUCHING * region.side
        if inside.mean() < _MUCH_INSIDE:
            continue
        image = image.copy()
        around = crop_about(region.centre, region.side).cut(image)
        colour = np.median(np.concatenate((around[0], around[-1], around[:, 0], around[:, -1])), axis=0)
        hull = cv2.convexHull(np.round(points).astype(np.int32))
        cv2.fillConvexPoly(image, hull, [float(value) for value in colour])
        cv2.polylines(image, [hull], True, [float(value) for value in colour], max(1, round(_EDGE * region.side)))
    return image


def hand_seen(read: HandRead) -> HandSeen:
    """The observation of a hand that was read."""
    sure = max(read.leftness, 1 - read.leftness)
    return HandSeen(read.points, read.world, read.leftness >= 0.5, sure * size_factor(read.points))


def size_factor(points: Floats) -> float:
    """1 for hands [21, 3] px large enough for the model, less for smaller ones."""
    palm = float(np.linalg.norm(points[_MIDDLE_KNUCKLE] - points[0]))
    return float(np.clip(palm / _SHARP_HAND, 0.25, 1.0))
