"""How much of this machine a job may take: cores and memory."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_SHARE = 0.8
"""Of the free memory."""
_UNKNOWN_GB = 4.0


def cores() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def memory_budget() -> float:
    """Gigabytes for all workers together: most of what is free now."""
    return _SHARE * (_free_bytes() or _UNKNOWN_GB * 1e9) / 1e9


def _free_bytes() -> float | None:
    if sys.platform == "win32":
        return _windows_free()
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return float(line.split()[1]) * 1024
        return None
    except OSError:
        # macOS frees what files occupy as it is needed; half of what is built in is a careful guess.
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2


def _windows_free() -> float | None:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong) for name in ("total", "free", "page", "page_free", "virtual", "left", "extended")
        ]

    status = Status()
    status.length = ctypes.sizeof(status)
    library = getattr(ctypes, "windll", None)
    if library is None or not library.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return float(status.free)


def resident_gb(pid: int) -> float | None:
    """What a process occupies; None where this system does not say."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e9
