"""What Understudy shows in the 3D view's sidebar: one file a panel, drawing only."""

from __future__ import annotations

from . import apply, batch, behaviour, capture, character, engine, mapping, source, takes, voice

CLASSES = (
    *engine.CLASSES,
    *source.CLASSES,
    *capture.CLASSES,
    *takes.CLASSES,
    *voice.CLASSES,
    *behaviour.CLASSES,
    *character.CLASSES,
    *mapping.CLASSES,
    *apply.CLASSES,
    *batch.CLASSES,
)
