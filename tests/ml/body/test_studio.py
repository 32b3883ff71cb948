"""The processes that photograph people: alike however they begin, and gone when whoever began them is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest

from understudy.ml.body import studio
from understudy.ml.body.bank import built_in_bank
from understudy.ml.body.studio import SIZES, Studio, picture_size
from understudy.ml.performers import Renderer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="people are drawn on Linux alone, through EGL")

STARTER = """
import os, time
from contextlib import nullcontext
from types import SimpleNamespace
from understudy.ml.body import studio
studio.Renderer = lambda *size: nullcontext(SimpleNamespace(resize=lambda *size: None))
studio.photograph = lambda *given: None
studio._LOOK_ROUND = 0.2
one = studio.Studio(2, (), range(1000), start="fork")
next(one.sheets(30))
print(*(process.pid for process in one._processes), flush=True)
time.sleep(60)
"""


def first_sheets(taken, count=1):
    """Copies of the first sheets that a studio gives out within three minutes: beside other work a process that is
    spawned takes a minute to begin."""
    found, begun = [], time.monotonic()
    for sheet in taken.sheets(0.2):
        if sheet is not None:
            found.append(SimpleNamespace(**{name: np.array(getattr(sheet, name)) for name in studio._layout()}))
        if len(found) == count or time.monotonic() - begun > 180 or taken.complaint:
            break
    return found


def test_a_seed_is_the_same_pictures_however_processes_begin():
    bank, seed = built_in_bank(), 3
    taken = Studio(1, bank, [seed], start="spawn")  # as on Windows and macOS
    try:
        sheets = first_sheets(taken)
        assert sheets, f"{taken.complaint or 'no sheet'}; still working: {taken.working}"
    finally:
        taken.close()
    (found,) = sheets
    assert taken.reached == seed
    here = studio._as_sheet(studio._memory(None, "fork"))
    with Renderer(*SIZES[0]) as renderer:
        renderer.resize(*SIZES[1])
        renderer.resize(*picture_size(seed))
        studio.photograph(here, seed, bank, renderer, held_out=False)
    for name in studio._layout():
        assert np.array_equal(getattr(found, name), getattr(here, name)), name
    assert {picture_size(seed) for seed in range(60)} == set(SIZES)


def test_processes_leave_when_their_parent_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", STARTER], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    workers = [int(word) for word in parent.stdout.readline().split()]
    assert len(workers) == 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    end = time.monotonic() + 20
    while any(map(is_there, workers)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(is_there, workers))


def is_there(process):
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def until_told(monkeypatch):
    """A function: photographs people in some way, and gives the studio, what it said, and three sheets more."""

    def photographed(photograph, seeds):
        monkeypatch.setattr(studio, "Renderer", lambda *size: nullcontext(SimpleNamespace(resize=lambda *size: None)))
        monkeypatch.setattr(studio, "photograph", photograph)
        said: list[str] = []
        taken = Studio(1, (), seeds, say=said.append, start="fork")
        sheets = taken.sheets(0.05)
        try:
            begun = time.monotonic()
            while not said and time.monotonic() - begun < 20:
                next(sheets)
            return taken, said, [next(sheets) for _ in range(3)]
        finally:
            taken.close()

    return photographed


def test_that_all_processes_died_is_said_once(until_told):
    taken, said, more = until_told(lambda sheet, seed, *_: os._exit(3) if seed > 1 else None, range(5))
    assert more == [None] * 3
    assert len(said) == 1 and "ended with 3" in said[0]
    assert not taken.working


def test_people_who_could_not_be_photographed_are_told(until_told):
    def photograph(sheet, seed, *_):
        if seed == 1:
            raise ValueError("no such coat")

    taken, said, _ = until_told(photograph, range(3))
    assert taken.given == 2
    assert len(said) == 1 and "1 people, the last for ValueError('no such coat')" in said[0]
