"""Names and motion weighed against each other: one face map. No bpy.

A name that says what a key is goes first, as long as the key moves that side of the face. What no name claims goes to
keys by what they move, if the face could be laid onto the reference well enough; what is left of names that only come
near (vowels) comes last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ....ml.take import FACE_NAMES
from ..profile import KeyShare
from .geometry import FaceFit, fit_face
from .names import NAMED, SYSTEM, Meaning, choose
from .project import ALONE, as_sums, one_to_one
from .samples import FaceSamples, Floats

Shapes = dict[str, tuple[KeyShare, ...]]
_FAR = 0.12
"""Middle distance, between the eyes = 1, from which on the face is no face like the reference."""
_FEWEST = 4
_KNOWN_LIKE = 0.3


@dataclass(frozen=True)
class Wanted:
    """What the decision may use. eyes [2, 3]: the eyeballs' centres, if bones tell; eye_bones: the eyes turn by bones;
    both_ways: keys whose value may be negative."""

    eyes: Floats | None = None
    eye_bones: bool = False
    both_ways: frozenset[str] = frozenset()


def decide(meant: Mapping[str, Sequence[Meaning]], samples: FaceSamples, wanted: Wanted) -> Shapes:
    """{ARKit name: shares} for the keys of `samples`; meant: what names say (after sides.py)."""
    by_name = choose(meant)
    firm = {name: shares for name, shares in by_name.items() if _rank(meant, name) < SYSTEM}
    open_shapes = [name for name in FACE_NAMES if name not in firm]
    if not open_shapes or len(samples.points) < 50:
        return by_name
    known = {
        name: samples.names.index(shares[0][0])
        for name, shares in firm.items()
        if len(shares) == 1 and _rank(meant, name) < NAMED + 0.5
    }
    fit = fit_face(samples, wanted.eyes, known)
    if not _trusted(fit, known, open_shapes, range(len(samples.names))):
        return by_name
    free = [i for i, name in enumerate(samples.names) if name not in meant]
    found: Shapes = {name: ((samples.names[key], 1.0),) for name, key in one_to_one(fit, open_shapes, free).items()}
    both_ways = [i for i, name in enumerate(samples.names) if name in wanted.both_ways]
    rest = [name for name in open_shapes if name not in found]
    if wanted.eye_bones:
        # Eyes that have bones need no keys which only come near a look.
        rest = [name for name in rest if not name.startswith("eyeLook")]
    found.update(as_sums(fit, rest, range(len(samples.names)), samples.names, both_ways))
    merged = {**by_name, **found}
    return {name: merged[name] for name in FACE_NAMES if name in merged}


def _rank(meant: Mapping[str, Sequence[Meaning]], name: str) -> float:
    return min(meaning.rank for means in meant.values() for meaning in means if meaning.arkit == name)


def _trusted(fit: FaceFit, known: Mapping[str, int], shapes: Sequence[str], keys: Collection[int]) -> bool:
    """Whether this is a face like the reference, lying where it was laid."""
    if fit.error > _FAR:
        return False
    if len(known) >= _FEWEST:
        like = [fit.cosine[FACE_NAMES.index(name), key] for name, key in known.items()]
        return float(np.median(like)) > _KNOWN_LIKE
    sure = one_to_one(fit, shapes, keys)
    return len(sure) >= _FEWEST and len({name[:4] for name in sure}) >= 2 and max(
        fit.cosine[FACE_NAMES.index(name), key] for name, key in sure.items()
    ) > ALONE + 0.1  # fmt: skip
