"""What a graphics card keeps of the people photographed: what MediaPipe's network sees in them, and what is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from .bank import READING
from .picture_model import INNER_CHANNELS, POINT_CHANNELS
from .pose_graph import PoseGraph
from .squares import Looker, cut, varied
from .studio import PEOPLE_PICTURES, VIEWS, Sheet

_SHARE_OF_CARD: Final = 0.5
"""Of the card's free memory, for views; learning needs the rest."""


def _precision(device: torch.device) -> torch.dtype:
    return torch.float16 if device.type == "cuda" else torch.float32


def room_for(people: int, device: torch.device, say: Callable[[str], None]) -> int:
    """How many of so many people the card has room for, 0.8 MB each."""
    if device.type != "cuda":
        return people
    numbers = POINT_CHANNELS + 3 + READING
    each = VIEWS * PEOPLE_PICTURES * (2 * INNER_CHANNELS * 8 * 8 + 4 * numbers + 1)
    room = max(1, int(_SHARE_OF_CARD * torch.cuda.mem_get_info(device)[0]) // each)
    if room < people:
        say(f"The card has room for {room} of {people} people; new ones take the place of the oldest.")
    return min(people, room)


class Store:
    """Views on the card: a ring in which new ones take the place of the oldest."""

    def __init__(self, rows: int, device: torch.device) -> None:
        half = _precision(device)
        self.maps = torch.zeros(rows, INNER_CHANNELS, 8, 8, dtype=half, device=device)
        self.points = torch.zeros(rows, POINT_CHANNELS, device=device)
        self.places = torch.zeros(rows, 3, device=device)
        self.readings = torch.zeros(rows, READING, device=device)
        self.flawed = torch.zeros(rows, dtype=torch.bool, device=device)
        self.count = self.taken = 0

    def add(self, maps: Tensor, points: Tensor, places: Tensor, readings: Tensor, flawed: Tensor) -> None:
        rows = (torch.arange(len(maps), device=maps.device) + self.taken) % len(self.maps)
        for own, given in (
            (self.maps, maps), (self.points, points), (self.places, places), (self.readings, readings),
            (self.flawed, flawed),
        ):  # fmt: skip
            own[rows] = given.to(own.dtype)
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
            if vary:
                some = torch.rand(len(squares), 1, 1, 1, device=self._device) < 0.5
                squares = torch.where(some, varied(squares), squares)
            given = squares.to(self._half).contiguous(memory_format=torch.channels_last)
            maps, points, seen = self._looker(given)
            flawed = (views[:, 0].long() % 2) > 0
            store.add(maps[seen], points[seen], places[seen], readings[seen], flawed[seen])
