"""The program's version, as the extension's manifest tells it."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import metadata
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


@lru_cache(maxsize=1)
def program_version() -> str:
    """Such as "0.1.0"; "unknown" where neither manifest nor installed package says."""
    manifest = _ROOT / "blender_manifest.toml"
    if manifest.is_file():
        found = re.search(r'^version\s*=\s*"([^"]+)"', manifest.read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return found[1]
    try:
        return metadata.version("understudy")
    except metadata.PackageNotFoundError:
        return "unknown"
