"""The sample characters which are there to be added to a scene. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LABELS = {
    "mira": "Mira (Mixamo skeleton, 52 ARKit face shapes)",
    "rigo": "Rigo (Rigify control rig, 52 ARKit face shapes)",
    "kit": "Kit (game skeleton, own face shape names)",
}


@dataclass(frozen=True)
class SampleCharacter:
    """name: short, as in the file's name; label: for menus; path: the .blend, whose collection `name` holds it all."""

    name: str
    label: str
    path: Path


def sample_characters() -> list[SampleCharacter]:
    """The characters whose .blend files lie beside this file, in a fixed order."""
    folder = Path(__file__).resolve().parent
    found = [SampleCharacter(name, label, folder / f"{name}.blend") for name, label in LABELS.items()]
    return [character for character in found if character.path.is_file()]
