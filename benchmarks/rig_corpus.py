"""How well rigs are understood: for each convention the humanoid bones mapped right, missing and wrong. Floor: wrong 0.

    python benchmarks/rig_corpus.py [--details] [--only WORD] [--nameless]

Every convention of tests/corpus stands on seven bodies and in every variation (case, prefixes, units, axes, missing
parts, further bones, swapped names). A map is right where it names the bone that the convention means.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

from understudy.addon.rigs.match import match_rig
from understudy.tests.corpus import CONVENTIONS, VARIATIONS, build
from understudy.tests.corpus.bodies import BODIES
from understudy.tests.corpus.skeleton import Skeleton, score
from understudy.tests.corpus.variations import nameless

NAMED_ALONE = ("case", "prefix", "namespace", "mirrored", "more bones")
"""Variations that without names are no variations, or whose truth only names know (a thousand trinkets)."""


def cases(spec, without_names: bool = False) -> list[tuple[str, Skeleton]]:  # noqa: ANN001
    """(what is special, skeleton) for every body and every variation of a convention."""
    if without_names:
        return [(name, nameless(rig)) for name, rig in cases(spec) if not any(word in name for word in NAMED_ALONE)]
    plain = build(spec, BODIES["T"])
    bodies = [(f"body {name}", build(spec, joints)) for name, joints in BODIES.items() if name != "T"]
    return [(name, change(plain)) for name, change in VARIATIONS.items()] + bodies


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--details", action="store_true", help="say what is missing and wrong in each case")
    parser.add_argument("--only", default="", help="conventions whose label holds this word")
    parser.add_argument("--nameless", action="store_true", help="all bones are called Bone: shape alone")
    arguments = parser.parse_args()
    total: Counter[str] = Counter()
    slowest = 0.0
    print(f"{'convention':36}{'rigs':>6}{'right':>9}{'missing':>9}{'wrong':>7}")
    for spec in CONVENTIONS:
        if arguments.only.lower() not in spec.label.lower():
            continue
        count: Counter[str] = Counter()
        for what, skeleton in cases(spec, arguments.nameless):
            rest = skeleton.rest()
            start = time.process_time()
            match = match_rig(rest)
            slowest = max(slowest, time.process_time() - start)
            right, missing, wrong = score(skeleton, match.bones)
            count += Counter(rigs=1, right=right, missing=len(missing), wrong=len(wrong))
            if arguments.details and (missing or wrong):
                print(f"  {spec.label}, {what} [{match.convention.label}]: missing {missing[:8]} wrong {wrong[:8]}")
        total += count
        bones = max(count["right"] + count["missing"], 1)
        print(
            f"{spec.label:36}{count['rigs']:6}{count['right'] / bones:9.1%}{count['missing'] / bones:9.1%}"
            f"{count['wrong']:7}"
        )
    bones = total["right"] + total["missing"]
    print(
        f"{'all':36}{total['rigs']:6}{total['right'] / bones:9.1%}{total['missing'] / bones:9.1%}{total['wrong']:7}"
        f"\nslowest detection {1000 * slowest:.0f} ms of CPU"
    )
    return 0 if total["wrong"] == 0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
