"""Bone directions of takes on the whole corpus of skeletons (tests/corpus), without Blender: keys posed in numpy.

    python benchmarks/corpus_following.py [--only WORD] [--all] [--motion FOLDER]

Prints for each convention the mean and the worst bone's mean over all bodies and takes, feet free and feet planted.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.following_angles import direction_errors
from benchmarks.following_takes import demo_take, formula_takes, recorded_take
from understudy.addon.retarget import Controls, Wishes, retarget
from understudy.addon.retarget.facing import facing_axes
from understudy.addon.rigs.extras import find_extras
from understudy.addon.rigs.match import match_rig
from understudy.ml.take import BONE_NAMES, Take
from understudy.tests.corpus import CONVENTIONS, VARIATIONS, Skeleton, build
from understudy.tests.corpus.bodies import BODIES
from understudy.tests.corpus.posing import posed_heads


def errors(skeleton: Skeleton, take: Take, plant: bool) -> Mapping[str, np.ndarray]:
    """Degrees [T] by segment between the posed skeleton and the take."""
    rest = skeleton.rest()
    bones = match_rig(rest).bones
    extras = find_extras(rest, bones)
    found = retarget(
        take, rest, Controls(bones, twists=extras.twists, root=extras.root), Wishes(BONE_NAMES, plant=plant)
    )
    axes = facing_axes(rest, bones)
    posed = posed_heads(rest, found.channels)
    heads = {name: posed[bone] @ axes for name, bone in bones.items()}
    heads = {name: np.broadcast_to(points, (take.frame_count, 3)) for name, points in heads.items()}
    return direction_errors(take, heads)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default="", help="conventions whose label holds this word")
    parser.add_argument("--all", action="store_true", help="every variation too")
    parser.add_argument("--motion", type=Path, help="folder of motion capture clips")
    arguments = parser.parse_args()
    takes = {**formula_takes(), "demo": demo_take()}
    if arguments.motion:
        takes["cmu_007_02"] = recorded_take(arguments.motion / "cmu_007_02.npz", 0, 60)
        takes["cmu_005_12"] = recorded_take(arguments.motion / "cmu_005_12.npz", 0, 60)
    print(f"{'convention':30}{'free: mean':>11}{'worst':>7}{'planted: mean':>15}{'worst':>7}  worst case")
    for spec in CONVENTIONS:
        if arguments.only.lower() not in spec.label.lower():
            continue
        plain = build(spec, BODIES["T"])
        skeletons = {name: build(spec, joints) for name, joints in BODIES.items()}
        if arguments.all:
            skeletons |= {name: change(plain) for name, change in VARIATIONS.items()}
        line, worst_case = [], ""
        for plant in (False, True):
            means, worst = [], 0.0
            for name, skeleton in skeletons.items():
                for take_name, take in takes.items():
                    found = {part: float(values.mean()) for part, values in errors(skeleton, take, plant).items()}
                    means += found.values()
                    part = max(found, key=lambda p: found[p])
                    if found[part] > worst:
                        worst, worst_case = found[part], f"{name}, {take_name}: {part}"
            line.append((float(np.mean(means)), worst))
        print(
            f"{spec.label:30}{line[0][0]:11.3f}{line[0][1]:7.2f}{line[1][0]:15.3f}{line[1][1]:7.2f}  {worst_case}",
            flush=True,
        )


if __name__ == "__main__":
    main()
