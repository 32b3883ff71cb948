"""`understudy demo`: bundled clip -> take -> sample character -> .blend, preview .mp4 and contact sheet .png.

Each stage is the command a user would type, run as a process of its own, so the demonstration shows the real way.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from ..ml.compare import Comparison, compare_takes
from ..ml.contact_sheet import contact_sheet, load_picture, save_picture, side_by_side
from ..ml.take import load_take

HERE = Path(__file__).resolve().parent
CLIP = HERE / "clip.mp4"
TRUTH = HERE / "clip.truth.take.npz"
CHARACTER = HERE.parent / "sample_rigs" / "mira.blend"
PREVIEW_FPS = 6
SHEET_COLUMNS = 6

Image = NDArray[np.uint8]
console = Console()


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="understudy demo", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("understudy-demo"), help="folder for the results")
    parser.add_argument("--clip", type=Path, default=CLIP, help="another video to show instead of the bundled one")
    parser.add_argument("--rig", type=Path, default=CHARACTER, help="another character (.blend, .glb, .fbx, .vrm)")
    arguments = parser.parse_args(argv)
    started = time.monotonic()
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"The folder {arguments.out} cannot be made ({error.strerror}); give another --out.", file=sys.stderr)
        return 2
    out = arguments.out.resolve()
    take, scene = out / "clip.take.npz", out / "character.blend"
    stages = (
        ("Capturing the clip", ["capture", str(arguments.clip), "--out", str(take)]),
        ("Applying the take to the character", ["apply", str(take), "--rig", str(arguments.rig), "--out", str(scene)]),
    )
    for label, command in stages:
        console.rule(label, align="left")
        code = run_stage(command)
        if code != 0:
            return code
    console.rule("Rendering the preview", align="left")
    preview, sheet = out / "preview.mp4", out / "contact_sheet.png"
    code = render(arguments.clip, take, scene, preview, sheet)
    if code != 0:
        return code
    console.rule("Done", align="left")
    for label, path in (("Scene", scene), ("Preview", preview), ("Contact sheet", sheet), ("Take", take)):
        print(f"{label + ':':15}{path}")
    if arguments.clip == CLIP:
        print(in_words(compare_takes(load_take(take), load_take(TRUTH))))
    print(f"All in {time.monotonic() - started:.0f} s.")
    return 0


def run_stage(command: list[str]) -> int:
    """Run one understudy command in a process of its own; its exit code."""
    return subprocess.run([sys.executable, "-m", "understudy.cli", *command], check=False).returncode


def render(clip: Path, take_path: Path, scene: Path, preview: Path, sheet: Path) -> int:
    """Render the character at PREVIEW_FPS and put it beside the clip, as a video and as a contact sheet."""
    from ..ml.footage import open_footage
    from ..ml.footage.writer import VideoWriter

    take = load_take(take_path)
    with tempfile.TemporaryDirectory(prefix="understudy-") as folder:
        frames = Path(folder)
        code = run_stage(
            [
                "preview",
                str(scene),
                "--out",
                str(frames),
                "--fps",
                str(PREVIEW_FPS),
                "--seconds",
                f"{take.duration:.3f}",
            ]
        )
        if code != 0:
            return code
        rendered = [load_picture(path) for path in sorted(frames.glob("*.png"))]
    pairs: list[tuple[Image, Image]] = []
    with open_footage(clip) as footage:
        sound = footage.sound() if footage.info.has_sound else None
        for frame, picture in zip(footage.frames(fps=PREVIEW_FPS), rendered, strict=False):
            pairs.append((frame.image, picture))
    if not pairs:
        print("No frame of the character was rendered.", file=sys.stderr)
        return 1
    joined = [side_by_side(left, right) for left, right in pairs]
    height, width = joined[0].shape[:2]
    with VideoWriter(preview, fps=PREVIEW_FPS, size=(width, height), sound=sound) as writer:
        for image in joined:
            writer.write(image)
    chosen = np.linspace(0, len(pairs) - 1, min(SHEET_COLUMNS, len(pairs))).round().astype(int)
    save_picture(sheet, contact_sheet([[pairs[i][0] for i in chosen], [pairs[i][1] for i in chosen]]))
    return 0


def in_words(comparison: Comparison) -> str:
    """How far the take is from the clip's truth, one line a part."""
    parts = (
        ("face weights", comparison.face_weight_error, "mean difference of 0..1"),
        ("face movement", comparison.face_correlation, "correlation with the truth, 1 is perfect"),
        ("head", comparison.head_degrees, "degrees"),
        ("gaze", comparison.gaze_degrees, "degrees"),
        ("limbs and trunk", comparison.bone_direction_degrees, "degrees"),
        ("way over the floor", comparison.path_centimetres, "cm"),
    )
    lines = [f"How far the take is from the clip's truth, over {comparison.frames} frames:"]
    lines += [f"  {name:20}{value:8.2f} {unit}" for name, value, unit in parts if value is not None]
    return "\n".join(lines)
