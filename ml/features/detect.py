"""The detectors side by side: one thread each, so that the native code of all of them runs at once.

Memory is bounded by short queues of pictures; only the points themselves grow with the footage.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..footage.interface import Frame
from .arrays import ARRAY_NAMES, Features, empty_features
from .interface import DetectorMaker, Seen
from .merge import Combined, combine
from .resample import at_times

PARTS = ("face", "body", "hands")
_QUEUE_LENGTH = 4
_PATIENCE = 0.1
"""Seconds between looks at whether to stop."""


class Cancelled(Exception):  # noqa: N818 - not an error: the user asked for it
    """The user stopped the work; nothing was written."""


@dataclass
class _Worker:
    """One detector in its thread: pictures in, observations in the same order out."""

    part: str
    maker: DetectorMaker
    stop: threading.Event

    def __post_init__(self) -> None:
        self.pictures: queue.Queue[NDArray[np.uint8] | None] = queue.Queue(_QUEUE_LENGTH)
        self.seen: queue.SimpleQueue[Seen] = queue.SimpleQueue()
        self.models: dict[str, str] = {}
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, name=f"detect-{self.part}", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self._detect_all()
        except Exception as error:  # noqa: BLE001 - native code may raise anything; it is raised again by the caller
            self.error = error
            self.stop.set()

    def _detect_all(self) -> None:
        detector = self.maker()
        try:
            self.models = detector.models()
            while not self.stop.is_set():
                try:
                    picture = self.pictures.get(timeout=_PATIENCE)
                except queue.Empty:
                    continue
                if picture is None:
                    return
                self.seen.put(detector.detect(picture))
        finally:
            detector.close()


def detect_features(
    frames: Iterable[Frame],
    size: tuple[int, int],
    parts: Collection[str] = PARTS,
    *,
    progress: Callable[[int, float], None] = lambda count, time: None,
    cancelled: Callable[[], bool] = lambda: False,
    makers: Mapping[str, DetectorMaker] | None = None,
) -> Features:
    """Run the detectors of `parts` ("face", "body", "hands") over the frames.

    size: (width, height) of the source in pixels; frames may be smaller, points are told in source pixels.
    progress: called with the number of pictures handed on and the time in seconds of the newest.
    cancelled: asked for each frame; Cancelled is raised soon after it says yes.
    makers: detectors other than MediaPipe's, by part.
    """
    if makers is None:
        from .mediapipe_models import MAKERS

        makers = MAKERS
    stop = threading.Event()
    workers = [_Worker(part, makers[part], stop) for part in PARTS if part in parts]
    collector = _Collector(workers, size)
    try:
        times = _feed(frames, workers, collector, stop, progress, cancelled)
        _raise_errors(workers)
        return collector.features(times)
    finally:
        stop.set()
        for worker in workers:
            worker.thread.join()


def _feed(
    frames: Iterable[Frame],
    workers: list[_Worker],
    collector: _Collector,
    stop: threading.Event,
    progress: Callable[[int, float], None],
    cancelled: Callable[[], bool],
) -> NDArray[np.float64]:
    """Hand every new picture to every worker; returns the frames' times [T]."""
    times: list[float] = []
    previous: object = None
    for frame in frames:
        if cancelled():
            raise Cancelled
        times.append(frame.time)
        # Footage of uneven rate shows some pictures twice: look at each once, at the time it was taken.
        if frame.image is not previous:
            previous = frame.image
            collector.expect(frame)
            picture = np.ascontiguousarray(frame.image)
            for worker in workers:
                _put(worker, picture, stop, cancelled)
        _raise_errors(workers)
        collector.collect()
        progress(len(times), frame.time)
    for worker in workers:
        _put(worker, None, stop, cancelled)
    for worker in workers:
        while worker.thread.is_alive():
            worker.thread.join(_PATIENCE)
            collector.collect()
            if cancelled():
                raise Cancelled
    return np.array(times)


def _put(
    worker: _Worker, picture: NDArray[np.uint8] | None, stop: threading.Event, cancelled: Callable[[], bool]
) -> None:
    while not stop.is_set():
        try:
            worker.pictures.put(picture, timeout=_PATIENCE)
            return
        except queue.Full:
            if cancelled():
                raise Cancelled from None


def _raise_errors(workers: list[_Worker]) -> None:
    for worker in workers:
        if worker.error is not None:
            raise worker.error


class _Collector:
    """Joins what the workers saw of one picture, as soon as all have seen it."""

    def __init__(self, workers: list[_Worker], size: tuple[int, int]) -> None:
        self._workers = workers
        self._size = size
        self._expected: queue.SimpleQueue[tuple[float, float]] = queue.SimpleQueue()
        self._shown_at: list[float] = []
        self._combined: list[Combined] = []

    def expect(self, frame: Frame) -> None:
        self._expected.put((frame.shown_at, self._size[0] / frame.image.shape[1]))

    def collect(self) -> None:
        while not self._expected.empty() and not any(worker.seen.empty() for worker in self._workers):
            shown_at, scale = self._expected.get()
            seen = [worker.seen.get() for worker in self._workers]
            self._shown_at.append(shown_at)
            self._combined.append(combine(seen, scale))

    def features(self, times: NDArray[np.float64]) -> Features:
        """Everything seen, at the frames' times."""
        self.collect()
        shown_at = np.array(self._shown_at)
        raw = empty_features(shown_at, self._size)
        for name in ARRAY_NAMES:
            array = getattr(raw, name)
            for index, combined in enumerate(self._combined):
                value = combined.get(name)
                if value is not None:
                    array[index] = value
        self._combined.clear()
        models = {name: sha for worker in self._workers for name, sha in worker.models.items()}
        return replace(at_times(raw, times), models=models)
