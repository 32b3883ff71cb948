"""The detectors side by side: one thread each, so that the native code of all of them runs at once.

The body's detector goes first; face and hands follow one picture behind and look where it says. Memory is bounded by
short queues of pictures; only the points themselves grow with the footage.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..footage.interface import Frame
from .arrays import ARRAY_NAMES, Features, empty_features
from .cuts import CutDetector
from .interface import DetectorMaker, Floats, PoseSeen, Seen
from .merge import Combined, combine
from .resample import at_times

PARTS = ("face", "body", "hands")
_QUEUE_LENGTH = 4
_STRETCH = 1000
"""Pictures whose points are kept in one block."""
_PATIENCE = 0.1
"""Seconds between looks at whether to stop."""


class Cancelled(Exception):  # noqa: N818 - not an error: the user asked for it
    """The user stopped the work; nothing was written."""


class _Worker:
    """One detector in its thread: pictures in, observations in the same order out, and on to those that follow it."""

    def __init__(self, part: str, maker: DetectorMaker, stop: threading.Event) -> None:
        self.models: dict[str, str] = {}
        self.error: Exception | None = None
        self.seen: queue.SimpleQueue[Seen] = queue.SimpleQueue()
        self.followers: list[_Worker] = []
        self._maker = maker
        self._stop = stop
        self._pictures: queue.Queue[_Picture | None] = queue.Queue(_QUEUE_LENGTH)
        self.thread = threading.Thread(target=self._run, name=f"detect-{part}", daemon=True)

    def put(self, picture: _Picture | None, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Queue a picture, or None after the last one; waits while the queue is full and nobody says stop."""
        while not self._stop.is_set():
            try:
                self._pictures.put(picture, timeout=_PATIENCE)
                return
            except queue.Full:
                if cancelled():
                    raise Cancelled from None

    def _run(self) -> None:
        try:
            self._detect_all()
        except Exception as error:  # noqa: BLE001 - native code may raise anything; it is raised again by the caller
            self.error = error
            self._stop.set()

    def _detect_all(self) -> None:
        detector = self._maker()
        try:
            self.models = detector.models()
            while not self._stop.is_set():
                try:
                    picture = self._pictures.get(timeout=_PATIENCE)
                except queue.Empty:
                    continue
                if picture is None:
                    self._hand_on(None)
                    return
                if picture.new_shot:
                    detector.new_shot()
                seen = detector.detect(picture.image, picture.pose)
                self.seen.put(seen)
                self._hand_on(replace(picture, pose=seen.pose))
        finally:
            detector.close()

    def _hand_on(self, picture: _Picture | None) -> None:
        for follower in self.followers:
            follower.put(picture)


@dataclass(frozen=True)
class _Picture:
    image: NDArray[np.uint8]
    pose: PoseSeen | None = None
    new_shot: bool = False


def _start_workers(
    parts: Collection[str], makers: Mapping[str, DetectorMaker], stop: threading.Event
) -> tuple[list[_Worker], list[_Worker]]:
    """All workers in the order of PARTS, and those of them that are fed directly."""
    workers = {part: _Worker(part, makers[part], stop) for part in PARTS if part in parts}
    body = workers.get("body")
    fed = []
    for part, worker in workers.items():
        if body is not None and worker is not body and makers[part].follows_body:
            body.followers.append(worker)
        else:
            fed.append(worker)
    for worker in workers.values():
        worker.thread.start()
    return list(workers.values()), fed


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
    workers, fed = _start_workers(parts, makers, stop)
    collector = _Collector(workers, size)
    try:
        times = _feed(frames, workers, fed, collector, progress, cancelled)
        _raise_errors(workers)
        return collector.features(times)
    finally:
        stop.set()
        for worker in workers:
            worker.thread.join()


def _feed(
    frames: Iterable[Frame],
    workers: list[_Worker],
    fed: list[_Worker],
    collector: _Collector,
    progress: Callable[[int, float], None],
    cancelled: Callable[[], bool],
) -> NDArray[np.float64]:
    """Hand every new picture to the workers; returns the frames' times [T]."""
    times: list[float] = []
    previous: object = None
    cuts = CutDetector()
    for frame in frames:
        if cancelled():
            raise Cancelled
        times.append(frame.time)
        # Footage of uneven rate shows some pictures twice: look at each once, at the time it was taken.
        if frame.image is not previous:
            previous = frame.image
            new_shot = cuts.is_cut(frame.image)
            collector.expect(frame, new_shot)
            picture = _Picture(np.ascontiguousarray(frame.image), new_shot=new_shot)
            for worker in fed:
                worker.put(picture, cancelled)
        _raise_errors(workers)
        collector.collect()
        progress(len(times), frame.time)
    for worker in fed:
        worker.put(None, cancelled)
    for worker in workers:
        while worker.thread.is_alive():
            worker.thread.join(_PATIENCE)
            collector.collect()
            if cancelled():
                raise Cancelled
    return np.array(times)


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
        self._cuts: list[float] = []
        self._stretches: list[Features] = []
        """Filled one after the other: an hour of footage is held once, not once more as single pictures."""
        self._later: deque[tuple[tuple[int, int, str], Future[Floats]]] = deque()
        """Stretch, row and array of values that are still being worked out."""

    def expect(self, frame: Frame, new_shot: bool) -> None:
        if new_shot:
            self._cuts.append(frame.time)
        self._expected.put((frame.shown_at, self._size[0] / frame.image.shape[1]))

    def collect(self) -> None:
        while not self._expected.empty() and not any(worker.seen.empty() for worker in self._workers):
            shown_at, scale = self._expected.get()
            seen = [worker.seen.get() for worker in self._workers]
            self._keep(combine(seen, scale), len(self._shown_at))
            self._shown_at.append(shown_at)
        while self._later and self._later[0][1].done():
            self._fill(*self._later.popleft())

    def _fill(self, place: tuple[int, int, str], value: Future[Floats]) -> None:
        stretch, row, name = place
        getattr(self._stretches[stretch], name)[row] = value.result()

    def _keep(self, combined: Combined, picture: int) -> None:
        row = picture % _STRETCH
        if row == 0:
            self._stretches.append(empty_features(np.zeros(_STRETCH), self._size))
        for name, value in combined.items():
            if isinstance(value, Future):
                self._later.append(((len(self._stretches) - 1, row, name), value))
            else:
                getattr(self._stretches[-1], name)[row] = value

    def features(self, times: NDArray[np.float64]) -> Features:
        """Everything seen, at the frames' times."""
        self.collect()
        while self._later:
            self._fill(*self._later.popleft())
        shown_at = np.array(self._shown_at)
        raw = empty_features(shown_at[:0], self._size)
        for name in ARRAY_NAMES:
            parts = [getattr(stretch, name) for stretch in self._stretches]
            if parts:
                raw = replace(raw, **{name: np.concatenate(parts)[: len(shown_at)]})
        self._stretches.clear()
        raw = replace(raw, times=shown_at)
        models = {name: sha for worker in self._workers for name, sha in worker.models.items()}
        cuts = tuple(int(cut) for cut in np.searchsorted(times, np.array(self._cuts) - 1e-6))
        return replace(at_times(raw, times, cuts), models=models, cuts=cuts)
