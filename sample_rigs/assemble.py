"""Put a character together: person, skeleton, parts, materials, stage, in the open (empty) Blender file."""

# Blender's types: the stubs call much optional which is there by construction here.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportReturnType=false, reportOptionalIterable=false, reportOptionalSubscript=false
from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np

from . import body, clothes, hair
from .armatures import make_armature
from .characters import Character
from .face_names import rename_keys
from .lashes import lashes
from .materials import make_material
from .meshes import make_mesh_object
from .paint import face_uvs, paint_eye, paint_face
from .parts import Part
from .people import Person, make_person
from .skeleton import Skeleton, repose_part, repose_skeleton
from .skeleton_mixamo import mixamo_skeleton, t_pose
from .skeleton_plain import plain_skeleton
from .skeleton_rigify import generate_rig, rigify_skeleton
from .stage import set_stage

SKELETONS = {"mixamo": mixamo_skeleton, "rigify": rigify_skeleton, "plain": plain_skeleton}
DETAIL = {"Face": 1, "Arm.L": 1, "Arm.R": 1, "Shirt": 1, "Trousers": 1, "Shoes": 1, "Eyes": 1}


def assemble(character: Character) -> bpy.types.Object:
    """Build the character into the current file; returns its armature object."""
    _open_collection(character.name)
    person = make_person(character.look)
    skeleton = SKELETONS[character.rig](person)
    parts = dress(character, person, skeleton)
    pictures = {
        "Skin": paint_face(person, parts[0], character.makeup),
        "Eyes": paint_eye(character.iris),
    }
    if character.rig == "mixamo":
        turn, shift = t_pose(skeleton)
        skeleton = repose_skeleton(skeleton, turn, shift)
        parts = [repose_part(part, turn, shift) for part in parts]
    if character.own_face_names:
        parts = [rename_keys(part) for part in parts]
    title = character.name.capitalize()
    armature = generate_rig(title, person) if character.rig == "rigify" else make_armature(title, skeleton)
    materials = {name: make_material(name, finish, pictures.get(name)) for name, finish in character.finishes.items()}
    for part in parts:
        make_mesh_object(part, materials, skeleton.names, armature, DETAIL.get(part.name, 0))
    height = max(float(part.points[:, 2].max()) for part in parts)
    eyes = np.mean([person.joint("l-eye"), person.joint("r-eye")], axis=0)
    set_stage(height, eyes)
    return armature


def _open_collection(name: str) -> None:
    """A collection of the character's own, so that it can be added to another file as one thing."""
    collection = bpy.data.collections.new(name)
    bpy.context.scene.collection.children.link(collection)
    bpy.context.view_layer.active_layer_collection = bpy.context.view_layer.layer_collection.children[name]


def dress(character: Character, person: Person, skeleton: Skeleton) -> list[Part]:
    """All parts of the character at the person's rest; the face comes first."""
    wear, weights = character.wardrobe, skeleton.weights
    neck = clothes.neck_cut(person, wear.collar)
    start, end, share = wear.sleeve
    left, right = (clothes.sleeve_cut(person, side, start, end, share) for side in ("l", "r"))
    waist = clothes.waist_cut(person, wear.waist)
    under = 0.02  # metres of skin which stay under an edge
    face, arms = body.skin(
        person, weights, neck.flipped().moved(-under), (left.flipped().moved(-under), right.flipped().moved(-under))
    )
    face = replace(face, uvs=face_uvs(person, face.points))
    # Arms show the plain skin of the throat.
    throat = face_uvs(person, (person.joint("neck") + np.array([0.0, -0.06, 0.0]))[None])
    arms = [replace(arm, uvs=np.repeat(throat, len(arm.points), axis=0)) for arm in arms]
    return [
        face,
        *arms,
        body.eyes(person, weights),
        lashes(person, weights),
        *body.mouth(person, weights),
        hair.make_hair(person, weights, character.hair),
        clothes.shirt(person, weights, neck, (left, right), waist, wear.loose),
        clothes.trousers(person, weights, waist.moved(0.045), wear.ankle, wear.flare),
        clothes.shoes(person, weights, wear.shoe),
    ]
