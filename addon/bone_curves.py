"""The bones' part of applying a take: which to key, their curves, and a control rig's settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import bpy
import numpy as np
from numpy.typing import NDArray

from ..ml.take import BONE_NAMES, Take
from .datablocks import pose_bones
from .freeing import free_bones, without_locked
from .keyframes import Curve
from .posed_scale import posed_scale
from .retarget import BoneChannel, Controls, Wishes, retarget
from .rigs import RigProfile
from .rigs.conventions import CONVENTIONS
from .rigs.conventions.convention import Convention
from .rigs.detect import skinned_bones
from .rigs.extras import find_extras
from .rigs.rest import read_rest

if TYPE_CHECKING:
    from .apply import ApplyOptions

Floats = NDArray[np.float64]
Limbs = Literal["fk", "ik", "ik legs"]

HAND_WORDS = ("Thumb", "Index", "Middle", "Ring", "Little")
HEAD_BONES = ("neck", "head")
_FACE_ONLY = ("leftEye", "rightEye", "jaw")
_LEFT = 1e-5
_ENOUGH_LOOKS = 4
"""Shape keys for the gaze, of eight: with as many, eyes move by shape keys instead of bones."""


def convention_of(kind: str) -> Convention | None:
    return next((convention for convention in CONVENTIONS if convention.kind == kind), None)


def bone_curves(
    take: Take,
    armature: bpy.types.Object,
    profile: RigProfile,
    options: ApplyOptions,
    frames: Floats,
    warnings: list[str],
) -> list[Curve]:
    """Curves of the armature object's new action: bones, control settings, freed constraints, the object's own way."""
    wanted, locks = without_locked(armature, profile.bones, wanted_bones(take, options))
    warnings += locks if take.has_body else []
    rest = read_rest(armature)
    rest = replace(rest, skinned=skinned_bones(armature, rest.names))
    scale = posed_scale(armature, profile.bones.get("hips", ""))
    rest = scale.larger(rest) if scale else rest
    convention = convention_of(profile.kind)
    extras = find_extras(rest, profile.bones)
    controls = Controls(
        bones=profile.bones,
        shared=convention.shared if convention else {},
        joints=convention.joints if convention else {},
        twists=extras.twists,
        root=extras.root,
        control_rig=convention.control_rig if convention else False,
        limbs=convention.limbs if convention else (),
        aims=convention.aims if convention else {},
        lids=extras.lids,
        company=extras.company,
    )
    face_names = profile.face_names
    looks = sum(name.startswith("eyeLook") for name in face_names)
    wishes = Wishes(
        wanted=wanted,
        eyes=options.face and looks < _ENOUGH_LOOKS,
        lids=options.face and not face_names & {"eyeBlinkLeft", "eyeBlinkRight"},
        jaw=options.face and "jawOpen" not in face_names,
        plant=options.plant_feet,
        start_here=options.start_here,
        root=options.root,
        in_place=options.in_place,
        touch=options.touch,
    )
    retargeted = retarget(take, rest, controls, wishes)
    channels = scale.in_its_units(retargeted.channels) if scale else retargeted.channels
    curves = [curve for channel in channels for curve in _channel_curves(channel, frames)]
    if not channels:
        return curves
    keyed = {channel.bone for channel in channels}
    if convention is not None:
        curves += _control_curves(armature, profile, convention, wanted, frames[:1], keyed)
        curves += _limb_curves(armature, profile, convention, options.limbs, frames[:1], keyed)
    replaced = {(channel.bone, channel.name) for channel in channels}
    curves += _cleared(armature, profile, replaced | ({(scale.bone, "scale")} if scale else set()), curves, frames[:1])
    freed, notes = free_bones(armature, keyed, frames[:1], options.free_constrained)
    warnings += notes
    if retargeted.travel is not None:
        freed += _object_curves(armature, retargeted.travel, frames)
    unique = {(curve.data_path, curve.index): curve for curve in reversed([*curves, *freed])}
    return list(unique.values())[::-1]


def wanted_bones(take: Take, options: ApplyOptions) -> frozenset[str]:
    """The humanoid bones to key: by the chosen parts and, with only_seen, by what the footage ever showed.

    A take that was completed on purpose is meant with what was filled in.
    """
    wanted = {name for name in BONE_NAMES if _chosen(name, options)}
    only_seen = options.only_seen and not take.metadata.get("completed")
    if only_seen and take.bone_confidence is not None and take.bone_names is not None:
        seen = np.max(take.bone_confidence, axis=0) > 0
        wanted -= {name for name, was_seen in zip(take.bone_names, seen, strict=True) if not was_seen}
    return frozenset(wanted)


def _chosen(name: str, options: ApplyOptions) -> bool:
    if any(word in name for word in HAND_WORDS):
        return options.hands
    if name in HEAD_BONES:
        return options.head
    if name in _FACE_ONLY:
        return options.face
    return options.body


def bone_path(bone: str) -> str:
    return f'pose.bones["{bpy.utils.escape_identifier(bone)}"]'


def _channel_curves(channel: BoneChannel, frames: Floats) -> list[Curve]:
    path = f"{bone_path(channel.bone)}.{channel.name}"
    return [
        Curve(path, index, channel.bone, frames, channel.values[:, index]) for index in range(channel.values.shape[1])
    ]


def _setting_curve(armature: bpy.types.Object, bone: str, setting: str, value: float, frame: Floats) -> list[Curve]:
    """One key of a bone's custom property, if it has it."""
    bones = pose_bones(armature)
    if bone not in bones or setting not in bones[bone]:
        return []
    path = f'{bone_path(bone)}["{bpy.utils.escape_identifier(setting)}"]'
    return [Curve(path, 0, bone, frame, np.array([value]))]


def _control_curves(
    armature: bpy.types.Object,
    profile: RigProfile,
    convention: Convention,
    wanted: frozenset[str],
    frame: Floats,
    keyed: set[str],
) -> list[Curve]:
    """A control rig's settings under which its controls act as described, and controls held at rest: one key each."""
    curves = []
    for (bone, setting), (value, needed_for) in convention.properties.items():
        if needed_for in wanted and profile.bones.get(needed_for) in keyed:
            curves += _setting_curve(armature, bone, setting, value, frame)
    for bone in convention.neutral:
        if bone in pose_bones(armature) and bone not in keyed:
            curves += _at_rest(pose_bones(armature)[bone], frame)
    return curves


def _limb_curves(
    armature: bpy.types.Object,
    profile: RigProfile,
    convention: Convention,
    wish: Limbs,
    frame: Floats,
    keyed: set[str],
) -> list[Curve]:
    """Arms and legs switched to forward or inverse kinematics, for those whose controls have keys."""
    curves: list[Curve] = []
    bones = pose_bones(armature)
    for limb in convention.limbs:
        if profile.bones.get(limb.end) not in keyed:
            continue
        inverse = limb.control in keyed and (wish == "ik" or (wish == "ik legs" and "Leg" in limb.start))
        for bone, setting, forward_value, inverse_value in limb.switches:
            value = inverse_value if inverse else forward_value
            curves += _setting_curve(armature, bone, setting, value, frame)
        if limb.control not in keyed:
            continue
        for (bone, setting), value in limb.settings.items():
            curves += _setting_curve(armature, bone, setting, value, frame)
        for bone in limb.neutral:
            if bone in bones and bone not in keyed:
                curves += _at_rest(bones[bone], frame)
    return curves


_RESTS: Mapping[str, tuple[str, tuple[float, ...]]] = {
    "QUATERNION": ("rotation_quaternion", (1.0, 0.0, 0.0, 0.0)),
    "AXIS_ANGLE": ("rotation_axis_angle", (0.0, 0.0, 1.0, 0.0)),
}


def _at_rest(bone: bpy.types.PoseBone, frame: Floats) -> list[Curve]:
    rotation = _RESTS.get(bone.rotation_mode, ("rotation_euler", (0.0, 0.0, 0.0)))
    channels: Sequence[tuple[str, tuple[float, ...]]] = (
        ("location", (0.0, 0.0, 0.0)), rotation, ("scale", (1.0, 1.0, 1.0)),
    )  # fmt: skip
    return [
        Curve(f"{bone_path(bone.name)}.{name}", index, bone.name, frame, np.array([value]))
        for name, values in channels
        for index, value in enumerate(values)
    ]


def _cleared(
    armature: bpy.types.Object,
    profile: RigProfile,
    keyed: set[tuple[str, str]],
    curves: Sequence[Curve],
    frame: Floats,
) -> list[Curve]:
    """Keys at rest for what an old pose has left on the body's bones and keys do not replace.

    A file is often saved in some pose: a forgotten location of a thigh would stay in every frame. Bones above the hips
    are left as they are: they say where the character stands.
    """
    bones = pose_bones(armature)
    names = {bone for bone, _ in keyed if bone in bones}
    hips = profile.bones.get("hips", "")
    above = {bone.name for bone in bones[hips].parent_recursive} if hips in bones else set()
    chain = names | {parent.name for name in names for parent in bones[name].parent_recursive}
    done = {(curve.data_path, curve.index) for curve in curves}
    done |= {(f"{bone_path(bone)}.{name}", index) for bone, name in keyed for index in range(3) if name == "scale"}
    found: list[Curve] = []
    for name in sorted(chain - above):
        bone = bones[name]
        left = [curve for curve in _at_rest(bone, frame) if (curve.data_path, curve.index) not in done]
        found += [curve for curve in left if abs(_value(bone, curve) - curve.values[0]) > _LEFT]
    return found


def _value(bone: bpy.types.PoseBone, curve: Curve) -> float:
    values = getattr(bone, curve.data_path.rpartition(".")[2])
    return float(values[curve.index])


def _object_curves(armature: bpy.types.Object, travel: Floats, frames: Floats) -> list[Curve]:
    """The armature object's location while it goes `travel` [T, 3] (its own axes and unit)."""
    own = np.array(armature.matrix_basis)[:3, :3]
    place = np.array(armature.location) + travel @ own.T
    return [Curve("location", axis, "Object Transforms", frames, place[:, axis]) for axis in range(3)]
