"""From a video to a take: footage -> features -> face and body -> Take."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .camera import Camera, default_camera
from .capture_options import CaptureError, CaptureOptions
from .features.arrays import Features
from .features.detect import Cancelled
from .footage import Footage, open_footage
from .take import Take, validate
from .version import program_version
from .voice.loudness import loudness
from .watching import watch, watch_all

__all__ = [
    "Cancelled",
    "CaptureError",
    "CaptureOptions",
    "Captured",
    "capture",
    "capture_everybody",
    "capture_features",
]

Progress = Callable[[float, str], None]

_CameraPlace = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Position [3] and turn [3, 3] of the camera on the stage, see `Captured`."""

_DETECTION_SHARE: Final = 0.9
"""Of the whole work, by time."""
_SOUND_RATE: Final = 16000
_POORLY_SEEN: Final = 0.5
_CUTS_NAMED: Final = 3


@dataclass(frozen=True)
class Captured:
    """A take beside the features it came from, for the overlay."""

    take: Take
    features: Features
    camera: Camera
    options: CaptureOptions
    camera_position: NDArray[np.float64] | None = None
    """[3] where the camera stands on the stage; None without a body."""
    camera_turn: NDArray[np.float64] | None = None
    """[3, 3] from its axes (x right, y ahead, z up) to the stage's."""


def capture(
    video: str | os.PathLike[str],
    options: CaptureOptions | None = None,
    progress: Progress = lambda share, message: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Take:
    """Capture a video (or other footage, see `open_footage`) to a validated take; nothing is written.

    progress(share 0..1, what is being done) is called at every frame. `cancelled` is asked at every frame and between
    the stages; Cancelled is raised within a second of its yes. FootageError or CaptureError where the input is wrong.
    """
    return capture_features(video, options, progress, cancelled).take


def capture_features(
    video: str | os.PathLike[str],
    options: CaptureOptions | None = None,
    progress: Progress = lambda share, message: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Captured:
    """As `capture`, with the features."""
    options = options or CaptureOptions()
    _require_parts(options)
    if options.performer:
        from .face.performer_file import read_neutral

        read_neutral(Path(options.performer))  # what is wrong with it is said before the work
    with open_footage(video) as footage:
        _require_recorded(footage)
        progress(0.0, "Loading the models")
        features, warnings = watch(footage, options, _watching(progress), cancelled)
        captured = _captured(footage, features, options, warnings, progress, cancelled)
    progress(1.0, "Done")
    return captured


def capture_everybody(
    video: str | os.PathLike[str],
    options: CaptureOptions | None = None,
    progress: Progress = lambda share, message: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Captured]:
    """As `capture_features`, of each person in the video; the most prominent (as `options.person` 1) first."""
    options = options or CaptureOptions()
    _require_parts(options)
    with open_footage(video) as footage:
        _require_recorded(footage)
        progress(0.0, "Loading the models")
        people = watch_all(footage, options, _watching(progress), cancelled)
        found = [
            _captured(footage, features, replace(options, person=number), [], progress, cancelled)
            for number, features in enumerate(people, start=1)
        ]
    progress(1.0, "Done")
    return found


def _captured(
    footage: Footage,
    features: Features,
    options: CaptureOptions,
    warnings: list[str],
    progress: Progress,
    cancelled: Callable[[], bool],
) -> Captured:
    camera = default_camera(footage.info.width, footage.info.height)
    voice = _voice(footage, features.times)
    take, place = _solve(footage, features, camera, voice, options, warnings, progress, cancelled)
    return Captured(take, features, camera, options, *(place or (None, None)))


def _watching(progress: Progress) -> Progress:
    return lambda share, message: progress(_DETECTION_SHARE * share, message)


def _require_parts(options: CaptureOptions) -> None:
    if not options.parts:
        raise CaptureError("Face and body are both switched off (hands go with the body); leave one of them on.")


def _require_recorded(footage: Footage) -> None:
    if footage.info.live:
        raise CaptureError(f"{footage.info.name} is live; record it to a file first, then capture the file.")


def _voice(footage: Footage, times: NDArray[np.float64]) -> NDArray[np.float64] | None:
    if not footage.info.has_sound:
        return None
    return loudness(footage.sound_blocks(_SOUND_RATE), _SOUND_RATE, times)


def _solve(
    footage: Footage,
    features: Features,
    camera: Camera,
    voice: NDArray[np.float64] | None,
    options: CaptureOptions,
    warnings: list[str],
    progress: Progress,
    cancelled: Callable[[], bool],
) -> tuple[Take, _CameraPlace | None]:
    fps = options.fps or footage.info.fps
    models = dict(features.models)
    take = Take(fps=fps, times=features.times, voice=voice)
    place = None
    if options.face:
        _stop_if(cancelled)
        progress(_DETECTION_SHARE, "Solving the face")
        take = _with_face(take, features, camera, options, models)
        if voice is not None and take.face_weights is not None and len(take.times) > 2:
            take = _with_closures(take, footage, models, cancelled)
        take = _with_emotion(take, models)
    if options.body:
        _stop_if(cancelled)
        progress((1 + _DETECTION_SHARE) / 2, "Solving the body")
        take, place = _with_body(take, features, camera, options, models)
    take = _with_gaps_filled(take)
    _stop_if(cancelled)
    warnings = [*warnings, *cut_warnings(features)]
    take = replace(take, metadata=_metadata(footage, camera, place, take, options, models, warnings))
    return validate(take), place


def _stop_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled


def _with_face(take: Take, features: Features, camera: Camera, options: CaptureOptions, models: dict[str, str]) -> Take:
    from .face.infer import MODEL_NAME, estimate_face
    from .face.performer_file import read_neutral

    neutral = read_neutral(Path(options.performer)) if options.performer else None
    motion = estimate_face(features, camera, neutral=neutral)
    if motion is None:
        return take
    _note_weights(MODEL_NAME, models)
    return replace(
        take,
        face_weights=motion.weights,
        head_rotation=motion.head_rotation,
        gaze=motion.gaze,
        confidence_face=motion.confidence,
    )


def _with_closures(take: Take, footage: Footage, models: dict[str, str], cancelled: Callable[[], bool]) -> Take:
    """The take with the lips shut where the sound has an m, b or p and the mouth is seen speaking."""
    from .voice.hear import hear
    from .voice.model import MODEL_NAME
    from .voice.sharpen import sharpen_closures

    heard = hear(footage.sound_blocks(_SOUND_RATE), stop_if=lambda: _stop_if(cancelled))
    seen = np.ones(len(take.times)) if take.confidence_face is None else np.asarray(take.confidence_face)
    weights = sharpen_closures(np.asarray(take.face_weights), take.times, heard.visemes, seen)
    _note_weights(MODEL_NAME, models)
    return replace(take, face_weights=weights)


def _with_emotion(take: Take, models: dict[str, str]) -> Take:
    """The take with the emotions read off its face."""
    from .emotion.model import MODEL_NAME
    from .emotion.recognise import with_recognised_emotion

    if take.face_weights is None:
        return take
    _note_weights(MODEL_NAME, models)
    return with_recognised_emotion(take)


def _with_body(
    take: Take, features: Features, camera: Camera, options: CaptureOptions, models: dict[str, str]
) -> tuple[Take, _CameraPlace | None]:
    """The take with the body, and where and how the camera stands."""
    if not (features.pose_confidence > 0).any():
        return take, None
    from .body import infer
    from .body.shots import estimate_shots

    motion = estimate_shots(features, camera, take.fps, _seen_head(take))
    if motion is None:
        return take, None
    _note_weights(getattr(infer, "MODEL_NAME", None), models)
    take = replace(
        take,
        bone_names=tuple(motion.bone_names),
        rotations=motion.rotations,
        hips_position=motion.hips_position,
        rest_positions=motion.rest_positions,
        contacts=motion.contacts,
        confidence_body=motion.confidence,
        confidence_left_hand=motion.left_hand_confidence if options.hands else None,
        confidence_right_hand=motion.right_hand_confidence if options.hands else None,
        bone_confidence=motion.bone_confidence,
    )
    return take, (np.asarray(motion.camera_position, dtype=np.float64), np.asarray(motion.camera_turn))


def _with_gaps_filled(take: Take) -> Take:
    """The take with life in what was not seen for a second or more; its confidence stays 0."""
    from .behaviour.fill import with_gaps_filled

    return with_gaps_filled(take)


def _seen_head(take: Take) -> NDArray[np.float64] | None:
    """The face tracker's head rotation [T, 4], NaN where no face was seen."""
    if take.head_rotation is None or take.confidence_face is None:
        return None
    seen = np.asarray(take.confidence_face) > 0
    return np.where(seen[:, None], take.head_rotation, np.nan)


def _note_weights(name: str | None, models: dict[str, str]) -> None:
    if name is not None:
        from .weights.registry import read_card

        models[f"{name}.safetensors"] = read_card(name).sha256


def _metadata(
    footage: Footage,
    camera: Camera,
    place: _CameraPlace | None,
    take: Take,
    options: CaptureOptions,
    models: dict[str, str],
    warnings: list[str],
) -> dict[str, Any]:
    info = footage.info
    filmed_by: dict[str, Any] = {
        "focal_px": round(camera.focal_px, 2),
        "field_of_view": round(camera.field_of_view, 2),
        "assumed": True,
    }
    if place is not None:
        position, turn = place
        filmed_by["position"] = [round(float(value), 4) for value in position]
        filmed_by["pitch"] = round(float(np.degrees(np.arcsin(np.clip(turn[2, 1], -1, 1)))), 2)
    return {
        "source": {
            "name": info.name,
            "duration": info.duration,
            "width": info.width,
            "height": info.height,
            "fps": info.fps,
            "rotation": info.rotation,
            "variable_rate": info.variable_rate,
        },
        "camera": filmed_by,
        "parts": list(options.parts),
        "person": options.person,
        "mirrored": options.mirror,
        "models": models,
        "version": program_version(),
        "warnings": [*footage.warnings, *warnings, *quality_warnings(take, options)],
    }


def cut_warnings(features: Features) -> list[str]:
    """A sentence about cuts, which nobody expects in a performance."""
    if not features.cuts:
        return []
    at = ", ".join(f"{features.times[cut]:.1f} s" for cut in features.cuts[:_CUTS_NAMED])
    more = " ..." if len(features.cuts) > _CUTS_NAMED else ""
    return [f"The video is cut (at {at}{more}); each shot was captured on its own, whoever it shows."]


def quality_warnings(take: Take, options: CaptureOptions) -> list[str]:
    """Sentences about parts that were asked for and seen badly or not at all."""
    warnings = []
    parts = (
        ("face", "face", take.confidence_face),
        ("body", "body", take.confidence_body),
        ("hands", "left hand", take.confidence_left_hand),
        ("hands", "right hand", take.confidence_right_hand),
    )
    for part, name, confidence in parts:
        if part not in options.parts:
            continue
        share = 0.0 if confidence is None else float((np.asarray(confidence) > 0).mean())
        if share == 0.0:
            warnings.append(f"The {name} was not seen.")
        elif share < _POORLY_SEEN:
            warnings.append(f"The {name} was seen in only {share:.0%} of the frames.")
        elif float(np.mean(np.asarray(confidence))) < _POORLY_SEEN:
            warnings.append(
                f"The {name} was seen poorly (mean confidence {float(np.mean(np.asarray(confidence))):.2f})."
            )
    return warnings
