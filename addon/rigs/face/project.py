"""The 52 laid out over the keys there are, by how they move the face. No bpy.

A key that does one shape's work alone is that shape. What is left is a sum of keys: non-negative least squares over the
fields, each key first brought to the strength at which it does what it does most.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from ....ml.take import FACE_NAMES
from ..profile import KeyShare
from .geometry import FaceFit

Floats = NDArray[np.float64]
ALONE = 0.55
"""Cosine from which one key alone may be a shape."""
LEAST_ALIKE = 0.35
"""Cosine below which two fields have nothing to do with each other."""
EXPLAINED = 0.3
"""Of a shape's squared motion: what keys together must do of it to be taken for it."""
_SURE = 0.75
_ONE_SIDED = 0.6
"""A key as much like the other side's shape moves both sides."""
_LEAST, _MOST_KEYS, _MOST_SHARES, _GAIN, _SWEEPS = 0.15, 24, 4, 0.05, 200
_ON_THE_EYES = 0.25


def one_to_one(fit: FaceFit, shapes: Collection[str], keys: Collection[int]) -> dict[str, int]:
    """{ARKit name: key} for shapes which one of the keys does alone: the pairs that are most alike all together."""
    names, columns = list(shapes), list(keys)
    rows = [FACE_NAMES.index(name) for name in names]
    if not names or not columns:
        return {}
    gain = np.maximum(fit.cosine[np.ix_(rows, columns)] - LEAST_ALIKE, 0)
    for i, name in enumerate(names):
        partners = [FACE_NAMES.index(other) for other in _partners(name)]
        for j, key in enumerate(columns):
            # A key as much like the other side's shape moves both sides.
            rival = fit.cosine[partners, key].max(initial=0)
            if gain[i, j] > 0 and (not _may_be(fit, name, key) or rival > _ONE_SIDED * fit.cosine[rows[i], key]):
                gain[i, j] = 0
    found = {
        names[i]: columns[j] for i, j in enumerate(best_pairs(gain)) if j is not None and gain[i, j] > 0
    }  # fmt: skip
    return {name: key for name, key in found.items() if _in_pairs(fit, name, key, found, names)}


def best_pairs(gain: Floats) -> list[int | None]:
    """For each row of gain [N, M] >= 0 a column of its own, or None, so that the sum is greatest (Kuhn and Munkres)."""
    count, width = gain.shape
    cost = np.concatenate([-gain, np.zeros((count, count))], axis=1)  # a row may also stay alone, at no gain
    total = width + count
    row_price, column_price = np.zeros(count + 1), np.zeros(total + 1)
    owner = np.full(total + 1, -1)  # the last column is where each search begins
    for row in range(count):
        owner[total], column = row, total
        least = np.full(total, np.inf)
        before = np.full(total, total)
        used = np.zeros(total + 1, dtype=bool)
        while owner[column] >= 0:
            used[column] = True
            here = cost[owner[column]] - row_price[owner[column]] - column_price[:total]
            nearer = ~used[:total] & (here < least)
            least[nearer], before[nearer] = here[nearer], column
            open_columns = np.where(used[:total], np.inf, least)
            nextone = int(open_columns.argmin())
            step = open_columns[nextone]
            row_price[owner[used]] += step
            column_price[used] -= step
            least[~used[:total]] -= step
            column = nextone
        while column != total:
            owner[column], column = owner[before[column]], int(before[column])
    result: list[int | None] = [None] * count
    for column in range(width):
        if owner[column] >= 0:
            result[int(owner[column])] = column
    return result


def _in_pairs(fit: FaceFit, name: str, key: int, found: dict[str, int], shapes: Collection[str]) -> bool:
    """A weak likeness counts only in company: a key for one side has a sister for the other."""
    value = fit.cosine[FACE_NAMES.index(name), key]
    other = mirrored_shape(name)
    if not other or other not in shapes:
        return bool(value > ALONE or fit.cosine[:, key].argmax() == FACE_NAMES.index(name))
    return other in found or bool(value > _SURE)


def as_sums(
    fit: FaceFit, shapes: Collection[str], keys: Collection[int], names: tuple[str, ...], both_ways: Collection[int]
) -> dict[str, tuple[KeyShare, ...]]:
    """{ARKit name: shares} for shapes that several keys (or one in part) come near. both_ways: keys whose value may be
    negative."""
    strength = _strengths(fit)
    found: dict[str, tuple[KeyShare, ...]] = {}
    for name in shapes:
        row = FACE_NAMES.index(name)
        signs = {
            key: sign
            for key in keys
            for sign in ((1.0, -1.0) if key in both_ways else (1.0,))
            if sign * fit.cosine[row, key] > 0.2 and _may_be(fit, name, key)
        }
        best = sorted(signs, key=lambda key: -abs(fit.cosine[row, key]))[:_MOST_KEYS]
        if not best:
            continue
        columns = np.stack([signs[key] * fit.keys[key] / strength[key] for key in best], axis=1)
        shares, explained = few_shares(columns, fit.targets[row])
        if explained < EXPLAINED:
            continue
        kept = tuple(
            (names[key], signs[key] * round(min(float(share), 1.0), 2))
            for key, share in zip(best, shares, strict=True)
            if share >= _LEAST
        )
        if kept:
            found[name] = kept
    return _shared_between_sides(found)


def _shared_between_sides(found: dict[str, tuple[KeyShare, ...]]) -> dict[str, tuple[KeyShare, ...]]:
    """One key for both sides takes half of each: then both together move it whole."""
    halved = dict(found)
    for name, shares in found.items():
        for other in _partners(name):
            if len(shares) == 1 == len(found.get(other, ())) and shares[0][0] == found[other][0][0]:
                total = abs(shares[0][1] + found[other][0][1])
                if 0.6 < total < 1.25:
                    halved[name] = ((shares[0][0], 0.5 * float(np.sign(shares[0][1]))),)
    return halved


def few_shares(columns: Floats, target: Floats) -> tuple[Floats, float]:
    """Shares [K] of few columns, and how much of the target's square they explain: the column that helps most is added
    as long as it explains enough more."""
    gram, along, total = columns.T @ columns, columns.T @ target, float(target @ target)
    sizes = np.sqrt(np.maximum(np.diag(gram), 1e-20))
    shares, explained = np.zeros(len(along)), 0.0
    used: list[int] = []
    while total > 0 and len(used) < min(_MOST_SHARES, len(along)):
        gain = (along - gram @ shares) / sizes
        gain[used] = -np.inf
        nextone = int(gain.argmax())
        if gain[nextone] <= 0:
            break
        trial = [*used, nextone]
        part = nonnegative_least_squares(gram[np.ix_(trial, trial)], along[trial, None])[:, 0]
        tried = np.zeros(len(along))
        tried[trial] = part
        now = float(2 * tried @ along - tried @ gram @ tried) / total
        if now - explained < _GAIN:
            break
        used, shares, explained = trial, tried, now
    return shares, explained


def _may_be(fit: FaceFit, name: str, key: int) -> bool:
    """Looks turn the eyeballs, where keys move eyeballs at all, and nothing else does; the tongue comes out alone."""
    if name == "tongueOut":
        return bool(fit.skin_keys[key] < 0.5)
    if not fit.has_eyes:
        return True
    return name.startswith("eyeLook") == bool(fit.eye_keys[key] > _ON_THE_EYES)


def _strengths(fit: FaceFit) -> Floats:
    """[K]: how strongly each key does what it does most, against the reference at full strength: taken apart into the
    52, the largest of them."""
    gram = fit.targets @ fit.targets.T
    sign = np.where(fit.cosine.max(axis=0) > 0.3, 1.0, np.where(fit.cosine.min(axis=0) < -0.3, -1.0, 1.0))
    amounts = nonnegative_least_squares(gram, fit.targets @ fit.keys.T * sign)
    most = (amounts * np.sqrt(np.diag(gram))[:, None]).argmax(axis=0)
    strength = amounts[most, np.arange(len(fit.keys))]
    strength = np.where(np.abs(fit.cosine).max(axis=0) > 0.2, strength, 1.0)
    return np.clip(strength, 0.2, 5.0)


def _partners(name: str) -> tuple[str, ...]:
    """Shapes that one key often does together with this one: the other side's."""
    turned = name.replace("LookIn", "LookOut") if "LookIn" in name else name.replace("LookOut", "LookIn")
    return tuple(other for other in {mirrored_shape(name), mirrored_shape(turned)} if other)


def mirrored_shape(name: str) -> str:
    """The same shape of the other side; "" for those without sides."""
    if name.endswith("Left"):
        return name.removesuffix("Left") + "Right"
    return name.removesuffix("Right") + "Left" if name.endswith("Right") else ""


def nonnegative_least_squares(gram: Floats, along: Floats) -> Floats:
    """The X >= 0 [N, K] that makes each |A x - b| least; gram = A'A [N, N], along = A'B [N, K].

    Coordinate by coordinate, for all columns at once: small systems need no solver that starts threads.
    """
    x = np.zeros_like(along)
    size = np.maximum(np.diag(gram), 1e-20)
    for _ in range(_SWEEPS):
        before = x.copy()
        for row in range(len(gram)):
            x[row] = np.maximum(0.0, x[row] + (along[row] - gram[row] @ x) / size[row])
        if np.abs(x - before).max(initial=0) < 1e-4:
            break
    return x
