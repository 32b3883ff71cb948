"""Bone directions, feet, floor and path of takes on many rigs, measured on the posed deforming bones.

    python benchmarks/rig_following.py [--rig NAME ...] [--motion FOLDER] [--step 3] [--limbs ik]

Floors: directions 2 degrees in the mean and 5 for the worst bone; standing feet slide less than 0.5 cm/s (for a leg of
90 cm); the hips' path is scaled within 2 percent. --motion: a folder of motion capture clips (.npz) to try as well.
"""

# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.following_measures import HEADER, measure
from benchmarks.following_rigs import rig_file, rigs
from benchmarks.following_takes import demo_take, formula_takes, recorded_take
from understudy.addon.apply import ApplyError, ApplyOptions, apply_take
from understudy.addon.retarget.facing import facing_axes
from understudy.addon.rigs import RigProfile, detect_rig
from understudy.addon.rigs.conventions import rigify_metarig
from understudy.addon.rigs.rest import read_rest


def deform_bones(armature: bpy.types.Object, profile: RigProfile) -> dict[str, str]:
    """Humanoid -> the bone that deforms: of Rigify the DEF bones, else the mapped bone itself."""
    if profile.kind != "rigify":
        return dict(profile.bones)
    names = {name: f"DEF-{bone}" for name, bone in rigify_metarig.CONVENTION.bones.items()}
    return {name: bone for name, bone in names.items() if bone in armature.data.bones}


def takes(folder: Path | None) -> dict:
    found = {**formula_takes(), "demo": demo_take()}
    if folder is not None:
        for name, start in (
            ("cmu_007_02", 0), ("cmu_006_05", 0), ("cmu_013_29", 200), ("cmu_005_12", 0), ("cmu_060_06", 100),
            ("cmu_basketball_signal_05", 100), ("cmu_running_04", 0), ("cmu_035_15", 0),
        ):  # fmt: skip
            if (folder / f"{name}.npz").is_file():
                found[name] = recorded_take(folder / f"{name}.npz", start, 150)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rig", nargs="*", help="only these")
    parser.add_argument("--file", type=Path, nargs="*", default=[], help="rig files instead of the built rigs")
    parser.add_argument("--take", nargs="*", help="only these")
    parser.add_argument("--motion", type=Path, help="folder of motion capture clips")
    parser.add_argument("--option", nargs="*", default=[], metavar="NAME=VALUE", help="of ApplyOptions")
    parser.add_argument("--step", type=int, default=1)
    arguments = parser.parse_args()
    chosen = takes(arguments.motion)
    options = ApplyOptions(
        **{k: {"True": True, "False": False}.get(v, v) for k, v in (o.split("=") for o in arguments.option)}
    )
    print(f"{'rig':24}{'take':16}{HEADER}")
    builders = {path.stem: rig_file(path) for path in arguments.file} or rigs()
    for rig_name, build in builders.items():
        if arguments.rig and rig_name not in arguments.rig:
            continue
        for take_name, take in chosen.items():
            if arguments.take and take_name not in arguments.take:
                continue
            armature = build()
            profile = detect_rig(armature)
            rest = read_rest(armature)
            facing = rest.world_rotation @ facing_axes(rest, profile.bones)
            started = time.process_time()
            try:
                result = apply_take(take, armature, profile, options)
            except ApplyError as error:
                print(f"{rig_name:24}{take_name:16}{error}")
                continue
            spent = time.process_time() - started
            found = measure(take, armature, deform_bones(armature, profile), facing, arguments.step)
            print(
                f"{rig_name:24}{take_name:16}{found.line()}  {spent:.2f}s {len(profile.bones)}",
                *result.warnings,
                flush=True,
            )


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    # Blender's module can take a minute to free a large file at exit.
    os._exit(0)
