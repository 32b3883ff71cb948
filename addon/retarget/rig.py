"""A rig at rest as plain arrays: what retargeting needs to know of an armature, without Blender."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RigRest:
    """N bones in the armature's own space (any unit, any axes), in any order.

    heads, tails [N, 3]; axes [N, 3, 3] the bones' rest rotations (columns: local X, Y along the bone, Z);
    parents [N] the bone each follows rigidly, -1 for none. In a control rig that is the control which carries it, not
    always the parent in the outliner, which `holders` has. inherits, connected, local_location, constrained [N] bool as
    Blender has them: constrained = an active constraint decides over the bone's pose, so keys on it would not show.
    locked [N]: the maker locked the location. skinned [N]: a mesh follows the bone; None where no mesh was looked at.
    """

    names: tuple[str, ...]
    parents: NDArray[np.int64]
    holders: NDArray[np.int64]
    heads: Floats
    tails: Floats
    axes: Floats
    modes: tuple[str, ...]
    inherits: NDArray[np.bool_]
    connected: NDArray[np.bool_]
    local_location: NDArray[np.bool_]
    constrained: NDArray[np.bool_]
    locked: NDArray[np.bool_]
    world_rotation: Floats
    """[3, 3] rotation of the armature object in the scene, without its scale."""
    skinned: NDArray[np.bool_] | None = None

    @cached_property
    def index(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Bone indices, parents before children."""
        depth = [len(self.ancestors(i)) for i in range(len(self.names))]
        return tuple(int(i) for i in np.argsort(depth, kind="stable"))

    def ancestors(self, bone: int) -> list[int]:
        """The bone's parent, its parent ... up to the root."""
        found: list[int] = []
        parent = int(self.parents[bone])
        while parent >= 0 and len(found) <= len(self.names):
            found.append(parent)
            parent = int(self.parents[parent])
        return found

    def path(self, above: int, below: int) -> list[int]:
        """The bones from `above` down to `below`, both included; empty when `below` does not hang on `above`."""
        chain = [below, *self.ancestors(below)]
        return chain[: chain.index(above) + 1][::-1] if above in chain else []


def simple_rest(bones: dict[str, tuple[str | None, tuple[float, ...], tuple[float, ...]]]) -> RigRest:
    """A rig from {name: (parent, head, tail)}: for tests and for tools which have no Blender at hand."""
    names = tuple(bones)
    count = len(names)
    heads = np.array([bones[n][1] for n in names], dtype=np.float64).reshape(count, 3)
    tails = np.array([bones[n][2] for n in names], dtype=np.float64).reshape(count, 3)
    parents = [names.index(p) if (p := bones[n][0]) is not None else -1 for n in names]
    return RigRest(
        names=names,
        parents=np.array(parents, dtype=np.int64),
        holders=np.array(parents, dtype=np.int64),
        heads=heads,
        tails=tails,
        axes=np.array([_axes_along(tail - head) for head, tail in zip(heads, tails, strict=True)]).reshape(count, 3, 3),
        modes=("QUATERNION",) * count,
        inherits=np.ones(count, dtype=bool),
        connected=np.zeros(count, dtype=bool),
        local_location=np.ones(count, dtype=bool),
        constrained=np.zeros(count, dtype=bool),
        locked=np.zeros(count, dtype=bool),
        world_rotation=np.eye(3),
    )


def _axes_along(direction: Floats) -> Floats:
    """Any right-handed axes [3, 3] whose second column points along `direction`."""
    y = direction / max(float(np.linalg.norm(direction)), 1e-12)
    x = np.cross(y, np.eye(3)[int(np.argmin(np.abs(y)))])
    x /= np.linalg.norm(x)
    return np.column_stack([x, y, np.cross(x, y)])
