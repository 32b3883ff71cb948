"""Commands that need Blender: apply, inspect, preview. Run by the `bpy` wheel or inside a background Blender."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ..ml.take import FACE_NAMES, TakeError, load_take

WRONG_INPUT = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 2 the input is wrong (one line says what), an exception is a defect."""
    arguments = _parser().parse_args(argv)
    # Blender is slow to import: only once the arguments have been understood.
    from .apply import ApplyError
    from .preview import PreviewError
    from .rigs import ProfileError
    from .scene_files import SceneFileError

    try:
        return arguments.run(arguments)
    except (TakeError, ApplyError, ProfileError, SceneFileError, PreviewError) as error:
        print(error, file=sys.stderr)
        return WRONG_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="understudy", description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_apply(commands.add_parser("apply", help="key a take onto a character"))
    _add_inspect(commands.add_parser("inspect", help="say what bones and face shapes a character has"))
    _add_preview(commands.add_parser("preview", help="render pictures of an animated character"))
    return parser


def _add_apply(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("take", type=Path, metavar="TAKE", help="a .take.npz file")
    parser.add_argument("--rig", type=Path, required=True, help="the character: .blend, .glb, .vrm or .fbx")
    parser.add_argument("--object", metavar="NAME", help="the armature, if the file has several")
    parser.add_argument("--profile", type=Path, help="which bone and shape key is which, as inspect --json writes it")
    parser.add_argument("--out", type=Path, help=".blend, .glb, .fbx or .bvh (default: named after the take, a .blend)")
    parser.add_argument("--start", type=float, default=1, metavar="FRAME", help="frame of the take's first moment")
    for part in ("face", "body", "hands", "head"):
        parser.add_argument(f"--no-{part}", action="store_true", help=f"leave the {part} alone")
    parser.add_argument("--unseen", action="store_true", help="key bones too which the footage never showed")
    parser.add_argument("--slide", action="store_true", help="do not hold feet that stand on the floor")
    parser.add_argument("--stage", action="store_true", help="walk where the performer did, not from where it stands")
    parser.add_argument("--root", choices=("hips", "root", "object"), default="hips", help="what goes over the floor")
    parser.add_argument("--in-place", action="store_true", help="stay where it stands: no way over the floor")
    parser.add_argument(
        "--limbs", choices=("fk", "ik", "ik-legs"), default="fk", help="a control rig's limbs: both kinds get keys"
    )
    parser.add_argument("--touch", action="store_true", help="hands touch the body where the performer's do")
    parser.set_defaults(run=_apply)


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rig", type=Path, metavar="RIG", help="the character: .blend, .glb, .vrm or .fbx")
    parser.add_argument("--object", metavar="NAME", help="the armature, if the file has several")
    parser.add_argument("--json", action="store_true", help="print what --profile reads")
    parser.set_defaults(run=_inspect)


def _add_preview(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scene", type=Path, metavar="SCENE", help="an animated character: .blend")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the PNG pictures go")
    parser.add_argument("--object", metavar="NAME", help="the armature, if the file has several")
    parser.add_argument("--fps", type=float, default=6, help="pictures per second")
    parser.add_argument("--seconds", type=float, help="how long (default: to the end of the scene)")
    parser.add_argument("--size", default="360x480", metavar="WxH", help="pixels")
    parser.add_argument("--samples", type=int, default=8, help="light paths per pixel: fewer are faster and noisier")
    parser.add_argument("--camera", action="store_true", help="through the scene's own camera")
    parser.set_defaults(run=_preview)


def _apply(arguments: argparse.Namespace) -> int:
    from . import scene_files
    from .apply import ApplyOptions, apply_take
    from .character_file import open_character
    from .rigs import load_profile
    from .rigs.conventions import is_control_rig

    take = load_take(arguments.take)
    out = arguments.out or _named_after(arguments.take, arguments.rig)
    if out.suffix.lower() not in scene_files.OUT_SUFFIXES:
        raise scene_files.SceneFileError(
            f"{out} cannot be written: give --out one of {', '.join(scene_files.OUT_SUFFIXES)}."
        )
    profile = load_profile(arguments.profile) if arguments.profile else None
    likely = profile.armature if profile else ""
    armature, found = open_character(arguments.rig, arguments.object, take.fps, likely=likely)
    options = ApplyOptions(
        start_frame=arguments.start,
        face=not arguments.no_face,
        body=not arguments.no_body,
        hands=not arguments.no_hands,
        head=not arguments.no_head,
        only_seen=not arguments.unseen,
        plant_feet=not arguments.slide,
        start_here=not arguments.stage,
        root=arguments.root,
        in_place=arguments.in_place,
        touch=arguments.touch,
        limbs=arguments.limbs.replace("-", " "),
    )
    result = apply_take(take, armature, profile or found, options)
    scene_files.set_range(*result.frames)
    scene_files.write_scene(out, armature, control_rig=is_control_rig((profile or found).kind))
    for warning in result.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print(f"{armature.name}: {(profile or found).describe()}")
    print(
        f"{result.bones} bones and {result.keys} shape keys, "
        f"frames {result.frames[0]:g} to {result.frames[1]:g} -> {out}"
    )
    return 0


def _named_after(take: Path, rig: Path) -> Path:
    name = take.name.removesuffix(".npz").removesuffix(".take")
    out = take.with_name(f"{name}.blend")
    return out if out.resolve() != rig.resolve() else take.with_name(f"{name}.applied.blend")


def _inspect(arguments: argparse.Namespace) -> int:
    from .character_file import open_character

    _, profile = open_character(arguments.rig, arguments.object)
    if arguments.json:
        print(json.dumps(profile.to_json(), indent=1, ensure_ascii=False))
        return 0
    print(f"{profile.armature}: {profile.describe()}")
    for humanoid, bone in profile.bones.items():
        print(f"  {humanoid:26}{bone}")
    if profile.bones and profile.missing:
        print(f"No bone found for: {', '.join(profile.missing)}")
    for face in profile.faces:
        print(f"{face.object}: {len(face.shape_keys)} of {len(FACE_NAMES)} face shapes")
    for doubt in profile.doubts:
        print(f"Doubtful: {doubt}" if profile.bones else doubt)
    return 0


def _preview(arguments: argparse.Namespace) -> int:
    from .character_file import open_character
    from .preview import PreviewError, render_preview

    width, _, height = arguments.size.partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) > 0 and int(height) > 0):
        raise PreviewError(f"The size {arguments.size!r} is not of the form 360x480.")
    armature, _ = open_character(arguments.scene, arguments.object, animated=True)
    pictures = render_preview(
        armature,
        arguments.out,
        fps=arguments.fps,
        seconds=arguments.seconds,
        size=(int(width), int(height)),
        samples=arguments.samples,
        own_camera=arguments.camera,
    )
    print(f"{len(pictures)} pictures -> {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
