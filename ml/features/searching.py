"""Where to search a picture for people: whole, then in pieces for those too small to be seen in the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from .crops import Crop, crop_about
from .regions import Region

Image = NDArray[np.uint8]

_SURE: Final = 0.5
_SURE_IN_PIECE: Final = 0.6
"""Enlarged pieces of walls and trees look more like people than the whole does."""
_LARGE_PIECE: Final = 1.0
_SMALL_PIECES: Final = (0.5, 0.3)
"""Sides of the pieces in shorter sides of the picture; neighbours overlap by half. The finder sees people from about a
quarter of a piece's height: 60 pixels of 720."""
_AT_A_TIME: Final = 2
_SMALLEST_PICTURE: Final = 128
_AROUND: Final = 1.6
"""Side of the piece about somebody who was lost, in their last region's."""


class Found(Protocol):
    @property
    def region(self) -> Region: ...

    @property
    def score(self) -> float: ...


class Finder(Protocol):
    """Finds bodies that are tall enough in a picture."""

    def find(self, image: Image) -> Sequence[Found]: ...

    def close(self) -> None: ...


class Searcher:
    """Searches picture after picture; where nobody is seen for long, a few pieces of each."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._turn = 0

    def search(self, image: Image, lost: Sequence[Region], nobody: bool, first: bool = False) -> list[Region]:
        """Regions that may hold a person, surest first.

        lost: where people were seen last; nobody: no one is followed now, so it is worth looking harder; first: this
        is the first picture of a shot, so it is worth looking everywhere at once.
        """
        height, width = image.shape[:2]
        whole = [one.region for one in self._finder.find(image) if one.score >= _SURE]
        tiling = tiles(width, height)
        turn, self._turn = self._turn, self._turn + _AT_A_TIME
        if not nobody:
            # Others may be too small for the whole picture: one large piece of it each time.
            large = [piece for piece in tiling if piece.side >= _LARGE_PIECE * min(width, height)]
            return whole + (self._in_piece(image, large[turn // _AT_A_TIME % len(large)]) if large else [])
        if whole:
            return whole
        pieces = [crop_about(one.centre, _AROUND * one.side) for one in lost[-2:]]
        pieces = [piece for piece in pieces if piece.side < min(width, height)]
        if tiling:
            pieces += tiling if first else [tiling[(turn + i) % len(tiling)] for i in range(_AT_A_TIME)]
        for piece in pieces:
            found = self._in_piece(image, piece)
            if found:
                return found
        return []

    def close(self) -> None:
        self._finder.close()

    def _in_piece(self, image: Image, piece: Crop) -> list[Region]:
        side = piece.cut(image)
        scale = piece.side / side.shape[0]
        return [
            Region(
                one.region.x * scale + piece.left, one.region.y * scale + piece.top,
                one.region.side * scale, one.region.turn,
            )
            for one in self._finder.find(side)
            if one.score >= _SURE_IN_PIECE
        ]  # fmt: skip


def tiles(width: int, height: int) -> list[Crop]:
    """Overlapping squares that cover a picture, large ones first."""
    found = []
    if min(width, height) < _SMALLEST_PICTURE:
        return []
    for share in (_LARGE_PIECE, *_SMALL_PIECES):
        side = round(share * min(width, height))
        lefts, tops = _steps(width, side), _steps(height, side)
        if len(lefts) * len(tops) > 1:
            found += [Crop(left, top, side) for top in tops for left in lefts]
    return found


def _steps(length: int, side: int) -> list[int]:
    count = max(1, int(np.ceil((length - side) / (side / 2))) + 1) if length > side else 1
    return [round(at) for at in np.linspace(0, length - side, count)]
