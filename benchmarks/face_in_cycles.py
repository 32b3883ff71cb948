"""The face on characters that another renderer draws: keyed with drills, in Blender's Cycles.

    python benchmarks/face_in_cycles.py FOLDER [--frames 120] [--parts 2] [--peer face_landmarker.task] [--weights FILE]
        [--rigs FILE ...]

Nothing here was ever trained on: other heads, hair, materials and light. Pictures are kept in FOLDER and made once.
Without --rigs the characters are Mira and Rigo. Any with ARKit's shape keys will do, so that shapes and their strengths
are somebody else's too. Gaze is measured only where the characters' eyes turn by bones.
"""

# Blender's types: the stubs call much optional or fixed which is not.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false
from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from understudy.ml.face.data import FPS
from understudy.ml.face.evaluate import Pinhole, Watch, table
from understudy.ml.face.infer import estimate_face, load_face_net
from understudy.ml.face.metrics import Estimate, by_region, measure
from understudy.ml.face.peer import PeerFace
from understudy.ml.performers.drills import drilled_performance, units_of_part
from understudy.ml.take import Take, load_take, save_take

SIZE = 400
SAMPLES = 5
LENS, SENSOR = 60.0, 36.0
HOUSE = Path(__file__).resolve().parent.parent
RIGS = tuple(HOUSE / "sample_rigs" / f"{name}.blend" for name in ("mira", "rigo"))


def make_take(path: Path, part: int, frames: int) -> None:
    """A drill of a part's actions as a take."""
    rng = np.random.default_rng([part, 0xC7C])
    motion = drilled_performance(rng, frames, FPS, 12, units_of_part(part))
    drill = Take(
        fps=FPS, times=np.arange(frames) / FPS, face_weights=motion.weights, head_rotation=motion.head,
        gaze=motion.gaze, confidence_face=np.ones(frames),
    )  # fmt: skip
    save_take(path, drill)


def render(rig: Path, take: Path, folder: Path, frames: int) -> None:
    """Key a take onto a sample character and film its head: FOLDER/0001.png ... In a process with bpy."""
    import bpy
    from mathutils import Vector

    from benchmarks.keyed_characters import open_keyed
    from understudy.addon.preview import light_if_dark, render_frames

    character = open_keyed(rig, take, folder / f"{rig.stem}.blend")
    scene = bpy.context.scene
    head = next(bone for bone in character.pose.bones if re.split(r"[.:]", bone.name.lower())[-1] == "head")
    middle = character.matrix_world @ ((head.head + head.tail) / 2)
    camera = bpy.data.objects.new("Close", bpy.data.cameras.new("Close"))
    camera.data.lens, camera.data.sensor_width = LENS, SENSOR
    camera.location = middle + Vector((0.0, -0.75, 0.0))
    camera.rotation_euler = (np.pi / 2, 0.0, 0.0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    light_if_dark(scene)
    rate = scene.render.fps / scene.render.fps_base
    render_frames(scene, folder, [1 + i * rate / FPS for i in range(frames)], (SIZE, SIZE), SAMPLES)


def watch(folder: Path, take: Path, peer: Path | None, net) -> tuple[Estimate, dict[str, Estimate]]:  # noqa: ANN001
    """What each method says of the pictures."""
    truth = load_take(take)
    seeing, paths = Watch(net), sorted(folder.glob("[0-9]*.png"))
    other = PeerFace(peer) if peer else None
    for path in paths:
        picture = np.ascontiguousarray(cv2.imread(str(path))[..., ::-1])
        seeing.see(picture)
        if other:
            other.watch(picture)
    camera = Pinhole(SIZE * LENS / SENSOR, SIZE / 2, SIZE / 2)
    motion = estimate_face(seeing.seen(np.arange(len(paths)) / FPS), camera, net)
    if motion is None or truth.face_weights is None or truth.gaze is None:
        raise SystemExit(f"No face was seen in {folder}; look at its pictures.")
    ours = Estimate(motion.weights, motion.gaze, motion.head_rotation)
    rows = {"ours": ours} | ({"FaceLandmarker": other.estimate()} if other else {})
    return Estimate(truth.face_weights, truth.gaze, truth.head_rotation), rows


def main() -> None:
    """Render what is missing, then measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--parts", type=int, default=2)
    parser.add_argument("--peer", type=Path)
    parser.add_argument("--weights", type=Path, help="a .safetensors file with its card, instead of the bundled face")
    parser.add_argument("--rigs", type=Path, nargs="+", default=RIGS, help="characters instead of Mira and Rigo")
    parser.add_argument("--render", help=argparse.SUPPRESS)
    given = parser.parse_args()
    net = load_face_net(given.weights)
    truths, methods = [], {}
    for rig in given.rigs:
        for part in range(given.parts):
            folder = given.folder / f"{rig.stem}-{part}"
            take = folder / "drill.take.npz"
            if given.render and given.render != folder.name:
                continue
            if given.render:
                render(rig, take, folder, given.frames)
                continue
            folder.mkdir(parents=True, exist_ok=True)
            if len(list(folder.glob("[0-9]*.png"))) < given.frames:
                make_take(take, part, given.frames)
                again = [sys.executable, __file__, str(given.folder), "--frames", str(given.frames)]
                again += ["--rigs", *map(str, given.rigs)]
                subprocess.run([*again, "--parts", str(given.parts), "--render", folder.name], check=True)
            truth, rows = watch(folder, take, given.peer, net)
            truths.append(truth)
            for name, row in rows.items():
                methods.setdefault(name, []).append(row)
    if given.render:
        return
    print(table({name: vars(measure(found, truths)) for name, found in methods.items()}))
    for name, found in methods.items():
        print(name, {key: round(value, 3) for key, value in by_region(found, truths).items() if key.endswith("_r")})


if __name__ == "__main__":
    main()
