"""From a character's meshes to its face maps, and what was left alone in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from ....ml.take import FACE_NAMES
from ...datablocks import shape_keys_of
from ..meshes import meshes_of
from ..profile import FaceMap
from .decide import Shapes, Wanted, decide
from .declared import Expressions, declared_meanings
from .names import NAMED, Meaning, choose, meanings
from .samples import FaceSamples, Floats, KeyedMesh, character_axes, head_region, sample_meshes
from .sides import on_their_sides

_MOST_NAMED = 3


@dataclass(frozen=True)
class FoundFace:
    """maps: each mesh's; doubts: one sentence for each thing left alone."""

    maps: tuple[FaceMap, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class FaceQuestion:
    """All that is read from the scene, as arrays and names: `answer` needs no Blender and may run on a thread.

    meshes: (object's name, usable keys); meant: what names say; samples: None where there is nothing to look at.
    """

    meshes: tuple[tuple[str, tuple[str, ...]], ...]
    meant: Mapping[str, tuple[Meaning, ...]]
    samples: FaceSamples | None
    wanted: Wanted
    doubts: tuple[str, ...]


def find_face(armature: bpy.types.Object, bones: Mapping[str, str] | None = None) -> FoundFace:
    """What the character's meshes have for ARKit's 52; nothing in the scene is changed.

    bones: humanoid -> bone, as far as known: they tell left from right, and where the eyes are.
    """
    return answer(ask(armature, bones))


def ask(
    armature: bpy.types.Object, bones: Mapping[str, str] | None = None, declared: Expressions | None = None
) -> FaceQuestion:
    """Read the character's keys and what they move. declared: expressions of the character's own file."""
    doubts: list[str] = []
    meshes = _keyed_meshes(armature, doubts)
    meant: dict[str, tuple[Meaning, ...]] = {}
    for mesh in meshes:
        for key, means in meanings(mesh.names).items():
            meant.setdefault(key, means)
    there = {key for mesh in meshes for key in mesh.names}
    for key, means in declared_meanings(declared or {}).items():
        # ARKit's own name says more than a file's vowel or blink for both eyes.
        if key in there and not any(meaning.rank < NAMED for meaning in meant.get(key, ())):
            meant[key] = means
    if not meshes:
        return FaceQuestion((), {}, None, Wanted(), tuple(doubts))
    axes, sure = character_axes(armature, bones or {})
    samples = sample_meshes(meshes, axes, head_region(armature, bones or {}, axes))
    if sure:
        meant, said = on_their_sides(meant, samples)
        doubts += said
    eyes = _eyeballs(armature, bones or {}, axes)
    if eyes is not None:
        meant, said = _looks_of_eyeballs(meant, samples, eyes)
        doubts += said
    return FaceQuestion(
        meshes=tuple((mesh.object.name, mesh.names) for mesh in meshes),
        meant=meant,
        samples=samples,
        wanted=Wanted(eyes, eyes is not None, _both_ways(meshes), sure, _skin_keys(meshes, samples)),
        doubts=tuple(doubts),
    )


def answer(question: FaceQuestion, by_names_alone: bool = False) -> FoundFace:
    """The face maps. by_names_alone: at once, without laying the face onto the reference."""
    if question.samples is None or by_names_alone:
        shared = choose(question.meant)
    else:
        shared = decide(question.meant, question.samples, question.wanted)
    maps = []
    for name, keys in question.meshes:
        shapes = _of_mesh(keys, shared, choose({key: question.meant[key] for key in keys if key in question.meant}))
        if shapes:
            maps.append(FaceMap(name, shapes))
    return FoundFace(tuple(maps), question.doubts)


def _of_mesh(keys: Sequence[str], shared: Shapes, own: Shapes) -> Shapes:
    """The character's map as far as this mesh has the keys; its own names where it has others (teeth_jawOpen)."""
    there = set(keys)
    found: Shapes = {}
    for name in FACE_NAMES:
        shares = tuple(share for share in shared.get(name, ()) if share[0] in there) or own.get(name, ())
        if shares:
            found[name] = shares
    return found


def _keyed_meshes(armature: bpy.types.Object, doubts: list[str]) -> list[KeyedMesh]:
    """Meshes with keys that can be keyed; meshes that share their shape keys count once."""
    found: list[KeyedMesh] = []
    seen: set[bpy.types.Key] = set()
    for thing in meshes_of(armature):
        keys = shape_keys_of(thing)
        if keys is None or keys in seen or keys.reference_key is None:
            continue
        seen.add(keys)
        if not keys.use_relative:
            doubts.append(f"The shape keys of {thing.name} are absolute and cannot be mixed: make them relative first.")
            continue
        names = _usable(thing, keys, doubts)
        if names:
            found.append(KeyedMesh(thing, keys, names))
    return found


def _usable(thing: bpy.types.Object, keys: bpy.types.Key, doubts: list[str]) -> tuple[str, ...]:
    driven = driven_keys(keys)
    blocks = [block for block in keys.key_blocks if block != keys.reference_key]
    muted = [block.name for block in blocks if block.mute and block.name not in driven]
    held = [block.name for block in blocks if block.name in driven]
    for names, why in ((held, "follow drivers"), (muted, "are muted")):
        if meanings(names):
            doubts.append(f"Shape keys of {thing.name} {why} and were left alone: {_listed(names)}.")
    left_out = {*muted, *held}
    return tuple(block.name for block in blocks if block.name not in left_out)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def driven_keys(keys: bpy.types.Key) -> frozenset[str]:
    """Shape keys whose value a driver sets: they follow something else and take no keys."""
    if keys.animation_data is None:
        return frozenset()
    paths = {curve.data_path for curve in keys.animation_data.drivers}
    return frozenset(
        block.name
        for block in keys.key_blocks
        if f'key_blocks["{bpy.utils.escape_identifier(block.name)}"].value' in paths
    )


def _looks_of_eyeballs(
    meant: Mapping[str, tuple[Meaning, ...]], samples: FaceSamples, eyes: Floats
) -> tuple[dict[str, tuple[Meaning, ...]], list[str]]:
    """Without looks that move lids alone, where the eyes have bones: keys or bones turn the eyes, never both."""
    apart = float(np.linalg.norm(eyes[0] - eyes[1]))
    near = np.min([np.linalg.norm(samples.points - eye, axis=1) for eye in eyes], axis=0) < 0.4 * apart
    ball = near & (samples.island != 0)
    looks = [key for key, means in meant.items() if any(m.arkit.startswith("eyeLook") for m in means)]
    fields = [samples.fields[samples.names.index(key)] for key in looks]
    turned = any(np.abs(field[ball]).max(initial=0) > 0 for field in fields)
    moving = any(np.abs(field).max(initial=0) > 0 for field in fields)
    if turned or not moving or not ball.any():  # what moves nothing, or has no eyeballs to move, says nothing
        return dict(meant), []
    kept = {key: means for key, means in meant.items() if key not in looks}
    return kept, ["The shape keys for looks move the lids alone, so the eye bones turn the eyes."]


def _skin_keys(meshes: Sequence[KeyedMesh], samples: FaceSamples) -> frozenset[str]:
    skin = samples.mesh[samples.island == 0]
    return frozenset(meshes[int(np.bincount(skin).argmax())].names) if len(skin) else frozenset()


def _both_ways(meshes: Sequence[KeyedMesh]) -> frozenset[str]:
    return frozenset(name for mesh in meshes for name in mesh.names if mesh.keys.key_blocks[name].slider_min < -0.1)


def _eyeballs(armature: bpy.types.Object, bones: Mapping[str, str], axes: Floats) -> Floats | None:
    """[2, 3] centres of the left and right eyeball in the character's axes, where eye bones begin."""
    if armature.pose is None:
        return None
    heads = [
        axes @ np.array(armature.matrix_world @ armature.pose.bones[bones[name]].bone.head_local)
        for name in ("leftEye", "rightEye")
        if bones.get(name, "") in armature.pose.bones
    ]
    return np.stack(heads) if len(heads) == 2 else None
