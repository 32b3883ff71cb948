"""Motion capture as studios have it - BVH files and takes - on the bones and in the axes of a take.

Which joint of a BVH is which bone is told by its name where it belongs to a limb, and by its place in the tree in the
trunk. Its rest pose may be any: each bone is turned, the shortest way, from where it points in the T-pose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import BONE_PARENTS, STANDARD_REST, TakeError, joint_positions, load_take, parent_indices, rotation
from .bvh import Bvh, MotionFileError, read_bvh

Floats = NDArray[np.float64]

_LIMBS: Final[dict[str, tuple[str, ...]]] = {
    "Shoulder": ("collar", "clavicle", "collarbone"),
    "UpperArm": ("arm", "upperarm", "uparm", "bicep"),
    "LowerArm": ("elbow", "forearm", "lowerarm", "lowarm"),
    "Hand": ("wrist", "hand"),
    "UpperLeg": ("hip", "upleg", "upperleg", "thigh", "femur"),
    "LowerLeg": ("knee", "leg", "lowerleg", "lowleg", "shin", "calf", "tibia"),
    "Foot": ("ankle", "foot"),
    "Toes": ("toe", "toes", "toebase", "ball"),
}
_NEEDED: Final = ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")
_SIDE: Final = {"left": "left", "l": "left", "right": "right", "r": "right"}
_LEG: Final = 0.84
"""Metres of an adult's leg: what the unknown unit of a file is measured by."""
_UNITS: Final = (1.0, 0.01, 0.0254, 0.056444, 0.1, 0.001)
"""Metres, centimetres, inches, the unit of the CMU database (inches x 1 / 0.45), decimetres, millimetres."""
_STRAIGHT: Final = np.array(rotation.IDENTITY, dtype=np.float64)
_FLOOR: Final = 5.0
"""Percentile of the lower toes' height that is the floor."""


@dataclass(frozen=True)
class MotionFile:
    """A motion on B bones, as a take holds it."""

    fps: float
    bone_names: tuple[str, ...]
    rotations: Floats
    """[T, B, 4] global, since the T-pose."""
    hips: Floats
    """[T, 3] metres."""
    rest: Floats
    """[B, 3] metres, the T-pose."""


def read_motion(path: Path, bones: tuple[str, ...]) -> MotionFile:
    """The motion of a .bvh or .take.npz file on `bones` (parents first); MotionFileError says what it lacks."""
    if path.name.lower().endswith(".bvh"):
        return from_bvh(read_bvh(path), bones, str(path))
    try:
        take = load_take(path)
    except TakeError as error:
        raise MotionFileError(str(error)) from None
    if take.bone_names is None or take.rotations is None or take.hips_position is None or take.rest_positions is None:
        raise MotionFileError(f"{path} holds no body.")
    names = tuple(take.bone_names)
    missing = [name for name in bones if name not in names]
    if missing:
        raise MotionFileError(f"{path} lacks the bones {', '.join(missing)}.")
    order = [names.index(name) for name in bones]
    return MotionFile(
        take.fps, bones, np.asarray(take.rotations)[:, order], np.asarray(take.hips_position),
        np.asarray(take.rest_positions)[order],
    )  # fmt: skip


def from_bvh(bvh: Bvh, bones: tuple[str, ...], name: str) -> MotionFile:
    """The motion on the bones of a take; those that the skeleton lacks follow their parents."""
    joints = find_joints(bvh, name)
    stage = _stage_axes(bvh.rest(), joints, name)
    rest = bvh.rest() @ stage.T * _unit(bvh.rest(), joints)
    turns = _rest_turns(joints, rest)
    axes = rotation.from_matrix(stage)
    rotations = np.empty((len(bvh.turns), len(bones), 4))
    for index, bone in enumerate(bones):
        if bone in joints:
            seen = rotation.multiply(rotation.multiply(axes, bvh.turns[:, joints[bone]]), rotation.conjugate(axes))
            rotations[:, index] = rotation.multiply(seen, turns.get(bone, _STRAIGHT))
        else:
            rotations[:, index] = rotations[:, bones.index(_parent(bone, bones))]
    hips = _place(bvh, joints["hips"]) @ stage.T * _unit(bvh.rest(), joints)
    standing = _t_pose(joints, bones, rest, turns)
    return _on_the_floor(MotionFile(bvh.fps, bones, rotation.normalize(rotations), hips, standing))


def _place(bvh: Bvh, joint: int) -> Floats:
    """[T, 3] where a joint is, in the file's axes and unit."""
    place = bvh.root.copy()
    for one in [joint, *_ancestors(bvh, joint)]:
        if bvh.parents[one] >= 0:
            place += rotation.rotate(bvh.turns[:, bvh.parents[one]], bvh.offsets[one])
    return place


def find_joints(bvh: Bvh, name: str) -> dict[str, int]:
    """Bone of a take -> joint. name: of the file, for the error."""
    found: dict[str, int] = {}
    parts = [_words(joint) for joint in bvh.names]
    elbows = any("elbow" in words for words in parts)
    for bone, known in _LIMBS.items():
        # Where there is an elbow, "shoulder" is where the upper arm begins; beside a forearm it is the collar bone.
        also = ("shoulder",) if bone == ("UpperArm" if elbows else "Shoulder") else ()
        for joint, words in enumerate(parts):
            side = next((_SIDE[word] for word in words if word in _SIDE), None)
            plain = "".join(word for word in words if word not in _SIDE)
            if side and plain in (*known, *also) and side + bone not in found:
                found[side + bone] = joint
    missing = [f"{side}{bone}" for side in ("left", "right") for bone in _NEEDED if side + bone not in found]
    if missing:
        raise MotionFileError(f"In {name} no joint is called anything like {', '.join(missing[:4])}.")
    return {**found, **_trunk(bvh, found, parts, name)}


def _trunk(bvh: Bvh, limbs: dict[str, int], parts: list[list[str]], name: str) -> dict[str, int]:
    """Hips, spine, neck and head: the way from where the legs begin to the head."""
    left, right = (_ancestors(bvh, limbs[f"{side}UpperLeg"]) for side in ("left", "right"))
    hips = next((joint for joint in left if joint in right), None)
    head = next((joint for joint, words in enumerate(parts) if words == ["head"]), None)
    arms = [_ancestors(bvh, limbs.get(f"{side}Shoulder", limbs[f"{side}UpperArm"])) for side in ("left", "right")]
    top = next((joint for joint in arms[0] if joint in arms[1]), None)
    if hips is None or top is None:
        raise MotionFileError(f"In {name} the arms and legs do not hang on one skeleton.")
    spine = [joint for joint in _ancestors(bvh, top, own=True)[::-1] if hips in _ancestors(bvh, joint)]
    names = ("spine", "chest", "upperChest")
    if len(spine) > len(names):
        spine = [spine[0], spine[len(spine) // 2], spine[-1]]
    found = {"hips": hips, **dict(zip(names, spine, strict=False))}
    if head is not None:
        found["head"] = head
        neck = [joint for joint in _ancestors(bvh, head) if top in _ancestors(bvh, joint)]
        if neck:
            found["neck"] = neck[-1]
    return found


def _words(name: str) -> list[str]:
    """ "mixamorig:LeftUpLeg" -> ["left", "up", "leg"]; digits and what stands before a colon are left out."""
    plain = re.sub(r"[0-9]+", " ", name.split(":")[-1])
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=^[LR])(?=[A-Z][a-z])", " ", plain)
    return [word.lower() for word in re.split(r"[^A-Za-z]+", words) if word]


def _ancestors(bvh: Bvh, joint: int, own: bool = False) -> list[int]:
    line = [joint] if own else []
    while bvh.parents[joint] >= 0:
        joint = bvh.parents[joint]
        line.append(joint)
    return line


def _parent(bone: str, bones: tuple[str, ...]) -> str:
    parent = BONE_PARENTS[bone]
    while parent is not None and parent not in bones:
        parent = BONE_PARENTS[parent]
    return parent or bones[0]


def _stage_axes(rest: Floats, joints: dict[str, int], name: str) -> Floats:
    """[3, 3] from the file's axes to the stage's: the skeleton's left to +X, its legs down, its front to -Y."""
    hips = rest[[joints["leftUpperLeg"], joints["rightUpperLeg"]]]
    feet = rest[[joints["leftFoot"], joints["rightFoot"]]].mean(axis=0)
    up = hips.mean(axis=0) - feet
    up = np.eye(3)[np.abs(up).argmax()] * np.sign(up[np.abs(up).argmax()])
    left = hips[0] - hips[1]
    left = left - up * (left @ up)
    if np.linalg.norm(left) < 1e-6 * max(np.abs(rest).max(), 1e-9):
        raise MotionFileError(f"In {name} both legs begin at one point, so that left and right cannot be told.")
    left = np.eye(3)[np.abs(left).argmax()] * np.sign(left[np.abs(left).argmax()])
    return np.array([left, np.cross(up, left), up])


def _unit(rest: Floats, joints: dict[str, int]) -> float:
    """Metres in the file's unit: the usual one that makes the leg an adult's, else the one that makes it exactly so."""
    length = sum(
        float(np.linalg.norm(rest[joints[f"left{child}"]] - rest[joints[f"left{part}"]]))
        for part, child in (("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
    )
    best = min(_UNITS, key=lambda unit: abs(np.log(max(length, 1e-9) * unit / _LEG)))
    return best if 0.7 < length * best / _LEG < 1.35 else _LEG / max(length, 1e-9)


def _rest_turns(joints: dict[str, int], rest: Floats) -> dict[str, Floats]:
    """Bone -> the shortest turn [4] from where it points in the T-pose to where it points in the file at rest.

    Trunks and feet stand alike in every rest pose; a hand goes on as its forearm does.
    """
    turns: dict[str, Floats] = {}
    for side, outwards in (("left", 1.0), ("right", -1.0)):
        for chain, straight in (
            (("Shoulder", "UpperArm", "LowerArm", "Hand"), (outwards, 0.0, 0.0)),
            (("UpperLeg", "LowerLeg", "Foot"), (0.0, 0.0, -1.0)),
        ):
            for bone, child in pairwise(side + part for part in chain if side + part in joints):
                points = rest[joints[child]] - rest[joints[bone]]
                if (length := float(np.linalg.norm(points))) > 0:
                    turns[bone] = rotation.between(np.array(straight), points / length)
        turns[f"{side}Hand"] = turns.get(f"{side}LowerArm", _STRAIGHT)
    return turns


def _t_pose(joints: dict[str, int], bones: tuple[str, ...], rest: Floats, turns: dict[str, Floats]) -> Floats:
    """[B, 3] the performer's T-pose: the file's lengths in the T-pose's directions, the toes on the floor."""
    placed: dict[str, Floats] = {}
    for bone in bones:
        if bone == bones[0]:
            placed[bone] = np.zeros(3)
            continue
        parent = _parent(bone, bones)
        step = np.asarray(STANDARD_REST[bone]) - np.asarray(STANDARD_REST[parent])
        if bone in joints and parent in joints:
            back = rotation.conjugate(turns.get(parent, _STRAIGHT))
            step = rotation.rotate(back, rest[joints[bone]] - rest[joints[parent]])
        placed[bone] = placed[parent] + step
    places = np.array([placed[bone] for bone in bones])
    places[:, 2] -= min(placed[bone][2] for bone in bones) - 0.03
    return places


def _on_the_floor(motion: MotionFile) -> MotionFile:
    """The hips so high that the lower toes stand on Z = 0 as they do in the T-pose."""
    joints = joint_positions(motion.rotations, motion.hips, motion.rest, parent_indices(motion.bone_names))
    feet = [motion.bone_names.index(name) for name in ("leftToes", "rightToes")]
    lowest = (joints[:, feet, 2] - motion.rest[feet, 2]).min(axis=1)
    hips = motion.hips.copy()
    hips[:, 2] -= np.percentile(lowest, _FLOOR)
    return MotionFile(motion.fps, motion.bone_names, motion.rotations, hips, motion.rest)
