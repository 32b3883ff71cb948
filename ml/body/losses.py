"""What the body network is trained to make small: pure functions of tensors."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

from .bank import BODY_BONES, BODY_PARENTS
from .examples import Batch
from .model import LENGTHS, Predicted
from .read_lengths import SEGMENTS

_B: Final = {name: i for i, name in enumerate(BODY_BONES)}
_PARENTS: Final = [int(parent) for parent in BODY_PARENTS]
_BONE_WEIGHTS: Final = {"Arm": 1.5, "Hand": 0.4, "Toes": 0.3, "Shoulder": 0.5, "Foot": 0.7, "neck": 0.7}


def forward_kinematics(turns: Tensor, rest: Tensor) -> Tensor:
    """Joints [B, T, 22, 3] about the hips from global rotations [B, T, 22, 3, 3] and rest [B, 22, 3]."""
    joints: list[Tensor] = []
    for bone, parent in enumerate(_PARENTS):
        if parent < 0:
            joints.append(torch.zeros_like(turns[:, :, bone, :, 0]))
        else:
            offset = (rest[:, bone] - rest[:, parent])[:, None, :, None]
            joints.append(joints[parent] + (turns[:, :, parent] @ offset)[..., 0])
    return torch.stack(joints, dim=2)


def true_lengths(rest: Tensor) -> Tensor:
    """The segments' lengths [B, 9] in the order of model.LENGTHS."""
    pairs = [(_B[a], _B[b]) for a, b in (SEGMENTS[name][0] for name in LENGTHS)]
    return torch.stack([(rest[:, b] - rest[:, a]).norm(dim=-1) for a, b in pairs], dim=-1)


def body_losses(predicted: Predicted, truth: Batch) -> dict[str, Tensor]:
    """Each part's weighted loss; their sum is what is minimised."""
    inside = truth.inside * (0.3 + 0.7 * truth.channels[..., -5])
    total = inside.sum().clamp(min=1)

    def mean(values: Tensor) -> Tensor:
        return (values * inside).sum() / total

    weights = bone_weights(truth.inside)
    apart = (predicted.turns - truth.turns).square().sum((-1, -2))
    turn = ((apart + 0.01).sqrt() * weights).sum(-1) / weights.sum()
    joints, true_joints = (forward_kinematics(turns, truth.rest) for turns in (predicted.turns, truth.turns))
    away = ((joints - true_joints).square().sum(-1) + 1e-4).sqrt().mean(-1)
    both = inside[:, 1:] * inside[:, :-1]
    speed = ((joints - true_joints)[:, 1:] - (joints - true_joints)[:, :-1]).abs().sum(-1).mean(-1)
    place = (predicted.place - truth.place).abs().clamp(max=1.0)
    contact = nn.functional.binary_cross_entropy_with_logits(predicted.contacts, truth.contacts, reduction="none")
    lengths = (predicted.lengths - true_lengths(truth.rest)[:, None]).abs().mean(-1)
    return {
        "turns": mean(turn),
        "joints": 5 * mean(away),
        "directions": 1.5 * mean(_apart(joints, true_joints)),
        "speed": 4 * (speed * both).sum() / both.sum().clamp(min=1),
        "up": 2 * mean((predicted.up - truth.up).square().sum(-1).add(1e-4).sqrt()),
        "place": mean(place[..., 0]) + 2 * mean(place[..., 1:].sum(-1)),
        "contacts": 0.15 * mean(contact.mean(-1)),
        "lengths": 3 * mean(lengths),
    }


def _apart(joints: Tensor, truth: Tensor) -> Tensor:
    """[B, T] mean distance of the unit directions of arms and legs, about the angle in radians."""
    heads, tails = ([pair[end] for part in ("arms", "legs") for pair in _LIMBS[part]] for end in (0, 1))
    ways = [nn.functional.normalize(j[:, :, tails] - j[:, :, heads], dim=-1) for j in (joints, truth)]
    return ((ways[0] - ways[1]).square().sum(-1) + 1e-4).sqrt().mean(-1)


def bone_weights(like: Tensor) -> Tensor:
    """[22] how much each bone's rotation counts: roughly recorded ones less."""
    values = [next((w for part, w in _BONE_WEIGHTS.items() if part in name), 1.0) for name in BODY_BONES]
    return torch.tensor(values, dtype=like.dtype, device=like.device)


_LIMBS: Final = {
    "arms": [(_B[s + "UpperArm"], _B[s + "LowerArm"]) for s in ("left", "right")]
    + [(_B[s + "LowerArm"], _B[s + "Hand"]) for s in ("left", "right")],
    "legs": [(_B[s + "UpperLeg"], _B[s + "LowerLeg"]) for s in ("left", "right")]
    + [(_B[s + "LowerLeg"], _B[s + "Foot"]) for s in ("left", "right")],
    "trunk": [(_B["hips"], _B["neck"])],
}


def figures(predicted: Predicted, truth: Batch) -> dict[str, Tensor]:
    """Means over the batch's frames for people to read: degrees, millimetres, shares."""
    inside = truth.inside
    joints, true_joints = (forward_kinematics(turns, truth.rest) for turns in (predicted.turns, truth.turns))
    total = inside.sum().clamp(min=1)
    result: dict[str, Tensor] = {}
    for part, pairs in _LIMBS.items():
        heads, tails = [a for a, _ in pairs], [b for _, b in pairs]
        ways = [nn.functional.normalize(j[:, :, tails] - j[:, :, heads], dim=-1) for j in (joints, true_joints)]
        angle = (ways[0] * ways[1]).sum(-1).clamp(-1, 1).acos().rad2deg().mean(-1)
        result[f"{part}_degrees"] = (angle * inside).sum() / total
    trace = (predicted.turns * truth.turns).sum((-1, -2))
    angle = ((trace - 1) / 2).clamp(-1, 1).acos().rad2deg().mean(-1)
    result["rotation_degrees"] = (angle * inside).sum() / total
    result["mpjpe_mm"] = ((joints - true_joints).norm(dim=-1).mean(-1) * inside).sum() / total * 1000
    tilt = (predicted.up * truth.up).sum(-1).clamp(-1, 1).acos().rad2deg()
    result["up_degrees"] = (tilt * inside).sum() / total
    flags = (predicted.contacts > 0).float() * inside[..., None]
    true_flags = truth.contacts * inside[..., None]
    result["contact_f1"] = 2 * (flags * true_flags).sum() / (flags.sum() + true_flags.sum()).clamp(min=1)
    return result
