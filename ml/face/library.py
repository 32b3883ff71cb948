"""The clips on the disk, read as they come: also while others are learned from, by processes of their own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch

from ..training import TrainingError
from .data import FaceClip, clip_path, load_clip, make_clips
from .examples import Example, make_example

Say = Callable[[str], None]
_AHEAD = 64
"""Clips given to a reading process before it has answered."""


class Library:
    """A folder of clips: those of some seeds, missing ones made first; without seeds all that are there, and come."""

    def __init__(self, folder: Path, seeds: Sequence[int], recordings: Path | None = None) -> None:
        self.folder, self.seeds, self.recordings = folder, seeds, recordings
        self.count = 0
        """Performances to learn from."""
        self._read: set[Path] = set()

    def first_clips(self, say: Say) -> list[FaceClip]:
        """What there is to begin with."""
        missing = sum(not clip_path(self.folder, seed).exists() for seed in self.seeds)
        if missing:
            say(f"Rendering {missing} of {len(self.seeds)} clips into {self.folder} ...")
        for i, _ in enumerate(make_clips(self.folder, self.seeds)):
            if missing and i % 25 == 24:
                say(f"  {i + 1} of {len(self.seeds)} clips")
        paths = [clip_path(self.folder, seed) for seed in self.seeds] if self.seeds else self._there()
        self._read.update(paths)
        clips = [load_clip(path) for path in paths]
        if self.recordings:
            from .recordings import recorded_clips

            clips += recorded_clips(self.recordings, say)
        clips = [clip for clip in clips if np.isfinite(clip.landmarks).any()]
        if len(clips) < 2:
            raise TrainingError(f"Fewer than two clips in {self.folder} show a face; raise `clips`.")
        return clips

    def split(
        self, clips: list[FaceClip], canonical: np.ndarray, most: int
    ) -> tuple[list[Example], list[Example]]:  # fmt: skip
        """(held out, to train on); the first seeds are held out, so that a resumed run keeps them."""
        examples = [example for clip in clips if (example := make_example(clip, canonical)) is not None]
        held = max(1, min(most, len(examples) // 12))
        self.count = len(examples) - held
        return examples[:held], examples[held:]

    @contextmanager
    def reading(self, canonical: np.ndarray, processes: int) -> Iterator[Callable[[], list[Example]]]:
        """A function that gives what was added to the folder since it was last asked."""
        if self.seeds:
            yield list
        elif processes == 0:
            yield lambda: self._new(canonical)
        else:
            readers = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _one_thread)
            try:
                yield _Ahead(self, readers, canonical, processes * _AHEAD).ready
            finally:  # also when training is stopped: what waits to be read is left
                readers.shutdown(cancel_futures=True)

    def unread(self) -> list[Path]:
        """Clips that have come, which count as read from now on."""
        paths = [path for path in self._there() if path not in self._read]
        self._read.update(paths)
        return paths

    def _new(self, canonical: np.ndarray) -> list[Example]:
        made = [make_example(load_clip(path), canonical) for path in self.unread()]
        fresh = [example for example in made if example is not None]
        self.count += len(fresh)
        return fresh

    def _there(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("face-*.npz") if ".partial" not in path.name)


class _Ahead:
    """Clips that are being read by other processes."""

    def __init__(self, library: Library, readers: ProcessPoolExecutor, canonical: np.ndarray, most: int) -> None:
        self._library, self._readers, self._canonical, self._most = library, readers, canonical, most
        self._waiting: list[Path] = []
        self._given: list[Future[dict[str, Any] | None]] = []

    def ready(self) -> list[Example]:
        """What has been read by now."""
        self._waiting += self._library.unread()
        done = [future for future in self._given if future.done()]
        self._given = [future for future in self._given if not future.done()]
        room = self._most - len(self._given)
        try:
            self._given += [self._readers.submit(_arrays, path, self._canonical) for path in self._waiting[:room]]
            found = [arrays for future in done if (arrays := future.result()) is not None]
        except BrokenProcessPool as error:
            raise TrainingError("A process that reads clips has died; go on with --resume and readers = 0.") from error
        self._waiting = self._waiting[room:]
        self._library.count += len(found)
        return [Example(**{key: _tensor(key, value) for key, value in arrays.items()}) for arrays in found]


def _one_thread() -> None:
    torch.set_num_threads(1)


def _arrays(path: Path, canonical: np.ndarray) -> dict[str, Any] | None:
    """An example as plain arrays, which pass from one process to another."""
    try:
        example = make_example(load_clip(path), canonical)
    except (OSError, ValueError, KeyError, BadZipFile):
        return None  # a damaged file is not worth the whole training
    return None if example is None else {f.name: np.asarray(getattr(example, f.name)) for f in fields(Example)}


def _tensor(name: str, value: np.ndarray) -> Any:
    return value if name in ("neutral", "pictures") else torch.as_tensor(value)
