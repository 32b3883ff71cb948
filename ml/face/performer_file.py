"""A performer's file: their neutral face, measured once from a few seconds in which they look at the camera at rest.

NAME.performer.json: {"kind": "understudy.performer", "version": 1, "face": {"aligned": [478 x 3], "eyes": [6],
"turn": [3], "looks": [2 x 224] or null, "weights_sha256": "..."}}      other parts of the file are left as they are
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..weights.registry import read_card
from .infer import MODEL_NAME, FaceFeatures, load_face_net
from .model import FaceInput, FaceNet, face_input
from .neutral import Neutral, encode, quietest

KIND: Final = "understudy.performer"
VERSION: Final = 1
_DIGITS: Final = 6


class PerformerFileError(ValueError):
    """The file cannot be used; the message is one sentence for the user."""


def measure_face(features: FaceFeatures, net: FaceNet | None = None) -> dict[str, Any] | None:
    """The file's `face` from a clip of the performer at rest; None if no frame shows a face."""
    seen = np.isfinite(features.face).all(axis=(1, 2)) & (np.asarray(features.face_confidence) > 0)
    if not seen.any():
        return None
    net = net or load_face_net()
    looks = getattr(features, "face_look", None)
    canonical = net.canonical.numpy().astype(np.float64)
    whole = face_input(features.face[seen], canonical, None if looks is None else looks[seen])
    chosen = quietest(net, whole, np.arange(len(whole.aligned)), None, 30.0)
    return {
        "aligned": _listed(whole.aligned[chosen].mean(axis=0)),
        "eyes": _listed(whole.eyes[chosen].mean(axis=0)),
        "turn": _listed(whole.turn[chosen].mean(axis=0)),
        "looks": None if whole.looks is None else _listed(np.nanmean(whole.looks[chosen], axis=0)),
        "weights_sha256": read_card(MODEL_NAME).sha256,
    }


def write_performer(path: Path, face: dict[str, Any]) -> None:
    """Write the file, or the face into a file that is there, and move it into place."""
    content: dict[str, Any] = {"kind": KIND, "version": VERSION}
    if path.exists():
        content = _read(path)
    content["face"] = face
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content) + "\n", encoding="utf-8")
    os.replace(partial, path)


def read_neutral(path: Path, net: FaceNet | None = None) -> Neutral | None:
    """The neutral face of a performer's file as the network takes it; None if the file holds no face.

    What pictures look like is told in the network's own numbers, which other weights do not understand; then the
    landmarks alone are used.
    """
    face = _read(path).get("face")
    if face is None:
        return None
    net = net or load_face_net()
    try:
        arrays = {name: np.asarray(face[name], dtype=np.float32)[None] for name in ("aligned", "eyes", "turn")}
        fits = face.get("looks") is not None and face.get("weights_sha256") == read_card(MODEL_NAME).sha256
        looks = np.asarray(face["looks"], dtype=np.float32)[None] if fits else None
        seen = FaceInput(arrays["aligned"], arrays["eyes"], arrays["turn"], looks)
        if seen.aligned.shape != (1, 478, 3) or seen.eyes.shape != (1, 6) or not np.isfinite(seen.aligned).all():
            raise ValueError
        return encode(net, seen, np.array([0]))
    except (KeyError, TypeError, ValueError) as error:
        raise PerformerFileError(f"The face in the performer's file {path} is damaged; measure it again.") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PerformerFileError(f"There is no performer's file {path}.") from error
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise PerformerFileError(f"{path} is not a performer's file.") from error
    if not isinstance(content, dict) or content.get("kind") != KIND:
        raise PerformerFileError(f"{path} is not a performer's file.")
    if content.get("version") != VERSION:
        raise PerformerFileError(f"The performer's file {path} is of another version of Understudy; measure it again.")
    return content


def _listed(array: NDArray[np.floating]) -> list[Any]:
    return np.round(np.asarray(array, dtype=np.float64), _DIGITS).tolist()
