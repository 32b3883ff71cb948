"""Reading and writing NAME.take.npz: plain numpy arrays, never pickled objects."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from .contract import ARRAY_SHAPES, Take, TakeError, validate

_NAME_LISTS = ("face_names", "bone_names", "emotion_names")
_FLOAT32 = frozenset(ARRAY_SHAPES) - {"times", "contacts"}
_MAX_BYTES = 4 * 1024**3
"""Refuse archives that unpack to more: an hour at 60 fps of everything is under 0.5 GB."""


def load_take(path: str | os.PathLike[str]) -> Take:
    """Read and validate a take; TakeError in one sentence for whatever is wrong with the file."""
    path = Path(path)
    try:
        arrays = _read_arrays(path)
        return validate(_take_from_arrays(arrays))
    except TakeError as error:
        raise TakeError(f"{path}: {error}") from error
    except FileNotFoundError as error:
        raise TakeError(f"There is no take at {path}.") from error
    except IsADirectoryError as error:
        raise TakeError(f"{path} is a folder, not a take.") from error
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise TakeError(f"{path} is not a readable take ({error}); capture it again.") from error


def save_take(path: str | os.PathLike[str], take: Take) -> Path:
    """Validate and write a take beside its final name, then move it into place."""
    validate(take)
    path = Path(path)
    # Packed in memory: where a disk is full, zipfile would complain a second time when it is collected.
    packed = io.BytesIO()
    np.savez_compressed(packed, **_arrays_from_take(take))
    try:
        handle, partial = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".partial", dir=path.parent)
    except FileNotFoundError as error:
        raise TakeError(f"There is no folder {path.parent} to write the take to; make it first.") from error
    except OSError as error:
        raise TakeError(f"The take cannot be written to {path.parent}: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(packed.getbuffer())
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except OSError as error:
        raise TakeError(f"The take cannot be written to {path}: {error.strerror}.") from error
    finally:
        Path(partial).unlink(missing_ok=True)
    return path


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise TakeError("this is not a take, or only a part of one; capture it again.")
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MAX_BYTES:
            raise TakeError("this unpacks to more than 4 GB, which no take does.")
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _take_from_arrays(arrays: dict[str, np.ndarray]) -> Take:
    for name in ("version", "fps", "times"):
        if name not in arrays:
            raise TakeError(f"the array {name} is missing.")
    values: dict[str, Any] = {
        "version": int(_scalar(arrays, "version")),
        "fps": float(_scalar(arrays, "fps")),
        "metadata": _metadata(arrays),
    }
    for name in _NAME_LISTS:
        if name in arrays:
            if arrays[name].dtype.kind != "U" or arrays[name].ndim != 1:
                raise TakeError(f"{name} is not a list of names.")
            values[name] = tuple(str(entry) for entry in arrays[name])
    for name in ARRAY_SHAPES:
        if name in arrays:
            values[name] = arrays[name]
    return Take(**values)


def _scalar(arrays: dict[str, np.ndarray], name: str) -> Any:
    array = arrays[name]
    if array.size != 1 or array.dtype.kind not in "iuf":
        raise TakeError(f"{name} is not one number.")
    return array.reshape(()).item()


def _metadata(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    if "metadata" not in arrays:
        return {}
    text = arrays["metadata"]
    if text.size != 1 or text.dtype.kind != "U":
        raise TakeError("metadata is not a text.")
    try:
        return json.loads(str(text.reshape(()).item()))
    except (json.JSONDecodeError, RecursionError) as error:
        raise TakeError(f"metadata is not JSON: {error}.") from error


def _arrays_from_take(take: Take) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {
        "version": np.array(take.version),
        "fps": np.array(float(take.fps)),
        "metadata": np.array(json.dumps(take.metadata, ensure_ascii=False, allow_nan=False)),
    }
    for name in _NAME_LISTS:
        names = getattr(take, name)
        if names is not None:
            arrays[name] = np.array(names, dtype=np.str_)
    for name in ARRAY_SHAPES:
        array = getattr(take, name)
        if array is not None:
            arrays[name] = np.asarray(array, dtype=np.float32) if name in _FLOAT32 else np.asarray(array)
    return arrays
