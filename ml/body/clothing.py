"""Loose clothes for training: shirts and trousers that stand off the body and fall in folds.

Performers wear what fits like a second skin. The cloth is moved off the body at rest, so that it follows every pose.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..performers import Performer

Floats = NDArray[np.floating]

_LOOSE: Final = 0.65
"""Share of people."""
_WAIST: Final = 0.16
"""Height on the base mesh (as modelled, the middle at zero) at which trousers end."""


def loosened(rng: np.random.Generator, performer: Performer) -> Performer:
    """The performer in looser clothes; some stay as they are."""
    if rng.random() > _LOOSE:
        return performer
    triangles, template = performer.anatomy.triangles["clothes"], performer.anatomy.template
    vertices = np.array(performer.body.vertices)
    cloth = np.unique(triangles)
    places = template[cloth].astype(np.float64)
    shirt, trousers = rng.beta(1.2, 2.0, 2) * (0.032, 0.035)
    slack = np.where(places[:, 2] < _WAIST, trousers, shirt) * (0.7 + 0.3 * _waves(rng, places, (0.25, 0.8)))
    folds = rng.uniform(0.0, 0.005) * _waves(rng, places, (0.03, 0.12))
    vertices[cloth] += _normals(vertices, triangles)[cloth] * (slack + folds)[:, None]
    return replace(performer, body=replace(performer.body, vertices=vertices))


def _waves(rng: np.random.Generator, places: Floats, lengths: tuple[float, float]) -> Floats:
    """[N] of about unit variance: waves of these lengths (metres) in all directions, summed."""
    count = 6
    ways = rng.normal(size=(count, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    shortest, longest = np.log(lengths)
    length = np.exp(rng.uniform(shortest, longest, count))
    waves = np.sin(places @ (2 * np.pi * ways / length[:, None]).T + rng.uniform(0, 2 * np.pi, count))
    return waves.sum(axis=1) / np.sqrt(count / 2)


def _normals(vertices: Floats, triangles: NDArray[np.int64]) -> Floats:
    """Unit normals [V, 3] of the triangles' vertices; zero elsewhere."""
    corners = vertices[triangles]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.stack(
        [np.bincount(triangles.ravel(), np.repeat(across[:, i], 3), len(vertices)) for i in range(3)], axis=-1
    )
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
