"""Where training runs: on which device, and in which of torchrun's processes. The first of these does what only one may
do, and the others wait for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, TypeVar

import torch

T = TypeVar("T")

_PATIENCE: Final = timedelta(days=7)
"""The first reads pictures for hours; torchrun ends all processes where one fails."""


def rank() -> int:
    """The number of this process: 0 for the first of torchrun's, or the only one."""
    return int(os.environ.get("RANK", "0"))


def world() -> int:
    """How many processes there are."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def training_device(name: str) -> torch.device:
    """The device of a configuration, each process's own; "auto" = the accelerator if there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if name == "cuda" else torch.device(name)


def join() -> None:
    """Meet the others, if there are any."""
    if world() > 1 and not torch.distributed.is_initialized():
        torch.distributed.init_process_group("gloo", timeout=_PATIENCE)


def from_first(make: Callable[[], T]) -> T:
    """What the first process makes, sent to all of them: they may be computers that share no folder."""
    if world() == 1:
        return make()
    given: list[Any] = [make() if rank() == 0 else None]
    torch.distributed.broadcast_object_list(given)
    return given[0]


def first_before_others(do: Callable[[], None]) -> None:
    """Have the first process do something, and then the others, who find what it made."""
    if rank() == 0:
        do()
    if world() > 1:
        torch.distributed.barrier()
    if rank() > 0:
        do()
