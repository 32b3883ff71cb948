"""A skeleton as data, and as a Blender armature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from understudy.addon.retarget.rig import RigRest, simple_rest


@dataclass(frozen=True)
class Skeleton:
    """bones: name -> (parent, head [3], tail [3]), parents first; truth: humanoid -> bone names that are right, the
    best first (which of five spine bones is the chest is a matter of taste); humanoid: False for what is no human."""

    label: str
    bones: Mapping[str, tuple[str | None, np.ndarray, np.ndarray]]
    truth: Mapping[str, tuple[str, ...]]
    kind: str = ""
    humanoid: bool = True
    optional: frozenset[str] = field(default_factory=frozenset)
    """Humanoid bones that may be left out without being counted as missing: nothing says clearly which they are."""

    def rest(self) -> RigRest:
        return simple_rest(
            {name: (parent, tuple(head), tuple(tail)) for name, (parent, head, tail) in self.bones.items()}
        )

    def armature(self, rolls: int | None = 0) -> bpy.types.Object:  # noqa: F821
        """A new armature object in the open scene; rolls: seed of random bone rolls, None for none."""
        import bpy

        data = bpy.data.armatures.new(self.label)
        armature = bpy.data.objects.new(self.label, data)
        bpy.context.scene.collection.objects.link(armature)
        bpy.context.view_layer.objects.active = armature
        bpy.ops.object.mode_set(mode="EDIT")
        chance = np.random.default_rng(rolls)
        for name, (parent, head, tail) in self.bones.items():
            bone = data.edit_bones.new(name)
            bone.head, bone.tail = head, tail
            if rolls is not None:
                bone.roll = chance.uniform(-np.pi, np.pi)
            if parent is not None:
                bone.parent = data.edit_bones[parent]
        bpy.ops.object.mode_set(mode="OBJECT")
        return armature


def score(skeleton: Skeleton, found: Mapping[str, str]) -> tuple[int, list[str], list[str]]:
    """(how many right, missing humanoid names, wrong ones) of a map {humanoid: bone}."""
    right = [name for name, bone in found.items() if bone in skeleton.truth.get(name, ())]
    missing = [name for name in skeleton.truth if name not in found and name not in skeleton.optional]
    wrong = [f"{name}={bone}" for name, bone in found.items() if bone not in skeleton.truth.get(name, ())]
    return len(right), missing, wrong
