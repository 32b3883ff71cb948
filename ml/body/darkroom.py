"""What a graphics card keeps of the people photographed: what MediaPipe's network sees in them, and what is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from .bank import READING
from .picture_model import INNER_CHANNELS, POINT_CHANNELS
from .pose_graph import PoseGraph
from .squares import SIDE, Looker, cut, spoilt, varied
from .studio import PEOPLE_PICTURES, VIEWS, Sheet

_SHARE_OF_CARD: Final = 0.6
"""Of the card's free memory, for views and their squares; learning needs the rest."""
_VIEW: Final = 2 * INNER_CHANNELS * 8 * 8 + 4 * (POINT_CHANNELS + 3 + READING) + 1
"""Bytes of a view on a card,"""
_SQUARE: Final = 3 * SIDE * SIDE
"""and of its square."""


def _precision(device: torch.device) -> torch.dtype:
    return torch.float16 if device.type == "cuda" else torch.float32


def room_for(people: int, device: torch.device, say: Callable[[str], None]) -> tuple[int, int]:
    """How many of so many people the card has room for, 0.8 MB each; and for how many views' squares beside them."""
    views = VIEWS * PEOPLE_PICTURES
    if device.type != "cuda":
        return people, 0
    room = int(_SHARE_OF_CARD * torch.cuda.mem_get_info(device)[0])
    fitting = max(1, room // (views * _VIEW))
    if fitting < people:
        say(f"The card has room for {fitting} of {people} people; new ones take the place of the oldest.")
    people = min(people, fitting)
    return people, min(people * views, max(0, room - people * views * _VIEW) // _SQUARE)


class Store:
    """Views on the card: a ring in which new ones take the place of the oldest."""

    def __init__(self, rows: int, device: torch.device, squares: int = 0) -> None:
        """squares: how many of the rows keep their squares, to be looked at again."""
        half = _precision(device)
        self.maps = torch.zeros(rows, INNER_CHANNELS, 8, 8, dtype=half, device=device)
        self.points = torch.zeros(rows, POINT_CHANNELS, device=device)
        self.places = torch.zeros(rows, 3, device=device)
        self.readings = torch.zeros(rows, READING, device=device)
        self.flawed = torch.zeros(rows, dtype=torch.bool, device=device)
        self.squares = torch.zeros(squares, 3, SIDE, SIDE, dtype=torch.uint8, device=device)
        self.count = self.taken = 0

    def add(
        self, maps: Tensor, points: Tensor, places: Tensor, readings: Tensor, flawed: Tensor, squares: Tensor
    ) -> None:
        """squares [N, 3, SIDE, SIDE] 0..1"""
        rows = (torch.arange(len(maps), device=maps.device) + self.taken) % len(self.maps)
        for own, given in (
            (self.maps, maps), (self.points, points), (self.places, places), (self.readings, readings),
            (self.flawed, flawed),
        ):  # fmt: skip
            own[rows] = given.to(own.dtype)
        kept = rows < len(self.squares)
        if len(self.squares):
            self.squares[rows[kept]] = (squares[kept] * 255).round().to(torch.uint8)
        self.taken += len(maps)
        self.count = min(self.taken, len(self.maps))


class Darkroom:
    """Takes sheets in: cuts the squares, has MediaPipe's network look at them, keeps what it says."""

    def __init__(self, graph: PoseGraph, device: torch.device) -> None:
        self._device = device
        self._half = _precision(device)
        self._looker = Looker(graph).to(device, self._half, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]

    def take(self, sheet: Sheet, store: Store, vary: bool) -> None:
        # Copies: the sheet's memory is filled again as soon as it is given back.
        pictures, sizes, views, places, readings = (
            torch.from_numpy(array).to(self._device, copy=True)
            for array in (sheet.pictures, sheet.sizes, sheet.views, sheet.places, sheet.readings)
        )
        with torch.inference_mode():
            squares = cut(pictures, sizes, views)
            shown = squares
            if vary:
                some = torch.rand(len(squares), 1, 1, 1, device=self._device) < 0.5
                shown = torch.where(some, varied(squares), squares)
            maps, points, seen = self._look(shown)
            flawed = (views[:, 0].long() % 2) > 0
            store.add(maps[seen], points[seen], places[seen], readings[seen], flawed[seen], squares[seen])

    def look_again(self, store: Store, count: int) -> None:
        """Look at some of the squares kept, each spoilt anew; what is told of them takes the place of what was told.

        So pictures are never learned by heart: each time around they are others. Where nobody is seen, it stays.
        """
        there = min(store.count, len(store.squares))
        if not there:
            return
        with torch.inference_mode():
            rows = torch.randint(there, (count,), device=self._device).unique()  # or two looks at a row would be mixed
            maps, points, seen = self._look(spoilt(store.squares[rows].float() / 255))
            rows = rows[seen]
            store.maps[rows], store.points[rows] = maps[seen].to(store.maps.dtype), points[seen].to(store.points.dtype)

    def _look(self, squares: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self._looker(squares.to(self._half).contiguous(memory_format=torch.channels_last))
