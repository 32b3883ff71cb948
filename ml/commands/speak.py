"""`understudy speak`, `feel` and `generate`: takes made or changed without a camera."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..emotion.adjust import exaggerated, with_emotion
from ..take import Take, load_take, save_take
from ..voice.speak import SpeakOptions, speak
from .capture import describe, require_writable, say
from .exits import InputError
from .status import progress_bar

if TYPE_CHECKING:
    from ..behaviour.generate import GenerateOptions


def run_speak(audio: Path, out: Path | None, options: SpeakOptions, as_json: bool) -> None:
    """Write the take of a face speaking `audio`."""
    out = out or audio.with_name(f"{audio.stem}.take.npz")
    require_writable(out)
    begun = time.monotonic()
    with progress_bar(enabled=not as_json) as progress:
        take = speak(audio, options, progress)
    _keep(take, out, begun, as_json)


def run_generate(options: GenerateOptions, out: Path | None, as_json: bool) -> None:
    """Write the take of a body that behaves without having been filmed."""
    from ..behaviour.generate import generate

    out = out or Path(f"{options.behaviour}.take.npz")
    require_writable(out)
    begun = time.monotonic()
    with progress_bar(enabled=not as_json) as progress:
        take = generate(options, progress)
    _keep(take, out, begun, as_json)


def run_feel(path: Path, out: Path | None, emotion: str, strength: float, exaggerate: float, as_json: bool) -> None:
    """Write a take played with another emotion; the given take stays as it is."""
    begun = time.monotonic()
    stem = path.name.removesuffix(".npz").removesuffix(".take")
    out = out or path.with_name(f"{stem}.{emotion}.take.npz")
    if out.exists() and path.exists() and out.samefile(path):
        raise InputError(f"{out} is the take itself; name another file with --out.")
    require_writable(out)
    take = load_take(path)
    if exaggerate != 1.0:
        take = exaggerated(take, exaggerate)
    if emotion != "neutral":
        take = with_emotion(take, emotion, strength)
    _keep(take, out, begun, as_json)


def _keep(take: Take, out: Path, begun: float, as_json: bool) -> None:
    save_take(out, take)
    result = describe(take, out, None, time.monotonic() - begun)
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        say(result)
