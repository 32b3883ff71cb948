"""What the report shows of a shot: a strip of moments, the footage on the left, the character on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ml.contact_sheet import fit, load_picture
from ..ml.footage import open_footage
from ..ml.take import Take
from ..ml.take.kinematics import joint_positions, parent_indices

Image = NDArray[np.uint8]
MOMENTS = 12
HALF = (200, 225)
"""Pixels, width and height, of the footage and of the character."""
_QUALITY = 78
_INK = (235, 200, 120)


def moments(count: int) -> list[int]:
    """At most MOMENTS places spread evenly over `count` frames."""
    return sorted({int(place) for place in np.linspace(0, max(count - 1, 0), min(count, MOMENTS)).round()})


def strip_of(lefts: Iterator[Image | None], rights: Iterator[Image]) -> tuple[Image, int]:
    """The strip [225, 400 x n, 3] and n."""
    blank: Image = np.full((8, 8, 3), 24, dtype=np.uint8)
    cells = [
        np.hstack([fit(left if left is not None else blank, *HALF), fit(right, *HALF)])
        for left, right in zip(lefts, rights, strict=False)
    ]
    return np.hstack(cells), len(cells)


def footage_at(clip: Path, times: Sequence[float]) -> Iterator[Image | None]:
    """The clip's pictures shown at these seconds, in rising order; None past its end."""
    with open_footage(clip) as footage:
        for time in times:
            duration = footage.info.duration
            latest = max(0.0, duration - 1.5 / footage.info.fps) if duration else time
            frames = footage.frames(min(max(time, 0.0), latest), None, None, max_side=2 * HALF[1])
            frame = next(iter(frames), None)
            yield None if frame is None else frame.image


def pictures_at(paths: Sequence[Path]) -> Iterator[Image]:
    for path in paths:
        yield load_picture(path)


def figures_at(take: Take, times: Sequence[float]) -> Iterator[Image]:
    """The take's skeleton from the front, where nothing is filmed or rendered; an empty picture without a body."""
    width, height = HALF
    places = np.clip(np.searchsorted(take.times, np.asarray(times) - 1e-6), 0, take.frame_count - 1)
    if take.rotations is None or take.bone_names is None:
        for _ in places:
            yield np.full((height, width, 3), 24, dtype=np.uint8)
        return
    parents = parent_indices(take.bone_names)
    joints = joint_positions(
        take.rotations[places], np.asarray(take.hips_position)[places], np.asarray(take.rest_positions), parents
    )
    flat = joints[:, :, [0, 2]]
    low, high = flat.min(axis=(0, 1)), flat.max(axis=(0, 1))
    scale = 0.9 * min(width / max(high[0] - low[0], 0.1), height / max(high[1] - low[1], 0.1))
    middle = (low + high) / 2
    for moment in flat:
        picture = np.full((height, width, 3), 24, dtype=np.uint8)
        spots = (moment - middle) * (scale, -scale) + (width / 2, height / 2)
        for bone, parent in enumerate(parents):
            if parent >= 0:
                start, end = (tuple(int(value) for value in spots[at].round()) for at in (parent, bone))
                cv2.line(picture, start, end, _INK, 2, cv2.LINE_AA)
        yield picture


def save_jpeg(path: Path, image: Image) -> None:
    """Write beside its final name, then move into place."""
    done, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise OSError(f"The picture {path} could not be encoded.")
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data.tobytes())
    partial.replace(path)
