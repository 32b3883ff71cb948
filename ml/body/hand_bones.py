"""The bones of a hand by name, without their side."""

from __future__ import annotations

from typing import Final

FINGERS: Final = ("Index", "Middle", "Ring", "Little")
PARTS: Final = ("Proximal", "Intermediate", "Distal")
THUMB_PARTS: Final = ("Metacarpal", "Proximal", "Distal")
HAND_BONES: Final = tuple(
    [f"Thumb{part}" for part in THUMB_PARTS] + [f"{finger}{part}" for finger in FINGERS for part in PARTS]
)
"""The 15 bones of fingers and thumb, from the wrist outwards in each."""
