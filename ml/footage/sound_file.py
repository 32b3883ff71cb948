"""Opening anything with sound in it, a video too, as mono samples: for speech without pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from .interface import FootageError
from .sound import decoded_sound


@dataclass(frozen=True)
class SoundFile:
    """A file with sound; each call of `blocks` decodes it anew."""

    path: str
    duration: float | None
    """Seconds, None where the file does not say."""

    @property
    def name(self) -> str:
        return Path(self.path).name

    def blocks(self, rate: int) -> Iterator[NDArray[np.float32]]:
        """Mono samples at `rate`, from the start of the sound."""
        with _open(self.path) as container:
            begin = container.streams.audio[0].start_time
            base = container.streams.audio[0].time_base
            origin = float(begin * base) if begin is not None and base is not None else 0.0
            for block in decoded_sound(container, rate, origin):
                yield np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)


def open_sound(path: str | os.PathLike[str]) -> SoundFile:
    """A sound or video file; FootageError where there is no sound that can be read."""
    text = os.fspath(path)
    if not text or Path(text).is_dir():
        raise FootageError(f"{text or 'Nothing'} is no file with sound; name a recording (wav, mp3, m4a, mp4, ...).")
    if Path(text).exists() and Path(text).stat().st_size == 0:
        raise FootageError(f"{text} is empty; export or copy the recording again.")
    with _open(text) as container:
        if not container.streams.audio:
            raise FootageError(f"{text} has no sound; choose a recording of a voice.")
        stream = container.streams.audio[0]
        duration = None
        if stream.duration is not None and stream.time_base is not None:
            duration = float(stream.duration * stream.time_base)
        elif container.duration is not None:
            duration = container.duration / av.time_base
    return SoundFile(text, duration)


def _open(path: str) -> Any:
    try:
        return av.open(path, metadata_errors="ignore")
    except (FileNotFoundError, av.error.FileNotFoundError) as error:
        raise FootageError(f"There is no recording at {path}; check the path.") from error
    except (PermissionError, av.error.PermissionError) as error:
        raise FootageError(f"{path} may not be read; change its permissions.") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise FootageError(f"{path} is not a recording that can be read; export it again as wav or mp3.") from error
