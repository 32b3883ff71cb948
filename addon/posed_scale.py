"""A character whose pose scales its hips: some files rest at a hundredth of their size and are posed a hundredfold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import bpy
import numpy as np

from .datablocks import pose_bones
from .retarget import BoneChannel, RigRest

_EVEN, _SCALED = 0.01, 0.01
"""Share by which the axes may differ, and from which on a scale is one."""


@dataclass(frozen=True)
class PosedScale:
    """factor: by how much the pose makes all that hangs on `bone` larger than at rest, as the scene has it."""

    bone: str
    factor: float
    below: frozenset[str]

    def larger(self, rest: RigRest) -> RigRest:
        """The rig at rest with all below the bone as large as it is posed."""
        bone = rest.index[self.bone]
        centre = rest.heads[bone]
        heads, tails = rest.heads.copy(), rest.tails.copy()
        for name in self.below:
            heads[rest.index[name]] = centre + self.factor * (heads[rest.index[name]] - centre)
            tails[rest.index[name]] = centre + self.factor * (tails[rest.index[name]] - centre)
        tails[bone] = centre + self.factor * (tails[bone] - centre)
        return replace(rest, heads=heads, tails=tails)

    def in_its_units(self, channels: Sequence[BoneChannel]) -> tuple[BoneChannel, ...]:
        """Channels for the larger rig as they are keyed: below the bone locations are multiplied by the pose."""
        return tuple(
            replace(channel, values=channel.values / self.factor)
            if channel.name == "location" and channel.bone in self.below
            else channel
            for channel in channels
        )


def posed_scale(armature: bpy.types.Object, hips: str) -> PosedScale | None:
    """The even scale that the pose gives the hips and everything on them; None where there is none."""
    bone = pose_bones(armature).get(hips)
    if bone is None:
        return None
    sizes = np.array(bone.scale)
    factor = float(sizes.mean())
    below = list(bone.children_recursive)
    if np.ptp(sizes) > _EVEN * abs(factor) or factor <= 0 or abs(factor - 1) < _SCALED:
        return None
    if any(child.bone.inherit_scale.startswith("NONE") for child in below):
        return None
    return PosedScale(hips, factor, frozenset(child.name for child in below))
