"""The body on characters and motions that nobody here made: takes keyed onto rigs, filmed in Blender, captured again.

    python benchmarks/body_on_characters.py FOLDER --takes FILE ... --rigs FILE ... [--seed 0]

The first take goes onto the first rig, and so on, rigs in turn; each is filmed at 15 pictures a second by a camera of
its own (before or beside the character, level or looking down). Pictures are kept in FOLDER and made once. Bones are
compared by their turn from the T-pose, as skeletons lie differently in the same body: on one maker's the line from hips
to shoulders leans back by 9 degrees where on others it is upright.
"""

# Blender's types: the stubs call much optional or fixed which is not.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false
from __future__ import annotations

import argparse
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from understudy.ml.body.first_solver import solve_first
from understudy.ml.body.infer import estimate_body
from understudy.ml.body.metrics import direction_degrees
from understudy.ml.camera import Camera
from understudy.ml.features.detect import detect_features
from understudy.ml.footage import Frame
from understudy.ml.take import load_take, rotation

Floats = NDArray[np.float64]

SIZE, FPS = 400, 15.0
GROUPS = {"arms": ("UpperArm", "LowerArm"), "legs": ("UpperLeg", "LowerLeg")}
DOWN = np.array((0.0, 0.0, -1.0))


def camera_of(name: str, seed: int) -> dict[str, float]:
    """How a take is filmed: turn about the character and downwards in radians, focal length in pixels, room."""
    rng = np.random.default_rng([zlib.crc32(name.encode()), seed])
    yaw = float(rng.choice([0.0, 0.0, rng.uniform(-70, 70), rng.uniform(-70, 70)]))
    pitch, focal, room = rng.uniform(-3, 14), SIZE * rng.uniform(0.85, 1.6), rng.uniform(1.02, 1.5)
    return {"yaw": np.radians(yaw), "pitch": np.radians(pitch), "focal": float(focal), "room": float(room)}


def film(rig: Path, take: Path, folder: Path, seed: int) -> None:
    """FOLDER/0000.png ... of a take on a rig. In a process with bpy."""
    import bpy
    from mathutils import Vector

    from benchmarks.keyed_characters import open_keyed

    character = open_keyed(rig, take, folder / "keyed.blend")
    scene = bpy.context.scene
    length, own = load_take(take), scene.render.fps / scene.render.fps_base
    frames = 1 + np.arange(0, len(length.times), length.fps / FPS) / length.fps * own
    places = []
    for frame in frames:
        scene.frame_set(int(frame), subframe=float(frame % 1))
        places.append([character.matrix_world @ bone.head for bone in character.pose.bones])
    low, high = np.array(places).reshape(-1, 3).min(axis=0), np.array(places).reshape(-1, 3).max(axis=0)
    view = camera_of(take.stem, seed)
    ahead = np.array([np.sin(view["yaw"]), np.cos(view["yaw"]), 0.0]) * np.cos(view["pitch"])
    ahead[2] = -np.sin(view["pitch"])
    size = max(high[2] - low[2], high[0] - low[0]) + 0.4
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(camera)
    camera.data.sensor_width, camera.data.lens = 36.0, 36.0 * view["focal"] / SIZE
    camera.location = Vector((low + high) / 2 - ahead * (size * view["focal"] / SIZE * view["room"] + 0.3))
    camera.rotation_euler = Vector(ahead).to_track_quat("-Z", "Y").to_euler()
    scene.camera = camera
    render, shading = scene.render, scene.display.shading
    render.engine, render.resolution_x, render.resolution_y = "BLENDER_WORKBENCH", SIZE, SIZE
    render.resolution_percentage, render.image_settings.file_format = 100, "PNG"
    shading.light, shading.color_type, shading.show_shadows, shading.show_cavity = "STUDIO", "TEXTURE", True, True
    for number, frame in enumerate(frames):
        scene.frame_set(int(frame), subframe=float(frame % 1))
        render.filepath = str(folder / f"{number:04d}.png")
        bpy.ops.render.render(write_still=True)


def directions(rotations: Floats, names: tuple[str, ...]) -> dict[str, Floats]:
    """[T, 3] where limbs and trunk point."""
    ways = {}
    for side, across in (("left", 1.0), ("right", -1.0)):
        for group, parts in GROUPS.items():
            along = np.array((across, 0.0, 0.0)) if group == "arms" else DOWN
            ways |= {side + part: rotation.rotate(rotations[:, names.index(side + part)], along) for part in parts}
    return ways | {"trunk": rotation.rotate(rotations[:, names.index("chest")], -DOWN)}


def errors(found: dict[str, Floats], truth: dict[str, Floats]) -> dict[str, float]:
    """Degrees of arms, legs and trunk, and by how much too far knees are bent."""
    off = {name: float(direction_degrees(found[name], truth[name]).mean()) for name in truth}
    sides = ("left", "right")
    means = {g: float(np.mean([off[s + part] for s in sides for part in parts])) for g, parts in GROUPS.items()}
    bends = [
        float(np.mean([direction_degrees(ways[f"{s}UpperLeg"], ways[f"{s}LowerLeg"]).mean() for s in sides]))
        for ways in (found, truth)
    ]
    return means | {"trunk": off["trunk"], "knees": bends[0] - bends[1]}


def measure(take: Path, folder: Path, seed: int) -> dict[str, dict[str, float]]:
    """What is captured of the pictures, and what the first solver makes of MediaPipe's points, beside the take."""
    truth, view = load_take(take), camera_of(take.stem, seed)
    pictures = [np.ascontiguousarray(cv2.imread(str(path))[..., ::-1]) for path in sorted(folder.glob("[0-9]*.png"))]
    frames = (Frame(i, i / FPS, picture, i / FPS) for i, picture in enumerate(pictures))
    features = detect_features(frames, (SIZE, SIZE), ("body", "hands"))
    camera = Camera(SIZE, SIZE, view["focal"], SIZE / 2, SIZE / 2)
    rows = np.minimum(np.round(np.arange(len(pictures)) * truth.fps / FPS).astype(int), len(truth.times) - 1)
    assert truth.rotations is not None and truth.bone_names is not None
    turned = rotation.multiply(rotation.from_rotvec((0.0, 0.0, view["yaw"])), truth.rotations[rows])
    ways = directions(turned, truth.bone_names)
    found = {"ours": estimate_body(features, camera, FPS), "MediaPipe": solve_first(features, camera, FPS, None)}
    return {
        name: errors(directions(motion.rotations, tuple(motion.bone_names)), ways)
        for name, motion in found.items() if motion is not None
    }  # fmt: skip


def main() -> None:
    """Film what is missing, then measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--takes", type=Path, nargs="+", required=True)
    parser.add_argument("--rigs", type=Path, nargs="+", required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--film", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    rows: dict[str, list[dict[str, float]]] = {}
    for number, take in enumerate(given.takes):
        rig, folder = given.rigs[number % len(given.rigs)], given.folder / f"{take.stem}-{given.seed}"
        if given.film is not None:
            if given.film == number:
                film(rig, take, folder, given.seed)
            continue
        folder.mkdir(parents=True, exist_ok=True)
        if not list(folder.glob("[0-9]*.png")):
            subprocess.run([sys.executable, *sys.argv, "--film", str(number)], check=True)
        for name, row in measure(take, folder, given.seed).items():
            rows.setdefault(name, []).append(row)
            print(take.stem, name, {key: round(value, 1) for key, value in row.items()}, flush=True)
    for name, of_all in rows.items():
        print(name, {key: round(float(np.mean([row[key] for row in of_all])), 2) for key in of_all[0]})


if __name__ == "__main__":
    main()
