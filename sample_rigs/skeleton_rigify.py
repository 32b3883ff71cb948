"""Blender's Rigify: the human metarig fitted to a person, and the control rig generated from it."""

# Blender's types: the stubs call much optional which is there by construction here.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportReturnType=false, reportOptionalIterable=false, reportOptionalSubscript=false
from __future__ import annotations

import re

import addon_utils
import bpy
import numpy as np
from mathutils import Vector

from .people import Person
from .skeleton import Skeleton, read_places, read_weights, strongest

RIG = "rigify/rig.human_toes.json"
WEIGHTS = "rigify/weights.human_toes.json"
# The face is driven by shape keys, so the metarig's face bones go; so do the breast bones.
LEFT_OUT = re.compile(r"face|breast\.")
# MPFB's correcting bones and toes, which Rigify's own rig lacks: who moves their skin instead.
STAND_INS = (
    (re.compile(r"DEF-elbow-helper(\..)"), r"DEF-forearm\1"),
    (re.compile(r"DEF-knee-helper(\..)"), r"DEF-shin\1"),
    (re.compile(r"DEF-shoulder-helper(\..)"), r"DEF-upper_arm\1"),
    (re.compile(r"DEF-pelvis-helper.*(\.[LR])"), r"DEF-thigh\1"),
    (re.compile(r"toe\d-\d(\..)"), r"DEF-toe\1"),
    (re.compile(r"breast\.."), "DEF-spine.003"),
)
HEAD = "DEF-spine.006"


def rigify_skeleton(person: Person) -> Skeleton:
    """The deforming bones of the generated rig (DEF-...), with weights over the base mesh.

    Only names and weights matter here: the bones themselves come from generate_rig().
    """
    places = read_places(person, RIG)
    body = [name for name in _metarig_bones() if name in places]
    limbs = [f"{name}.001" for name in body if re.match(r"(upper_arm|forearm|thigh|shin)\.[LR]$", name)]
    names = [f"DEF-{name}" for name in (*body, *limbs)]
    weights = np.zeros((len(person.points), len(names)))
    for bone, (where, amount) in read_weights(WEIGHTS).items():
        weights[where, names.index(_mover(bone, names))] += amount
    heads = np.array([places[name.removeprefix("DEF-").removesuffix(".001")][0] for name in names])
    tails = np.array([places[name.removeprefix("DEF-").removesuffix(".001")][1] for name in names])
    return Skeleton(tuple(names), (-1,) * len(names), heads, tails, strongest(weights))


def _mover(bone: str, names: list[str]) -> str:
    """Which deforming bone of the generated rig moves what MPFB's `bone` moves."""
    for pattern, stand_in in STAND_INS:
        if pattern.match(bone):
            return pattern.sub(stand_in, bone)
    own = bone if bone.startswith("DEF-") else f"DEF-{bone}"
    return own if own in names else HEAD


def _metarig_bones() -> list[str]:
    """Names of the metarig's bones which stay."""
    metarig = _add_metarig()
    names = [bone.name for bone in metarig.data.bones]
    _remove(metarig)
    return names


def _add_metarig() -> bpy.types.Object:
    if "rigify" not in bpy.context.preferences.addons:
        addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    metarig = bpy.context.object
    bpy.ops.object.mode_set(mode="EDIT")
    bones = metarig.data.edit_bones
    gone = [bone for bone in bones if LEFT_OUT.match(bone.name)]
    gone += [child for bone in gone for child in bone.children_recursive]
    for name in {bone.name for bone in gone}:
        bones.remove(bones[name])
    bpy.ops.object.mode_set(mode="OBJECT")
    return metarig


def _remove(thing: bpy.types.Object) -> None:
    data = thing.data
    bpy.data.objects.remove(thing)
    bpy.data.armatures.remove(data)


def generate_rig(name: str, person: Person) -> bpy.types.Object:
    """Fit the metarig to the person and let Rigify generate its control rig; returns the rig object."""
    metarig = _add_metarig()
    places = read_places(person, RIG)
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in metarig.data.edit_bones:
        if bone.name in places:
            head, tail, roll = places[bone.name]
            bone.head, bone.tail, bone.roll = Vector(head), Vector(tail), roll
    bpy.ops.object.mode_set(mode="OBJECT")
    metarig.data.rigify_rig_basename = name
    bpy.ops.object.mode_set(mode="POSE")
    bpy.ops.pose.rigify_generate()
    rig = bpy.context.object
    bpy.ops.object.mode_set(mode="OBJECT")
    rig.name = name
    rig.data.name = name
    _remove(metarig)
    return rig
