"""One file for each naming convention, data only. A new one is a new file, its line here, and a test."""

from . import (
    auto_rig_pro_controls,
    auto_rig_pro_export,
    biped,
    character_creator,
    cmu,
    daz,
    daz_genesis9,
    game_engine,
    humanoid,
    makehuman,
    mixamo,
    mmd,
    rigify,
    rigify_deform,
    rigify_metarig,
    unity,
    vroid,
)
from .convention import Convention

_MODULES = (
    rigify, auto_rig_pro_controls, mixamo, vroid, humanoid, unity, game_engine, character_creator, daz, daz_genesis9,
    makehuman, cmu, biped, mmd, auto_rig_pro_export, rigify_metarig, rigify_deform,
)  # fmt: skip
CONVENTIONS: tuple[Convention, ...] = (*(module.CONVENTION for module in _MODULES), mmd.BY_MMD_TOOLS)
"""In the order in which ties are decided."""


def is_control_rig(kind: str) -> bool:
    """Whether rigs of this kind have controls that mechanism copies onto the deforming bones."""
    return any(convention.control_rig for convention in CONVENTIONS if convention.kind == kind)
