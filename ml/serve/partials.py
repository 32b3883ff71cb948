"""Files being written: removed when a call ends without them, or when the engine has to end at once."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

_lock = threading.Lock()
_open: set[Path] = set()


@contextlib.contextmanager
def partial_file(final: Path) -> Iterator[Path]:
    """A hidden name in the folder of `final` to write to; whatever still bears it afterwards is removed.

    The name is part of the names of files that writers make beside it, so those are removed as well.
    """
    path = final.parent / f".understudy-{uuid.uuid4().hex[:12]}.partial{''.join(final.suffixes[-1:])}"
    with _lock:
        _open.add(path)
    try:
        yield path
    finally:
        _remove(path)
        with _lock:
            _open.discard(path)


def remove_partials() -> None:
    """Remove everything half-written; called when the engine ends in the middle of something."""
    with _lock:
        paths = list(_open)
    for path in paths:
        _remove(path)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):  # the folder may be gone; there is nobody left to tell
        for found in path.parent.glob(f"*{path.stem}*"):
            found.unlink(missing_ok=True)
