"""From footage to the features of the people in it: one who is followed, one who is chosen, or everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from .capture_options import CaptureError, CaptureOptions
from .features.arrays import Features
from .features.detect import detect_features
from .features.interface import DetectorMaker, Maker
from .features.reliable import drop_apparitions
from .footage import Footage, Frame

Progress = Callable[[float, str], None]

_LARGEST_SIDE: Final = 1920
"""Pixels to which larger pictures are scaled before detection; the detectors see far less of each part."""
_OUTSHONE: Final = 2.0
"""How much more prominent another than the one who was followed must have been for the choice to be revised."""
_NOTABLE: Final = 0.15
"""Prominence beside the performer's from which somebody else is worth a word."""


def watch(
    footage: Footage, options: CaptureOptions, progress: Progress, cancelled: Callable[[], bool]
) -> tuple[Features, list[str]]:
    """The features of one performer, and what the user should know about the choice. Progress runs from 0 to 1."""
    if options.person is not None:
        chosen = watch_all(footage, options, progress, cancelled, only=options.person)
        return chosen[0], []
    from .features.mediapipe_models import MAKERS
    from .features.mediapipe_pose import MediaPipePose

    following: list[MediaPipePose] = []

    def made() -> MediaPipePose:
        following.append(MediaPipePose())
        return following[0]

    makers: dict[str, DetectorMaker] = {**MAKERS, "body": Maker(made)}
    features = _features(footage, options, options.parts, makers, progress, cancelled)
    followed, other = following[0].prominences() if following else (0.0, 0.0)
    if other > _OUTSHONE * followed:
        # Who was there at first was not the one whom the footage is about.
        progress(0.0, "Watching someone more prominent")
        return watch(footage, replace(options, person=1), progress, cancelled)
    warnings = []
    if followed and other > _NOTABLE * followed:
        warnings.append(
            "More than one person is in the picture; this take follows the most prominent "
            "(--person chooses another, --all captures everybody)."
        )
    return _checked(features, footage, options), warnings


def watch_all(
    footage: Footage,
    options: CaptureOptions,
    progress: Progress,
    cancelled: Callable[[], bool],
    only: int | None = None,
) -> list[Features]:
    """The features of everybody, most prominent first; `only` person N if that is given."""
    from .features.everybody import KnownBody, watch_everybody
    from .features.mediapipe_face import MediaPipeFace
    from .features.mediapipe_models import MAKERS

    part = _part_of(progress, 0.0, 0.5)
    tracks = watch_everybody(_frames(footage, options), _seen(footage, options, part), cancelled)
    if not tracks:
        raise _nobody(footage, options)
    several = len(tracks) > 1  # then a face without its body is somebody else's
    if only is not None:
        if not 1 <= only <= len(tracks):
            if len(tracks) == 1:
                raise CaptureError(f"Only one person was found in {footage.info.name}; leave --person (or --face) out.")
            raise CaptureError(
                f"{len(tracks)} people were found in {footage.info.name}; choose --person 1 to {len(tracks)}."
            )
        tracks = [tracks[only - 1]]
    parts = options.parts if options.body else ("body", *options.parts)
    found = []
    for number, track in enumerate(tracks):
        body, face = Maker(partial(KnownBody, track)), Maker(partial(MediaPipeFace, several), follows_body=True)
        makers: dict[str, DetectorMaker] = {**MAKERS, "body": body, "face": face}
        share = 0.5 / len(tracks)
        part = _part_of(progress, 0.5 + number * share, 0.5 + (number + 1) * share)
        features = _features(footage, options, parts, makers, part, cancelled)
        found.append(_checked(features, footage, options))
    return found


def _features(
    footage: Footage,
    options: CaptureOptions,
    parts: tuple[str, ...],
    makers: dict[str, DetectorMaker],
    progress: Progress,
    cancelled: Callable[[], bool],
) -> Features:
    size = (footage.info.width, footage.info.height)
    seen = _seen(footage, options, progress)
    frames = _frames(footage, options)
    return detect_features(frames, size, parts, progress=seen, cancelled=cancelled, makers=makers)


def _checked(features: Features, footage: Footage, options: CaptureOptions) -> Features:
    features = drop_apparitions(features)
    if not (features.face_confidence > 0).any() and not (features.pose_confidence > 0).any():
        raise _nobody(footage, options)
    return features


def _nobody(footage: Footage, options: CaptureOptions) -> CaptureError:
    advice = "choose footage in which the performer is well lit and large enough."
    if not options.body:
        advice = "leave --no-body out, as a small face is found by its body, or " + advice
    return CaptureError(
        f"No person was found in {footage.info.name} (looking for {' or '.join(options.parts)}); {advice}"
    )


def _seen(footage: Footage, options: CaptureOptions, progress: Progress) -> Callable[[int, float], None]:
    """What to call at each frame, so that progress runs from 0 to 1."""
    info = footage.info
    begin = options.start or 0.0
    end = min(info.duration, options.end) if info.duration and options.end else (options.end or info.duration)

    def seen(count: int, time: float) -> None:
        share = (time - begin) / (end - begin) if end and end > begin else 0.0
        of = f" of {end:.1f}" if end else ""
        progress(min(max(share, 0.0), 1.0), f"Watching: {time:.1f}{of} s")

    return seen


def _part_of(progress: Progress, begin: float, end: float) -> Progress:
    return lambda share, message: progress(begin + (end - begin) * share, message)


def _frames(footage: Footage, options: CaptureOptions) -> Iterator[Frame]:
    """Frames of the stretch asked for, left and right as in life.

    A picture that does not fit into memory is the footage's fault.
    """
    try:
        frames = footage.frames(options.start, options.end, options.fps, max_side=_LARGEST_SIDE)
        yield from mirrored(frames) if options.mirror else frames
    except MemoryError as error:
        raise CaptureError(
            f"The pictures of {footage.info.name} do not fit into memory; export it with fewer pixels."
        ) from error


def mirrored(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The frames with left and right exchanged; a picture that comes twice stays one and the same."""
    source, image = None, None
    for frame in frames:
        if image is None or frame.image is not source:
            source, image = frame.image, np.ascontiguousarray(frame.image[:, ::-1])
        yield replace(frame, image=image)
