"""Small pictures from the engine as icons that panels can draw, outside the .blend."""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

import base64
from typing import Any

import bpy.utils.previews

_SIDE = 256
_collection: list[Any] = []
_labels: dict[str, str] = {}


def show_picture(name: str, picture: dict[str, Any], label: str = "", mirrored: bool = False) -> None:
    """Keep a picture ({width, height, rgb: base64 rows from the top}) under a name; `label` says what it shows."""
    import numpy as np

    width, height = int(picture["width"]), int(picture["height"])
    rgb = np.frombuffer(base64.b64decode(picture["rgb"]), np.uint8).reshape(height, width, 3)
    if mirrored:
        rgb = rgb[:, ::-1]
    pixels = np.zeros((_SIDE, _SIDE, 4), np.float32)  # icons are square; the rest stays transparent
    scale = _SIDE / max(width, height)
    rows = np.minimum((np.arange(round(height * scale)) / scale).astype(int), height - 1)
    columns = np.minimum((np.arange(round(width * scale)) / scale).astype(int), width - 1)
    top, left = (_SIDE - len(rows)) // 2, (_SIDE - len(columns)) // 2
    inner = pixels[top : top + len(rows), left : left + len(columns)]
    inner[..., :3] = rgb[rows][:, columns] / 255.0
    inner[..., 3] = 1.0
    if not _collection:
        _collection.append(bpy.utils.previews.new())
    previews = _collection[0]
    preview = previews[name] if name in previews else previews.new(name)
    preview.image_size = (_SIDE, _SIDE)
    preview.image_pixels_float.foreach_set(pixels[::-1].ravel())
    preview.icon_size = (_SIDE, _SIDE)
    preview.icon_pixels_float.foreach_set(pixels[::-1].ravel())
    _labels[name] = label


def picture_icon(name: str, label: str = "") -> int:
    """The icon of a picture; 0 when there is none of what `label` says."""
    if not _collection or name not in _collection[0] or _labels.get(name) != label:
        return 0
    return _collection[0][name].icon_id


def forget_pictures() -> None:
    """Free them; called when the add-on is disabled."""
    while _collection:
        bpy.utils.previews.remove(_collection.pop())
    _labels.clear()
