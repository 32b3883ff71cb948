"""Applying a take to a character: retarget, then key bones and shape keys in new actions."""

from __future__ import annotations

from dataclasses import dataclass, field

import bpy
import numpy as np
from numpy.typing import NDArray

from ..ml.take import FACE_NAMES, Take
from .bone_curves import Limbs, bone_curves
from .datablocks import armature_data, current_scene, pose_bones, shape_keys_of
from .keyframes import Curve, frames_of, write_action
from .retarget import RootMotion
from .rigs import FaceMap, RigProfile

Floats = NDArray[np.float64]
_UNEVEN = 0.01
"""Share by which the axes' scales may differ."""


class ApplyError(ValueError):
    """A take cannot be applied to this character; the message is one sentence for the user."""


@dataclass(frozen=True)
class ApplyOptions:
    """What to apply and where. Frame of a take's time t: start_frame + t x the scene's frame rate.

    only_seen: bones never seen in the footage are left alone; plant_feet: feet on the floor do not slide; start_here:
    the path begins where the character stands, instead of at the performer's place before the camera; extend_scene:
    the scene's end is moved if the take is longer; root: what carries the way over the floor (the hips, the rig's root
    bone or the armature object), with in_place nothing does; limbs: which kinematics a control rig's arms and legs are
    switched to (both kinds of controls get keys); free_constrained: constraints that would hide the keys are keyed off;
    touch: hands that touch the body or each other do so on the character too, whatever its proportions.
    """

    start_frame: float = 1
    face: bool = True
    body: bool = True
    hands: bool = True
    head: bool = True
    only_seen: bool = True
    plant_feet: bool = True
    start_here: bool = True
    extend_scene: bool = True
    root: RootMotion = "hips"
    in_place: bool = False
    limbs: Limbs = "fk"
    free_constrained: bool = True
    touch: bool = False


@dataclass(frozen=True)
class ApplyResult:
    """actions: names of the new ones; bones, keys: how many are animated; frames: first and last."""

    actions: tuple[str, ...]
    bones: int
    keys: int
    frames: tuple[float, float]
    warnings: tuple[str, ...] = field(default=())


def apply_take(
    take: Take,
    armature: bpy.types.Object | None,
    profile: RigProfile,
    options: ApplyOptions | None = None,
    scene: bpy.types.Scene | None = None,
) -> ApplyResult:
    """Key the take onto the character in new actions; existing actions stay in the file untouched."""
    options = options or ApplyOptions()
    scene = scene or current_scene()
    armature = _usable(armature, profile)
    fps = scene.render.fps / scene.render.fps_base
    frames = frames_of(take.times, fps, options.start_frame)
    warnings: list[str] = []
    if armature_data(armature).pose_position == "REST":
        warnings.append(f"{armature.name} is shown in its rest position: switch it to Pose Position to see the keys.")
    data = armature.animation_data
    if data is not None and any(track.is_solo for track in data.nla_tracks):
        warnings.append(f"An NLA track of {armature.name} plays alone (its star): switch that off to see the keys.")
    sizes = np.linalg.norm(np.array(armature.matrix_world)[:3, :3], axis=0)
    if np.ptp(sizes) > _UNEVEN * sizes.max():
        warnings.append(f"{armature.name} is scaled unevenly, which bends directions: apply its scale (Ctrl+A) first.")
    faces = _face_meshes(profile.faces, warnings) if options.face and take.has_face else []
    body = bone_curves(take, armature, profile, options, frames, warnings)
    looks = {face.object: _key_curves(take, mesh, face, frames) for face, mesh in faces}
    if not body and not any(looks.values()):
        raise ApplyError(_nothing_to_do(take, profile, options))
    actions: list[str] = []
    title = _title(take)
    if body:
        actions.append(write_action(armature, f"{title} body", body).name)
    for face, mesh in faces:
        if looks[face.object]:
            keys = shape_keys_of(mesh)
            assert keys is not None
            actions.append(write_action(keys, f"{title} face {mesh.name}", looks[face.object]).name)
    if options.extend_scene and frames[-1] > scene.frame_end:
        scene.frame_end = int(np.ceil(frames[-1]))
    return ApplyResult(
        actions=tuple(actions),
        bones=len({curve.group for curve in body}),
        keys=len({(name, curve.data_path) for name, curves in looks.items() for curve in curves}),
        frames=(float(frames[0]), float(frames[-1])),
        warnings=tuple(warnings),
    )


def _usable(armature: bpy.types.Object | None, profile: RigProfile) -> bpy.types.Object:
    if armature is None or armature.type != "ARMATURE":
        name = f"{armature.name} is not an armature" if armature is not None else "No character is chosen"
        raise ApplyError(f"{name}: choose the character's armature.")
    if armature.library is not None:
        raise ApplyError(f"{armature.name} is linked from another file: make a library override of it first.")
    turned = np.array(armature.matrix_world)[:3, :3]
    if abs(np.linalg.det(turned)) < 1e-15:
        raise ApplyError(f"{armature.name} is scaled to nothing: give it a scale that is not 0.")
    if np.linalg.det(turned) < 0:
        raise ApplyError(f"{armature.name} is mirrored by a negative scale: apply its scale (Ctrl+A) first.")
    if armature.mode == "EDIT":
        raise ApplyError(f"{armature.name} is in Edit Mode: leave it (Tab) first.")
    if armature.animation_data is not None and armature.animation_data.use_tweak_mode:
        raise ApplyError(f"An NLA strip of {armature.name} is being edited: leave tweak mode (Tab in the NLA) first.")
    if not profile.bones and not profile.faces:
        raise ApplyError(f"No humanoid bones or face shapes were found on {armature.name}: map them with a profile.")
    unknown = [bone for bone in profile.bones.values() if bone not in pose_bones(armature)]
    if unknown:
        raise ApplyError(f"{armature.name} has no bone {unknown[0]!r}: the profile belongs to another character.")
    return armature


def _nothing_to_do(take: Take, profile: RigProfile, options: ApplyOptions) -> str:
    if not (options.face or options.body or options.hands or options.head):
        return "Nothing is chosen to be applied: switch on face, body, hands or head."
    held = (
        " and ".join(word for word, there in (("a face", take.has_face), ("a body", take.has_body)) if there)
        or "neither face nor body"
    )
    return f"The take holds {held}, and nothing of it fits what was found and chosen: {profile.describe()}."


def _title(take: Take) -> str:
    source = take.metadata.get("source", "")
    name = source.get("name", "") if isinstance(source, dict) else source
    return str(name or "Take").rsplit("/", 1)[-1].rsplit("\\", 1)[-1][:40]


def _face_meshes(faces: tuple[FaceMap, ...], warnings: list[str]) -> list[tuple[FaceMap, bpy.types.Object]]:
    found = []
    for face in faces:
        mesh = bpy.data.objects.get(face.object)
        keys = None if mesh is None else shape_keys_of(mesh)
        if mesh is None or keys is None:
            raise ApplyError(
                f"There is no mesh {face.object!r} with shape keys: the profile belongs to another character."
            )
        if keys.library is not None:
            warnings.append(f"The shape keys of {face.object} are linked from another file and were left alone.")
        else:
            found.append((face, mesh))
    return found


def _key_curves(take: Take, mesh: bpy.types.Object, face: FaceMap, frames: Floats) -> list[Curve]:
    """Each shape key's value: the sum of the ARKit weights that drive it, within the key's own range."""
    assert take.face_weights is not None
    keys = shape_keys_of(mesh)
    assert keys is not None
    blocks = keys.key_blocks
    totals: dict[str, Floats] = {}
    for name, shares in face.shape_keys.items():
        weights = np.asarray(take.face_weights[:, FACE_NAMES.index(name)], dtype=np.float64)
        for key, factor in shares:
            if key not in blocks:
                raise ApplyError(f"{face.object} has no shape key {key!r}: the profile belongs to another character.")
            totals[key] = totals.get(key, np.zeros(len(frames))) + factor * weights
    return [
        Curve(
            f'key_blocks["{bpy.utils.escape_identifier(key)}"].value',
            0,
            "Face",
            frames,
            np.clip(values, blocks[key].slider_min, blocks[key].slider_max),
        )
        for key, values in totals.items()
    ]
