"""What readings of single pictures lose by being off."""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn

from .bank import BODY_BONES

_JOINT_WEIGHT: Final = 0.3
_WAY_WEIGHT: Final = 0.25
_DISTANCE_WEIGHT: Final = 0.008
_USUAL_DOUBT: Final = -2.5
"""Log of metres."""
_ARM_WEIGHT: Final = 1.6
_BONES: Final = len(BODY_BONES)
_B: Final = {name: i for i, name in enumerate(BODY_BONES)}
LIMBS: Final = [
    (side + head, side + tail)
    for head, tail in (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
    for side in ("left", "right")
]
"""Bones, and the joints at their ends: arms, then legs."""
TRUNK: Final = [
    ("spine", "neck"), ("neck", "head"), ("rightUpperArm", "leftUpperArm"), ("rightUpperLeg", "leftUpperLeg"),
    ("leftFoot", "leftToes"), ("rightFoot", "rightToes"),
]  # fmt: skip
"""Further ways between joints; they count half."""


class Doubt(nn.Module):
    """How far each joint is likely to be off, from what the network is given; needed only while it learns."""

    def __init__(self, given: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(given, 64), nn.GELU(), nn.Linear(64, _BONES))

    def forward(self, given: Tensor) -> Tensor:
        """[N, BONES] log of metres."""
        return (_USUAL_DOUBT + self.layers(given)).clamp(-5.0, 0.0)


def loss_of(told: Tensor, doubt: Tensor, truth: Tensor) -> Tensor:
    """The mean of what readings [N, READING] are off; joints that nobody could tell count less than sure ones.

    Joints: the likelihood of a Laplace distribution as wide as the doubt, its gradients weighed by the root of that
    width (Seitzer et al., "On the Pitfalls of Heteroscedastic Uncertainty Estimation", ICLR 2022).
    """
    arms = told.new_tensor([_ARM_WEIGHT if "Arm" in name or "Hand" in name else 1.0 for name in BODY_BONES])
    off = (told - truth).abs()
    away = ((told - truth)[:, : 3 * _BONES].reshape(-1, _BONES, 3).square().sum(-1) + 1e-6).sqrt()
    joints = ((away * (-doubt).exp() + doubt) * (0.5 * doubt.detach()).exp() * arms).mean()
    turns = (off[:, 3 * _BONES : 9 * _BONES].reshape(-1, _BONES, 6).mean(-1) * arms).mean()
    apart = ((directions(told) - directions(truth)).square().sum(-1) + 1e-4).sqrt()
    ways = (apart[:, : len(LIMBS)].sum() + 0.5 * apart[:, len(LIMBS) :].sum()) / (len(told) * len(LIMBS))
    return turns + _JOINT_WEIGHT * joints + _WAY_WEIGHT * ways + _DISTANCE_WEIGHT * off[:, -1].mean()


def directions(readings: Tensor) -> Tensor:
    """[N, 14, 3] unit directions of upper arms, forearms, thighs and shins, then of TRUNK."""
    joints = readings[:, : 3 * _BONES].reshape(-1, _BONES, 3)
    heads, tails = ([_B[pair[end]] for pair in [*LIMBS, *TRUNK]] for end in (0, 1))
    return nn.functional.normalize(joints[:, tails] - joints[:, heads], dim=-1)
