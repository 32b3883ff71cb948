"""The same name on the other side: mixamorig:LeftArm, thigh.L, L_upleg_jnt, 左腕."""

from __future__ import annotations

import re
from collections.abc import Collection

_PAIRS = (("Left", "Right"), ("left", "right"), ("LEFT", "RIGHT"), ("左", "右"))
_LETTER = re.compile(r"(?<![A-Za-z])([LlRr])(?![A-Za-z])|(?<=[a-z])([LR])(?![A-Za-z])")
_OTHER = {"L": "R", "R": "L", "l": "r", "r": "l"}


def mirrored_name(name: str, there: Collection[str]) -> str:
    """Of `there` the name that is this one's mirror image; "" if there is none."""
    for left, right in _PAIRS:
        for one, other in ((left, right), (right, left)):
            swapped = name.replace(one, other)
            if one in name and swapped in there:
                return swapped
    for found in _LETTER.finditer(name):
        swapped = name[: found.start()] + _OTHER[found.group()] + name[found.end() :]
        if swapped in there:
            return swapped
    return ""
