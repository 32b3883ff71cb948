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


def run_generate(
    options: GenerateOptions, out: Path | None, as_json: bool, onto: Path | None = None, amount: float = 0.0
) -> None:
    """Write the take of a body that behaves without having been filmed, or of one that is there, completed by it."""
    from ..behaviour.fill import completed, layered
    from ..behaviour.generate import generate

    if onto is None:
        out = out or Path(f"{options.behaviour}.take.npz")
    else:
        out = out or onto.with_name(f"{stem_of(onto)}.{options.behaviour}.take.npz")
        _require_another(out, onto)
        if options.audio is not None or options.seconds is not None:
            raise InputError("A take that is completed has its own length and voice; leave --seconds and --audio out.")
    require_writable(out)
    begun = time.monotonic()
    with progress_bar(enabled=not as_json) as progress:
        if onto is None:
            take = generate(options, progress)
        else:
            take = layered(completed(load_take(onto), options), options, amount)
    _keep(take, out, begun, as_json)


def run_feel(path: Path, out: Path | None, emotion: str, strength: float, exaggerate: float, as_json: bool) -> None:
    """Write a take played with another emotion; the given take stays as it is."""
    begun = time.monotonic()
    out = out or path.with_name(f"{stem_of(path)}.{emotion}.take.npz")
    _require_another(out, path)
    require_writable(out)
    take = load_take(path)
    if exaggerate != 1.0:
        take = exaggerated(take, exaggerate)
    if emotion != "neutral":
        take = with_emotion(take, emotion, strength)
    _keep(take, out, begun, as_json)


def stem_of(take: Path) -> str:
    """A take's name without its endings."""
    return take.name.removesuffix(".npz").removesuffix(".take")


def _require_another(out: Path, source: Path) -> None:
    if out.exists() and source.exists() and out.samefile(source):
        raise InputError(f"{out} is the take itself; name another file with --out.")


def _keep(take: Take, out: Path, begun: float, as_json: bool) -> None:
    save_take(out, take)
    result = describe(take, out, None, time.monotonic() - begun)
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        say(result)
