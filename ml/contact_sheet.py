"""Pictures for the eye: contact sheets and side-by-side previews from frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
_BACKGROUND = 24


def fit(image: Image, width: int, height: int) -> Image:
    """Scale an RGB image [H, W, 3] into width x height, keeping its shape, on a dark ground."""
    scale = min(width / image.shape[1], height / image.shape[0])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    scaled = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    framed = np.full((height, width, 3), _BACKGROUND, dtype=np.uint8)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    framed[top : top + size[1], left : left + size[0]] = scaled
    return framed


def side_by_side(left: Image, right: Image, height: int = 480) -> Image:
    """Two RGB images next to each other, both `height` high."""
    widths = [max(1, round(image.shape[1] * height / image.shape[0])) for image in (left, right)]
    return np.hstack([fit(image, width, height) for image, width in zip((left, right), widths, strict=True)])


def contact_sheet(rows: Sequence[Sequence[Image]], cell: tuple[int, int] = (240, 240)) -> Image:
    """Rows of RGB images as one picture; each is fitted into a cell of (width, height)."""
    if not rows or not rows[0]:
        raise ValueError("A contact sheet needs at least one picture.")
    width, height = cell
    blank = np.full((height, width, 3), _BACKGROUND, dtype=np.uint8)
    columns = max(len(row) for row in rows)
    lines = []
    for row in rows:
        cells = [fit(image, width, height) for image in row]
        lines.append(np.hstack(cells + [blank] * (columns - len(cells))))
    return np.vstack(lines)


def save_picture(path: Path, image: Image) -> None:
    """Write an RGB image as PNG beside its final name and move it into place."""
    done, data = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    if not done:
        raise OSError(f"The picture {path} could not be encoded.")
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data.tobytes())
    partial.replace(path)


def load_picture(path: Path) -> Image:
    """Read an image file as RGB [H, W, 3]; the bytes are read first, so that any path works on Windows too."""
    image = cv2.imdecode(np.frombuffer(path.read_bytes(), dtype=np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise OSError(f"{path} is not a readable picture.")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB).astype(np.uint8)


def load_pictures(folder: Path, pattern: str = "*.png") -> Iterator[Image]:
    """The pictures of a folder in the order of their names."""
    for path in sorted(folder.glob(pattern)):
        yield load_picture(path)
