"""What a command shows while it works: only on a terminal, and only on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(enabled: bool = True) -> Iterator[Callable[[float, str], None]]:
    """A callback (share 0..1, what is being done) that draws a bar."""
    if not (enabled and sys.stderr.isatty()):
        yield lambda share, message: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda share, message: bar.update(task, completed=share, description=message)


@contextmanager
def status(title: str, enabled: bool = True) -> Iterator[Callable[[str], None]]:
    """A callback (sentence) for work of unknown length; beside a terminal each sentence is a line."""
    if not enabled:
        yield lambda sentence: None
        return
    if not sys.stderr.isatty():
        yield lambda sentence: print(sentence, file=sys.stderr)
        return
    from rich.console import Console

    with Console(file=sys.stderr, markup=False).status(title) as spinner:
        yield lambda sentence: spinner.update(f"{title}: {sentence}")
