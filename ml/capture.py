"""From a video to a take: footage -> features -> face and body -> Take."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .camera import Camera, default_camera
from .features.arrays import Features
from .features.detect import PARTS, Cancelled, detect_features
from .features.reliable import drop_apparitions
from .footage import Footage, FootageError, Frame, open_footage
from .take import Take, validate
from .version import program_version
from .voice.loudness import loudness

__all__ = ["Cancelled", "CaptureError", "CaptureOptions", "Captured", "capture", "capture_features"]

Progress = Callable[[float, str], None]

_DETECTION_SHARE: Final = 0.9
"""Of the whole work, by time."""
_LARGEST_SIDE: Final = 1920
"""Pixels to which larger pictures are scaled before detection; the detectors see far less of each part."""
_SOUND_RATE: Final = 16000
_POORLY_SEEN: Final = 0.5


class CaptureError(FootageError):
    """Footage that can be read but not captured; the message is one sentence."""


@dataclass(frozen=True)
class CaptureOptions:
    """What to capture of a video."""

    face: bool = True
    body: bool = True
    hands: bool = True
    """Fingers; they hang on the body's arms, so there are none without the body."""
    start: float | None = None
    """Seconds."""
    end: float | None = None
    fps: float | None = None
    """Frames per second of the take; None = the footage's own."""
    performer: str | None = None
    """Path of a performer's file (proportions, neutral face); not read yet."""

    @property
    def parts(self) -> tuple[str, ...]:
        """What is detected; hands go with the body."""
        return tuple(part for part in PARTS if getattr(self, part) and (part != "hands" or self.body))


@dataclass(frozen=True)
class Captured:
    """A take beside the features it came from, for the overlay."""

    take: Take
    features: Features
    camera: Camera
    options: CaptureOptions
    camera_position: NDArray[np.float64] | None = None
    """[3] where the camera stands on the stage, level and looking along +Y; None without a body."""


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
    if not options.parts:
        raise CaptureError("Face and body are both switched off (hands go with the body); leave one of them on.")
    with open_footage(video) as footage:
        _require_recorded(footage)
        progress(0.0, "Loading the models")
        features = _detect(footage, options, progress, cancelled)
        camera = default_camera(footage.info.width, footage.info.height)
        voice = _voice(footage, features.times)
        take, position = _solve(footage, features, camera, voice, options, progress, cancelled)
    progress(1.0, "Done")
    return Captured(take, features, camera, options, position)


def _require_recorded(footage: Footage) -> None:
    if footage.info.live:
        raise CaptureError(f"{footage.info.name} is live; record it to a file first, then capture the file.")


def _detect(footage: Footage, options: CaptureOptions, progress: Progress, cancelled: Callable[[], bool]) -> Features:
    info = footage.info
    begin = options.start or 0.0
    end = min(info.duration, options.end) if info.duration and options.end else (options.end or info.duration)

    def seen(count: int, time: float) -> None:
        share = (time - begin) / (end - begin) if end and end > begin else 0.0
        of = f" of {end:.1f}" if end else ""
        progress(_DETECTION_SHARE * min(max(share, 0.0), 1.0), f"Watching: {time:.1f}{of} s")

    frames = _as_footage_errors(footage, options)
    features = detect_features(frames, (info.width, info.height), options.parts, progress=seen, cancelled=cancelled)
    features = drop_apparitions(features)
    if not (features.face_confidence > 0).any() and not (features.pose_confidence > 0).any():
        looked_for = " or ".join(options.parts)
        raise CaptureError(
            f"No person was found in {info.name} (looking for {looked_for}); "
            "choose footage in which the performer is well lit and large enough."
        )
    return features


def _as_footage_errors(footage: Footage, options: CaptureOptions) -> Iterator[Frame]:
    """Frames of the stretch asked for; a picture that does not fit into memory is the footage's fault."""
    try:
        yield from footage.frames(options.start, options.end, options.fps, max_side=_LARGEST_SIDE)
    except MemoryError as error:
        raise CaptureError(
            f"The pictures of {footage.info.name} do not fit into memory; export it with fewer pixels."
        ) from error


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
    progress: Progress,
    cancelled: Callable[[], bool],
) -> tuple[Take, NDArray[np.float64] | None]:
    fps = options.fps or footage.info.fps
    models = dict(features.models)
    take = Take(fps=fps, times=features.times, voice=voice)
    position = None
    if options.face:
        _stop_if(cancelled)
        progress(_DETECTION_SHARE, "Solving the face")
        take = _with_face(take, features, camera, models)
    if options.body:
        _stop_if(cancelled)
        progress((1 + _DETECTION_SHARE) / 2, "Solving the body")
        take, position = _with_body(take, features, camera, options, models)
    _stop_if(cancelled)
    take = replace(take, metadata=_metadata(footage, camera, position, take, options, models))
    return validate(take), position


def _stop_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled


def _with_face(take: Take, features: Features, camera: Camera, models: dict[str, str]) -> Take:
    from .face.infer import MODEL_NAME, estimate_face

    motion = estimate_face(features, camera)
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


def _with_body(
    take: Take, features: Features, camera: Camera, options: CaptureOptions, models: dict[str, str]
) -> tuple[Take, NDArray[np.float64] | None]:
    """The take with the body, and where the camera stands."""
    if not (features.pose_confidence > 0).any():
        return take, None
    from .body import infer

    motion = infer.estimate_body(features, camera, take.fps, _seen_head(take))
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
    return take, np.asarray(motion.camera_position, dtype=np.float64)


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
    position: NDArray[np.float64] | None,
    take: Take,
    options: CaptureOptions,
    models: dict[str, str],
) -> dict[str, Any]:
    info = footage.info
    filmed_by: dict[str, Any] = {
        "focal_px": round(camera.focal_px, 2),
        "field_of_view": round(camera.field_of_view, 2),
        "assumed": True,
    }
    if position is not None:
        filmed_by["position"] = [round(float(value), 4) for value in position]
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
        "models": models,
        "version": program_version(),
        "warnings": [*footage.warnings, *quality_warnings(take, options)],
    }


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
