"""A plain deforming skeleton with the bone names of Unreal's mannequin (upperarm_l ...), in MakeHuman's A-pose."""

from __future__ import annotations

from dataclasses import replace

from .people import Person
from .skeleton import Skeleton, read_skeleton


def plain_skeleton(person: Person) -> Skeleton:
    """53 bones: root, spine, limbs and fingers; no controls, no face bones."""
    skeleton = read_skeleton(person, "standard/rig.game_engine.json", "standard/weights.game_engine.json")
    names = tuple("root" if name == "Root" else name for name in skeleton.names)
    return replace(skeleton, names=names, leaf=frozenset({"root"}))
