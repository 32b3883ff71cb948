"""What a character's shape keys do, as plain arrays: the points of its face and how far each key moves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_FACE_POINTS = 400
MOST_POINTS = 1800
"""Kept of each mesh: of those that keys move, every n-th."""
_WHOLE = 0.5
"""A key whose middle offset is so much of its largest moves all of a mesh (the size of a head, a sculpted base)."""
_STILL = 1e-5
"""Of the face's size: what moves less does not move."""


@dataclass(frozen=True)
class KeyedMesh:
    """One mesh with relative shape keys. names: the keys that may be used, in the file's order."""

    object: bpy.types.Object
    keys: bpy.types.Key
    names: tuple[str, ...]


@dataclass(frozen=True)
class FaceSamples:
    """points [M, 3], normals [M, 3] at rest; fields [K, M, 3]: how far each key moves them at its value 1, all in the
    character's axes (left +X, forward -Y, up +Z), scene units; mesh [M]: which mesh a point is of; island [M]: which
    connected piece of all (0 = the one most moved by keys: the skin); names [K]."""

    names: tuple[str, ...]
    points: Floats
    normals: Floats
    mesh: NDArray[np.int64]
    island: NDArray[np.int64]
    fields: NDArray[np.float32]


@dataclass(frozen=True)
class HeadRegion:
    """Where a face may be, in the character's axes: above `floor`, no further than `reach` beside `middle`."""

    floor: float = -np.inf
    middle: float = 0.0
    reach: float = np.inf

    def holds(self, points: Floats) -> NDArray[np.bool_]:
        return (points[:, 2] > self.floor) & (np.abs(points[:, 0] - self.middle) < self.reach)


def sample_meshes(meshes: Sequence[KeyedMesh], axes: Floats, region: HeadRegion | None = None) -> FaceSamples:
    """Read the meshes. axes [3, 3]: scene -> the character's axes. Keys of one name on several meshes are one key."""
    region = region or HeadRegion()
    names = tuple(dict.fromkeys(name for mesh in meshes for name in mesh.names))
    parts = [_sample(mesh, names, axes, region) for mesh in meshes]
    islands: list[NDArray[np.int64]] = []
    for part in parts:
        islands.append(part[3] + sum(int(earlier.max(initial=-1)) + 1 for earlier in islands[-1:]))
    island = np.concatenate(islands)
    skin = int(np.bincount(island).argmax()) if len(island) else 0
    island = np.where(island == skin, 0, np.where(island < skin, island + 1, island))
    return FaceSamples(
        names=names,
        points=np.concatenate([part[0] for part in parts]),
        normals=np.concatenate([part[1] for part in parts]),
        mesh=np.concatenate([np.full(len(part[0]), place) for place, part in enumerate(parts)]),
        island=island,
        fields=np.concatenate([part[2] for part in parts], axis=1),
    )


def _sample(
    mesh: KeyedMesh, names: Sequence[str], axes: Floats, region: HeadRegion
) -> tuple[Floats, Floats, NDArray[np.float32], NDArray[np.int64]]:
    thing, keys = mesh.object, mesh.keys
    data = thing.data
    assert isinstance(data, bpy.types.Mesh) and keys.reference_key is not None
    matrix = axes @ np.array(thing.matrix_world, dtype=np.float64)[:3, :3]
    origin = axes @ np.array(thing.matrix_world, dtype=np.float64)[:3, 3]
    rest = _coordinates(keys.reference_key)
    cache: dict[str, NDArray[np.float32]] = {keys.reference_key.name: rest}
    size = max(float(np.ptp(rest, axis=0).max()), 1e-12)
    placed = rest @ matrix.T + origin
    inside = region.holds(placed)
    moved = np.zeros(len(rest), dtype=bool)
    everywhere = np.zeros(len(rest), dtype=bool)
    offsets: dict[str, NDArray[np.float32]] = {}
    for name in mesh.names:
        offset = _offset(thing, keys.key_blocks[name], cache)
        length = np.abs(offset).max(axis=1)
        there = (length > _STILL * size) & inside
        if there.any():
            whole = len(rest) >= _FACE_POINTS and float(length.mean()) > _WHOLE * float(length.max())
            moved |= there & (not whole)
            everywhere |= there
            offsets[name] = np.where(there[:, None], offset, 0)
    chosen = np.flatnonzero(moved if moved.any() else everywhere)
    chosen = chosen[:: max(1, -(-len(chosen) // MOST_POINTS))]
    fields = np.zeros((len(names), len(chosen), 3), dtype=np.float32)
    for place, name in enumerate(names):
        if name in offsets:
            fields[place] = offsets[name][chosen] @ matrix.T.astype(np.float32)
    normals = np.empty(3 * len(data.vertices), dtype=np.float32)
    data.vertices.foreach_get("normal", normals)
    turned = normals.reshape(-1, 3)[chosen] @ np.linalg.inv(matrix + 1e-12 * np.eye(3))
    turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
    return placed[chosen], turned, fields, _islands(data, rest)[chosen]


def _islands(data: bpy.types.Mesh, rest: NDArray[np.float32]) -> NDArray[np.int64]:
    """[V]: the connected piece of each vertex, 0 ...; vertices in one place (seams of game meshes) hang together."""
    size = max(float(np.ptp(rest, axis=0).max()), 1e-12)
    _, place = np.unique(np.round(rest / (size * 1e-6)).astype(np.int64), axis=0, return_inverse=True)
    place = place.reshape(-1)
    flat = np.empty(2 * len(data.edges), dtype=np.int32)
    data.edges.foreach_get("vertices", flat)
    a, b = place[flat[0::2]], place[flat[1::2]]
    label = np.arange(int(place.max(initial=-1)) + 1)
    while True:
        before = label
        least = label.copy()
        np.minimum.at(least, a, label[b])
        np.minimum.at(least, b, label[a])
        label = least[least]  # pointers are followed, so that long strips take few rounds
        if np.array_equal(label, before):
            break
    return np.unique(label, return_inverse=True)[1].reshape(-1)[place]


def _coordinates(block: bpy.types.ShapeKey) -> NDArray[np.float32]:
    flat = np.empty(3 * len(block.data), dtype=np.float32)
    block.data.foreach_get("co", flat)
    return flat.reshape(-1, 3)


def _offset(
    thing: bpy.types.Object, block: bpy.types.ShapeKey, cache: dict[str, NDArray[np.float32]]
) -> NDArray[np.float32]:
    """How far the key at 1 moves each vertex against the key it is relative to, within its vertex group."""
    base = block.relative_key
    if base.name not in cache:
        cache[base.name] = _coordinates(base)
    offset = _coordinates(block) - cache[base.name]
    if block.vertex_group and block.vertex_group in thing.vertex_groups:
        offset = offset * _group_weights(thing, block.vertex_group)[:, None]
    return offset


def _group_weights(thing: bpy.types.Object, name: str) -> NDArray[np.float32]:
    data = thing.data
    assert isinstance(data, bpy.types.Mesh)
    wanted = thing.vertex_groups[name].index
    weights = np.zeros(len(data.vertices), dtype=np.float32)
    for vertex in data.vertices:
        for entry in vertex.groups:
            if entry.group == wanted:
                weights[vertex.index] = entry.weight
    return weights


def character_axes(armature: bpy.types.Object, bones: Mapping[str, str]) -> tuple[Floats, bool]:
    """[3, 3] from the scene to the character's axes (left +X, forward -Y, up +Z), by its paired bones; without any
    (False) the scene's own: Blender's characters face -Y."""
    heads = {
        name: np.array(armature.matrix_world @ armature.pose.bones[bone].bone.head_local)
        for name, bone in bones.items()
        if armature.pose is not None and bone in armature.pose.bones
    }
    left = np.zeros(3)
    for part in ("UpperLeg", "UpperArm", "Shoulder", "Eye", "Hand"):
        if "left" + part in heads and "right" + part in heads:
            left += heads["left" + part] - heads["right" + part]
    up = np.array([0.0, 0.0, 1.0])
    if "head" in heads and "hips" in heads:
        trunk = heads["head"] - heads["hips"]
        # A trunk that leans does not tilt the face.
        up = up if trunk @ up > 0.8 * np.linalg.norm(trunk) else trunk
    if np.linalg.norm(left) < 1e-9 or np.linalg.norm(up) < 1e-9:
        return np.eye(3), False
    left /= np.linalg.norm(left)
    up = up - (up @ left) * left
    if np.linalg.norm(up) < 1e-9:
        return np.eye(3), False
    up /= np.linalg.norm(up)
    return np.stack([left, np.cross(up, left), up]), True


def head_region(armature: bpy.types.Object, bones: Mapping[str, str], axes: Floats) -> HeadRegion:
    """Where the face is, by the head's bone and the trunk's length; everywhere for a rig without."""
    if armature.pose is None or not {"head", "hips"} <= bones.keys():
        return HeadRegion()
    head, hips = (
        axes @ np.array(armature.matrix_world @ armature.pose.bones[bones[name]].bone.head_local)
        for name in ("head", "hips")
    )
    trunk = float(np.linalg.norm(head - hips))
    return HeadRegion(head[2] - 0.25 * trunk, head[0], 0.8 * trunk) if trunk > 0 else HeadRegion()
