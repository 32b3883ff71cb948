"""How long retargeting and keying 1,000 frames of 55 bones and 52 shape keys takes. Floor: under one second.

python benchmarks/apply_speed.py [--frames 1000] [--euler]
"""

from __future__ import annotations

import argparse
import time

import bpy
import numpy as np

from understudy.addon.apply import apply_take
from understudy.addon.rigs import detect_rig
from understudy.ml.take import BONE_NAMES, BONE_PARENTS, FACE_NAMES, STANDARD_REST, Take, rotation


def make_take(frames: int, fps: float = 30.0) -> Take:
    """Every bone and every shape in motion."""
    t = np.arange(frames) / fps
    chance = np.random.default_rng(0)
    speeds = chance.uniform(0.3, 1.5, (3, len(BONE_NAMES)))
    turns = rotation.from_rotvec(0.4 * np.sin(t[:, None, None] * speeds.T))
    rest = np.array([STANDARD_REST[name] for name in BONE_NAMES])
    weights = 0.5 + 0.5 * np.sin(t[:, None] * chance.uniform(0.5, 4.0, len(FACE_NAMES)))
    path = rest[0] + np.stack([0.3 * np.sin(t), 0.2 * t, 0.05 * np.cos(t)], axis=-1)
    contacts = (np.arange(frames)[:, None] // np.array([20, 20, 25, 25])) % 2 == 0
    return Take(
        fps=fps, times=t, face_weights=weights, bone_names=BONE_NAMES, rotations=turns, hips_position=path,
        rest_positions=rest, contacts=contacts,
    )  # fmt: skip


def make_character(rotation_mode: str) -> bpy.types.Object:
    """55 bones under VRM names and a small mesh with the 52 keys."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    data = bpy.data.armatures.new("Character")
    armature = bpy.data.objects.new("Character", data)
    bpy.context.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for name in BONE_NAMES:
        bone = data.edit_bones.new(name)
        bone.head = STANDARD_REST[name]
        bone.tail = np.add(STANDARD_REST[name], (0.0, -0.02, 0.03))
        parent = BONE_PARENTS[name]
        if parent is not None:
            bone.parent = data.edit_bones[parent]
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in armature.pose.bones:
        bone.rotation_mode = rotation_mode
    mesh = bpy.data.meshes.new("Face")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    face = bpy.data.objects.new("Face", mesh)
    bpy.context.collection.objects.link(face)
    face.parent = armature
    for name in ("Basis", *FACE_NAMES):
        face.shape_key_add(name=name)
    return armature


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--euler", action="store_true", help="bones in Euler mode")
    arguments = parser.parse_args()
    take = make_take(arguments.frames)
    armature = make_character("XYZ" if arguments.euler else "QUATERNION")
    started = time.perf_counter()
    profile = detect_rig(armature)
    detected = time.perf_counter()
    result = apply_take(take, armature, profile)
    done = time.perf_counter()
    print(f"Blender {bpy.app.version_string}: {arguments.frames} frames, {result.bones} bones, {result.keys} keys")
    print(f"detect {1000 * (detected - started):7.1f} ms")
    print(f"apply  {1000 * (done - detected):7.1f} ms  (floor 1000 ms for 1000 frames)")


if __name__ == "__main__":
    main()
