"""Names and motion weighed against each other: one face map. No bpy.

A name that says what a key is goes first, as long as the key moves that side of the face. What no name claims goes to
keys by what they move, if the face could be laid onto the reference well enough; what is left of names that only come
near (vowels) comes last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

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
_FEWEST, _FEWEST_POINTS = 4, 50
_KNOWN_LIKE = 0.3


@dataclass(frozen=True)
class Wanted:
    """What the decision may use. eyes [2, 3]: the eyeballs' centres, if bones tell; eye_bones: the eyes turn by bones;
    both_ways: keys whose value may be negative; axes_known: bones tell where the character faces; skin_keys: the keys
    of the mesh that is the face's skin."""

    eyes: Floats | None = None
    eye_bones: bool = False
    both_ways: frozenset[str] = frozenset()
    axes_known: bool = True
    skin_keys: frozenset[str] = frozenset()


def decide(meant: Mapping[str, Sequence[Meaning]], samples: FaceSamples, wanted: Wanted) -> Shapes:
    """{ARKit name: shares} for the keys of `samples`; meant: what names say (after sides.py)."""
    by_name = choose(meant)
    firm = {name: shares for name, shares in by_name.items() if _rank(meant, name) < SYSTEM}
    free = [i for i, name in enumerate(samples.names) if name not in meant]
    lacking = _lacking_on_skin(firm, samples, wanted.skin_keys) if free else []
    open_shapes = [name for name in FACE_NAMES if name not in firm or name in lacking]
    if not open_shapes or len(samples.points) < _FEWEST_POINTS:
        return by_name
    known = {
        name: samples.names.index(shares[0][0])
        for name, shares in firm.items()
        if len(shares) == 1 and _rank(meant, name) < NAMED + 0.5 and name not in lacking
    }
    fit = _fit(samples, wanted, known, open_shapes)
    if fit is None:
        return by_name
    alone = one_to_one(fit, open_shapes, free)
    if wanted.eye_bones and not fit.has_eyes:
        # Keys for looks move the lids alone: the bones turn the eyes, and never both.
        alone = {name: key for name, key in alone.items() if not name.startswith("eyeLook")}
    found: Shapes = {name: ((samples.names[key], 1.0),) for name, key in alone.items()}
    both_ways = [i for i, name in enumerate(samples.names) if name in wanted.both_ways]
    rest = [name for name in open_shapes if name not in found and name not in firm]
    if wanted.eye_bones:
        # Eyes that have bones need no keys which only come near a look.
        rest = [name for name in rest if not name.startswith("eyeLook")]
    found.update(as_sums(fit, rest, range(len(samples.names)), samples.names, both_ways))
    # What only the teeth's names say stays theirs, beside the skin's own key.
    merged = {**by_name, **{name: (*firm.get(name, ()), *shares) for name, shares in found.items()}}
    return {name: merged[name] for name in FACE_NAMES if name in merged}


def _lacking_on_skin(firm: Shapes, samples: FaceSamples, skin_keys: frozenset[str]) -> list[str]:
    """Shapes whose names only other meshes (teeth, lashes) have, while the skin's mesh has keys of its own."""
    if not skin_keys:
        return []
    return [name for name, shares in firm.items() if not any(key in skin_keys for key, _ in shares)]


def _fit(samples: FaceSamples, wanted: Wanted, known: Mapping[str, int], shapes: Sequence[str]) -> FaceFit | None:
    """The face laid onto the reference; of one that may face anywhere the first heading that makes sense."""
    for turn in (np.eye(3),) if wanted.axes_known else _headings():
        turned = replace(
            samples,
            points=samples.points @ turn.T,
            normals=samples.normals @ turn.T,
            fields=samples.fields @ turn.T.astype(np.float32),
        )
        fit = fit_face(turned, None if wanted.eyes is None else wanted.eyes @ turn.T, known)
        if _trusted(fit, known, shapes, range(len(samples.names))):
            return fit
    return None


def _headings() -> tuple[Floats, ...]:
    """Rotations that bring a head to face -Y: from each side of the scene, and lying as files with Y up do."""
    quarter = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    upright = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    around = [np.linalg.matrix_power(quarter, times) for times in (0, 2, 1, 3)]
    return tuple(np.asarray(turn @ lying, dtype=np.float64) for lying in (np.eye(3), upright) for turn in around)


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
