"""How a run of the tests ends."""

import os
import sys

import pytest

_ended: list[int] = []


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    _ended.append(int(exitstatus))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """After everything was reported.

    Where Blender was a module of this process, Python is not let tidy up: bpy 4.5 destroys a condition that its sound
    thread still waits for, which held up whole runs for ever once all tests had passed (see also cli.py).
    """
    if "bpy" in sys.modules and _ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_ended[-1])
