"""An animated skeleton as a BVH file: Y up, forward +Z, scene units; rest offsets in the hierarchy, one joint a bone.

Written from the posed bones in the scene, so that controls, constraints and the object's own place are all in it. Every
joint's axes are the world's at rest, which is what readers of BVH (a format without bone rolls) assume.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from ..ml.take import rotation
from .datablocks import armature_data, current_scene, pose_bones
from .retarget.euler import to_euler

Floats = NDArray[np.float64]
_Y_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""Scene (Z up, forward -Y) -> file (Y up, forward +Z)."""
_MOVED = 1e-4
"""Of the skeleton's size: a joint that strays so far from its offset gets channels for its place."""


@dataclass(frozen=True)
class JointMotion:
    """names [J] with parents before children; parents [J] (-1 = none); rest [J, 3] heads at rest; heads [F, J, 3];
    turns [F, J, 3, 3] since rest: all in the file's axes."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    rest: Floats
    heads: Floats
    turns: Floats


def write_bvh(path: Path, armature: bpy.types.Object, first: int, last: int, deforming_only: bool) -> None:
    """Sample the frames of the scene and write them; deforming_only: the bones of a control rig that move the skin."""
    scene = current_scene()
    bones = [bone.name for bone in armature_data(armature).bones if bone.use_deform or not deforming_only]
    motion = sample_joints(armature, bones, range(first, last + 1))
    path.write_text(bvh_text(motion, scene.render.fps / scene.render.fps_base), encoding="utf-8")


def sample_joints(armature: bpy.types.Object, bones: Sequence[str], frames: Sequence[int]) -> JointMotion:
    """Where the bones are in the scene, frame by frame; the scene's frame is put back."""
    scene = current_scene()
    data = armature_data(armature)
    ordered = [bone.name for bone in data.bones if bone.name in set(bones)]  # Blender lists parents first
    parents = []
    for name in ordered:
        above = data.bones[name].parent
        while above is not None and above.name not in ordered:
            above = above.parent
        parents.append(ordered.index(above.name) if above is not None else -1)
    world = np.array(armature.matrix_world, dtype=np.float64)
    local = [np.array(data.bones[name].matrix_local, dtype=np.float64) for name in ordered]
    rest = np.array([world @ matrix for matrix in local]).reshape(-1, 4, 4)
    posed = np.empty((len(frames), len(ordered), 4, 4))
    now = scene.frame_current
    for place, frame in enumerate(frames):
        scene.frame_set(frame)
        seen = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        matrix, there = np.array(seen.matrix_world), pose_bones(seen)
        for j, name in enumerate(ordered):
            posed[place, j] = matrix @ np.array(there[name].matrix)
    scene.frame_set(now)
    turns = _Y_UP @ (_rotations(posed) @ np.swapaxes(_rotations(rest), -1, -2)) @ _Y_UP.T
    return JointMotion(tuple(ordered), tuple(parents), rest[:, :3, 3] @ _Y_UP.T, posed[..., :3, 3] @ _Y_UP.T, turns)


def _rotations(matrices: Floats) -> Floats:
    u, _, v = np.linalg.svd(matrices[..., :3, :3])
    return np.asarray(u @ v, dtype=np.float64)


def bvh_text(motion: JointMotion, fps: float) -> str:
    """The whole file. Several roots (loose bones) hang on one joint at the origin, as the format knows one root."""
    roots = [j for j, parent in enumerate(motion.parents) if parent < 0]
    lines: list[str] = []
    columns: list[Floats] = []
    size = float(np.ptp(motion.rest, axis=0).max()) if len(motion.rest) else 1.0
    if len(roots) == 1:
        _add_joint(motion, roots[0], 0, size, lines, columns)
    else:
        lines += ["ROOT Root", "{", "\tOFFSET 0 0 0", f"\tCHANNELS 6 {_PLACE} {_TURN}"]
        columns.append(np.zeros((len(motion.heads), 6)))
        for root in roots:
            _add_joint(motion, root, 1, size, lines, columns)
        lines.append("}")
    values = np.concatenate(columns, axis=1)
    rows = [" ".join(f"{value:.6g}" for value in row) for row in np.where(np.abs(values) < 5e-7, 0.0, values)]
    head = ["HIERARCHY", *lines, "MOTION", f"Frames: {len(values)}", f"Frame Time: {1 / fps:.8f}"]
    return "\n".join([*head, *rows]) + "\n"


_PLACE, _TURN = "Xposition Yposition Zposition", "Zrotation Xrotation Yrotation"


def _add_joint(motion: JointMotion, j: int, depth: int, size: float, lines: list[str], columns: list[Floats]) -> None:
    parent = motion.parents[j]
    above = motion.rest[parent] if parent >= 0 else np.zeros(3)
    offset = motion.rest[j] - above
    if parent >= 0:
        inverse = np.swapaxes(motion.turns[:, parent], -1, -2)
        turn = inverse @ motion.turns[:, j]
        place = (inverse @ (motion.heads[:, j] - motion.heads[:, parent])[..., None])[..., 0]
    else:
        turn, place = motion.turns[:, j], motion.heads[:, j]
    moves = depth == 0 or bool(np.abs(place - offset).max() > _MOVED * size)
    # Readers turn by Z, then X, then Y of the moved axes: about fixed axes that is Y first.
    degrees = np.degrees(to_euler(rotation.from_matrix(turn), "YXZ"))[:, [2, 0, 1]]
    tab = "\t" * depth
    lines += [f"{tab}{'JOINT' if depth else 'ROOT'} {motion.names[j].replace(' ', '_')}", f"{tab}{{"]
    lines.append(f"{tab}\tOFFSET " + " ".join(f"{value:.6f}" for value in offset))
    channels = f"6 {_PLACE} {_TURN}" if moves else f"3 {_TURN}"
    lines.append(f"{tab}\tCHANNELS {channels}")
    columns.append(np.concatenate([place, degrees], axis=1) if moves else degrees)
    children = [child for child, its in enumerate(motion.parents) if its == j]
    for child in children:
        _add_joint(motion, child, depth + 1, size, lines, columns)
    if not children:
        lines += [f"{tab}\tEnd Site", f"{tab}\t{{", f"{tab}\t\tOFFSET 0 {0.05 * size:.6f} 0", f"{tab}\t}}"]
    lines.append(f"{tab}}}")
