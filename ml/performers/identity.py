"""Who a performer is: age, sex, build, ethnicity and local shape, and the body that follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .anatomy import Anatomy

# Where each phenotype's variations sit on its 0..1 scale (anny's own anchors; age runs from newborn at -1/3).
_ANCHORS: Final[dict[str, tuple[float, ...]]] = {
    "gender": (0.0, 1.0),
    "age": (-1 / 3, 0.0, 1 / 3, 2 / 3, 1.0),
    "muscle": (0.0, 0.5, 1.0),
    "weight": (0.0, 0.5, 1.0),
    "height": (0.0, 1.0),
    "proportions": (0.0, 1.0),
    "cupsize": (0.0, 0.5, 1.0),
    "firmness": (0.0, 0.5, 1.0),
}
_FACE_REGIONS: Final = ("cheek", "chin", "ear", "eye", "forehead", "head", "mouth", "nose", "neck")
_BODY_REGIONS: Final = ("arm", "leg", "torso", "hip", "shoulder", "hand", "foot", "stomach", "waist")
# Shapes that make a caricature or break the mouth's seam when pushed at random.
_LEFT_OUT: Final = ("trans-out", "head-angle", "pregnant", "breast", "nipple", "navel", "valgus", "measure-neck")


@dataclass(frozen=True)
class Identity:
    """A person as numbers: phenotypes 0..1 (gender 0 male, 1 female; age 1/3 child, 2/3 young, 1 old), local shape."""

    phenotypes: dict[str, float] = field(default_factory=dict)
    ethnicity: tuple[float, float, float] = (1 / 3, 1 / 3, 1 / 3)
    """African, Asian, Caucasian shares; they sum to 1."""
    local: dict[str, float] = field(default_factory=dict)
    """Local changes -1..1 by anny's names."""

    @staticmethod
    def random(rng: np.random.Generator, names: tuple[str, ...], strength: float = 1.0) -> Identity:
        """Any person from about ten years up; `strength` scales how far local shape strays from the average."""
        phenotypes = {
            "gender": float(rng.beta(0.4, 0.4)),
            "age": float(rng.choice([rng.uniform(0.42, 0.6), rng.uniform(0.6, 1.0)], p=[0.12, 0.88])),
            "muscle": float(rng.beta(3, 3)),
            "weight": float(rng.beta(3, 3)),
            "height": float(rng.beta(4, 4)),
            "proportions": float(rng.uniform(0.2, 0.9)),
            "cupsize": float(rng.uniform(0.2, 0.7)),
            "firmness": float(rng.uniform(0.3, 0.8)),
        }
        african, asian, caucasian = rng.dirichlet((0.6, 0.6, 0.6))
        return Identity(phenotypes, (float(african), float(asian), float(caucasian)), _local(rng, names, strength))


def _local(rng: np.random.Generator, names: tuple[str, ...], strength: float) -> dict[str, float]:
    """Both sides of a face are nearly alike: left and right share their value up to a small difference."""
    values: dict[str, float] = {}
    shared: dict[str, float] = {}
    for name in names:
        if any(part in name for part in _LEFT_OUT):
            continue
        face = any(part in name for part in _FACE_REGIONS)
        if not face and not any(part in name for part in _BODY_REGIONS):
            continue
        spread = strength * (0.28 if face else 0.15)
        key = name[2:] if name[:2] in ("l-", "r-") else name
        if key not in shared:
            shared[key] = float(np.clip(rng.normal(0, spread), -0.9, 0.9))
        values[name] = shared[key] + float(rng.normal(0, 0.04) if face and key != name else 0)
    return values


def coefficients(identity: Identity, anatomy: Anatomy) -> NDArray[np.float64]:
    """The strength of each identity shape [N] (anny's blend of phenotype products, Brégier et al. 2025)."""
    variations = list(identity.ethnicity)
    for label, anchors in _ANCHORS.items():
        value = np.clip(identity.phenotypes.get(label, 0.5), anchors[0], anchors[-1])
        variations.extend(np.interp(value, anchors, row) for row in np.eye(len(anchors)))
    mask = anatomy.shape_variations
    products = np.prod(np.asarray(variations) * mask + (1 - mask), axis=1)
    pairs = np.zeros((len(anatomy.local_names), 2))
    for name, value in identity.local.items():
        pairs[anatomy.local_names.index(name)] = max(value, 0.0), max(-value, 0.0)
    return np.concatenate((products, pairs.ravel()))


@dataclass(frozen=True)
class RestBody:
    """A person at rest, arms half lowered, soles at Z = 0; metres."""

    vertices: NDArray[np.float64]
    """[V, 3]"""
    heads: NDArray[np.float64]
    """[B, 3] where each bone begins."""
    tails: NDArray[np.float64]
    """[B, 3] where each bone ends."""


def rest_body(identity: Identity, anatomy: Anatomy) -> RestBody:
    """The body that belongs to an identity."""
    from scipy.sparse import csr_matrix

    strength = coefficients(identity, anatomy).astype(anatomy.shapes.dtype)
    # Most shapes are not used by a person; picking out the others would copy them, a sparse row passes over the rest.
    used = csr_matrix(strength[None])
    vertices = anatomy.template + (used @ anatomy.shapes.reshape(len(strength), -1)).reshape(-1, 3)
    bones = np.concatenate((anatomy.bone_heads, anatomy.bone_tails))
    bones = bones + (strength @ anatomy.bone_shapes.reshape(len(strength), -1)).reshape(-1, 3)
    floor = np.array([0.0, 0.0, vertices[np.unique(anatomy.triangles["body"]), 2].min()])
    heads, tails = np.split(bones - floor, 2)
    return RestBody(vertices - floor, heads, tails)
