"""Small pictures as they travel in a message."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray


def encode_picture(image: NDArray[np.uint8], side: int) -> dict[str, Any]:
    """[H, W, 3] RGB -> width, height and base64 of the bytes row by row from the top, at most `side` pixels a side."""
    import cv2

    height, width = image.shape[:2]
    scale = side / max(height, width)
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    data = base64.b64encode(np.ascontiguousarray(image).tobytes()).decode("ascii")
    return {"width": image.shape[1], "height": image.shape[0], "rgb": data}
