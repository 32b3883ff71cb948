"""The one sentence that says what to do next."""

import itertools
from dataclasses import replace

import pytest

from understudy.addon.panels.next_step import Progress, next_step

START = Progress(
    engine="missing",
    has_source=False,
    recording=False,
    capturing=False,
    has_take=False,
    has_character=False,
    applied=False,
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "install the engine"),
        ({"engine": "installing"}, ""),
        ({"engine": "broken"}, "again"),
        ({"engine": "ready"}, "Choose a video"),
        ({"engine": "ready", "recording": True}, "press Stop"),
        ({"engine": "ready", "has_source": True}, "Press Capture"),
        ({"engine": "ready", "has_source": True, "capturing": True}, ""),
        ({"engine": "ready", "has_take": True}, "Choose your character"),
        ({"engine": "ready", "has_take": True, "has_character": True}, "Press Apply"),
        ({"engine": "ready", "has_take": True, "has_character": True, "applied": True}, ""),
    ],
)
def test_each_stage_has_its_sentence(change, words):
    said = next_step(replace(START, **change))
    assert words in said and bool(words) == bool(said)


def test_nobody_is_left_without_a_next_step_before_the_end():
    for values in itertools.product((False, True), repeat=3):
        state = Progress("ready", values[0], False, False, values[1], values[2], False)
        assert next_step(state)
