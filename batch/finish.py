"""The last stage of a shot: pictures become the video with the clip's sound, or get their names; its look is made."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..ml.contact_sheet import load_picture
from ..ml.footage import open_footage
from ..ml.footage.writer import VideoWriter
from ..ml.take import Take, load_take
from .looks import Image, figures_at, footage_at, moments, pictures_at, save_jpeg, strip_of

FRAMES_FILE = "frames.json"
"""Beside the rendered pictures: what they are (written by addon/batch/render.py)."""
_SOUND_RATE = 44100
Progress = Callable[[float, str], None]


class FinishError(ValueError):
    """What is to be put together is not whole; the message is one sentence."""


@dataclass(frozen=True)
class Rendered:
    """Pictures of frames first, first + step, ... of a scene with `fps` frames a second."""

    paths: tuple[Path, ...]
    numbers: tuple[int, ...]
    fps: float
    step: int

    @property
    def speed(self) -> float:
        """Pictures a second when played in real time."""
        return self.fps / self.step

    def times(self, start: float) -> list[float]:
        """Seconds of the footage which the pictures show; the take's moment 0 lies at frame `start`."""
        return [(number - start) / self.fps for number in self.numbers]


def finish_shot(params: Mapping[str, Any], progress: Progress = lambda share, message: None) -> dict[str, Any]:
    """Do the stage; what it wrote beyond its planned outputs is under "outputs"."""
    facts: dict[str, Any] = {"outputs": []}
    clip = Path(params["clip"]) if params["clip"] else None
    take = load_take(params["take"])
    if params["frames"] is None:
        places = moments(take.frame_count)
        times = [float(take.times[place]) for place in places]
        strip, count = strip_of(_seen(clip, take, times), figures_at(take, times))
    else:
        rendered = rendered_in(Path(params["frames"]))
        if params["video"]:
            facts["sound"] = _write_video(rendered, Path(params["video"]), clip, params, progress)
        if params["pictures"]:
            facts["outputs"] = [str(path) for path in _name_pictures(rendered, Path(params["pictures"]))]
        places = moments(len(rendered.paths))
        times = [rendered.times(params["start"])[place] for place in places]
        progress(0.9, "Making the report's pictures")
        strip, count = strip_of(_seen(clip, take, times), pictures_at([rendered.paths[place] for place in places]))
        facts |= {"pictures": len(rendered.paths), "fps": rendered.speed}
    save_jpeg(Path(params["look"]), strip)
    return {**facts, "look": {"file": params["look"], "moments": count, "times": [round(t, 3) for t in times]}}


def _seen(clip: Path | None, take: Take, times: list[float]) -> Iterator[Image | None]:
    """The performer: as filmed, or as the take has them where there is no footage."""
    return footage_at(clip, times) if clip is not None else figures_at(take, times)


def rendered_in(folder: Path) -> Rendered:
    """The pictures of a folder, once all that its description names are there."""
    try:
        facts = json.loads((folder / FRAMES_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FinishError(f"The pictures in {folder} are not whole; render them again.") from error
    numbers = tuple(range(facts["first"], facts["last"] + 1, facts["step"]))
    paths = tuple(folder / f"{number:06d}.png" for number in numbers)
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise FinishError(f"{len(missing)} pictures of {folder} are missing, such as {missing[0]}; render them again.")
    return Rendered(paths, numbers, facts["fps"], facts["step"])


def _write_video(
    rendered: Rendered, path: Path, clip: Path | None, params: Mapping[str, Any], progress: Progress
) -> bool:
    """Write the .mp4; whether it has sound."""
    begin = rendered.times(params["start"])[0]
    sound = (
        sound_from(clip, begin, len(rendered.paths) / rendered.speed) if params["sound"] and clip is not None else None
    )
    first = load_picture(rendered.paths[0])
    size = (first.shape[1], first.shape[0])
    with VideoWriter(path, fps=rendered.speed, size=size, sound=sound, rate=_SOUND_RATE) as writer:
        for number, picture in enumerate(rendered.paths):
            writer.write(load_picture(picture))
            progress(0.9 * number / len(rendered.paths), "Writing the video")
    return sound is not None


def sound_from(clip: Path, begin: float, seconds: float) -> NDArray[np.float32] | None:
    """The clip's sound from `begin` on (silence before its start and after its end); None where it has none."""
    with open_footage(clip) as footage:
        if not footage.info.has_sound:
            return None
        cut = np.zeros(max(1, round(seconds * _SOUND_RATE)), dtype=np.float32)
        place = -round(begin * _SOUND_RATE)
        for block in footage.sound_blocks(_SOUND_RATE):
            low, high = max(place, 0), min(place + len(block), len(cut))
            if low < high:
                cut[low:high] = block[low - place : high - place]
            place += len(block)
            if place >= len(cut):
                break
    return cut


def _name_pictures(rendered: Rendered, pattern: Path) -> list[Path]:
    """Give the pictures their final names, by link where the disk can: the rendered ones stay until all is noted."""
    pattern.parent.mkdir(parents=True, exist_ok=True)
    named = []
    for source, number in zip(rendered.paths, rendered.numbers, strict=True):
        name = re.sub(r"#+", lambda found, frame=number: f"{frame:0{len(found[0])}d}", pattern.name)
        target = pattern.with_name(name)
        partial = target.with_name(f".{target.name}.partial")
        with contextlib.suppress(FileNotFoundError):
            partial.unlink()
        try:
            os.link(source, partial)
        except OSError:
            shutil.copyfile(source, partial)
        os.replace(partial, target)
        partial.unlink(missing_ok=True)
        named.append(target)
    return named
