"""Rigify's deform bones alone (DEF-spine, DEF-thigh.L ...), as exported to games."""

from .convention import Convention
from .rigify_metarig import CONVENTION as METARIG

CONVENTION = Convention(
    kind="rigify_deform",
    label="Rigify deform skeleton",
    prefix="DEF-",
    bones=METARIG.bones,
)
