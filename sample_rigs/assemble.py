"""Put a character together: person, skeleton, parts, materials, stage, in the open (empty) Blender file."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np

from . import body, clothes, hair
from .armatures import make_armature
from .characters import Character
from .materials import make_material
from .meshes import make_mesh_object
from .paint import face_uvs, paint_eye, paint_face
from .parts import Part
from .people import Person, make_person
from .skeleton import Skeleton, repose_part, repose_skeleton
from .skeleton_mixamo import mixamo_skeleton, t_pose
from .stage import set_stage

DETAIL = {"Face": 1, "Arm.L": 1, "Arm.R": 1, "Shirt": 1, "Trousers": 1, "Shoes": 1, "Eyes": 1}


def assemble(character: Character) -> bpy.types.Object:
    """Build the character into the current file; returns its armature object."""
    _open_collection(character.name)
    person = make_person(character.look)
    skeleton = mixamo_skeleton(person)
    parts = dress(character, person, skeleton)
    pictures = {
        "Skin": paint_face(person, parts[0], character.makeup),
        "Eyes": paint_eye(character.iris),
    }
    turn, shift = t_pose(skeleton)
    skeleton = repose_skeleton(skeleton, turn, shift)
    parts = [repose_part(part, turn, shift) for part in parts]
    armature = make_armature(character.name.capitalize(), skeleton)
    materials = {
        name: make_material(name, finish, pictures.get(name)) for name, finish in character.finishes.items()
    }
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
    left, right = (clothes.limb_cut(person, f"{s}-{start}", f"{s}-{end}", share, 0.33) for s in ("l", "r"))
    waist = clothes.waist_cut(person, wear.waist)
    under = 0.02  # metres of skin which stay under an edge
    face, arms = body.skin(
        person, weights, neck.flipped().moved(-under), (left.flipped().moved(-under), right.flipped().moved(-under))
    )
    face = replace(face, uvs=face_uvs(person, face.points))
    arms = [replace(arm, uvs=np.full((len(arm.points), 2), 0.5)) for arm in arms]
    return [
        face,
        *arms,
        body.eyes(person, weights),
        body.lashes(person, weights),
        *body.mouth(person, weights),
        hair.make_hair(person, weights, character.hair),
        clothes.shirt(person, weights, neck, (left, right), waist, wear.loose),
        clothes.trousers(person, weights, waist.moved(0.02), wear.ankle, wear.flare),
        clothes.shoes(person, weights, wear.shoe),
    ]
