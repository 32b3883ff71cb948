"""Sentences in panels: wrapped to the sidebar's width, with what goes wrong in red."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bpy.types import Context, UILayout

from .. import session
from ..session import Job, Topic

_CHARACTER_WIDTH = 6.3
"""Pixels of an average character at a scale of 1."""
_MARGIN = 60


def draw_text(layout: UILayout, context: Context, text: str, icon: str = "NONE", alert: bool = False) -> None:
    """A text of several lines; labels do not wrap by themselves."""
    width = context.region.width if context.region is not None else 300
    scale = context.preferences.system.ui_scale if context.preferences is not None else 1.0
    letters = max(20, int((width - _MARGIN * scale) / (_CHARACTER_WIDTH * scale)))
    column = layout.column(align=True)
    column.alert = alert
    column.scale_y = 0.8
    lines = [line for paragraph in text.splitlines() for line in textwrap.wrap(paragraph, letters)]
    for number, line in enumerate(lines):
        if number == 0:
            column.label(text=line, icon=icon)
        else:
            column.label(text=line, icon="BLANK1" if icon != "NONE" else "NONE")


def draw_outcome(layout: UILayout, context: Context, topic: Topic) -> None:
    """What went wrong last with a topic, or what came of it."""
    problem, note = session.state.problems.get(topic), session.state.notes.get(topic)
    if problem:
        draw_text(layout.box(), context, problem, "ERROR", alert=True)
    elif note:
        draw_text(layout, context, note, "CHECKMARK")


def draw_job(layout: UILayout, job: Job, cancel: str) -> None:
    """A progress bar with a button that stops it."""
    split = layout.split(factor=0.72, align=True)
    split.progress(factor=job.fraction, text=f"{job.fraction:.0%}")
    split.operator(cancel, text="Cancel")
    layout.label(text=job.message or job.title)


def clock(seconds: float) -> str:
    """Such as 1:05.2"""
    minutes, rest = divmod(max(seconds, 0.0), 60)
    return f"{int(minutes)}:{rest:04.1f}"


def quality_word(quality: float) -> tuple[str, str]:
    """(word, icon) for how well the performer was seen, 0..1."""
    if quality >= 0.75:
        return "Good", "COLLECTION_COLOR_04"
    if quality >= 0.45:
        return "Fair", "COLLECTION_COLOR_03"
    return "Poor", "COLLECTION_COLOR_01"
