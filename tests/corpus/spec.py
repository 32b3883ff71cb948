"""How a convention is written down, and how it is put on a body.

A spec names the bones; each lies where the body has the joint. `extra` are further bones, "name < parent @ place",
place being a joint, "joint+x,y,z" (metres in stage axes) or "joint~joint:share" between two; {S} {s} stand for the
side's word and for left/right. In fingers {F} is the finger's word, {J} the joint's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from understudy.ml.take import BONE_NAMES, BONE_PARENTS

from .bodies import Joints
from .skeleton import Skeleton

ARM = ("Shoulder", "UpperArm", "LowerArm", "Hand")
LEG = ("UpperLeg", "LowerLeg", "Foot", "Toes")
FINGER_NAMES = ("Thumb", "Index", "Middle", "Ring", "Little")
_LONG = ("Proximal", "Intermediate", "Distal")
JOINTS = {"Thumb": ("Metacarpal", "Proximal", "Distal")} | dict.fromkeys(FINGER_NAMES[1:], _LONG)


@dataclass(frozen=True)
class Spec:
    """centre: hips ... neck, head (and jaw) by humanoid name; arms, legs: patterns outwards, "-" for none."""

    label: str
    kind: str
    centre: Mapping[str, str]
    arms: str
    legs: str
    sides: tuple[str, str] = ("Left", "Right")
    fingers: str = ""
    finger_words: tuple[str, ...] = ("Thumb", "Index", "Middle", "Ring", "Pinky")
    joint_words: tuple[str, ...] = ("1", "2", "3")
    eyes: str = ""
    extra: tuple[str, ...] = ()
    under: Mapping[str, str] = field(default_factory=dict)
    """Bone -> another parent than the body's order gives."""
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Humanoid -> further bones that are as right."""
    optional: tuple[str, ...] = ()
    separator: str = " "
    body: str = "T"


def build(spec: Spec, joints: Joints) -> Skeleton:
    """The skeleton of a spec on a body (humanoid -> joint [3], all 55)."""
    named = _named(spec)
    bones: dict[str, tuple[str | None, np.ndarray]] = {}
    for humanoid in BONE_NAMES:
        if humanoid in named:
            bones[named[humanoid]] = (_parent(humanoid, named), np.array(joints[humanoid], dtype=float))
    for line in _extras(spec):
        name, parent, place = _parsed(line)
        bones[name] = (parent or None, _place(place, joints))
    for child, parent in _both(spec.under, spec.sides).items():
        bones[child] = (parent or None, bones[child][1])
    truth = {humanoid: (name, *spec.also.get(humanoid, ())) for humanoid, name in named.items()}
    truth |= {humanoid: names for humanoid, names in spec.also.items() if humanoid not in named}
    return Skeleton(
        spec.label, _with_tails(_sorted(bones), _ends(named, joints)), truth, spec.kind,
        optional=frozenset(spec.optional),
    )  # fmt: skip


def _ends(named: Mapping[str, str], joints: Joints) -> dict[str, np.ndarray]:
    """Limb bones end at the next joint, whatever hangs there."""
    steps = (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
    return {
        named[side + part]: np.array(joints[side + following])
        for side in ("left", "right")
        for part, following in steps
        if side + part in named
    }


def _named(spec: Spec) -> dict[str, str]:
    named = dict(spec.centre)
    for side, word in zip(("left", "right"), spec.sides, strict=True):
        for parts, patterns in ((ARM, spec.arms), (LEG, spec.legs)):
            for part, pattern in zip(parts, patterns.split(spec.separator), strict=False):
                if pattern != "-":
                    named[side + part] = pattern.replace("{S}", word)
        if spec.eyes:
            named[f"{side}Eye"] = spec.eyes.replace("{S}", word)
        if spec.fingers:
            for finger, finger_word in zip(FINGER_NAMES, spec.finger_words, strict=True):
                for joint, joint_word in zip(JOINTS[finger], spec.joint_words, strict=False):
                    name = spec.fingers.replace("{S}", word).replace("{F}", finger_word).replace("{J}", joint_word)
                    if finger_word != "-":
                        named[f"{side}{finger}{joint}"] = name
    return {name: named[name] for name in BONE_NAMES if name in named}


def _parent(humanoid: str, named: Mapping[str, str]) -> str | None:
    above = BONE_PARENTS[humanoid]
    while above is not None and above not in named:
        above = BONE_PARENTS[above]
    return named[above] if above else None


def _extras(spec: Spec) -> list[str]:
    lines: list[str] = []
    for line in spec.extra:
        if "{S}" in line or "{s}" in line:
            for side, word in zip(("left", "right"), spec.sides, strict=True):
                lines.append(line.replace("{S}", word).replace("{s}", side))
        else:
            lines.append(line)
    return lines


def _both(under: Mapping[str, str], sides: tuple[str, str]) -> dict[str, str]:
    return {
        child.replace("{S}", word): parent.replace("{S}", word) for child, parent in under.items() for word in sides
    }


def _parsed(line: str) -> tuple[str, str, str]:
    match = re.fullmatch(r"(.*?) < (.*?) ?@ (.*)", line)
    assert match is not None, line
    return match.group(1), match.group(2).strip(), match.group(3)


def _place(text: str, joints: Joints) -> np.ndarray:
    if text == "0":
        return np.zeros(3)
    if "~" in text:
        names, share = text.split(":")
        a, b = (joints[name] for name in names.split("~"))
        return np.array(a) + float(share) * (np.array(b) - np.array(a))
    name, _, offset = text.partition("+")
    moved = np.array([float(x) for x in offset.split(",")]) if offset else np.zeros(3)
    if name.startswith("right"):
        moved = moved * [-1, 1, 1]
    return np.array(joints[name]) + moved


def _sorted(bones: Mapping[str, tuple[str | None, np.ndarray]]) -> dict[str, tuple[str | None, np.ndarray]]:
    """Parents before children."""
    done: dict[str, tuple[str | None, np.ndarray]] = {}
    waiting = dict(bones)
    while waiting:
        ready = [name for name, (parent, _) in waiting.items() if parent is None or parent in done]
        assert ready, f"parents are missing for {sorted(waiting)}"
        for name in ready:
            done[name] = waiting.pop(name)
    return done


def _with_tails(
    bones: Mapping[str, tuple[str | None, np.ndarray]], ends: Mapping[str, np.ndarray]
) -> dict[str, tuple[str | None, np.ndarray, np.ndarray]]:
    """Each bone ends where its first child begins, else goes on as its parent does."""
    found: dict[str, tuple[str | None, np.ndarray, np.ndarray]] = {}
    for name, (parent, head) in bones.items():
        below = [h for _, (p, h) in bones.items() if p == name and np.linalg.norm(h - head) > 1e-3]
        if name in ends:
            tail = ends[name]
        elif below:
            tail = below[0]
        else:
            way = head - bones[parent][1] if parent else np.zeros(3)
            length = float(np.linalg.norm(way))
            tail = head + (way / length * min(length, 0.08) if length > 1e-3 else np.array([0.0, 0.0, 0.05]))
        found[name] = (parent, head, tail)
    return found
