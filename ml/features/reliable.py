"""Taking back what a detector saw in curtains and bottles: stretches of body or face without a person in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .arrays import ARRAY_NAMES, Features, is_confidence

_JOINED: Final = 0.15
"""Seconds without the body that do not end a stretch."""
_STEADY: Final = 1.0
_LONG: Final = 2.0
"""Seconds (or half of the footage, if that is shorter) a body without a face must be followed to be believed: one that
is clearly visible, and another."""
_WITH_FACE: Final = 0.2
"""Share of a stretch's frames with a face at the body's head that proves it."""
_LONE_FACE: Final = 0.4
"""Confidence (median of a stretch) from which a face is believed without a body."""
_SHOULDERS: Final = (11, 12)
_NARROWEST: Final = 0.22
"""Metres between the shoulders (median of a stretch): things taken for bodies come out crumpled,"""
_NARROWEST_CLEAR: Final = 0.12
"""and what is clearly visible, is told as narrow as .16 if seldom."""
_VISIBLE: Final = 0.4
"""Mean visibility of the 33 points (median of a stretch)."""
_CLEARLY_VISIBLE: Final = 0.75
"""The same of bodies seen whole and well."""
_HOLES: Final = 0.25
"""Share of missing frames inside a stretch above which it flickers too much to be a person."""


def drop_apparitions(features: Features) -> Features:
    """The features without stretches in which a body or face was only imagined."""
    return _drop_faces(_drop_bodies(features))


def _drop_faces(features: Features) -> Features:
    """Small faces on no body: patterns that look like one."""
    false = np.zeros(features.frame_count, dtype=bool)
    for first, last in stretches(features.face_confidence > 0, features.times):
        frames = slice(first, last + 1)
        confidence = features.face_confidence[frames]
        with_body = float((features.pose_confidence[frames] > 0).mean()) >= _WITH_FACE
        if not with_body and np.median(confidence[confidence > 0]) < _LONE_FACE:
            false[frames] = True
    return _without(features, false, ("face",)) if false.any() else features


def _drop_bodies(features: Features) -> Features:
    """Bodies, and the hands found with them."""
    body = features.pose_confidence > 0
    false = np.zeros(features.frame_count, dtype=bool)
    for first, last in stretches(body, features.times):
        if not _believable(features, body, first, last):
            false[first : last + 1] = True
    return _without(features, false, ("pose", "left_hand", "right_hand")) if false.any() else features


def stretches(seen: NDArray[np.bool_], times: NDArray[np.float64]) -> list[tuple[int, int]]:
    """(first, last) frame of each stretch of `seen` [T], joined over gaps up to _JOINED seconds."""
    frames = np.flatnonzero(seen)
    if len(frames) == 0:
        return []
    usual = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    breaks = np.flatnonzero(np.diff(times[frames]) > max(_JOINED, 1.5 * usual))
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks, [len(frames) - 1]))
    return [(int(frames[a]), int(frames[b])) for a, b in zip(starts, ends, strict=True)]


def _believable(features: Features, body: NDArray[np.bool_], first: int, last: int) -> bool:
    frames = np.arange(first, last + 1)[body[first : last + 1]]
    if float((features.face_confidence[frames] > 0).mean()) >= _WITH_FACE:
        return True
    times = features.times
    frame = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    length, whole = times[last] - times[first] + frame, times[-1] - times[0] + frame
    shoulders = np.linalg.norm(
        features.pose_world[frames, _SHOULDERS[0]] - features.pose_world[frames, _SHOULDERS[1]], axis=-1
    )
    visibility = float(np.median(features.pose_visibility[frames].mean(axis=-1)))
    clearly = visibility >= _CLEARLY_VISIBLE
    return bool(
        length >= min(_STEADY if clearly else _LONG, whole / 2) - 1e-6
        and len(frames) >= (1 - _HOLES) * (last - first + 1)
        and np.median(shoulders) >= (_NARROWEST_CLEAR if clearly else _NARROWEST)
        and visibility >= _VISIBLE
    )


def _without(features: Features, frames: NDArray[np.bool_], prefixes: tuple[str, ...]) -> Features:
    arrays = {}
    for name in ARRAY_NAMES:
        if name.startswith(prefixes):
            arrays[name] = getattr(features, name).copy()
            arrays[name][frames] = 0.0 if is_confidence(name) else np.nan
    return replace(features, **arrays)
