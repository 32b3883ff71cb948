"""The performer's proportions: the standard adult's T-pose, limb by limb scaled to the lengths seen in the clip."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import BONE_PARENTS, CAPTURED_BONES, STANDARD_REST
from .bank import BODY_BONES
from .landmarks import ANKLE, ELBOW, HIP, KNEE, SHOULDER, SIDES, VISIBLE, WRIST, Floats, Points

STANDARD: Final = np.array([STANDARD_REST[name] for name in BODY_BONES])
"""The standard adult's T-pose [22, 3] on BODY_BONES."""
_SEGMENTS: Final = {
    "UpperArm": (SHOULDER, ELBOW, "LowerArm"),
    "LowerArm": (ELBOW, WRIST, "Hand"),
    "UpperLeg": (HIP, KNEE, "LowerLeg"),
    "LowerLeg": (KNEE, ANKLE, "Foot"),
}
_WIDTHS: Final = {"UpperLeg": HIP, "UpperArm": SHOULDER}
"""Bones whose place beside the body's middle is measured across it."""
_LIMITS: Final = (0.85, 1.18)
"""Ratios of limbs beyond these are the detector's error, not people."""
_WIDTH_LIMITS: Final = (0.85, 1.4)
_FEWEST: Final = 5
_TRUST: Final = 0.6
"""How far the measured ratio is followed; the rest is the standard's."""


def performer_rest(points: Points) -> Floats:
    """T-pose joint heads [52, 3] in metres, standing on Z = 0, in the order of CAPTURED_BONES.

    The height stays the standard's (one camera cannot tell a tall person from a near one); limbs keep their measured
    ratios to each other, both sides alike.
    """
    ratios, widths = _limb_ratios(points)
    rest: dict[str, Floats] = {}
    for name in CAPTURED_BONES:
        parent = BONE_PARENTS[name]
        standard = np.array(STANDARD_REST[name])
        if parent is None:
            rest[name] = standard
            continue
        part = parent.removeprefix("left").removeprefix("right")
        rest[name] = rest[parent] + ratios.get(part, 1.0) * (standard - STANDARD_REST[parent])
        rest[name][0] *= widths.get(name.removeprefix("left").removeprefix("right"), 1.0)
    lift = STANDARD_REST["leftFoot"][2] - rest["leftFoot"][2]
    return np.array([rest[name] for name in CAPTURED_BONES]) + np.array((0.0, 0.0, lift))


def _limb_ratios(points: Points) -> tuple[dict[str, float], dict[str, float]]:
    """Lengths of limbs by the bone at their head, and widths by bone, both as shares of the standard's."""
    measured = {part: ratio for part in _SEGMENTS if (ratio := _ratio(points, part)) is not None}
    if not measured:
        return {}, {}
    overall = float(np.median([*measured.values()]))
    limbs = {part: float(np.clip(1 + _TRUST * (ratio / overall - 1), *_LIMITS)) for part, ratio in measured.items()}
    widths = {
        part: float(np.clip(ratio / overall, *_WIDTH_LIMITS))
        for part in _WIDTHS
        if (ratio := _width_ratio(points, part)) is not None
    }
    return limbs, widths


def _width_ratio(points: Points, part: str) -> float | None:
    marks = [*_WIDTHS[part].values()]
    seen = points.visibility[:, marks].min(axis=1) > VISIBLE
    if seen.sum() < _FEWEST:
        return None
    span = np.linalg.norm(points.world[seen, marks[0]] - points.world[seen, marks[1]], axis=1)
    return float(np.median(span) / (2 * STANDARD_REST[f"left{part}"][0]))


def _ratio(points: Points, part: str) -> float | None:
    """Median length of a limb over frames in which both its ends are seen, as a share of the standard's."""
    first, second, child = _SEGMENTS[part]
    lengths = []
    for side in SIDES:
        seen = points.visibility[:, [first[side], second[side]]].min(axis=1) > VISIBLE
        span = np.linalg.norm(points.world[:, second[side]] - points.world[:, first[side]], axis=1)
        lengths.append(span[seen])
    together = np.concatenate(lengths)
    if len(together) < _FEWEST:
        return None
    rest = np.linalg.norm(np.subtract(STANDARD_REST[f"left{child}"], STANDARD_REST[f"left{part}"]))
    return float(np.median(together) / rest)


def standing_size(rest: NDArray[np.floating]) -> float:
    """Length from ankle to head along leg and trunk of a T-pose [22, 3], metres: how large a person is."""
    thigh, shin, foot, hips, neck, head = (
        rest[BODY_BONES.index(name)] for name in ("leftUpperLeg", "leftLowerLeg", "leftFoot", "hips", "neck", "head")
    )
    pieces = (shin - thigh, foot - shin, neck - hips, head - neck)
    return float(sum(np.linalg.norm(piece) for piece in pieces))


def rest_of_lengths(lengths: dict[str, float]) -> Floats:
    """T-pose joint heads [52, 3] of a person as tall as the standard adult with such lengths (see model.LENGTHS)."""
    scales = {
        "UpperLeg": lengths["thigh"], "LowerLeg": lengths["shin"], "Foot": lengths["foot"],
        "UpperArm": lengths["upper arm"], "LowerArm": lengths["forearm"],
    }  # fmt: skip
    standard = {part: _standard_length(f"left{part}", f"left{child}") for part, child in _CHILDREN.items()}
    ratios = {part: scales[part] / standard[part] for part in scales}
    trunk = lengths["trunk"] / _standard_length("hips", "neck")
    ratios |= dict.fromkeys(("hips", "spine", "chest", "upperChest"), trunk)
    ratios["neck"] = lengths["neck"] / _standard_length("neck", "head")
    ratios["Hand"] = ratios["LowerArm"]
    halves = {"UpperLeg": lengths["hips' width"] / 2, "UpperArm": lengths["shoulders' width"] / 2}
    rest: dict[str, Floats] = {}
    for name in CAPTURED_BONES:
        parent, standing = BONE_PARENTS[name], np.array(STANDARD_REST[name])
        if parent is None:
            rest[name] = standing
            continue
        part = parent.removeprefix("left").removeprefix("right")
        finger = name.startswith(("left", "right")) and name.removeprefix("left").removeprefix("right") not in _LIMBS
        ratio = ratios["Hand"] if finger else ratios.get(part, 1.0)
        rest[name] = rest[parent] + ratio * (standing - STANDARD_REST[parent])
        half = halves.get(name.removeprefix("left").removeprefix("right"))
        if half is not None:
            rest[name][0] = np.sign(standing[0]) * half
    placed = np.array([rest[name] for name in CAPTURED_BONES])
    placed *= standing_size(STANDARD) / standing_size(placed[[CAPTURED_BONES.index(name) for name in BODY_BONES]])
    lift = STANDARD_REST["leftFoot"][2] - placed[CAPTURED_BONES.index("leftFoot"), 2]
    return placed + np.array((0.0, 0.0, lift))


_CHILDREN: Final = {
    "UpperLeg": "LowerLeg", "LowerLeg": "Foot", "Foot": "Toes", "UpperArm": "LowerArm", "LowerArm": "Hand",
}  # fmt: skip
_LIMBS: Final = (*_CHILDREN, "Toes", "Shoulder", "Hand")


def _standard_length(head: str, tail: str) -> float:
    return float(np.linalg.norm(np.subtract(STANDARD_REST[tail], STANDARD_REST[head])))
