"""How much each shape key does what each ARKit shape does, by how they move the face. No bpy.

The character's skin is laid onto the reference face (align.py). Where keys are then plainly alike (jaw, lids), what
they move decides again which point is which: the lower lip is what the jaw takes along. Then every key's field is
compared with each of the 52 over all points of the face, eyes, teeth and tongue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .align import Alignment, Anchors, align, squares
from .reference import ReferenceFace, reference_face
from .samples import FaceSamples

Floats = NDArray[np.float64]
_ALIKE = 0.45
"""Cosine from which two fields help to find which point is which."""
_ENOUGH_KNOWN = 4
_PULL = 0.4
_PASSES = 2
_NEAR = 0.2
"""Distance (between the eyes = 1) at which a point counts a third."""
_EYE_RADIUS = 0.32


@dataclass(frozen=True)
class FaceFit:
    """cosine [52, K]: likeness of each ARKit shape's and each key's field; targets [52, N] and keys [K, N]: the fields
    themselves, weighted, in the reference's unit; eye_keys [K]: how much of its motion a key spends on the eyeballs,
    0..1; skin_keys [K]: how far it moves the skin against what it moves furthest; has_eyes: whether keys move eyeballs
    at all; error: the middle distance of the skin's points from the reference's."""

    cosine: Floats
    targets: Floats
    keys: Floats
    eye_keys: Floats
    skin_keys: Floats
    has_eyes: bool
    error: float


def fit_face(samples: FaceSamples, eyes: Floats | None = None, known: Mapping[str, int] | None = None) -> FaceFit:
    """Compare all keys with the reference. eyes [2, 3]: left and right eyeball's centre where bones tell;
    known: ARKit name -> place of the key that certainly is it."""
    reference = reference_face()
    moved = np.linalg.norm(reference.fields, axis=2).max(axis=0) > 1e-3
    skin_rows = np.flatnonzero(moved & (reference.parts == 0))
    skin = np.flatnonzero(samples.island == 0)
    points, normals = samples.points[skin], samples.normals[skin]
    tries = [_by_extent(points, reference.points[skin_rows])]
    if known and len(known) >= _ENOUGH_KNOWN:
        tries.append(_by_known(points, samples.fields[:, skin], reference, skin_rows, known))
    if eyes is not None and np.linalg.norm(eyes[0] - eyes[1]) > 1e-9:
        tries.append(Anchors(eyes.mean(axis=0), float(np.linalg.norm(eyes[0] - eyes[1]))))
    laid = min((align(points, normals, anchors, reference, skin_rows) for anchors in tries), key=lambda a: a.error)
    nearest = _by_motion(samples.fields[:, skin], normals, laid, reference, skin_rows, known or {})
    return _compare(samples, skin, laid, nearest, reference)


def _by_extent(points: Floats, target: Floats) -> Anchors:
    """The box of all points that keys move, against the same of the reference."""
    low, high = np.percentile(points, [1, 99], axis=0)
    target_low, target_high = np.percentile(target, [1, 99], axis=0)
    size = float((high - low)[0] / (target_high - target_low)[0]) or 1.0
    return Anchors((low + high) / 2 - size * (target_low + target_high) / 2, size)


def _by_known(
    points: Floats,
    fields: NDArray[np.float32],
    reference: ReferenceFace,
    rows: NDArray[np.int64],
    known: Mapping[str, int],
) -> Anchors:
    """The middles of what known keys move, against the same of the reference."""
    mine, theirs = [], []
    for name, key in known.items():
        own = (fields[key].astype(np.float64) ** 2).sum(axis=1)
        other = (reference.field(name)[rows].astype(np.float64) ** 2).sum(axis=1)
        if own.sum() > 0 and other.sum() > 0:
            mine.append(own @ points / own.sum())
            theirs.append(other @ reference.points[rows] / other.sum())
    if len(mine) < 2:
        return _by_extent(points, reference.points[rows])
    mine, theirs = np.array(mine), np.array(theirs)
    spread, target = mine - mine.mean(axis=0), theirs - theirs.mean(axis=0)
    size = float(np.sqrt((spread**2).sum() / max((target**2).sum(), 1e-12))) or 1.0
    return Anchors(mine.mean(axis=0) - size * theirs.mean(axis=0), size)


def _by_motion(
    fields: NDArray[np.float32],
    normals: Floats,
    laid: Alignment,
    reference: ReferenceFace,
    rows: NDArray[np.int64],
    known: Mapping[str, int],
) -> NDArray[np.int64]:
    """[M]: each skin point's reference point, by place and by what the surest keys do to it."""
    nearest = laid.nearest
    scaled = fields * laid.scale
    for _ in range(_PASSES):
        weight = np.exp(-((laid.distance / _NEAR) ** 2))
        cosine = _cosines(_flat(reference.fields[:, nearest], weight), _flat(scaled, weight))
        mine, theirs = [laid.points, 0.125 * normals], [reference.points[rows], 0.125 * reference.normals[rows]]
        for shape, key in _sure_pairs(cosine, reference, known):
            field = reference.fields[shape]
            strength = _PULL * max(cosine[shape, key], 0.3) ** 2 / float(np.linalg.norm(field, axis=1).max())
            size = np.linalg.norm(field[nearest]) / max(float(np.linalg.norm(scaled[key])), 1e-12)
            mine.append(scaled[key] * size * strength)
            theirs.append(field[rows] * strength)
        nearest = rows[_closest(np.concatenate(mine, axis=1), np.concatenate(theirs, axis=1))]
    return nearest


def _sure_pairs(cosine: Floats, reference: ReferenceFace, known: Mapping[str, int]) -> list[tuple[int, int]]:
    pairs = {reference.names.index(name): key for name, key in known.items()}
    best = cosine.argmax(axis=1)
    for shape, key in enumerate(best):
        if shape not in pairs and cosine[:, key].argmax() == shape and key not in pairs.values():
            pairs[shape] = int(key)
    return [(shape, key) for shape, key in pairs.items() if cosine[shape, key] > (0.2 if known else _ALIKE)]


def _closest(mine: Floats, theirs: Floats) -> NDArray[np.int64]:
    parts = [squares(mine[i : i + 500], theirs).argmin(axis=1) for i in range(0, len(mine), 500)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _compare(
    samples: FaceSamples, skin: NDArray, laid: Alignment, nearest: NDArray[np.int64], reference: ReferenceFace
) -> FaceFit:
    count = len(samples.points)
    index = np.zeros(count, dtype=np.int64)
    distance = np.full(count, np.inf)
    index[skin] = nearest
    distance[skin] = np.linalg.norm(laid.points - reference.points[nearest], axis=1)
    rest = np.setdiff1d(np.arange(count), skin)
    eyeballs = np.zeros(count, dtype=bool)
    if len(rest):
        placed = _carry(samples.points[rest], samples.points[skin], laid)
        index[rest], distance[rest], eyeballs[rest] = _other_parts(placed, samples.island[rest], reference)
    weight = np.exp(-((distance / _NEAR) ** 2))
    # A dense mesh of teeth says no more than the skin does.
    for mesh in np.unique(samples.island > 0):
        there = (samples.island > 0) == mesh
        weight[there] *= min(1.0, len(skin) / max(there.sum(), 1))
    scaled = samples.fields * laid.scale
    targets, keys = _flat(reference.fields[:, index], weight), _flat(scaled, weight)
    power = (scaled.astype(np.float64) ** 2).sum(axis=2)
    total = np.maximum(power.sum(axis=1), 1e-20)
    return FaceFit(
        cosine=_cosines(targets, keys),
        targets=targets,
        keys=keys,
        eye_keys=power[:, eyeballs].sum(axis=1) / total,
        skin_keys=np.sqrt(power[:, skin].max(axis=1) / np.maximum(power.max(axis=1), 1e-20)),
        has_eyes=bool(eyeballs.any()),
        error=laid.error,
    )


def _carry(points: Floats, skin: Floats, laid: Alignment) -> Floats:
    """Points beside the skin (eyes, teeth) moved as the skin around them was."""
    shift = laid.points - skin * laid.scale
    width = 0.35 / laid.scale.mean()
    moved = np.empty_like(points)
    for start in range(0, len(points), 500):
        part = points[start : start + 500]
        squared = squares(part, skin)
        weight = np.exp(-(squared - squared.min(axis=1, keepdims=True)) / (2 * width**2))
        moved[start : start + 500] = part * laid.scale + (weight @ shift) / weight.sum(axis=1, keepdims=True)
    return moved


def _other_parts(
    placed: Floats, island: NDArray, reference: ReferenceFace
) -> tuple[NDArray[np.int64], Floats, NDArray[np.bool_]]:
    """Reference point, distance and whether it is an eyeball, for points beside the skin."""
    moved = np.flatnonzero(np.linalg.norm(reference.fields, axis=2).max(axis=0) > 1e-3)
    eye_rows = np.flatnonzero(reference.parts == reference.part_names.index("eyes"))
    index = moved[_closest(placed, reference.points[moved])]
    eyeballs = np.zeros(len(placed), dtype=bool)
    for one in np.unique(island):
        there = np.flatnonzero(island == one)
        middle = placed[there].mean(axis=0)
        size = np.ptp(placed[there], axis=0)
        for side in (0.5, -0.5):
            at_eye = np.linalg.norm(middle - [side, 0.0, 0.0]) < _EYE_RADIUS
            if at_eye and len(there) >= 8 and size.max() < 4 * _EYE_RADIUS and size.min() > 0.15 * size.max():
                own = eye_rows[np.sign(reference.points[eye_rows, 0]) == np.sign(side)]
                offset = reference.points[own].mean(axis=0) - middle
                index[there] = own[_closest(placed[there] + offset, reference.points[own])]
                placed[there] += offset
                eyeballs[there] = True
    return index, np.linalg.norm(placed - reference.points[index], axis=1), eyeballs


def _flat(fields: NDArray, weight: Floats) -> Floats:
    """[K, M, 3] weighted -> [K, 3 M]."""
    return (fields * np.sqrt(weight)[None, :, None]).reshape(len(fields), -1).astype(np.float64)


def _cosines(targets: Floats, keys: Floats) -> Floats:
    sizes = np.linalg.norm(targets, axis=1)[:, None] * np.linalg.norm(keys, axis=1)[None]
    return np.where(sizes > 1e-12, targets @ keys.T / np.maximum(sizes, 1e-12), 0.0)
