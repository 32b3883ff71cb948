"""What Understudy does: one file a feature. Every operator works from the panel, from F3 search and from Python."""

from __future__ import annotations

from . import (
    apply,
    batch,
    behaviour,
    capture,
    character,
    engine,
    mapping,
    range_of_motion,
    record,
    source,
    takes,
    voice,
)

CLASSES = (
    *engine.CLASSES,
    *source.CLASSES,
    *record.CLASSES,
    *capture.CLASSES,
    *voice.CLASSES,
    *behaviour.CLASSES,
    *takes.CLASSES,
    *character.CLASSES,
    *mapping.CLASSES,
    *range_of_motion.CLASSES,
    *apply.CLASSES,
    *batch.CLASSES,
)
