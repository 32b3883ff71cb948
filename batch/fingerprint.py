"""What a result was made from, as hashes: file contents, options, the program's code and the models' weights."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_BLOCK = 1 << 20

Stamp = tuple[int, int]
"""Size and time of change in nanoseconds: a file with the same stamp has the same content."""


def digest(*parts: Any) -> str:
    """A short hash of JSON values; equal for equal values."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def stamp_of(path: Path) -> Stamp | None:
    """None where there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            hasher.update(block)
    return hasher.hexdigest()


class FileHashes:
    """Content hashes of files, each read once: kept by size and time of change."""

    def __init__(
        self, known: dict[str, tuple[Stamp, str]] | None = None,
        remember: Callable[[str, Stamp, str], None] = lambda path, stamp, value: None,
    ) -> None:  # fmt: skip
        self._known = known or {}
        self.used: dict[str, str] = {}
        """Every file asked for."""
        self._remember = remember

    def __call__(self, path: Path) -> str:
        """The hash; "missing" for a file that is not there (a linked texture may be gone)."""
        name = str(path)
        self.used[name] = value = self._of(path, name)
        return value

    def _of(self, path: Path, name: str) -> str:
        stamp = stamp_of(path)
        if stamp is None:
            return "missing"
        kept = self._known.get(name)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        value = content_hash(path)
        self._known[name] = (stamp, value)
        self._remember(name, stamp, value)
        return value


@lru_cache(maxsize=16)
def code_hash(*places: str) -> str:
    """Of the program's own files in these folders: a change of the program makes its results anew."""
    hasher = hashlib.sha256()
    for place in places:
        for path in sorted((ROOT / place).rglob("*.py")) if (ROOT / place).is_dir() else [ROOT / place]:
            hasher.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return hasher.hexdigest()[:32]


@lru_cache(maxsize=1)
def models_hash() -> str:
    """Of the trained weights and the versions of what finds landmarks."""
    cards = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "ml" / "weights").glob("*.json"))}
    return digest(cards, [_version(name) for name in ("mediapipe", "torch", "opencv-contrib-python", "numpy")])


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
