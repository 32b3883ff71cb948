"""Memory that training frees and takes again at every step stays with the process."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
"""Numbers of mallopt(3)'s settings."""
_NEVER: Final = 2**31 - 1


def keep_freed_memory() -> bool:
    """Have the C library keep large blocks that are freed; whether it does.

    It gives them back at once, and the system clears each page anew when they are taken again: on a processor 40 % of
    the time of training went into that. Linux with glibc alone; elsewhere nothing is changed.
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_MMAP_MAX, 0)) and bool(mallopt(_TRIM_THRESHOLD, _NEVER))
