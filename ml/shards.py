"""A share of a model's training data, made by one machine of many: every n-th clip, by seed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .commands.exits import InputError


def make_shard(model: str, config: Path | None, index: int, count: int, say: Callable[[str], None] = print) -> int:
    """Make the clips index, index + count, ... of those that `train MODEL --config` wants; how many there are now.

    Clips that are there already are kept, so a shard can be stopped and made again.
    """
    if model != "face":
        raise InputError(f"The data of {model!r} cannot be made in shards; leave shards at 1.")
    if not 0 <= index < count:
        raise InputError(f"There is no shard {index} of {count}.")
    from .face.data import FIRST_TRAINING_SEED, make_clips
    from .face.train import read_config

    wanted = read_config(config)
    seeds = range(FIRST_TRAINING_SEED + index, FIRST_TRAINING_SEED + wanted.clips, count)
    made = 0
    for made, _ in enumerate(make_clips(Path(wanted.data), seeds), start=1):
        say(f"{made / len(seeds):.4f}")
    return made
