"""All that training learns from as tensors on one device, and draws from it: thousands of people in one accelerator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from .examples import Example

_FRAMES: Final = ("pictures", "shape", "eyes", "turn", "weights", "gaze", "facing")
"""What is kept of each frame, named as in `Example`."""
_HALF: Final = ("shape",)
_IMPURE: Final = 0.4
"""Share whose neutral frames are only the quieter ones of the clip, as `ml.face.neutral` finds them."""
_FEWEST_LATER: Final = 4


class Pool:
    """M performances, N frames in all; grows as clips come."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.performances = 0
        self.looks: Tensor | None = None
        """[V, N, 2, looks] of all frames, straight and mirrored, as filmed and spoilt in V - 1 ways, once what sees
        pictures learns no more."""
        self._count = 0
        self._kept: dict[str, Tensor] = {}
        self._rows = torch.zeros(0, 0, dtype=torch.int64, device=device)
        self._neutral = torch.zeros(0, 0, dtype=torch.bool, device=device)
        self._lengths = torch.zeros(0, dtype=torch.int64, device=device)

    def __len__(self) -> int:
        return self._count

    def add(self, examples: Sequence[Example]) -> None:
        """Take clips in; looks, if there are any, have to be worked out anew."""
        if not examples:
            return
        self.looks = None
        lengths = [example.frames for example in examples]
        for name in _FRAMES:
            new = torch.cat([torch.as_tensor(getattr(example, name)) for example in examples])
            self._append(name, new.half() if name in _HALF else new)
        longest = max(*lengths, self._rows.shape[1])
        self._rows, self._neutral = (_widened(table, longest) for table in (self._rows, self._neutral))
        starts = self._count + torch.tensor([0, *lengths[:-1]]).cumsum(0)
        steps = torch.arange(longest)
        rows = starts[:, None] + torch.minimum(steps, torch.tensor(lengths)[:, None] - 1)
        neutral = torch.zeros(len(examples), longest, dtype=torch.bool)
        for i, example in enumerate(examples):
            neutral[i, torch.as_tensor(example.neutral)] = True
        self._rows = torch.cat((self._rows, rows.to(self.device)))
        self._neutral = torch.cat((self._neutral, neutral.to(self.device)))
        self._lengths = torch.cat((self._lengths, torch.tensor(lengths, device=self.device)))
        self._count += sum(lengths)
        self.performances += len(examples)

    def of(self, name: str) -> Tensor:
        """Everything kept under a name [N, ...]."""
        return self._kept[name][: self._count]

    def at(self, name: str, index: Tensor) -> Tensor:
        """What is kept under a name of some frames [...] -> [..., ...]."""
        found = self._kept[name][index]
        return found.float() if name in _HALF else found

    def clip(self, number: int) -> tuple[Tensor, Tensor]:
        """The frames [T] of one performance and which of them [T] are neutral."""
        length = int(self._lengths[number])
        return self._rows[number, :length], self._neutral[number, :length]

    def alike(self, most: int) -> list[Tensor]:
        """The frames [P, T] of all performances, those equally long together, some `most` frames at once."""
        groups = []
        for length in self._lengths.unique().tolist():
            who = torch.nonzero(self._lengths == length)[:, 0]
            groups += [self._rows[some, :length] for some in who.split(max(1, most // length))]
        return groups

    def looks_at(self, index: Tensor) -> Tensor:
        """Looks [P, K, 2, looks] of frames [P, K], each performance filmed or spoilt in one way."""
        assert self.looks is not None
        way = torch.randint(len(self.looks), (len(index), 1), device=self.device)
        return self.looks[way, index].float()

    def draw(self, count: int, neutrals: int, frames: int) -> Tensor:
        """Frames [count, neutrals + frames] of as many performances: neutral ones, then mostly those with something."""
        who = torch.randint(self.performances, (count,), device=self.device)
        rows = self._rows[who]
        there, loud = self._there(who), self._kept["weights"][rows].sum(dim=-1)
        calm = torch.multinomial(self._calm(who, loud, there), neutrals, replacement=True)
        shown = torch.multinomial((loud + 0.3) * there, frames, replacement=True)
        return rows.gather(1, torch.cat((calm, shown), dim=1))

    def stretches(self, count: int, window: int, neutrals: int) -> tuple[Tensor, Tensor]:
        """Frames in a row [count, window] of performances that are long enough, and neutral ones [count, neutrals]."""
        long = torch.nonzero(self._lengths >= window)[:, 0]
        who = long[torch.randint(len(long), (count,), device=self.device)]
        rows = self._rows[who]
        room = self._lengths[who] - window + 1
        start = (torch.rand(count, device=self.device) * room).long()
        there, loud = self._there(who), self._kept["weights"][rows].sum(dim=-1)
        calm = torch.multinomial(self._calm(who, loud, there), neutrals, replacement=True)
        steps = start[:, None] + torch.arange(window, device=self.device)
        return rows.gather(1, steps), rows.gather(1, calm)

    def has(self, window: int, shorter: bool = False) -> bool:
        """Whether any performance is at least so long (or `shorter`)."""
        enough = self._lengths >= window
        return bool((~enough if shorter else enough).any())

    def _there(self, who: Tensor) -> Tensor:
        return torch.arange(self._rows.shape[1], device=self.device) < self._lengths[who][:, None]

    def _calm(self, who: Tensor, loud: Tensor, there: Tensor) -> Tensor:
        """How likely each frame [P, F] is to be taken for neutral: true ones, or as they are found in a clip without
        any: its quieter ones."""
        neutral = self._neutral[who]
        later = there & ~neutral
        count = later.sum(dim=1, keepdim=True)
        rank = torch.where(later, loud, torch.inf).argsort(dim=1).argsort(dim=1)
        share = 0.2 + 0.7 * torch.rand(len(who), 1, device=self.device)
        quiet = later & (rank < (count * share).round().clamp(min=_FEWEST_LATER))
        impure = (torch.rand(len(who), 1, device=self.device) < _IMPURE) & (count >= _FEWEST_LATER)
        return torch.where(impure, quiet, neutral).float()

    def _append(self, name: str, new: Tensor) -> None:
        kept, needed = self._kept.get(name), self._count + len(new)
        if kept is None or len(kept) < needed:
            room = torch.zeros(max(needed, 2 * self._count), *new.shape[1:], dtype=new.dtype, device=self.device)
            if kept is not None:
                room[: self._count] = kept[: self._count]
            self._kept[name] = kept = room
        kept[self._count : needed] = new.to(self.device)


def _widened(table: Tensor, width: int) -> Tensor:
    return torch.nn.functional.pad(table, (0, width - table.shape[1]))
