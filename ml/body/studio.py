"""Single pictures of ever new people, made by several processes, for the layers that read a body from its picture.

Neighbouring frames of a clip are nearly the same picture; a reading of single pictures learns more from as many poses,
cameras and lights as there are pictures, and more people more than more pictures of each. One person is one seed. Each
picture is shown clean and with flaws, each of them as it is and in a mirror; whoever learns cuts out the squares.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import queue
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..features.regions import Region, body_region
from ..performers import Light, Performer, Renderer, complete_rotations
from ..performers.scene import SHADINGS, TRAINING_SHADINGS
from ..take import joint_positions, rotation
from .bank import BODY_BONES, BODY_COLUMNS, BODY_PARENTS, MIRRORED_BONES, READING, Stretch
from .camerawork import TurnedView, random_views
from .clothing import loosened
from .data import with_fingers
from .picture_examples import square_axes, square_places, true_readings
from .poor_pictures import WEBCAM, Flaws
from .variety import FPS, random_motion

Floats = NDArray[np.floating]

PEOPLE_PICTURES: Final = 10
"""Of one person."""
VIEWS: Final = 4
"""Of each picture: clean and flawed, each of them as it is and in a mirror."""
SIZES: Final = ((320, 320), (288, 384), (512, 512), (416, 256), (480, 384))
"""Width and height of pictures."""
CANVAS: Final = (512, 512)
"""Rows and columns that hold a picture of any of the sizes; beyond its edges they go on."""
START: Final = "fork" if sys.platform == "linux" else "spawn"
"""How processes begin: forked ones share the motions and the anatomy, others have copies. Forking is not there on
Windows, and not safe on macOS."""
_LOOK_ROUND: Final = 2.0
"""Seconds of waiting after which a process sees whether the one that began it is still there."""
_YIELDING: Final = 5
"""How far processes that photograph step back behind the one that learns."""
_SLOTS: Final = 6
"""Sheets for each process: those not yet taken."""
_PER_SECOND: Final = 0.7
"""Pictures in which hands open and close."""
_MOMENTS: Final = 8
"""Frames of the motion of which one is taken: some kinds of motion need a few."""
_WHOLE_HEADS: Final = 0.65
"""Share of pictures whose framing minds the head's top,"""
_HEAD: Final = 0.24
"""so many metres above its joint."""
_CIRCLE: Final = 1.1
"""The circle about a body, in distances from the hips to the farthest joint."""
_HELD_OUT_SHADINGS: Final = tuple(name for name in SHADINGS if name not in TRAINING_SHADINGS)


@dataclass(frozen=True)
class Sheet:
    """One person's N = 2 PEOPLE_PICTURES pictures and M = VIEWS PEOPLE_PICTURES views of them."""

    pictures: NDArray[np.uint8]
    """[N, *CANVAS, 3]"""
    sizes: NDArray[np.int32]
    """[N, 2] width and height."""
    views: NDArray[np.float32]
    """[M, 6] number of the picture, x, y, side and turn of the square in it, 1 = then mirrored."""
    places: NDArray[np.float32]
    """[M, 3]"""
    readings: NDArray[np.float32]
    """[M, READING]"""


def _layout() -> dict[str, tuple[tuple[int, ...], type]]:
    pictures, views = 2 * PEOPLE_PICTURES, VIEWS * PEOPLE_PICTURES
    return {
        "pictures": ((pictures, *CANVAS, 3), np.uint8), "sizes": ((pictures, 2), np.int32),
        "views": ((views, 6), np.float32), "places": ((views, 3), np.float32),
        "readings": ((views, READING), np.float32),
    }  # fmt: skip


@dataclass(frozen=True)
class OnStage:
    """Of one picture."""

    rotations: Floats
    hips: Floats
    camera_turn: Floats
    camera_position: Floats

    def mirrored(self) -> OnStage:
        """The stage in a mirror, X reversed: what a mirrored picture shows (bodies are alike on both sides)."""
        turn, way = np.array((1.0, 1.0, -1.0, -1.0)), np.array((-1.0, 1.0, 1.0))
        return OnStage(
            self.rotations[MIRRORED_BONES] * turn, self.hips * way, self.camera_turn * turn, self.camera_position * way
        )


class Studio:
    """Processes that make sheets until they are told to stop. Start it before anything touches the graphics card."""

    def __init__(
        self, processes: int, bank: Sequence[Stretch], seeds: Sequence[int], held_out: bool = False,
        say: Callable[[str], None] = print, start: str = START,
    ) -> None:  # fmt: skip
        """seeds: taken in turn, each process every so many; held_out: with shadings never trained on; start: how
        processes begin ("fork" or "spawn")."""
        context: Any = multiprocessing.get_context(start)
        memories = [_memory(context, start) for _ in range(processes * _SLOTS)]
        self._sheets = [_as_sheet(memory) for memory in memories]
        self._ready, self._free = context.Queue(), context.Queue()
        for slot in range(len(memories)):
            self._free.put(slot)
        self._say, self._told = say, False
        self.complaint = ""
        """What a process said when it ended."""
        self.reached = -1
        """The largest seed of the sheets given out,"""
        self.given = 0
        """and how many those are."""
        self._processes = [
            context.Process(
                target=_work, daemon=True,
                args=(memories, self._ready, self._free, bank, seeds[i::processes], i, held_out, os.getpid()),
            )
            for i in range(processes)
        ]  # fmt: skip
        threads = cv2.getNumThreads()
        cv2.setNumThreads(1)  # ends OpenCV's threads here: forked, their pool would wait for threads that are not there
        for process in self._processes:
            process.start()
        cv2.setNumThreads(threads)

    @property
    def working(self) -> bool:
        """Whether any process goes on, or a sheet is still to be taken."""
        return any(process.is_alive() for process in self._processes) or not self._ready.empty()

    def sheets(self, patience: float = 0.5) -> Iterator[Sheet | None]:
        """Sheets as they come, each to be used before the next is asked for; None after `patience` seconds of none.

        None for good once no process is left, which is said if they did not end because all seeds were done.
        """
        while True:
            try:
                taken = self._ready.get(timeout=patience)
            except queue.Empty:
                if not self._told and not self.working:
                    self._told = True
                    self._tell_of_the_end()
                yield None
                continue
            if isinstance(taken, str):  # the others go on
                self.complaint = taken
                continue
            slot, seed = taken
            self.reached, self.given = max(self.reached, seed), self.given + 1
            try:
                yield self._sheets[slot]
            finally:  # also where nothing more is asked for
                self._free.put(slot)

    def _tell_of_the_end(self) -> None:
        codes = {process.exitcode for process in self._processes} - {0}
        if codes and not self.complaint:
            self.complaint = f"the processes ended with {', '.join(sorted(map(str, codes)))}"
        if self.complaint:
            rest = f"; learning goes on with the {self.given} seen so far" if self.given else ""
            self._say(f"Nobody is photographed any more: {self.complaint}{rest}.")

    def close(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(5)


def _work(
    memories: Sequence[Any], ready: Any, free: Any, bank: Sequence[Stretch], seeds: Sequence[int], number: int,
    held_out: bool, parent: int,
) -> None:  # fmt: skip
    """What each process does; it leaves when the one that began it is gone, however that ended."""
    cv2.setNumThreads(1)
    if hasattr(os, "nice"):
        os.nice(_YIELDING)  # learning waits for nothing so much as for its own process
    sheets, failed, last = [_as_sheet(memory) for memory in memories], 0, ""
    try:
        with Renderer(*SIZES[0]) as renderer:
            for seed in seeds:
                slot = _free_slot(free, parent)
                if slot is None:
                    ready.cancel_join_thread()
                    return
                try:
                    renderer.resize(*picture_size(seed))
                    photograph(sheets[slot], seed, bank, renderer, held_out)
                except Exception as error:
                    failed, last = failed + 1, repr(error)
                    free.put(slot)
                    if failed > 20:
                        raise RuntimeError(f"too many people could not be photographed, the last for {last}") from error
                    continue
                ready.put((slot, seed))
        if failed:
            ready.put(f"process {number} could not photograph {failed} people, the last for {last}")
    except Exception as error:  # noqa: BLE001 - told to whoever waits for sheets
        ready.put(f"process {number} ended: {error}")


def _free_slot(free: Any, parent: int) -> int | None:
    """The next free sheet's number; None once the process `parent` is gone."""
    while not _is_orphan(parent):
        try:
            return free.get(timeout=_LOOK_ROUND)
        except queue.Empty:
            continue
    return None


def _is_orphan(parent: int) -> bool:
    """Whether who began this process is gone: another parent (Linux, macOS), or its handle says so (Windows)."""
    above = multiprocessing.parent_process()
    return os.getppid() != parent or (above is not None and not above.is_alive())


def _memory(context: Any, start: str) -> Any:
    """Memory of one sheet that processes share."""
    parts = _layout()
    size = sum(int(np.prod(shape)) * np.dtype(kind).itemsize for shape, kind in parts.values())
    # Forked processes have it anyhow; others are handed it, in a file or by name.
    return mmap.mmap(-1, size) if start == "fork" else context.RawArray("B", size)


def _as_sheet(memory: Any) -> Sheet:
    arrays, at = {}, 0
    for name, (shape, kind) in _layout().items():
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(memory, dtype=kind, count=count, offset=at).reshape(shape)
        at += count * np.dtype(kind).itemsize
    return Sheet(**arrays)


def picture_size(seed: int) -> tuple[int, int]:
    """Width and height of a person's pictures: the seed's own, however many processes there are."""
    return SIZES[int(np.random.default_rng([seed, 0x512E]).integers(len(SIZES)))]


def photograph(sheet: Sheet, seed: int, bank: Sequence[Stretch], renderer: Renderer, held_out: bool) -> None:
    """Fill a sheet with the person of a seed."""
    rng = np.random.default_rng([seed, 0x57D10])
    performer = Performer.random(int(rng.integers(1, 2**31)), strength=float(rng.uniform(0.5, 1.3)))
    if not held_out:
        performer = loosened(rng, performer)
    shading = (str(rng.choice(_HELD_OUT_SHADINGS if held_out else TRAINING_SHADINGS)),)
    rest = performer.skeleton.rest_positions
    own = np.asarray(rest, dtype=np.float64)[BODY_COLUMNS]
    size = renderer.width, renderer.height
    moments = [_moment(rng, bank, rest, size) for _ in range(PEOPLE_PICTURES)]
    turned = complete_rotations(BODY_BONES, np.stack([turns for turns, _, _ in moments]))
    row = 0
    for number, ((turns, hips, view), fingered) in enumerate(
        zip(moments, with_fingers(turned, rng, _PER_SECOND), strict=True)
    ):
        body = performer.pose(rotations=fingered, hips=hips)
        clean = renderer.render(performer, body, view, Light.random(rng, shading), _background(rng, *size))
        flaws = WEBCAM if held_out else _flaws(rng)
        joints = joint_positions(turns[None], hips[None], own, BODY_PARENTS)[0]
        square = _square(view.project(joints))
        true = OnStage(turns, hips, view.orientation, np.array(view.position))
        for version, picture in enumerate((_hidden(rng, clean, square), flaws.apply(clean, rng))):
            place = 2 * number + version
            sheet.pictures[place] = cv2.copyMakeBorder(
                picture, 0, CANVAS[0] - size[1], 0, CANVAS[1] - size[0], cv2.BORDER_REPLICATE
            )
            sheet.sizes[place] = size
            for mirrored in (False, True):
                region = _beside(rng, square)
                sheet.views[row] = place, region.x, region.y, region.side, region.turn, mirrored
                row += 1
        _tell(sheet, slice(row - VIEWS, row), true, own, Camera(*size, view.focal_px, size[0] / 2, size[1] / 2))


def _tell(sheet: Sheet, rows: slice, true: OnStage, own: Floats, camera: Camera) -> None:
    """What is true of a picture's views, on their squares' axes."""
    squares = sheet.views[rows, 1:5].astype(np.float64)
    mirrored = sheet.views[rows, 5] > 0.5
    squares[mirrored, 0], squares[mirrored, 3] = camera.width - squares[mirrored, 0], -squares[mirrored, 3]
    each = [true.mirrored() if one else true for one in mirrored]
    places = square_places(squares, camera)
    camera_turn = np.stack([one.camera_turn for one in each])
    to_square = rotation.multiply(rotation.conjugate(square_axes(squares, camera)), rotation.conjugate(camera_turn))
    hips = np.stack([one.hips - one.camera_position for one in each])
    sheet.places[rows] = places
    sheet.readings[rows] = true_readings(to_square, np.stack([one.rotations for one in each]), hips, own, places[:, 2])


def _moment(
    rng: np.random.Generator, bank: Sequence[Stretch], rest: Floats, size: tuple[int, int]
) -> tuple[Floats, Floats, TurnedView]:
    """Rotations [22, 4], hips [3], and a camera."""
    own = np.asarray(rest, dtype=np.float64)[BODY_COLUMNS]
    motion = random_motion(rng, bank, own, _MOMENTS)
    frame = int(rng.integers(0, _MOMENTS))
    turns, hips = motion.rotations[frame : frame + 1], motion.hips[frame]
    joints = joint_positions(turns, hips[None], own, BODY_PARENTS)
    if rng.random() < _WHOLE_HEADS:  # the head's joint is where it meets the neck
        head, neck = BODY_BONES.index("head"), BODY_BONES.index("neck")
        up = joints[:, head] - joints[:, neck]
        joints[:, head] += _HEAD * up / np.linalg.norm(up, axis=-1, keepdims=True)
    view = random_views(rng, joints, size, FPS)[0]
    return turns[0], hips, view


def _square(joints: Floats) -> Region:
    """The square about joints [22, 2] px, as MediaPipe's circle lies about a body."""
    hips = joints[0]
    upwards = joints[BODY_BONES.index("neck")] - hips
    reach = _CIRCLE * np.linalg.norm(joints - hips, axis=1).max() / max(float(np.linalg.norm(upwards)), 1e-6)
    return body_region(hips, hips + reach * upwards)


def _beside(rng: np.random.Generator, region: Region) -> Region:
    """The square a little off, as it is while somebody moves; sometimes far off, as where limbs were mistaken."""
    far = 2.0 if rng.random() < 0.15 else 1.0
    x, y = rng.normal(0, 0.022 * far, 2) * region.side
    return replace(
        region, x=region.x + x, y=region.y + y, side=region.side * float(np.exp(rng.normal(0.0, 0.045 * far))),
        turn=region.turn + float(rng.normal(0, 0.05 * far)),
    )  # fmt: skip


def _flaws(rng: np.random.Generator) -> Flaws:
    """Flaws of any kind, poor webcams more often than in clips."""
    if rng.random() < 0.3:
        mild = float(rng.uniform(0.3, 1.15))
        return replace(
            WEBCAM, blur=WEBCAM.blur * mild, streak=round(WEBCAM.streak * mild), noise=WEBCAM.noise * mild,
            gain=float(np.exp(rng.normal(np.log(0.65), 0.3))), gamma=float(np.exp(rng.normal(0.05, 0.15))),
            quality=int(rng.integers(14, 45)), shrink=1 + 0.6 * mild,
        )  # fmt: skip
    return Flaws.random(rng)


def _hidden(rng: np.random.Generator, picture: NDArray[np.uint8], square: Region) -> NDArray[np.uint8]:
    """The picture with, seldom, a thing before the body."""
    if rng.random() > 0.15:
        return picture
    picture = picture.copy()
    x, y = np.array((square.x, square.y)) + rng.uniform(-0.3, 0.3, 2) * square.side
    wide, high = rng.uniform(0.03, 0.14, 2) * square.side
    colour = tuple(int(c) for c in rng.uniform(0, 255, 3))
    if rng.random() < 0.5:
        cv2.ellipse(picture, ((x, y), (2 * wide, 2 * high), float(rng.uniform(0, 180))), colour, -1)
    else:
        cv2.rectangle(picture, (int(x - wide), int(y - high)), (int(x + wide), int(y + high)), colour, -1)
    return picture


def _background(rng: np.random.Generator, width: int, height: int) -> NDArray[np.uint8]:
    """Blots of several sizes on a gradient, and boxes: as `random_background`, faster and busier."""
    image = np.zeros((height, width, 3), dtype=np.float32)
    strength = rng.uniform(10, 90)
    for cells in (2, int(rng.integers(3, 9)), int(rng.integers(10, 60))):
        rough = rng.uniform(-1, 1, (cells, cells, 3 if rng.random() < 0.6 else 1)).astype(np.float32)
        rough = np.broadcast_to(rough, (cells, cells, 3))
        way = cv2.INTER_NEAREST if rng.random() < 0.15 else cv2.INTER_LINEAR
        image += strength * cv2.resize(np.ascontiguousarray(rough), (width, height), interpolation=way)
        strength *= rng.uniform(0.2, 0.8)
    image += rng.uniform(40, 215) + rng.uniform(-40, 40, 3).astype(np.float32)
    for _ in range(int(rng.integers(0, 9))):
        colour, (x, y) = rng.uniform(0, 255, 3).tolist(), rng.uniform(0, (width, height)).astype(int).tolist()
        if rng.random() < 0.5:
            end = rng.uniform(0, (width, height)).astype(int).tolist()
            cv2.rectangle(image, (x, y), tuple(end), colour, -1 if rng.random() < 0.8 else int(rng.integers(1, 12)))
        else:
            cv2.circle(image, (x, y), int(rng.uniform(3, 0.25 * width)), colour, -1)
    return np.clip(image, 0, 255).astype(np.uint8)
