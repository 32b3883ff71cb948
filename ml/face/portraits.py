"""People who look into the camera: pictures of real faces whose gaze is known without anybody having measured it.

Rendered people teach what moves a face, but their eyes are not quite real ones: who looks into the camera was said to
look far above it, and who shows teeth in a smile to open the jaw. Of an official portrait it is known where its
subject looks, and that the jaw is closed; of many, that they neither raise nor bow their heads in the mean. So, once
all else is learned, what tells the gaze, the jaw and what corrects the head's turn learn from such pictures too, beside
the rendered people, which keep them from telling everybody to look into the camera with a closed mouth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..take import rotation
from ..training import TrainingError
from .batches import gathered, of_side, spoilt_eye_looks, with_turned_eyes
from .crop import face_crop
from .data import FaceWatcher
from .examples import Example
from .model import GAZE_SCALE, PREDICTED, FaceNet, face_input
from .pool import Pool

Floats = NDArray[np.floating]

_KINDS: Final = (".jpg", ".jpeg", ".png", ".webp")
_SMALLEST, _LARGEST = 480, 640
"""Pixels of the longer side in which a face is looked for; smaller pictures are enlarged."""
_LOOKS: Final = 3
"""Times a picture is looked at, until the tracker has settled."""
_FEWEST: Final = 20
_BATCH: Final = 64
_UNSURE: Final = 0.2
"""From which error on (in units of GAZE_SCALE) it counts linearly: some look elsewhere after all."""
_GAZE_COUNTS, _FACING_COUNTS = 16.0, 10.0
_JAW_COUNTS: Final = 12.0
_JAW: Final = PREDICTED.index("jawOpen")
UNTAUGHT: Final = [row for row in range(len(PREDICTED)) if row != _JAW]
"""Expressions of which portraits say nothing."""
_CLOSED: Final = 0.05
"""jawOpen up to which a jaw is closed: who poses smiles with closed jaws."""
_NEUTRAL_KNOWN: Final = 0.85
_NOISE: Final = 0.003
"""Of landmarks, in eye distances."""


def read_portraits(folder: Path, say: Callable[[str], None]) -> tuple[Floats, NDArray[np.uint8]]:
    """Landmarks [N, 478, 3] and face pictures [N, S, S, 3] of the pictures in the folder and those below it.

    Other pictures than JPEG, PNG and WebP, and those without a face, are left out; TrainingError where few are left.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _KINDS) if folder.is_dir() else []
    watcher, points, pictures = FaceWatcher(), list[Floats](), list[NDArray[np.uint8]]()
    for number, path in enumerate(paths):
        seen = _seen(watcher, path)
        if seen is not None:
            points.append(seen[0])
            pictures.append(seen[1])
        if number % 200 == 199:
            say(f"  {number + 1} of {len(paths)} portraits, {len(points)} faces")
    if len(points) < _FEWEST:
        raise TrainingError(
            f"{len(points)} pictures with a face are in {folder}; give a folder with at least {_FEWEST} pictures of "
            "people who look into the camera, or no `portraits`."
        )
    return np.stack(points), np.stack(pictures)


def _seen(watcher: FaceWatcher, path: Path) -> tuple[Floats, NDArray[np.uint8]] | None:
    """Landmarks [478, 3] and the face's picture; None if the file shows no face (or no picture)."""
    picture = cv2.imdecode(np.fromfile(path, dtype=np.uint8), cv2.IMREAD_COLOR) if path.stat().st_size else None
    if picture is None:
        return None
    longer = max(picture.shape[:2])
    scale = float(np.clip(longer, _SMALLEST, _LARGEST)) / longer
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    resized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how)
    sized = np.ascontiguousarray(resized[..., ::-1], dtype=np.uint8)
    watcher.restart()
    for _ in range(_LOOKS):
        points = watcher.landmarks(sized)
    return (points, face_crop(sized, points)) if np.isfinite(points).all() else None


def examples_of(points: Floats, pictures: NDArray[np.uint8], canonical: Floats) -> list[Example]:
    """One frame each: landmarks [N, 478, 3] and face pictures [N, S, S, 3] of people who look into the camera.

    Gaze: to the camera. Facing: what turns their median to the camera, as far as it is raised or bowed.
    """
    seen = face_input(np.asarray(points, dtype=np.float64), canonical)
    facing = np.zeros(3)
    facing[0] = -float(np.median(seen.turn[:, 0]))
    gaze = gaze_at_camera(seen.turn, facing)
    return [
        Example(
            shape=torch.as_tensor(seen.aligned[one] - canonical.astype(np.float32)),
            eyes=torch.as_tensor(seen.eyes[one]),
            turn=torch.as_tensor(seen.turn[one]),
            weights=torch.zeros(1, len(PREDICTED)),
            gaze=torch.as_tensor(np.repeat(gaze[one, None], 2, axis=1) / GAZE_SCALE).float(),
            facing=torch.as_tensor(facing[None]).float(),
            neutral=np.zeros(1, dtype=np.int64),
            pictures=pictures[one],
        )
        for one in (slice(i, i + 1) for i in range(len(points)))
    ]


def gaze_at_camera(turn: Floats, facing: Floats) -> NDArray[np.float64]:
    """Yaw and pitch [N, 2] in degrees, as a take has them, of eyes that look into the camera out of turned heads.

    turn [N, 3] the head's turn as the crop around it shows it (see `align`), so beside the ray that goes to it, and
    facing [3] what is to be added to it: rotation vectors.
    """
    head = rotation.multiply(rotation.from_rotvec(np.asarray(turn, dtype=np.float64)), rotation.from_rotvec(facing))
    to_camera = rotation.rotate(rotation.conjugate(head), np.array([0.0, -1.0, 0.0]))
    yaw = np.degrees(np.arctan2(to_camera[:, 0], -to_camera[:, 1]))
    return np.stack((yaw, np.degrees(np.arcsin(np.clip(to_camera[:, 2], -1, 1)))), axis=-1)


def portrait_loss(net: FaceNet, portraits: Pool, eyes_learn: bool = False) -> Tensor:
    """Of some portraits: where they look, how their heads' turn is corrected, and how far their jaws are open.

    Where they look is asked with the head's turn of somebody else: that real people look where their heads do not
    would be an easy lesson, and a wrong one. Of jaws it is asked beside no neutral face or somebody else's: beside
    their own, which shows the same smile, nothing moves.
    """
    device = portraits.device
    index = torch.randint(portraits.performances, (_BATCH, 1), device=device)
    flips = torch.rand(_BATCH, device=device) < 0.5
    looks = of_side(portraits.looks_at(index), flips)
    if eyes_learn:
        eyes = spoilt_eye_looks(net, portraits.at("pictures", index))
        looks = with_turned_eyes(looks[..., : net.config.look], eyes, flips)
    seen, (_, gaze, facing) = gathered(net, portraits, index, flips, looks, torch.ones(_BATCH, device=device), _NOISE)
    known = (torch.rand(_BATCH, 1, device=device) < _NEUTRAL_KNOWN).float()
    neutral = net.reading(seen)[:, 0]
    beside_others = (torch.rand(_BATCH, 1, device=device) < 0.5).float()
    weights, _, _ = net.one_side(seen, neutral.roll(1, dims=0), beside_others)
    open_jaws = (weights[..., _JAW] - _CLOSED).clamp(min=0).square().mean()
    _, _, turned = net.one_side(seen, neutral, known)
    _, told, _ = net.one_side(replace(seen, turn=seen.turn.roll(1, dims=0)), neutral, known)
    off = torch.nn.functional.huber_loss(told, gaze, delta=_UNSURE)
    facing_off = (turned - facing).square().sum(-1).mean()
    return _GAZE_COUNTS * off + _FACING_COUNTS * facing_off + _JAW_COUNTS * open_jaws
