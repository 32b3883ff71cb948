"""Build the sample characters: python sample_rigs/build.py [mira|rigo|kit ...] [--out DIR]

Needs bpy (4.2, so that every supported Blender opens the files) and anny in one Python; takes about a minute each.
"""

# Blender's types: the stubs call much optional which is there by construction here.
# pyright: reportOptionalMemberAccess=false, reportAttributeAccessIssue=false, reportArgumentType=false
# pyright: reportReturnType=false, reportOptionalIterable=false, reportOptionalSubscript=false
from __future__ import annotations

import argparse
import sys
from pathlib import Path

if __name__ == "__main__" and not __package__:
    # Run as a file: start again as a module, so that the relative imports below hold.
    import runpy

    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    runpy.run_module("sample_rigs.build", run_name="__main__", alter_sys=True)
    raise SystemExit(0)

import bpy

from .assemble import assemble
from .characters import CHARACTERS

HERE = Path(__file__).resolve().parent


def build(name: str, out: Path) -> Path:
    """Build one character into `out`/NAME.blend."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    assemble(CHARACTERS[name])
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{name}.blend"
    bpy.ops.outliner.orphans_purge(do_recursive=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True, relative_remap=False)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the sample characters.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CHARACTERS))
    parser.add_argument("--out", type=Path, default=HERE)
    arguments = parser.parse_args()
    for name in arguments.names or CHARACTERS:
        if name not in CHARACTERS:
            parser.error(f"there is no character {name!r}: choose from {', '.join(CHARACTERS)}")
        path = build(name, arguments.out)
        print(f"{path}  {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
