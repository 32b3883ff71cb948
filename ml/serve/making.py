"""What Blender can ask of the engine besides capture: takes made from sound, from nothing, or from other takes.

| method | parameters | result |
|---|---|---|
| speak | audio, out, options (ml/voice/speak.py) | take, frames, fps, duration, seen, quality, warnings |
| generate | out, options (ml/behaviour/generate.py) | the same |
| complete | take, out, amount, options (as generate) | the same |
| feel | take, out, emotion, strength, exaggerate | the same |
| expression | emotion | weights: {ARKit name: 0..1} of its face in full |
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

from .methods import require_writable_folder, summary, text_parameter
from .partials import partial_file
from .rpc import INVALID_PARAMS, Call, Method, RpcError


def making_methods() -> dict[str, Method]:
    """Name -> method."""
    return {"speak": speak, "generate": generate, "complete": complete, "feel": feel, "expression": expression}


def speak(call: Call) -> dict[str, Any]:
    """A face speaking a recording."""
    from ..voice.speak import SpeakOptions
    from ..voice.speak import speak as make

    audio, options = text_parameter(call, "audio"), _options(call, SpeakOptions)
    return _keep(call, lambda: make(audio, options, call.progress, call.stop_if_cancelled))


def generate(call: Call) -> dict[str, Any]:
    """A body that behaves without having been filmed."""
    from ..behaviour.generate import GenerateOptions
    from ..behaviour.generate import generate as make

    options = _options(call, GenerateOptions)
    return _keep(call, lambda: make(options, call.progress, call.stop_if_cancelled))


def complete(call: Call) -> dict[str, Any]:
    """A take whose gaps are filled by behaviour, with so much of it also laid over what was seen."""
    from ..behaviour.fill import completed, layered
    from ..behaviour.generate import GenerateOptions
    from ..take import load_take

    source, amount = _source(call), float(call.params.get("amount", 0.0))
    options = _options(call, GenerateOptions)

    def make() -> Any:
        take = completed(load_take(source), options)
        call.stop_if_cancelled()
        return layered(take, options, amount)

    return _keep(call, make)


def feel(call: Call) -> dict[str, Any]:
    """A take played with another emotion; the given one stays as it is."""
    from ..emotion.adjust import exaggerated, with_emotion
    from ..take import load_take

    source = _source(call)
    emotion, strength = str(call.params.get("emotion", "neutral")), float(call.params.get("strength", 0.6))
    factor = float(call.params.get("exaggerate", 1.0))

    def make() -> Any:
        take = load_take(source)
        take = exaggerated(take, factor) if factor != 1.0 else take
        return with_emotion(take, emotion, strength) if emotion != "neutral" else take

    return _keep(call, make)


def expression(call: Call) -> dict[str, Any]:
    """The face of an emotion, for a preview."""
    from ..emotion.facs import prototype
    from ..take import EMOTION_NAMES, FACE_NAMES

    emotion = text_parameter(call, "emotion")
    if emotion not in EMOTION_NAMES:
        raise RpcError(INVALID_PARAMS, f"There is no emotion {emotion!r}; known are {', '.join(EMOTION_NAMES)}.")
    weights = prototype(emotion)
    return {"weights": {name: round(float(w), 4) for name, w in zip(FACE_NAMES, weights, strict=True) if w > 0}}


def _source(call: Call) -> str:
    """The take to make another from."""
    source, out = text_parameter(call, "take"), text_parameter(call, "out")
    if Path(source).resolve() == Path(out).resolve():
        raise RpcError(INVALID_PARAMS, "The new take would replace the one it is made from; name another file.")
    return source


def _keep(call: Call, make: Any) -> dict[str, Any]:
    from ..take import save_take

    out = Path(text_parameter(call, "out"))
    require_writable_folder(out.parent)
    take = make()
    call.stop_if_cancelled()
    with partial_file(out) as partial:
        save_take(partial, take)
        call.commit(lambda: os.replace(partial, out))
    return {"take": str(out), **summary(take)}


def _options(call: Call, kind: type[Any]) -> Any:
    """An options dataclass from named values; unknown names are refused."""
    values = call.params.get("options", {})
    known = {field.name for field in dataclasses.fields(kind)}
    if not isinstance(values, dict) or not set(values) <= known:
        raise RpcError(INVALID_PARAMS, f"The options have to be named values among {', '.join(sorted(known))}.")
    return kind(**values)
