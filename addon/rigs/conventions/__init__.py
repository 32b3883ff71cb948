"""One file for each naming convention, data only. A new one is a new file, its line here, and a test."""

from . import (
    biped,
    character_creator,
    cmu,
    daz,
    daz_genesis9,
    game_engine,
    humanoid,
    makehuman,
    mixamo,
    rigify,
    rigify_deform,
    rigify_metarig,
    unity,
    vroid,
)
from .convention import Convention

CONVENTIONS: tuple[Convention, ...] = tuple(
    module.CONVENTION
    for module in (
        rigify, mixamo, vroid, humanoid, unity, game_engine, character_creator, daz, daz_genesis9, makehuman, cmu,
        biped, rigify_metarig, rigify_deform,
    )
)  # fmt: skip
"""In the order in which ties are decided."""
