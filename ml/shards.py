"""A share of a model's training data, made by one machine of many: every n-th clip, by seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from .commands.exits import DONE, InputError, end_with_error


def make_shard(model: str, config: Path | None, index: int, count: int, say: Callable[[str], None] = print) -> int:
    """Make the clips index, index + count, ... of those that `train MODEL --config` wants; how many there are now.

    Clips that are there already are kept, so a shard can be stopped and made again.
    """
    if model != "face":
        raise InputError(f"The data of {model!r} cannot be made in shards; leave shards at 1.")
    if not 0 <= index < count:
        raise InputError(f"There is no shard {index} of {count}.")
    from .face.data import make_clips
    from .face.train import read_config

    wanted = read_config(config)
    seeds = wanted.seeds[index::count]
    made = 0
    for made, _ in enumerate(make_clips(Path(wanted.data), seeds), start=1):
        say(f"{made / len(seeds):.4f}")
    return made


def main(arguments: Sequence[str]) -> int:
    """`train-data MODEL CONFIG` checks the settings; with INDEX and COUNT behind it makes that shard. The exit code."""
    model, config, *shard = arguments
    try:
        check_settings(model, Path(config))
        if shard:
            make_shard(model, Path(config), int(shard[0]), int(shard[1]), lambda _: None)
    except Exception as error:  # noqa: BLE001 - the last line of defence: no user sees a traceback
        return end_with_error(error)
    return DONE


def check_settings(model: str, config: Path) -> None:
    """Say at once, not after a farm has tried twenty times, that the settings are wrong."""
    if model == "face":
        from .face.train import read_config

        read_config(config)
